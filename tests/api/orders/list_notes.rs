//! `GET /orders/{id}/notes`.

use serde_json::json;

use crate::bought::Bought;
use crate::shop::Shop;

#[tokio::test(start_paused = true)]
async fn staff_reads_notes_newest_first_and_nobody_else_does() {
    let shop = Shop::open().await;
    let bought = Bought::at(&shop).await;
    let path = format!("{}/notes", bought.path);
    let none = bought.admin.get(&path).await;
    assert_eq!((none.status, &none.json()["data"]), (200, &json!([])));
    for text in ["one", "two", "three"] {
        let body = json!({ "text": text });
        assert_eq!(bought.admin.post(&path, &body).await.status, 201);
        // Ids of one millisecond have no order among them.
        shop.wait(1).await;
    }
    let admin = shop.admin().await;
    let page = admin.get(&format!("{path}?limit=2")).await;
    assert_eq!(page.text("/data/0/text"), "three");
    let rest = admin.get(&page.text("/links/next")).await;
    assert_eq!(rest.text("/data/0/text"), "one");
    assert_eq!(rest.json()["meta"]["hasMore"], false);
    assert_eq!(shop.customer().await.get(&path).await.status, 403);
    let nowhere = "/api/v1/orders/0190a0b0-0000-7000-8000-000000000000/notes";
    assert_eq!(admin.get(nowhere).await.status, 404);
}
