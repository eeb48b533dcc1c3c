//! `GET /docs/{asset}`.

use crate::shop::Shop;

#[tokio::test(start_paused = true)]
async fn every_part_comes_with_its_type() {
    let shop = Shop::open().await;
    let script = "text/javascript; charset=utf-8";
    let page = "text/html; charset=utf-8";
    for (name, media_type) in [
        ("docs.css", "text/css; charset=utf-8"),
        ("docs.js", script),
        ("dom.js", script),
        ("schema.js", script),
        ("trial.js", script),
        ("guide.js", script),
        ("favicon.svg", "image/svg+xml"),
        ("getting-started", page),
        ("authentication", page),
        ("errors", page),
        ("payments-testing", page),
        ("pricing", page),
        ("changelog", page),
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
async fn scripts_fetch_nothing_from_elsewhere() {
    let shop = Shop::open().await;
    for name in ["docs.js", "dom.js", "schema.js", "trial.js", "guide.js"] {
        let script = shop.anybody().get(&format!("/docs/{name}")).await;
        let script = String::from_utf8(script.body).expect("UTF-8");
        for call in ["import(", "from \"", "fetch(\""] {
            for target in script.split(call).skip(1) {
                assert!(target.starts_with(['.', '/']), "{name}: {target}");
                assert!(!target.starts_with("//"), "{name}: {target}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_guide_links_to_is_there() {
    let shop = Shop::open().await;
    for name in [
        "getting-started",
        "authentication",
        "errors",
        "payments-testing",
        "pricing",
        "changelog",
    ] {
        let guide = shop.anybody().get(&format!("/docs/{name}")).await;
        let policy = guide.header("content-security-policy").unwrap_or_default();
        assert!(policy.contains("default-src 'none'"), "{name}: {policy}");
        let page = String::from_utf8(guide.body).expect("UTF-8");
        for link in page.split("href=\"").skip(1) {
            let link = link.split('"').next().unwrap_or_default();
            let (path, fragment) = link.split_once('#').unwrap_or((link, ""));
            if link.starts_with("http") {
                continue;
            }
            let target = match path {
                "" => page.clone(),
                path => {
                    let target = shop.anybody().get(path).await;
                    assert_eq!(target.status, 200, "{name}: {link}");
                    String::from_utf8(target.body).expect("UTF-8")
                }
            };
            let is_there = fragment.is_empty() || target.contains(&format!("id=\"{fragment}\""));
            assert!(is_there, "{name}: {link}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn there_is_nothing_else() {
    let shop = Shop::open().await;
    for name in [
        "nothing.js",
        "DOCS.JS",
        "docs.html",
        "frame.html",
        "swagger-ui.css",
        "pages/errors.html",
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
