//! The authorisation matrix, made of the registry: every route, tried without a token, with the wrong
//! role, and by a stranger.

use edge::route::Auth;

use crate::samples::{Sample, routes};
use crate::shop::{Answer, Shop};

async fn send(shop: &Shop, sample: &Sample, token: Option<&str>) -> Answer {
    let mut ask = shop.holder(token).ask(&sample.method, &sample.path);
    for (name, value) in &sample.headers {
        if !name.eq_ignore_ascii_case("authorization") {
            ask = ask.header(name, value);
        }
    }
    let body = sample
        .body
        .as_ref()
        .map(ToString::to_string)
        .unwrap_or_default();
    ask.body(body.as_bytes()).send().await
}

#[tokio::test(start_paused = true)]
async fn nobody_gets_what_is_not_theirs() {
    let shop = Shop::with_orders().await;
    let mut stranger = shop.newcomer("stranger@example.com").await;
    let (mut open, mut guarded) = (0, 0);
    for sample in routes() {
        let name = sample.function.name();
        let auth = sample.function.route().map(|route| route.auth);
        let without = send(&shop, &sample, None).await;
        let Some(Auth::SignedIn | Auth::Mine(_) | Auth::Owner(_) | Auth::Staff(_)) = auth else {
            open += 1;
            assert_ne!(without.status, 401, "{name} is for anyone");
            continue;
        };
        guarded += 1;
        assert_eq!(without.status, 401, "{name} without a token");
        assert_eq!(without.code(), "unauthenticated", "{name}");
        assert_eq!(without.header("www-authenticate"), Some("Bearer"), "{name}");
        let foreign = send(&shop, &sample, stranger.token()).await;
        match auth {
            Some(Auth::Staff(_)) => {
                assert_eq!(foreign.status, 403, "{name} with the wrong role");
                assert_eq!(foreign.code(), "forbidden", "{name}");
            }
            Some(Auth::Owner(_)) => {
                assert_eq!(foreign.status, 404, "{name} by a stranger");
                assert_eq!(foreign.code(), "not_found", "{name}");
            }
            _ => match sample.function.module {
                // What the sample names is another's: their password, their session.
                "change_password" | "change_email" => assert_eq!(foreign.status, 422, "{name}"),
                "revoke_session" => assert_eq!(foreign.status, 404, "{name}"),
                _ => assert!(foreign.status < 400, "{name} by any account: {foreign:?}"),
            },
        }
        if sample.function.module == "end_session" {
            stranger = shop.log_in("stranger@example.com", "Newcomer-pass-1").await;
        }
        let own = sample
            .header("authorization")
            .and_then(|own| own.strip_prefix("Bearer "));
        let own = send(&shop, &sample, own).await;
        assert!(own.status < 300, "{name} by whoever may: {own:?}");
    }
    assert!(open >= 8 && guarded >= 12, "{open} open, {guarded} guarded");
}
