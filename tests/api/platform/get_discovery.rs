//! `GET /.well-known/openid-configuration`.

use std::collections::BTreeSet;

use insta::assert_json_snapshot;
use serde_json::Value;

use crate::shop::Shop;
use crate::tokens;

const PATH: &str = "/.well-known/openid-configuration";

fn words(list: &Value) -> BTreeSet<&str> {
    let list = list.as_array().expect("a list");
    list.iter().filter_map(Value::as_str).collect()
}

#[tokio::test(start_paused = true)]
async fn it_says_where_everything_is() {
    let shop = Shop::open().await;
    let answer = shop.anybody().get(PATH).await;
    assert_json_snapshot!(answer.snapshot());
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.header("cache-control"), Some("public, max-age=300"));
    let body = answer.json();
    let issuer = body["issuer"].as_str().expect("an issuer");
    for name in ["jwks_uri", "service_documentation"] {
        let url = body[name].as_str().expect("a URL");
        let path = url.strip_prefix(issuer).expect("a URL of the issuer");
        let there = shop.anybody().get(path).await;
        assert_eq!(there.status, 200, "{name} leads to {path}");
    }
}

#[tokio::test(start_paused = true)]
async fn it_promises_what_tokens_say() {
    let shop = Shop::open().await;
    let body = shop.anybody().get(PATH).await.json();
    let admin = shop.admin().await;
    let claims = tokens::claims(admin.token().expect("a token"));
    assert_eq!(claims["iss"], body["issuer"]);
    let names: BTreeSet<&str> = claims
        .as_object()
        .expect("claims")
        .keys()
        .map(String::as_str)
        .collect();
    assert_eq!(names, words(&body["claims_supported"]));
    // Administrators may do everything there is.
    let scope = claims["scope"].as_str().expect("a scope");
    let scope: BTreeSet<&str> = scope.split(' ').collect();
    assert_eq!(scope, words(&body["scopes_supported"]));
}
