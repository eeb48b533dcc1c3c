//! What holds of every list: both ways of paging through it, and what a page costs and weighs.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use domain::clock::Timestamp;
use domain::currency::Currency;
use domain::id::ProductId;
use domain::money::Money;
use domain::product::{Details, Product, ProductStatus, Variant};
use domain::sku::Sku;
use domain::slug::Slug;
use domain::text::{Description, TaxCategory, Title};
use local::{Options, SeededEntropy};
use serde_json::{Value, json};
use store::event::Stamp;
use store::products::{self, Products};
use store::{Need, Wiring};

use crate::samples::routes;
use crate::shop::{Answer, Person, Shop, basket, with};

/// What Lambda answers at most, in bytes.
const MOST_ANSWER: usize = 6 * 1024 * 1024;

async fn page(person: &Person<'_>, path: &str) -> Answer {
    let page = person.get(path).await;
    assert_eq!(page.status, 200, "{path}: {page:?}");
    page
}

fn ids(page: &Answer) -> Vec<String> {
    let body = page.json();
    let items = body["data"].as_array().expect("a list");
    items.iter().map(|item| item["id"].to_string()).collect()
}

/// All of a list, by cursor.
async fn walk(person: &Person<'_>, list: &str, limit: u16) -> Vec<String> {
    let mut path = format!("{list}?limit={limit}");
    let mut seen = Vec::new();
    loop {
        let page = page(person, &path).await;
        seen.extend(ids(&page));
        match page.json()["links"]["next"].as_str() {
            Some(next) => path = next.to_owned(),
            None => return seen,
        }
    }
}

/// Every list there is, with at least five items each, and one who sees them all.
async fn lists(shop: &Shop) -> (Person<'_>, Vec<String>) {
    shop.stocked("MUG", 50).await;
    let admin = shop.admin().await;
    let body = with(
        basket(&[("MUG", 1)]),
        &json!({"paymentMethod": "pm_test_ok"}),
    );
    let mut order = String::new();
    for number in 0..5 {
        let placed = admin.order(&body).await;
        assert_eq!(placed.status, 201, "{placed:?}");
        if order.is_empty() {
            order = placed.text("/data/id");
        }
        let notes = format!("/api/v1/orders/{order}/notes");
        let noted = admin.post(&notes, &json!({"text": "Called."})).await;
        assert_eq!(noted.status, 201, "{noted:?}");
        let cart = admin.post("/api/v1/carts", &json!({})).await;
        assert_eq!(cart.status, 201, "{cart:?}");
        let zone = json!({"name": "Zone", "rates": [], "pricesIncludeTax": true});
        let taxed = admin.post("/api/v1/tax-zones", &zone).await;
        assert_eq!(taxed.status, 201, "{taxed:?}");
        let price = json!([{"price": {"amount": 1, "currency": "EUR"}}]);
        let post = json!([{"code": "post", "name": "Post", "rates": price}]);
        let zone = json!({"name": "Zone", "methods": post});
        let sent = admin.post("/api/v1/shipping-zones", &zone).await;
        assert_eq!(sent.status, 201, "{sent:?}");
        let promotion = json!({"name": "Sale", "effect": {"type": "freeShipping"}});
        let promoted = admin.post("/api/v1/promotions", &promotion).await;
        assert_eq!(promoted.status, 201, "{promoted:?}");
        // An entry of the audit trail comes with each key, a session with each newcomer and the admin.
        shop.key_with(&["catalog:read"]).await;
        shop.newcomer(&format!("newcomer-{number}@example.com"))
            .await;
        shop.wait(1).await;
    }
    let lists: Vec<String> = routes()
        .into_iter()
        .filter(|sample| sample.takes("cursor"))
        .filter_map(|sample| sample.function.route())
        .map(|route| route.full_path().replace("{sku}", "MUG"))
        .map(|path| path.replace("{id}", &order))
        .collect();
    assert!(lists.len() >= 8, "{lists:?}");
    (admin, lists)
}

#[tokio::test(start_paused = true)]
async fn numbered_pages_hold_what_cursors_lead_to() {
    let shop = Shop::open().await;
    let (admin, lists) = lists(&shop).await;
    for list in lists {
        let all = walk(&admin, &list, 3).await;
        let (total, pages) = (all.len(), all.len().div_ceil(2));
        assert!(total >= 5, "{list} has {total} items");
        assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), total, "{list}");
        for (number, expected) in (1..).zip(all.chunks(2)) {
            let own = format!("{list}?page={number}&pageSize=2");
            let page = page(&admin, &own).await;
            assert_eq!(ids(&page), expected, "{own}");
            let body = page.json();
            let meta = json!({"page": number, "pageSize": 2, "total": total, "totalPages": pages});
            assert_eq!(body["meta"], meta, "{own}");
            let link = |number: usize| json!(format!("{list}?pageSize=2&page={number}"));
            let links = &body["links"];
            assert_eq!(links["self"], own, "{own}");
            let (next, prev) = (links.get("next"), links.get("prev"));
            assert_eq!(next, (number < pages).then(|| link(number + 1)).as_ref());
            assert_eq!(prev, (number > 1).then(|| link(number - 1)).as_ref());
        }
        // Behind the last page there is nothing, and the way back to it.
        let beyond = page(&admin, &format!("{list}?page=500&pageSize=2")).await;
        assert_eq!(ids(&beyond), Vec::<String>::new());
        let back = beyond.text("/links/prev");
        assert_eq!(ids(&page(&admin, &back).await), all[(pages - 1) * 2..]);
        // Either number alone brings the other's default.
        let first = page(&admin, &format!("{list}?page=1")).await;
        assert_eq!(first.json()["meta"]["pageSize"], 20);
        let first = page(&admin, &format!("{list}?pageSize=5")).await;
        assert_eq!(first.json()["meta"]["page"], 1);
    }
}

#[tokio::test(start_paused = true)]
async fn pages_have_bounds() {
    let shop = Shop::open().await;
    let (admin, lists) = lists(&shop).await;
    let ways = "page: cannot stand together with cursor or limit";
    let end = "page: numbered pages end at the first 1000 items; go on with cursor and limit";
    for list in lists {
        let cursor = page(&admin, &format!("{list}?limit=1")).await;
        let cursor = cursor.text("/meta/nextCursor");
        for (query, error) in [
            ("limit=0".to_owned(), "limit: must be 1 to 100"),
            ("limit=101".to_owned(), "limit: must be 1 to 100"),
            ("pageSize=101".to_owned(), "pageSize: must be 1 to 100"),
            ("page=0".to_owned(), "page: must be 1 to 1000"),
            ("page=1001".to_owned(), "page: must be 1 to 1000"),
            ("page=11&pageSize=100".to_owned(), end),
            ("page=51".to_owned(), end),
            ("page=1&limit=1".to_owned(), ways),
            (format!("cursor={cursor}&pageSize=1"), ways),
        ] {
            let refused = admin.get(&format!("{list}?{query}")).await;
            assert_eq!(refused.status, 400, "{list}?{query}");
            assert_eq!(refused.errors(), [error], "{list}?{query}");
        }
        let last = page(&admin, &format!("{list}?page=10&pageSize=100")).await;
        assert_eq!(last.json()["meta"]["totalPages"], 1);
    }
}

/// Fills a catalogue with products that are all of one size, to the byte.
struct Shelf {
    wiring: Wiring,
    entropy: Arc<SeededEntropy>,
    began: Timestamp,
    count: u32,
}

impl Shelf {
    fn of(shop: &Shop) -> Self {
        Self {
            wiring: shop.store.wiring().expect("a wiring"),
            entropy: Arc::new(SeededEntropy::new(7)),
            began: shop.store.now(),
            count: 0,
        }
    }

    /// The next product: a millisecond younger than the last, its name and price anywhere.
    fn product(&mut self) -> Product {
        self.count += 1;
        let now = self.began.plus(Duration::from_millis(self.count.into()));
        // A multiplication by an odd number spreads the names without a repeat.
        let spread = self.count.wrapping_mul(2_654_435_761);
        // DynamoDB stores no zeros at a number's end.
        let price = 100_001 + spread % 90_000 * 10;
        let price = Money::new(i64::from(price), eur()).expect("a price");
        let details = Details {
            name: Title::parse(&format!("Thing {spread:08x}")).expect("a name"),
            slug: Slug::parse(&format!("thing-{spread:08x}")).expect("a slug"),
            description: Description::parse("").expect("a description"),
            status: ProductStatus::Active,
            category: None,
            variants: vec![Variant {
                sku: Sku::parse(&format!("THING-{spread:08x}")).expect("a SKU"),
                options: BTreeMap::new(),
                prices: vec![price],
                weight_grams: 100,
                tax_category: TaxCategory::default(),
            }],
            images: Vec::new(),
        };
        let id = ProductId::new(now, self.entropy.as_ref());
        Product::new(id, details, now).expect("a product")
    }

    /// Adds so many products, as many at once as a transaction takes.
    async fn add(&mut self, count: u32) -> Vec<String> {
        let products = Products::<products::Create>::wire(&self.wiring)
            .await
            .expect("a handle");
        let mut ids = Vec::new();
        let until = self.count + count;
        while self.count < until {
            let mut tx = products.begin(&Stamp {
                now: self.began,
                trace: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".to_owned(),
                entropy: self.entropy.clone(),
            });
            for _ in 0..(until - self.count).min(20) {
                let product = self.product();
                products
                    .create(&mut tx, &product, eur())
                    .expect("a product that can be stored");
                ids.push(json!(product.id).to_string());
            }
            tx.commit().await.expect("the products are stored");
        }
        ids
    }
}

fn eur() -> Currency {
    Currency::parse("EUR").expect("a currency")
}

/// A page of products, and the read units it took.
async fn metered(shop: &Shop, path: &str) -> (Answer, f64) {
    shop.store.cloud().meter_start();
    let page = page(&shop.anybody(), path).await;
    let metered = shop.store.cloud().meter_stop();
    (page, metered["catalog-list-products"].read_units)
}

#[tokio::test(start_paused = true)]
async fn ten_thousand_products_page_to_their_end_while_others_come() {
    let shop = Shop::with(Options {
        seed: false,
        warm: true,
        ..Options::for_tests()
    })
    .await;
    let mut shelf = Shelf::of(&shop);
    // Two pages of a hundred products, both with more behind them.
    let mut originals: BTreeSet<String> = shelf.add(100).await.into_iter().collect();
    let sorts = ["createdAt", "name", "-price"];
    let mut costs = Vec::new();
    for sort in sorts {
        let (first, cost) = metered(&shop, &format!("/api/v1/products?limit=49&sort={sort}")).await;
        let (second, next) = metered(&shop, &first.text("/links/next")).await;
        assert_eq!(second.json()["meta"]["hasMore"], true);
        costs.push((cost, next));
    }
    originals.extend(shelf.add(9_900).await);

    let counted = page(&shop.anybody(), "/api/v1/products?page=10&pageSize=100").await;
    assert_eq!(
        counted.json()["meta"],
        json!({"page": 10, "pageSize": 100, "totalIsAtLeast": 1000, "totalPages": 10})
    );
    assert_eq!(counted.json()["links"].get("next"), None);

    for (sort, (first, next)) in sorts.into_iter().zip(costs) {
        let mut path = format!("/api/v1/products?limit=49&sort={sort}");
        let (mut seen, mut pages) = (BTreeSet::new(), 0);
        let mut newer = BTreeSet::new();
        loop {
            let (page, cost) = metered(&shop, &path).await;
            for id in ids(&page) {
                assert!(seen.insert(id), "{sort}: seen twice");
            }
            pages += 1;
            let usual = if pages == 1 { first } else { next };
            let Some(link) = page.json()["links"]["next"].as_str().map(str::to_owned) else {
                break;
            };
            assert!(
                cost == usual,
                "{sort}: page {pages} took {cost} read units, among 100 products {usual}"
            );
            path = link;
            if pages % 50 == 0 && newer.len() < 99 {
                newer.extend(shelf.add(33).await);
            }
        }
        assert!(seen.is_superset(&originals), "{sort}: misses some");
        if sort == "createdAt" {
            assert!(seen.is_superset(&newer), "{sort}: misses what came");
        }
        originals.extend(newer);
    }
}

/// A product of about 180 KB.
fn heavy(number: u32, status: &str) -> Value {
    let variants: Vec<Value> = (0..40)
        .map(|variant| {
            let options: serde_json::Map<String, Value> = (0..10)
                .map(|option| {
                    let name = format!("{}{option}", "🫖".repeat(45));
                    (name, json!(format!("{}{variant}", "🫖".repeat(45))))
                })
                .collect();
            json!({
                "sku": format!("HEAVY-{number}-{variant}"),
                "options": options,
                "prices": [{"amount": 100, "currency": "EUR"}],
            })
        })
        .collect();
    json!({"name": format!("Heavy {number}"), "status": status, "variants": variants})
}

#[tokio::test(start_paused = true)]
async fn pages_of_large_items_are_cut_short_and_lose_none() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let mut created = BTreeSet::new();
    for number in 0..24 {
        let status = ["draft", "active", "archived"][number as usize % 3];
        let answer = admin.post("/api/v1/products", &heavy(number, status)).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        created.insert(answer.json()["data"]["id"].to_string());
    }
    for query in ["", "&sort=createdAt", "&sort=name", "&sort=-price"] {
        let mut path = format!("/api/v1/products?limit=100{query}");
        let mut seen = BTreeSet::new();
        let mut pages = 0;
        loop {
            let page = page(&admin, &path).await;
            assert!(page.body.len() < MOST_ANSWER / 2, "{}", page.body.len());
            pages += 1;
            for id in ids(&page) {
                assert!(seen.insert(id), "{query}: seen twice");
            }
            match page.json()["links"]["next"].as_str() {
                Some(next) => path = next.to_owned(),
                None => break,
            }
        }
        assert!(seen.is_superset(&created), "{query}: misses some");
        assert_eq!(seen.len(), 48, "{query}");
        assert!((3..=24).contains(&pages), "{query}: {pages} pages");
    }
    // One partition alone is cut by what one query reads.
    let first = page(&shop.anybody(), "/api/v1/products?limit=100").await;
    assert_eq!(first.json()["meta"]["hasMore"], true);
    let all = walk(&shop.anybody(), "/api/v1/products", 100).await;
    assert_eq!(
        (all.len(), all.iter().collect::<BTreeSet<_>>().len()),
        (32, 32)
    );
    let few = page(&admin, "/api/v1/products?page=3&pageSize=2").await;
    assert_eq!(
        (ids(&few).len(), few.json()["meta"]["total"].clone()),
        (2, json!(48))
    );
    let refused = admin.get("/api/v1/products?page=1&pageSize=24").await;
    assert_eq!(refused.status, 400);
    assert_eq!(
        refused.errors(),
        [
            "pageSize: so many of these items are too large for one answer; ask for fewer, or go \
             on with cursor and limit"
        ]
    );
}
