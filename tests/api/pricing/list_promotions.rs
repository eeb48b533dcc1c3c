//! `GET /promotions`.

use super::{PROMOTIONS, coupon, made};
use crate::shop::Shop;

#[tokio::test(start_paused = true)]
async fn the_newest_come_first_page_by_page() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let there = admin.get(PROMOTIONS).await.json()["data"]
        .as_array()
        .map(Vec::len);
    let mut ids = Vec::new();
    for code in ["ONE", "TWO", "THREE"] {
        shop.wait(1).await;
        let body = coupon(code);
        ids.insert(0, made(&admin, PROMOTIONS, &body).await.text("/data/id"));
    }
    let (mut path, mut seen) = (format!("{PROMOTIONS}?limit=2"), Vec::new());
    loop {
        let page = admin.get(&path).await;
        assert_eq!(page.status, 200, "{page:?}");
        let data = page.json()["data"].clone();
        let items = data.as_array().cloned().unwrap_or_default();
        seen.extend(
            items
                .iter()
                .filter_map(|item| item["id"].as_str().map(str::to_owned)),
        );
        let meta = page.json()["meta"].clone();
        let Some(cursor) = meta["nextCursor"].as_str() else {
            break;
        };
        path = format!("{PROMOTIONS}?limit=2&cursor={cursor}");
    }
    assert_eq!(seen[..3], ids);
    assert_eq!(Some(seen.len()), there.map(|there| there + 3));
}
