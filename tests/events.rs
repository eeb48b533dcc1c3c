//! The sample event of every function, handed to it as Lambda does: each succeeds on the demo shop,
//! alone and among the others, however often.

use std::collections::BTreeSet;
use std::path::Path;

use edge::Function;
use edge::function::BatchReply;
use edge::route::Method;
use local::Options;
use serde_json::Value;

use crate::samples::event;
use crate::shop::Shop;

/// The demo shop with what its customer has ordered.
async fn demo() -> Shop {
    Shop::with(Options {
        demo_orders: true,
        ..Options::for_tests()
    })
    .await
}

/// Hands a function its sample; what is wrong with the answer, if anything is.
async fn fault(shop: &Shop, function: &Function) -> Option<String> {
    let name = function.name();
    let answer = shop.store.invoke(&name, &event(&name).to_string()).await;
    let answer = match answer {
        Ok(answer) => answer,
        Err(error) => return Some(format!("{name}: {error}")),
    };
    let succeeded = if function.route().is_some() {
        let reply: Value = serde_json::from_str(&answer).expect("a reply");
        reply["statusCode"]
            .as_u64()
            .is_some_and(|status| (200..300).contains(&status))
    } else {
        serde_json::from_str::<BatchReply>(&answer)
            .is_ok_and(|reply| reply == BatchReply::default())
    };
    (!succeeded).then(|| format!("{name}: {answer}"))
}

#[tokio::test(start_paused = true)]
async fn every_sample_succeeds_on_a_fresh_shop() {
    let mut wrong = Vec::new();
    // Whoever only reads leaves a shop as it was.
    let read = demo().await;
    for function in registry::functions() {
        let written;
        let reads = function.route().map(|route| route.method) == Some(Method::Get);
        let shop = if reads {
            &read
        } else {
            written = demo().await;
            &written
        };
        wrong.extend(fault(shop, function).await);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What can be done once alone: what the sample deletes is then gone, its mailed token spent, and its
/// session ended.
const ONCE: [&str; 8] = [
    "carts-delete-cart",
    "carts-delete-cart-item",
    "catalog-delete-category",
    "pricing-delete-promotion",
    "pricing-delete-shipping-zone",
    "pricing-delete-tax-zone",
    "users-reset-password",
    "users-revoke-session",
];

#[tokio::test(start_paused = true)]
async fn every_sample_succeeds_after_all_others_and_again() {
    let shop = demo().await;
    let mut wrong = Vec::new();
    for round in 0..3 {
        for function in registry::functions() {
            if round > 0 && ONCE.contains(&function.name().as_str()) {
                continue;
            }
            wrong.extend(fault(&shop, function).await);
        }
        shop.settle().await;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(shop.dead_letters().await, 0);
}

#[test]
fn every_function_has_a_sample_and_every_sample_its_function() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../events");
    let samples: BTreeSet<String> = std::fs::read_dir(folder)
        .expect("the folder of samples")
        .map(|entry| entry.expect("a file").file_name())
        .map(|name| name.to_string_lossy().into_owned())
        .collect();
    let functions: BTreeSet<String> = registry::functions()
        .map(|function| format!("{}.json", function.name()))
        .collect();
    assert_eq!(samples, functions);
}
