//! `GET /docs/{asset}`.

use crate::shop::Shop;

#[tokio::test(start_paused = true)]
async fn every_part_comes_with_its_type() {
    let shop = Shop::open().await;
    for (name, media_type) in [
        ("docs.js", "text/javascript; charset=utf-8"),
        ("swagger-ui-bundle.js", "text/javascript; charset=utf-8"),
        ("swagger-ui.css", "text/css; charset=utf-8"),
        ("LICENSE", "text/plain; charset=utf-8"),
        ("NOTICE", "text/plain; charset=utf-8"),
    ] {
        let path = format!("/docs/{name}");
        let part = shop.anybody().get(&path).await;
        assert_eq!(part.status, 200, "{name}");
        assert_eq!(part.header("content-type"), Some(media_type), "{name}");
        assert_eq!(part.header("cache-control"), Some("public, max-age=300"));
        assert_eq!(part.header("x-content-type-options"), Some("nosniff"));
        assert!(!part.body.is_empty(), "{name}");
        let head = shop.anybody().ask("HEAD", &path).send().await;
        assert_eq!((head.status, head.body.len()), (200, 0), "{name}");
        let length = part.body.len().to_string();
        assert_eq!(head.header("content-length"), Some(length.as_str()));
    }
}

#[tokio::test(start_paused = true)]
async fn the_page_shows_our_description_and_asks_nobody_else() {
    let shop = Shop::open().await;
    let script = shop.anybody().get("/docs/docs.js").await;
    let script = String::from_utf8(script.body).expect("UTF-8");
    assert!(script.contains("url: \"/openapi.json\""), "{script}");
    assert!(script.contains("validatorUrl: null"), "{script}");
}

#[tokio::test(start_paused = true)]
async fn there_is_nothing_else() {
    let shop = Shop::open().await;
    for name in [
        "nothing.js",
        "DOCS.JS",
        "docs.html",
        "..%2fopenapi.json",
        "%2e%2e",
        "docs.js/",
        "",
    ] {
        let missing = shop.anybody().get(&format!("/docs/{name}")).await;
        assert_eq!(
            (missing.status, missing.code().as_str()),
            (404, "not_found"),
            "{name}"
        );
    }
}
