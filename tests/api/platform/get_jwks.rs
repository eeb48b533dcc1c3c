//! `GET /.well-known/jwks.json`.

use crate::shop::Shop;
use crate::tokens;

const PATH: &str = "/.well-known/jwks.json";

#[tokio::test(start_paused = true)]
async fn the_key_of_an_access_token_is_published() {
    let shop = Shop::open().await;
    let customer = shop.customer().await;
    let header = tokens::header(customer.token().expect("a token"));
    let answer = shop.anybody().get(PATH).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.header("cache-control"), Some("public, max-age=300"));
    let body = answer.json();
    let keys = body["keys"].as_array().expect("keys");
    let key = keys
        .iter()
        .find(|key| key["kid"] == header["kid"])
        .expect("the token's key");
    for (name, value) in [
        ("kty", "OKP"),
        ("crv", "Ed25519"),
        ("use", "sig"),
        ("alg", "EdDSA"),
    ] {
        assert_eq!(key[name], value, "{name}");
    }
    let point = key["x"].as_str().expect("a point");
    let point = data_encoding::BASE64URL_NOPAD.decode(point.as_bytes());
    assert_eq!(point.map(|bytes| bytes.len()), Ok(32));
}

#[tokio::test(start_paused = true)]
async fn nothing_private_is_shown_and_no_key_twice() {
    let shop = Shop::open().await;
    shop.customer().await;
    shop.admin().await;
    let body = shop.anybody().get(PATH).await.json();
    let keys = body["keys"].as_array().expect("keys");
    assert_eq!(keys.len(), 1);
    let names: Vec<&str> = keys[0]
        .as_object()
        .expect("a key")
        .keys()
        .map(String::as_str)
        .collect();
    assert_eq!(names, ["kty", "crv", "use", "alg", "kid", "x"]);
}

#[tokio::test(start_paused = true)]
async fn it_stands_at_the_root_alone() {
    let shop = Shop::open().await;
    let below = shop.anybody().get(&format!("/api/v1{PATH}")).await;
    assert_eq!((below.status, below.code().as_str()), (404, "not_found"));
}
