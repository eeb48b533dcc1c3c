//! `GET /openapi.json`.

use std::path::Path;

use serde_json::Value;

use crate::shop::Shop;

#[tokio::test(start_paused = true)]
async fn the_description_is_served_as_it_was_generated_but_for_white_space() {
    let shop = Shop::open().await;
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../openapi.json");
    let file = std::fs::read(file).expect("the description");
    let file: Value = serde_json::from_slice(&file).expect("JSON");
    let served = shop.anybody().get("/openapi.json").await;
    assert_eq!(served.status, 200);
    assert!(served.json() == file, "another document than the file's");
    let shortest = file.to_string().len();
    assert_eq!(served.body.len(), shortest);
    assert_eq!(served.header("content-type"), Some("application/json"));
    assert_eq!(served.header("cache-control"), Some("public, max-age=300"));
    assert_eq!(served.json()["openapi"], "3.1.0");
    let head = shop.anybody().ask("HEAD", "/openapi.json").send().await;
    assert_eq!((head.status, head.body.len()), (200, 0));
    assert_eq!(
        head.header("content-length"),
        Some(shortest.to_string().as_str())
    );
}

#[tokio::test(start_paused = true)]
async fn every_path_that_it_describes_is_answered() {
    let shop = Shop::open().await;
    let served = shop.anybody().get("/openapi.json").await.json();
    for (path, _) in served["paths"].as_object().expect("paths") {
        let answer = shop.anybody().ask("OPTIONS", path).send().await;
        assert_eq!(answer.status, 204, "{path}");
    }
}
