//! `GET /orders`.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use domain::address::{Address, AddressLine, PostalCode};
use domain::clock::Timestamp;
use domain::country::Country;
use domain::currency::Currency;
use domain::email::Email;
use domain::id::{OrderId, ProductId, UserId};
use domain::money::Money;
use domain::order::{Draft, Order, OrderStatus};
use domain::pricing::{Basket, Item, Quote, Tariff, Wishes};
use domain::quantity::Quantity;
use domain::sku::Sku;
use domain::text::{PersonName, TaxCategory, Title};
use serde_json::{Value, json};
use store::orders::{self, Orders};

use crate::shop::{Answer, Person, Shop, basket};

async fn all(person: &Person<'_>, limit: u32) -> Vec<String> {
    walk(person, &format!("limit={limit}")).await
}

async fn walk(person: &Person<'_>, query: &str) -> Vec<String> {
    let mut path = format!("/api/v1/orders?{query}");
    let mut ids = Vec::new();
    loop {
        let page = person.get(&path).await;
        assert_eq!(page.status, 200, "{page:?}");
        let body = page.json();
        for order in body["data"].as_array().expect("a list") {
            ids.push(order["id"].as_str().expect("an id").to_owned());
        }
        match body["links"]["next"].as_str() {
            Some(next) => path = next.to_owned(),
            None => return ids,
        }
    }
}

#[tokio::test(start_paused = true)]
async fn customers_see_their_own_and_staff_see_all_newest_first() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 50).await;
    let one = shop.newcomer("one@example.com").await;
    let other = shop.newcomer("other@example.com").await;
    let mut placed = Vec::new();
    for turn in 0..7 {
        let person = if turn % 2 == 0 { &one } else { &other };
        let order = person.order(&basket(&[("MUG", 1)])).await;
        placed.push(order.text("/data/id"));
        // Ids of one millisecond have no order among them.
        shop.wait(1).await;
    }
    placed.reverse();
    let own: Vec<String> = placed.iter().step_by(2).cloned().collect();
    assert_eq!(all(&one, 2).await, own);
    let everything = all(&shop.admin().await, 3).await;
    let known: BTreeSet<&String> = placed.iter().collect();
    let ours: Vec<&String> = everything.iter().filter(|id| known.contains(id)).collect();
    assert_eq!(ours, placed.iter().collect::<Vec<_>>());
    let distinct: BTreeSet<&String> = everything.iter().collect();
    assert_eq!(distinct.len(), everything.len(), "none comes twice");
}

/// How many orders fit into one transaction, with the news of each.
const AT_ONCE: usize = 50;
const STATUSES: &[OrderStatus] = OrderStatus::ALL;

fn placed(customer: Option<UserId>, status: OrderStatus, now: Timestamp, shop: &Shop) -> Order {
    let stamp = shop.store.stamp();
    let line = |text| AddressLine::parse(text).expect("a line");
    let item = Item {
        sku: Sku::parse("MUG").expect("a SKU"),
        product: ProductId::from_u128(1),
        categories: BTreeSet::new(),
        name: Title::parse("Mug").expect("a title"),
        options: BTreeMap::new(),
        quantity: Quantity::MIN,
        unit_price: Money::new(100, Currency::EUR).expect("a price"),
        weight_grams: 0,
        tax_category: TaxCategory::default(),
    };
    let basket = Basket::new(Currency::EUR, vec![item]).expect("a basket");
    let quote = Quote::of(&basket, &Wishes::none(now), &Tariff::default());
    let draft = Draft {
        id: OrderId::new(now, stamp.entropy.as_ref()),
        customer,
        email: Email::parse("buyer@example.com").expect("an address"),
        shipping_address: Address {
            name: PersonName::parse("Buyer").expect("a name"),
            line1: line("Street 1"),
            line2: None,
            city: line("Town"),
            region: None,
            postal_code: PostalCode::parse("12345").expect("a code"),
            country: Country::parse("DE").expect("a country"),
        },
        payment_method: None,
        quote: quote.expect("a quote"),
    };
    let order = Order::place(draft, now, stamp.entropy.as_ref());
    Order { status, ..order }
}

/// Puts orders down, each a millisecond or more after the one before.
async fn fill(
    shop: &Shop,
    wanted: impl IntoIterator<Item = (Option<UserId>, OrderStatus)>,
) -> Vec<String> {
    let orders: Orders<orders::Create> = shop.handle().await;
    let wanted: Vec<_> = wanted.into_iter().collect();
    let mut ids = Vec::new();
    for some in wanted.chunks(AT_ONCE) {
        let stamp = shop.store.stamp();
        let mut tx = orders.begin(&stamp);
        for (customer, status) in some {
            let order = placed(*customer, *status, shop.store.now(), shop);
            orders.create(&mut tx, &order).expect("an order");
            ids.push(order.id.to_string());
        }
        tx.commit().await.expect("a transaction");
        tokio::time::advance(Duration::from_millis(1)).await;
    }
    ids
}

fn user(number: u128) -> UserId {
    UserId::from_u128(number)
}

#[tokio::test(start_paused = true)]
async fn any_combination_of_filters_is_exact() {
    let shop = Shop::warm().await;
    let admin = shop.admin().await;
    for _ in 0..4 {
        let people = [None, Some(user(1)), Some(user(2))];
        let some = people
            .into_iter()
            .flat_map(|person| STATUSES.iter().map(move |status| (person, *status)));
        fill(&shop, some).await;
        shop.store.advance(Duration::from_secs(60)).await;
    }
    let everything = admin.get("/api/v1/orders?limit=100").await.json();
    let everything = everything["data"].as_array().expect("a list").clone();
    assert_eq!(everything.len(), 60);
    let text = |order: &Value, name: &str| order[name].as_str().unwrap_or_default().to_owned();
    let instants: Vec<String> = {
        let all: BTreeSet<String> = everything.iter().map(|o| text(o, "createdAt")).collect();
        all.into_iter().collect()
    };
    assert_eq!(instants.len(), 4);
    let any = |words: &[String]| -> Vec<Option<String>> {
        std::iter::once(None)
            .chain(words.iter().cloned().map(Some))
            .collect()
    };
    let statuses: Vec<String> = STATUSES.iter().map(ToString::to_string).collect();
    let people = [user(1).to_string(), user(3).to_string()];
    let mut tried = 0;
    for status in any(&statuses) {
        for person in any(&people) {
            for (from, to) in [
                (None, None),
                (Some(&instants[1]), None),
                (None, Some(&instants[1])),
                (Some(&instants[1]), Some(&instants[3])),
            ] {
                let mut expected: Vec<String> = everything
                    .iter()
                    .filter(|order| {
                        let fits = |word: &Option<String>, name: &str| {
                            word.as_ref().is_none_or(|word| text(order, name) == *word)
                        };
                        let at = text(order, "createdAt");
                        fits(&status, "status")
                            && fits(&person, "customerId")
                            && from.is_none_or(|from| at >= *from)
                            && to.is_none_or(|to| at < *to)
                    })
                    .map(|order| text(order, "id"))
                    .collect();
                let query: String = [
                    ("status", status.as_ref()),
                    ("customerId", person.as_ref()),
                    ("createdFrom", from),
                    ("createdTo", to),
                ]
                .iter()
                .filter_map(|(name, word)| Some(format!("{name}={}&", (*word)?)))
                .collect();
                assert_eq!(
                    walk(&admin, &format!("{query}limit=4")).await,
                    expected,
                    "{query}"
                );
                expected.reverse();
                let oldest = format!("{query}sort=createdAt&limit=7");
                assert_eq!(walk(&admin, &oldest).await, expected, "{oldest}");
                tried += 1;
            }
        }
    }
    assert_eq!(tried, 72);
}

#[tokio::test(start_paused = true)]
async fn an_order_moves_from_list_to_list_with_its_status() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 5).await;
    let (customer, admin) = (shop.customer().await, shop.admin().await);
    let order = customer
        .order(&basket(&[("MUG", 1)]))
        .await
        .text("/data/id");
    let lists = async || {
        let mut found = Vec::new();
        for status in STATUSES {
            let query = format!("status={status}");
            let own = walk(&customer, &query).await.contains(&order);
            assert_eq!(walk(&admin, &query).await.contains(&order), own, "{status}");
            if own {
                found.push(status.as_str());
            }
        }
        found
    };
    assert_eq!(lists().await, ["pendingPayment"]);
    assert_eq!(customer.pay(&order, "pm_test_ok").await.status, 201);
    shop.settle().await;
    assert_eq!(lists().await, ["confirmed"]);
    let cancel = format!("/api/v1/orders/{order}/cancellations");
    assert_eq!(customer.post(&cancel, &json!({})).await.status, 201);
    assert_eq!(lists().await, ["cancelled"]);
}

#[tokio::test(start_paused = true)]
async fn customers_name_nobody_else_and_bad_queries_name_the_parameter() {
    let shop = Shop::open().await;
    let customer = shop.customer().await;
    let own = customer.get("/api/v1/users/me").await.text("/data/id");
    let path = |query: &str| format!("/api/v1/orders?{query}");
    assert_eq!(
        customer
            .get(&path(&format!("customerId={own}")))
            .await
            .status,
        200
    );
    let other = customer
        .get(&path(&format!("customerId={}", user(1))))
        .await;
    assert_eq!((other.status, other.code().as_str()), (403, "forbidden"));
    for (query, error) in [
        (
            "status=gone",
            "status: must be one of pendingPayment, confirmed, completed, cancelled, expired",
        ),
        ("sort=total", "sort: must be one of createdAt, -createdAt"),
        (
            "createdFrom=yesterday",
            "createdFrom: must be an RFC 3339 date and time",
        ),
        (
            "createdFrom=2026-01-02T00:00:00Z&createdTo=2026-01-01T00:00:00Z",
            "createdTo: must not be before createdFrom",
        ),
    ] {
        let refused = customer.get(&path(query)).await;
        assert_eq!(
            (refused.status, refused.errors()),
            (400, vec![error.to_owned()])
        );
    }
    fill(
        &shop,
        [(None, OrderStatus::Expired), (None, OrderStatus::Expired)],
    )
    .await;
    let admin = shop.admin().await;
    let cursor = admin.get(&path("limit=1")).await.text("/meta/nextCursor");
    for query in [
        "status=expired",
        "sort=createdAt",
        "createdFrom=2026-01-01T00:00:00Z",
    ] {
        let refused = admin.get(&path(&format!("{query}&cursor={cursor}"))).await;
        assert_eq!(
            refused.status, 400,
            "a cursor belongs to its filters: {query}"
        );
    }
}

/// A page of orders, and the read units it took.
async fn metered(shop: &Shop, admin: &Person<'_>, path: &str) -> (Answer, f64) {
    shop.store.cloud().meter_start();
    let page = admin.get(path).await;
    assert_eq!(page.status, 200, "{page:?}");
    let metered = shop.store.cloud().meter_stop();
    (page, metered["orders-list-orders"].read_units)
}

#[tokio::test(start_paused = true)]
async fn thousands_page_to_the_end_at_the_cost_of_a_hundred() {
    let shop = Shop::warm().await;
    let admin = shop.admin().await;
    let orders = (0..3_000_usize).map(|number| {
        let whose = (number % 3 == 0).then(|| user(1));
        (whose, STATUSES[number % STATUSES.len()])
    });
    let mut orders = orders.into_iter();
    let mut known = fill(&shop, orders.by_ref().take(300)).await;
    let one = user(1);
    let queries = [
        ("limit=20".to_owned(), 1),
        ("limit=20&sort=createdAt&status=confirmed".to_owned(), 5),
        (format!("limit=20&customerId={one}"), 3),
        (format!("limit=20&customerId={one}&status=completed"), 15),
    ];
    let mut costs = Vec::new();
    for (query, _) in &queries {
        let (page, cost) = metered(&shop, &admin, &format!("/api/v1/orders?{query}")).await;
        assert_eq!(ids(&page).len(), 20, "{query}");
        costs.push(cost);
    }
    known.extend(fill(&shop, orders).await);
    assert_eq!(known.len(), 3_000);
    for ((query, every), of_some) in queries.iter().zip(costs) {
        let mut path = format!("/api/v1/orders?{query}");
        let mut seen = BTreeSet::new();
        loop {
            let (page, cost) = metered(&shop, &admin, &path).await;
            for id in ids(&page) {
                assert!(seen.insert(id), "{query}: none comes twice");
            }
            let Some(next) = page.json()["links"]["next"].as_str().map(str::to_owned) else {
                break;
            };
            assert!(
                cost <= of_some,
                "{query}: {cost} read units, among 300 {of_some}"
            );
            path = next;
        }
        assert_eq!(seen.len(), 3_000 / every, "{query}");
    }
}

fn ids(page: &Answer) -> Vec<String> {
    let body = page.json();
    let found = body["data"].as_array().cloned().unwrap_or_default();
    found
        .iter()
        .filter_map(|order| order["id"].as_str().map(str::to_owned))
        .collect()
}
