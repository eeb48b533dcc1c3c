//! The authorisation matrix, made of the registry: every route, tried without a token, with the wrong
//! role, by a stranger, and with API keys.

use std::time::Duration;

use domain::role::Permission;
use edge::route::Auth;
use serde_json::{Value, json};

use crate::contract::{open_to_anybody, open_to_keys};
use crate::samples::{Names, Sample, routes};
use crate::shop::{Answer, Person, Shop, with};

/// The sample as whoever has this token sends it, or as nobody in particular.
fn by(sample: &Sample, token: Option<&str>) -> Sample {
    let bearer = token.map(|token| format!("Bearer {token}"));
    sample.with_header("authorization", bearer.as_deref())
}

#[tokio::test(start_paused = true)]
async fn nobody_gets_what_is_not_theirs() {
    let shop = Shop::with_orders().await;
    let mut stranger = shop.newcomer("stranger@example.com").await;
    let mut open = Names::new();
    for sample in routes() {
        let name = sample.name();
        let auth = sample.route().auth;
        let without = by(&sample, None).sent(&shop).await;
        if matches!(auth, Auth::Open | Auth::Anyone) {
            assert_ne!(without.status, 401, "{name} is for anyone");
            open.insert(name);
            continue;
        }
        assert_eq!(without.status, 401, "{name} without a token");
        assert_eq!(without.code(), "unauthenticated", "{name}");
        assert_eq!(without.header("www-authenticate"), Some("Bearer"), "{name}");
        let foreign = by(&sample, stranger.token()).sent(&shop).await;
        match auth {
            Auth::Staff(_) => {
                assert_eq!(foreign.status, 403, "{name} with the wrong role");
                assert_eq!(foreign.code(), "forbidden", "{name}");
            }
            Auth::Owner(_) => {
                assert_eq!(foreign.status, 404, "{name} by a stranger");
                assert_eq!(foreign.code(), "not_found", "{name}");
            }
            _ => match sample.function.module {
                // What the sample names is another's: their password, their session, what they
                // were told.
                "change_password" | "change_email" => assert_eq!(foreign.status, 422, "{name}"),
                "change_notification" | "revoke_session" => {
                    assert_eq!(foreign.status, 404, "{name}");
                }
                _ => assert!(foreign.status < 400, "{name} by any account: {foreign:?}"),
            },
        }
        if sample.function.module == "end_session" {
            stranger = shop.log_in("stranger@example.com", "Newcomer-pass-1").await;
        }
        let own = sample.sent(&shop).await;
        assert!(own.status < 300, "{name} by whoever may: {own:?}");
    }
    assert_eq!(open, open_to_anybody());
}

/// Makes API keys as an administrator does.
struct KeyMaker<'a>(Person<'a>);

impl KeyMaker<'_> {
    /// The secret of a key with these scopes, and where the key stands.
    async fn make(&self, scopes: &[Permission], more: &Value) -> (String, String) {
        let body = with(json!({"name": "Test", "scopes": scopes}), more);
        let made = self.0.post("/api/v1/api-keys", &body).await;
        assert_eq!(made.status, 201, "{made:?}");
        let place = made.header("location").expect("a place").to_owned();
        (made.text("/data/secret"), place)
    }

    async fn with(&self, scopes: &[Permission]) -> String {
        self.make(scopes, &json!({})).await.0
    }

    /// A key that lasted a minute, and one that was taken back. Both allow everything.
    async fn dead(&self, shop: &Shop) -> [String; 2] {
        let minute = Duration::from_mins(1);
        let until = json!({"expiresAt": shop.store.now().plus(minute)});
        let (expired, _) = self.make(Permission::ALL, &until).await;
        let (revoked, place) = self.make(Permission::ALL, &json!({})).await;
        assert_eq!(self.0.delete(&place).await.status, 204);
        shop.wait(minute.as_secs()).await;
        [expired, revoked]
    }
}

/// All permissions but one.
fn all_but(permission: Permission) -> Vec<Permission> {
    let all = Permission::ALL.iter().copied();
    all.filter(|other| *other != permission).collect()
}

fn is_refused(name: &str, answer: &Answer, code: &str, line: &str) {
    assert_eq!(answer.code(), code, "{name}: {answer:?}");
    assert_eq!(answer.errors(), [line], "{name}");
}

#[tokio::test(start_paused = true)]
async fn a_key_opens_what_its_scopes_say_for_as_long_as_it_is_good() {
    let shop = Shop::with_orders().await;
    let maker = KeyMaker(shop.admin().await);
    let dead = maker.dead(&shop).await;
    let mut let_in = Names::new();
    for mut sample in routes() {
        let name = sample.name();
        let auth = sample.route().auth;
        if auth == Auth::Open {
            // Nobody is asked who they are.
            let answer = by(&sample, Some(&dead[0])).sent(&shop).await;
            assert!(answer.status < 300, "{name}: {answer:?}");
            continue;
        }
        for key in &dead {
            let refused = by(&sample, Some(key)).sent(&shop).await;
            assert_eq!(refused.status, 401, "{name}: {refused:?}");
            let line = "Authorization: the token is invalid or has expired";
            is_refused(&name, &refused, "unauthenticated", line);
        }
        let fitting = match auth {
            Auth::Staff(needed) | Auth::Mine(needed) | Auth::Owner(needed) => {
                let key = maker.with(&all_but(needed)).await;
                let refused = by(&sample, Some(&key)).sent(&shop).await;
                assert_eq!(refused.status, 403, "{name}: {refused:?}");
                let line = format!("the permission {needed} is needed");
                is_refused(&name, &refused, "forbidden", &line);
                needed
            }
            Auth::SignedIn => {
                let key = maker.with(Permission::ALL).await;
                let refused = by(&sample, Some(&key)).sent(&shop).await;
                assert_eq!(refused.status, 403, "{name}: {refused:?}");
                let line = "an API key has no account of its own";
                is_refused(&name, &refused, "forbidden", line);
                continue;
            }
            Auth::Open | Auth::Anyone => Permission::ContentPublish,
        };
        if let (Auth::Staff(Permission::ApiKeysWrite), Some(body)) = (auth, &mut sample.body) {
            // Nobody gives a key what they do not have.
            body["scopes"] = json!([fitting]);
        }
        let key = maker.with(&[fitting]).await;
        let answer = by(&sample, Some(&key)).sent(&shop).await;
        assert!(answer.status < 300, "{name} with {fitting}: {answer:?}");
        let_in.insert(name);
    }
    assert_eq!(let_in, open_to_keys());
}
