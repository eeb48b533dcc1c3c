//! Tokens that nobody issued, and keys that come and go.

use data_encoding::BASE64URL_NOPAD;
use domain::clock::Timestamp;
use local::options::SIGNING_SECRET;
use ring::digest::{SHA256, digest};
use ring::hmac;
use ring::signature::{Ed25519KeyPair, KeyPair};
use serde_json::{Value, json};

use crate::shop::{Shop, with};
use crate::tokens;

const ME: &str = "/api/v1/users/me";

/// The shop's own key pair: what an attacker does not have, so that only one thing is wrong at a time.
fn own_key() -> Ed25519KeyPair {
    key_of(SIGNING_SECRET)
}

fn key_of(secret: &str) -> Ed25519KeyPair {
    let seed = digest(&SHA256, secret.as_bytes());
    Ed25519KeyPair::from_seed_unchecked(seed.as_ref()).expect("a seed")
}

fn part(value: &Value) -> String {
    BASE64URL_NOPAD.encode(value.to_string().as_bytes())
}

fn signed(header: &Value, claims: &Value, key: &Ed25519KeyPair) -> String {
    let message = format!("{}.{}", part(header), part(claims));
    let signature = key.sign(message.as_bytes());
    format!("{message}.{}", BASE64URL_NOPAD.encode(signature.as_ref()))
}

fn with_hmac(header: &Value, claims: &Value, secret: &[u8]) -> String {
    let message = format!("{}.{}", part(header), part(claims));
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
    let tag = hmac::sign(&key, message.as_bytes());
    format!("{message}.{}", BASE64URL_NOPAD.encode(tag.as_ref()))
}

#[tokio::test(start_paused = true)]
async fn no_forged_token_is_believed() {
    let shop = Shop::open().await;
    let customer = shop.customer().await;
    let good = customer.token().expect("a token").to_owned();
    let (header, claims) = (tokens::header(&good), tokens::claims(&good));
    let own = own_key();
    assert_eq!(
        shop.holder(Some(&signed(&header, &claims, &own)))
            .get(ME)
            .await
            .status,
        200
    );

    let now = shop.store.now();
    let seconds = |at: Timestamp| json!(at.as_seconds());
    let minute = std::time::Duration::from_secs(60);
    let stranger = key_of("a secret of somebody else, long enough");
    let public = own.public_key().as_ref();
    let jwk = json!({
        "kty": "OKP",
        "crv": "Ed25519",
        "x": BASE64URL_NOPAD.encode(stranger.public_key().as_ref()),
    });
    let changed = |of: &Value, more: Value| with(of.clone(), &more);
    let unsigned = |alg: &str| {
        let header = changed(&header, json!({ "alg": alg }));
        format!("{}.{}.", part(&header), part(&claims))
    };
    let half = &good[..good.len() / 2];
    let mut forged: Vec<(String, String)> = Vec::new();
    let mut forge = |what: &str, token: String| forged.push((what.to_owned(), token));
    for alg in ["none", "None", "NONE", "nOnE", ""] {
        forge(&format!("alg {alg:?}"), unsigned(alg));
        let header = changed(&header, json!({ "alg": alg }));
        forge(
            &format!("alg {alg:?}, signed"),
            signed(&header, &claims, &own),
        );
    }
    for alg in ["HS256", "HS384", "HS512"] {
        let header = changed(&header, json!({ "alg": alg }));
        forge(alg, with_hmac(&header, &claims, public));
        let text = BASE64URL_NOPAD.encode(public);
        forge(
            &format!("{alg} over text"),
            with_hmac(&header, &claims, text.as_bytes()),
        );
    }
    for alg in ["RS256", "ES256", "PS256", "Ed448"] {
        let header = changed(&header, json!({ "alg": alg }));
        forge(alg, signed(&header, &claims, &own));
    }
    forge("another's key", signed(&header, &claims, &stranger));
    for kid in ["nobody", "", "../../etc/passwd", "keys' OR 1=1"] {
        let header = changed(&header, json!({ "kid": kid }));
        forge(&format!("kid {kid:?}"), signed(&header, &claims, &stranger));
        forge(
            &format!("kid {kid:?}, own key"),
            signed(&header, &claims, &own),
        );
    }
    let mut nameless = header.clone();
    nameless.as_object_mut().expect("a header").remove("kid");
    forge("no kid", signed(&nameless, &claims, &own));
    for (name, value) in [
        ("jwk", jwk),
        ("jku", json!("https://evil.example/jwks.json")),
        ("x5u", json!("https://evil.example/x5u")),
    ] {
        let header = changed(&header, json!({ name: value }));
        forge(name, signed(&header, &claims, &stranger));
        let unknown = changed(&header, json!({ "kid": "evil" }));
        forge(
            &format!("{name}, its kid"),
            signed(&unknown, &claims, &stranger),
        );
    }
    for typ in ["JWT", "rt+jwt", "id+jwt", ""] {
        let header = changed(&header, json!({ "typ": typ }));
        forge(&format!("typ {typ:?}"), signed(&header, &claims, &own));
    }
    for (what, more) in [
        ("another issuer", json!({"iss": "https://evil.example"})),
        ("another audience", json!({"aud": "elsewhere"})),
        ("no audience", json!({"aud": ""})),
        (
            "expired",
            json!({"exp": seconds(now.plus(minute)).as_i64().map(|at| at - 120)}),
        ),
        ("not yet", json!({"nbf": seconds(now.plus(minute))})),
        ("no end", json!({"exp": "never"})),
        ("nobody", json!({"sub": "nobody"})),
        ("an unknown role", json!({"roles": ["god"]})),
    ] {
        forge(what, signed(&header, &changed(&claims, more), &own));
    }
    for name in ["exp", "nbf", "iss", "aud", "sub", "sid"] {
        let mut less = claims.clone();
        less.as_object_mut().expect("claims").remove(name);
        forge(&format!("without {name}"), signed(&header, &less, &own));
    }
    let padded = changed(&claims, json!({"jti": "x".repeat(8_000)}));
    forge("oversized", signed(&header, &padded, &own));
    forge("truncated", half.to_owned());
    let (message, signature) = good.rsplit_once('.').expect("three parts");
    forge("unsigned", format!("{message}."));
    forge(
        "half a signature",
        format!("{message}.{}", &signature[..40]),
    );
    forge("two parts", message.to_owned());
    forge("four parts", format!("{good}.{signature}"));
    let raised = changed(&claims, json!({"roles": ["admin"]}));
    forge(
        "other claims",
        format!("{}.{}.{signature}", part(&header), part(&raised)),
    );
    forge("nothing", String::new());
    forge("a word", "token".to_owned());

    assert!(forged.len() >= 45, "{}", forged.len());
    for (what, token) in forged {
        let answer = shop.holder(Some(&token)).get(ME).await;
        assert_eq!(answer.status, 401, "{what}: {answer:?}");
        assert_eq!(answer.code(), "unauthenticated", "{what}");
        assert_eq!(answer.header("www-authenticate"), Some("Bearer"), "{what}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_key_that_another_replaces_verifies_a_day_longer() {
    let shop = Shop::open().await;
    let old = shop.customer().await;
    let old_kid = tokens::header(old.token().expect("a token"))["kid"].clone();
    let secret = shop.store.naming().signing_secret();
    let published = || async {
        let keys = shop.anybody().get("/.well-known/jwks.json").await.json();
        let keys = keys["keys"].as_array().cloned().unwrap_or_default();
        keys.iter()
            .map(|key| key["kid"].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(published().await, std::slice::from_ref(&old_kid));

    shop.store.cloud().set_secret(
        &secret,
        "another secret, as long as it has to be, and as good",
    );
    // Functions look every five minutes; until then they sign with the key they have.
    let meanwhile = shop.customer().await;
    assert_eq!(
        tokens::header(meanwhile.token().expect("a token"))["kid"],
        old_kid
    );
    shop.wait(5 * 60).await;
    let new = shop.customer().await;
    let new_kid = tokens::header(new.token().expect("a token"))["kid"].clone();
    assert_ne!(new_kid, old_kid);
    let both = published().await;
    assert!(
        both.contains(&old_kid) && both.contains(&new_kid),
        "{both:?}"
    );
    for person in [&old, &meanwhile, &new] {
        assert_eq!(person.get(ME).await.status, 200);
    }

    // After a day the old key is gone, and with it whatever was signed with it, even if it claims to
    // be good for longer.
    let claims = tokens::claims(new.token().expect("a token"));
    let later = shop
        .store
        .now()
        .plus(std::time::Duration::from_secs(3 * 24 * 60 * 60));
    let lasting = with(claims, &json!({ "exp": later.as_seconds() }));
    let header = tokens::header(old.token().expect("a token"));
    let stolen = signed(&header, &lasting, &own_key());
    assert_eq!(shop.holder(Some(&stolen)).get(ME).await.status, 200);
    shop.wait(24 * 60 * 60).await;
    assert_eq!(shop.holder(Some(&stolen)).get(ME).await.status, 401);
    assert_eq!(published().await, [new_kid]);
}
