//! `GET /shipping-zones`.

use super::{SHIPPING_ZONES, made, shipping_zone};
use crate::shop::Shop;

#[tokio::test(start_paused = true)]
async fn the_newest_come_first_page_by_page() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let there = admin.get(SHIPPING_ZONES).await.json()["data"]
        .as_array()
        .map(Vec::len);
    let mut ids = Vec::new();
    for country in ["NO", "SE", "FI"] {
        shop.wait(1).await;
        let body = shipping_zone(country, 100);
        ids.insert(
            0,
            made(&admin, SHIPPING_ZONES, &body).await.text("/data/id"),
        );
    }
    let (mut path, mut seen) = (format!("{SHIPPING_ZONES}?limit=2"), Vec::new());
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
        path = format!("{SHIPPING_ZONES}?limit=2&cursor={cursor}");
    }
    assert_eq!(seen[..3], ids);
    assert_eq!(Some(seen.len()), there.map(|there| there + 3));
}
