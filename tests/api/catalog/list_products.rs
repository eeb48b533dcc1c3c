//! `GET /products`.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{category, patch};
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
            "colour: is not a known parameter; allowed are category, q, status, minPrice, \
             maxPrice, sort, cursor, limit, page, pageSize, fields",
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
            "category=No+Slug",
            "category: must be lower-case letters and digits in words joined by single hyphens",
        ),
        ("q=", "q: must be 1 to 100 characters"),
        (
            "q=mug&sort=name",
            "sort: cannot stand together with q, which can with category and status",
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
                    "options": {"form": variant.to_string()},
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

/// A product by its name, with some of its fields.
async fn put_up(shop: &Shop, name: &str, more: &Value) -> String {
    let sku = name.replace(|c: char| !c.is_ascii_alphanumeric(), "-");
    let body = with(product(&sku, 100_000), more);
    let body = with(body, &json!({"name": name, "slug": null}));
    let created = shop.admin().await.post("/api/v1/products", &body).await;
    assert_eq!(created.status, 201, "{created:?}");
    shop.wait(1).await;
    created.text("/data/id")
}

#[tokio::test(start_paused = true)]
async fn a_category_holds_what_is_below_it_in_every_order() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let root = category(&admin, "Garden", None).await;
    let beds = category(&admin, "Beds", Some(&root)).await;
    category(&admin, "Bulbs", Some(&beds)).await;
    for (name, slug, amount, status) in [
        ("Watering can", "garden", 3_000, "active"),
        ("Crocus", "bulbs", 500, "active"),
        ("rake", "garden", 2_500, "active"),
        ("Marigold", "beds", 700, "active"),
        ("Anemone", "bulbs", 600, "draft"),
    ] {
        let more = json!({
            "category": slug,
            "status": status,
            "variants": [{"sku": name.replace(' ', "-"), "prices": [{"amount": amount, "currency": "EUR"}]}],
        });
        put_up(&shop, name, &more).await;
    }
    let anybody = shop.anybody();
    for (query, expected) in [
        (
            "category=garden&sort=createdAt",
            vec!["Watering can", "Crocus", "rake", "Marigold"],
        ),
        (
            "category=garden&sort=name",
            vec!["Crocus", "Marigold", "rake", "Watering can"],
        ),
        (
            "category=garden&sort=-price",
            vec!["Watering can", "rake", "Marigold", "Crocus"],
        ),
        (
            "category=garden&minPrice=600&maxPrice=2500",
            vec!["Marigold", "rake"],
        ),
        ("category=beds", vec!["Marigold", "Crocus"]),
        ("category=bulbs", vec!["Crocus"]),
        ("category=bulbs&minPrice=501", vec![]),
        ("category=season", vec![]),
    ] {
        assert_eq!(names(&anybody, query).await, expected, "{query}");
    }
    let staff = names(&admin, "category=garden&sort=price").await;
    assert_eq!(
        staff,
        ["Crocus", "Anemone", "Marigold", "rake", "Watering can"]
    );
    let drafts = names(&admin, "category=garden&status=draft").await;
    assert_eq!(drafts, ["Anemone"]);
    let numbered = anybody.get("/api/v1/products?category=garden&sort=name&page=2&pageSize=3");
    let numbered = numbered.await;
    assert_eq!(numbered.text("/data/0/name"), "Watering can");
    assert_eq!(numbered.json()["meta"]["total"], 4);
    let unknown = anybody.get("/api/v1/products?category=nowhere").await;
    assert_eq!(
        (unknown.status, unknown.code().as_str()),
        (422, "validation_failed")
    );
    assert_eq!(
        unknown.errors(),
        ["category: must be the slug of an existing category"]
    );
}

#[tokio::test(start_paused = true)]
async fn a_product_moves_from_category_to_category() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let id = put_up(
        &shop,
        "Teaspoon",
        &json!({"category": "mugs", "status": "active"}),
    )
    .await;
    let path = format!("/api/v1/products/{id}");
    let among = async |slug: &str| {
        let list = names(&shop.anybody(), &format!("category={slug}")).await;
        list.contains(&"Teaspoon".to_owned())
    };
    assert!(among("mugs").await && among("kitchen").await);
    let moved = patch(&admin, &path, &json!({"category": "writing"})).await;
    assert_eq!(moved.text("/data/category"), "writing");
    assert!(!among("kitchen").await && among("desk").await);
    let out = patch(&admin, &path, &json!({"category": null})).await;
    assert!(out.json()["data"]["category"].is_null(), "{out:?}");
    assert!(!among("writing").await);
    let wrong = json!({"name": "", "category": "nowhere"});
    assert_eq!(patch(&admin, &path, &wrong).await.status, 422);
    let wrong = json!({"category": "nowhere", "variants": [
        {"sku": "A", "prices": [{"amount": 1, "currency": "EUR"}]},
        {"sku": "B", "prices": [{"amount": 1, "currency": "EUR"}]},
    ]});
    assert_eq!(
        patch(&admin, &path, &wrong).await.errors(),
        [
            "category: must be the slug of an existing category",
            "variants[1].options: must differ from those of the other variants",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn names_are_found_by_how_their_words_begin() {
    let shop = Shop::open().await;
    let anybody = shop.anybody();
    for (query, expected) in [
        ("q=mug", vec!["Stoneware mug"]),
        ("q=MUG+stone", vec!["Stoneware mug"]),
        (
            "q=d",
            vec![
                "Day pack 18 l",
                "Desk lamp",
                "Desk mat",
                "Dotted notebook A5",
                "Pour-over dripper",
            ],
        ),
        ("q=desk+m", vec!["Desk mat"]),
        ("q=chefs", vec!["Chef's knife 20 cm"]),
        ("q=20+cm", vec!["Chef's knife 20 cm"]),
        (
            "q=10",
            vec!["Loose green tea 100 g", "Paper filters 02, 100 pieces"],
        ),
        ("q=over", vec!["Pour-over dripper"]),
        ("q=ug", vec![]),
        ("q=mug+plate", vec![]),
        ("q=%21%3F", vec![]),
        ("q=desk&category=writing", vec![]),
        ("q=b&category=travel", vec!["Insulated bottle 0.5 l"]),
        ("q=mug&status=active", vec!["Stoneware mug"]),
    ] {
        let mut found = names(&anybody, query).await;
        found.sort_unstable();
        let mut expected = expected;
        expected.sort_unstable();
        assert_eq!(found, expected, "{query}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_search_pages_to_its_end_without_a_miss_or_a_repeat() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    // Several words of a name begin alike, and many names have one of two words.
    for number in 0..12 {
        let name = format!("Cup holder for cups, cupboard {number}");
        put_up(&shop, &name, &json!({"status": "active"})).await;
        let name = format!("Holder {number}");
        let status = if number % 2 == 0 { "active" } else { "draft" };
        put_up(&shop, &name, &json!({"status": status})).await;
    }
    for (query, count) in [
        ("q=cup", 12),
        ("q=hold", 18),
        ("q=hold+cup+1", 3),
        ("q=holder+9", 1),
    ] {
        let found = names(&shop.anybody(), query).await;
        let once: BTreeSet<&String> = found.iter().collect();
        assert_eq!((found.len(), once.len()), (count, count), "{query}");
    }
    assert_eq!(names(&admin, "q=hold").await.len(), 24);
    assert_eq!(names(&admin, "q=hold&status=draft").await.len(), 6);
    let mut numbered = Vec::new();
    for page in 1..=4 {
        let path = format!("/api/v1/products?q=hold&page={page}&pageSize=5");
        let page = shop.anybody().get(&path).await.json();
        assert_eq!(page["meta"]["total"], 18);
        let list = page["data"].as_array().cloned().unwrap_or_default();
        numbered.extend(
            list.iter()
                .map(|one| one["name"].as_str().unwrap_or_default().to_owned()),
        );
    }
    assert_eq!(numbered, names(&shop.anybody(), "q=hold").await);
}

#[tokio::test(start_paused = true)]
async fn what_is_called_otherwise_is_found_otherwise() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let id = put_up(&shop, "Ärmel", &json!({"status": "active"})).await;
    let path = format!("/api/v1/products/{id}");
    let found = async |q: &str| names(&shop.anybody(), &format!("q={q}")).await.len();
    assert_eq!((found("%C3%A4r").await, found("AERM").await), (1, 1));
    patch(&admin, &path, &json!({"name": "Sleeve of cloth"})).await;
    assert_eq!((found("aermel").await, found("cloth+sleeve").await), (0, 1));
    patch(&admin, &path, &json!({"status": "archived"})).await;
    assert_eq!(found("sleeve").await, 0);
    assert_eq!(names(&admin, "q=sleeve").await, ["Sleeve of cloth"]);
    // An archived product can be sold again.
    patch(&admin, &path, &json!({"status": "active"})).await;
    assert_eq!(found("sleeve").await, 1);
    assert_eq!(admin.delete(&path).await.status, 204);
    assert_eq!(names(&admin, "q=sleeve").await, [""; 0]);
}
