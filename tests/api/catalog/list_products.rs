//! `GET /products`.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::shop::{Person, Shop, product, with};

#[tokio::test(start_paused = true)]
async fn a_list_pages_to_its_end_without_a_miss_or_a_repeat() {
    let shop = Shop::open().await;
    let mut path = "/api/v1/products?limit=5".to_owned();
    let mut seen = BTreeSet::new();
    let mut pages = 0;
    loop {
        let page = shop.anybody().get(&path).await;
        assert_eq!(page.status, 200, "{page:?}");
        let body = page.json();
        for item in body["data"].as_array().expect("a list") {
            assert!(seen.insert(item["id"].to_string()), "seen twice");
        }
        pages += 1;
        assert_eq!(body["meta"]["limit"], 5);
        match body["links"]["next"].as_str() {
            Some(next) => path = next.to_owned(),
            None => {
                assert_eq!(body["meta"]["hasMore"], false);
                break;
            }
        }
        if pages == 1 {
            // Something new comes first, where the list has already been.
            shop.stocked("LATE", 0).await;
        }
    }
    assert_eq!((seen.len(), pages), (24, 5));
}

#[tokio::test(start_paused = true)]
async fn customers_see_active_products_alone() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let draft = with(product("DRAFT", 100), &json!({"status": "draft"}));
    admin.post("/api/v1/products", &draft).await;
    let count = async |person: &Person<'_>, query: &str| {
        let page = person
            .get(&format!("/api/v1/products?limit=100{query}"))
            .await;
        page.json()["data"].as_array().map_or(0, Vec::len)
    };
    assert_eq!(count(&shop.anybody(), "").await, 24);
    assert_eq!(count(&admin, "").await, 25);
    assert_eq!(count(&admin, "&status=draft").await, 1);
    let forbidden = shop.anybody().get("/api/v1/products?status=draft").await;
    assert_eq!(forbidden.status, 403);
}

#[tokio::test(start_paused = true)]
async fn bad_queries_name_the_parameter() {
    let shop = Shop::open().await;
    for (query, error) in [
        ("limit=0", "limit: must be 1 to 100"),
        ("limit=101", "limit: must be 1 to 100"),
        ("limit=ten", "limit: must be an integer"),
        ("limit=1&limit=2", "limit: is given twice"),
        (
            "status=gone",
            "status: must be one of draft, active, archived",
        ),
        (
            "colour=red",
            "colour: is not a known parameter; allowed are status, minPrice, maxPrice, sort, \
             cursor, limit, page, pageSize, fields",
        ),
        (
            "sort=slug",
            "sort: must be one of createdAt, -createdAt, name, -name, price, -price",
        ),
        ("minPrice=-1", "minPrice: must be 0 to 9007199254740991"),
        ("maxPrice=1.50", "maxPrice: must be an integer"),
        (
            "minPrice=2&maxPrice=1",
            "minPrice: must not be above maxPrice",
        ),
        (
            "maxPrice=1&sort=name",
            "sort: must be one of price, -price together with minPrice or maxPrice",
        ),
        (
            "cursor=abc",
            "cursor: must be a nextCursor of this list with the same filters",
        ),
    ] {
        let answer = shop
            .anybody()
            .get(&format!("/api/v1/products?{query}"))
            .await;
        assert_eq!(answer.status, 400, "{query}");
        assert_eq!(answer.errors(), [error], "{query}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_cursor_belongs_to_its_list_and_filters() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let page = admin.get("/api/v1/products?limit=1").await;
    let cursor = page.text("/meta/nextCursor");
    let other = admin
        .get(&format!("/api/v1/products?status=active&cursor={cursor}"))
        .await;
    assert_eq!(other.status, 400);
    let other = admin.get(&format!("/api/v1/orders?cursor={cursor}")).await;
    assert_eq!(other.status, 400);
}

/// The names that a list holds, page by page.
async fn names(person: &Person<'_>, query: &str) -> Vec<String> {
    let mut path = format!("/api/v1/products?limit=2&{query}");
    let mut names = Vec::new();
    loop {
        let page = person.get(&path).await;
        assert_eq!(page.status, 200, "{page:?}");
        let body = page.json();
        for item in body["data"].as_array().expect("a list") {
            names.push(item["name"].as_str().expect("a name").to_owned());
        }
        match body["links"]["next"].as_str() {
            Some(next) => path = next.to_owned(),
            None => return names,
        }
    }
}

/// Some products beside the demo shop's, all of which cost less than 1,000 euros. The number is the
/// price of the dearer of two variants; one is sold for dollars alone.
async fn pieces(shop: &Shop) {
    let admin = shop.admin().await;
    for (number, (name, prices)) in [
        ("zither", vec![(200_000, "EUR"), (150_000, "EUR")]),
        ("Ärmel", vec![(100_000, "EUR"), (300_000, "EUR")]),
        ("Cup holder", vec![(150_001, "EUR")]),
        ("cup", vec![(1_000_000, "EUR")]),
        ("abacus", vec![(200, "USD")]),
    ]
    .into_iter()
    .enumerate()
    {
        let variants: Vec<Value> = (0..)
            .zip(prices)
            .map(|(variant, (amount, currency))| {
                json!({
                    "sku": format!("PIECE-{number}-{variant}"),
                    "prices": [{"amount": amount, "currency": currency}],
                })
            })
            .collect();
        let body = json!({"name": name, "status": "active", "variants": variants});
        let created = admin.post("/api/v1/products", &body).await;
        assert_eq!(created.status, 201, "{created:?}");
        // Ids of one millisecond have no order among them.
        shop.wait(1).await;
    }
}

const PIECES: [&str; 5] = ["zither", "Ärmel", "Cup holder", "cup", "abacus"];

#[tokio::test(start_paused = true)]
async fn a_list_is_sorted_by_date_name_or_price_either_way() {
    let shop = Shop::open().await;
    pieces(&shop).await;
    let customer = shop.anybody();
    for (sort, expected) in [
        ("createdAt", PIECES),
        ("name", ["abacus", "cup", "Cup holder", "zither", "Ärmel"]),
        ("price", ["Ärmel", "zither", "Cup holder", "cup", "abacus"]),
    ] {
        let up = names(&customer, &format!("sort={sort}")).await;
        let ours = up.iter().filter(|name| PIECES.contains(&name.as_str()));
        assert_eq!(ours.collect::<Vec<_>>(), expected, "{sort}");
        let mut down = names(&customer, &format!("sort=-{sort}")).await;
        down.reverse();
        assert_eq!(down, up, "-{sort}");
        // Staff's list is made of three, and is in the same order.
        let staff = names(&shop.admin().await, &format!("sort={sort}")).await;
        assert_eq!(staff, up, "{sort}");
    }
    let unsorted = names(&customer, "").await;
    assert_eq!(unsorted, names(&customer, "sort=-createdAt").await);
}

#[tokio::test(start_paused = true)]
async fn prices_bound_a_list_and_put_it_in_their_order() {
    let shop = Shop::open().await;
    pieces(&shop).await;
    let customer = shop.anybody();
    for (query, expected) in [
        ("minPrice=150000", vec!["zither", "Cup holder", "cup"]),
        ("minPrice=150001", vec!["Cup holder", "cup"]),
        ("minPrice=100000&maxPrice=150000", vec!["Ärmel", "zither"]),
        (
            "minPrice=100000&maxPrice=150001&sort=-price",
            vec!["Cup holder", "zither", "Ärmel"],
        ),
        ("minPrice=1000001", vec![]),
    ] {
        assert_eq!(names(&customer, query).await, expected, "{query}");
        assert_eq!(names(&shop.admin().await, query).await, expected, "{query}");
    }
    let cheap = names(&customer, "maxPrice=99999").await;
    assert_eq!(cheap.len(), 24);
}

#[tokio::test(start_paused = true)]
async fn a_changed_product_moves_in_every_order() {
    let shop = Shop::open().await;
    pieces(&shop).await;
    let admin = shop.admin().await;
    let list = admin.get("/api/v1/products?minPrice=1000000").await;
    let path = format!("/api/v1/products/{}", list.text("/data/0/id"));
    let merge = json!({
        "name": "Beaker",
        "variants": [{"sku": "BEAKER", "prices": [{"amount": 100_001, "currency": "EUR"}]}],
    });
    let ask = admin.ask("PATCH", &path).header("if-match", "*");
    let changed = ask.json(&merge).send().await;
    assert_eq!(changed.status, 200, "{changed:?}");
    let dear = names(&shop.anybody(), "minPrice=100000").await;
    assert_eq!(dear, ["Ärmel", "Beaker", "zither", "Cup holder"]);
    let named = names(&shop.anybody(), "sort=name").await;
    let place = |name: &str| named.iter().position(|one| one == name);
    assert!(place("abacus") < place("Beaker") && place("Beaker") < place("Cup holder"));
    assert_eq!(place("cup"), None);
    // Whoever is archived leaves the customers' lists.
    let ask = admin.ask("PATCH", &path).header("if-match", "*");
    let archived = ask.json(&json!({"status": "archived"})).send().await;
    assert_eq!(archived.status, 200, "{archived:?}");
    let dear = names(&shop.anybody(), "minPrice=100000").await;
    assert_eq!(dear, ["Ärmel", "zither", "Cup holder"]);
    let archived = names(&admin, "status=archived&sort=name").await;
    assert_eq!(archived, ["Beaker"]);
}

#[tokio::test(start_paused = true)]
async fn the_last_numbered_page_is_the_one_of_the_thousandth_item() {
    let shop = Shop::open().await;
    let anybody = shop.anybody();
    let last = anybody.get("/api/v1/products?page=34&pageSize=30").await;
    assert_eq!((last.status, &last.json()["data"]), (200, &json!([])));
    let beyond = anybody.get("/api/v1/products?page=35&pageSize=30").await;
    assert_eq!(beyond.status, 400);
}
