//! `GET /docs`.

use crate::shop::Shop;

/// The values of an attribute, wherever it stands in a page.
fn values<'a>(page: &'a str, attribute: &str) -> Vec<&'a str> {
    page.split(&format!("{attribute}=\""))
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect()
}

#[tokio::test(start_paused = true)]
async fn the_page_is_made_of_our_own_parts() {
    let shop = Shop::open().await;
    let answer = shop.anybody().get("/docs").await;
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.header("content-type"),
        Some("text/html; charset=utf-8")
    );
    assert_eq!(answer.header("cache-control"), Some("public, max-age=300"));
    let page = String::from_utf8(answer.body.clone()).expect("UTF-8");
    assert!(!page.contains("//"), "something is fetched from elsewhere");
    let mut parts = 0;
    for reference in [values(&page, "src"), values(&page, "href")].concat() {
        if reference.starts_with('#') {
            continue;
        }
        assert!(reference.starts_with('/'), "{reference}");
        let part = shop.anybody().get(reference).await;
        assert_eq!(part.status, 200, "{reference}");
        parts += 1;
    }
    assert!(parts > 10, "only {parts} links and parts");
    // Neither script nor style stands in the page itself, so that its policy can be strict.
    assert!(page.contains("<script src=") && !page.contains("<script>"));
    assert!(!page.contains("<style") && !page.contains("style=\"") && !page.contains(" onclick"));
    let policy = answer.header("content-security-policy").expect("a policy");
    assert!(policy.contains("default-src 'none'"), "{policy}");
    assert!(policy.contains("script-src 'self';"), "{policy}");
    assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
    assert!(
        !policy.contains("unsafe") && !policy.contains('*'),
        "{policy}"
    );
}

#[tokio::test(start_paused = true)]
async fn head_answers_as_get_without_a_body() {
    let shop = Shop::open().await;
    let get = shop.anybody().get("/docs").await;
    let head = shop.anybody().ask("HEAD", "/docs").send().await;
    assert_eq!((head.status, head.body.len()), (200, 0));
    for name in ["content-type", "content-length", "cache-control"] {
        assert_eq!(head.header(name), get.header(name), "{name}");
    }
}
