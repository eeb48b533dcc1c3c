//! The demo shop.

use local::{Options, seed};
use serde_json::{Value, json};

use crate::stage::{ask, get, open, post, subjects_to};

#[tokio::test(start_paused = true)]
async fn the_demo_shop_is_what_it_is_said_to_be() {
    let store = open(Options {
        demo_orders: true,
        ..Options::for_tests()
    })
    .await;
    let products = get(&store, "/api/v1/products?limit=100").await["data"].clone();
    let products = products.as_array().unwrap();
    assert_eq!(products.len(), 24);
    assert_eq!(products[23]["id"], json!(seed::product_id(1)));
    for variant in products
        .iter()
        .flat_map(|product| product["variants"].as_array().unwrap())
    {
        assert_eq!(variant["prices"][0]["currency"], "EUR");
        let path = format!("/api/v1/inventory/{}", variant["sku"].as_str().unwrap());
        let available = get(&store, &path).await["data"]["available"].clone();
        assert!(
            (39..=200).contains(&available.as_i64().unwrap()),
            "{path}: {available}"
        );
    }
    let mut tokens = Vec::new();
    for account in [seed::ADMIN, seed::CUSTOMER] {
        let login = json!({"email": account.email, "password": account.password});
        let (status, session) = post(&store, "/api/v1/sessions", &login).await;
        assert_eq!(status, 201, "{session}");
        assert_eq!(session["data"]["user"]["id"], json!(account.id));
        assert_eq!(session["data"]["user"]["emailVerified"], true);
        tokens.push(format!(
            "Bearer {}",
            session["data"]["accessToken"].as_str().unwrap()
        ));
    }
    let headers = [("authorization", tokens[1].as_str())];
    for (order, status) in [
        (seed::PAID_ORDER, "confirmed"),
        (seed::PENDING_ORDER, "pendingPayment"),
    ] {
        let path = format!("/api/v1/orders/{order}");
        let (_, found) = ask(&store, "GET", &path, &headers, &Value::Null).await;
        assert_eq!(found["data"]["status"], status, "{found}");
    }
    let path = format!("/api/v1/payments/{}", seed::PAYMENT);
    let (_, payment) = ask(&store, "GET", &path, &headers, &Value::Null).await;
    assert_eq!(payment["data"]["status"], "captured");
    // What became of their orders is told as of any other's.
    let told = subjects_to(&store, seed::CUSTOMER.email);
    let about = |words: &str| {
        told.iter()
            .filter(|subject| subject.contains(words))
            .count()
    };
    assert_eq!(
        (told.len(), about("confirmed"), about("on its way")),
        (10, 4, 2),
        "{told:#?}"
    );
    assert_eq!(store.denials(), []);
}

#[tokio::test(start_paused = true)]
async fn an_empty_store_is_empty() {
    let store = open(Options {
        seed: false,
        ..Options::for_tests()
    })
    .await;
    assert_eq!(get(&store, "/api/v1/products").await["data"], json!([]));
    assert_eq!(get(&store, "/_local/events").await["data"], json!([]));
}
