//! Fills a shop with what years of trade would have left in it: through the handles that functions write with,
//! whose items go into the database many at a time.

use std::collections::{BTreeMap, BTreeSet};
use std::mem;
use std::sync::{Arc, Mutex, PoisonError};

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use serde_json::Value;

use domain::address::{Address, AddressLine, PostalCode};
use domain::country::Country;
use domain::currency::Currency;
use domain::email::Email;
use domain::id::{MovementId, OrderId, ProductId, UserId};
use domain::money::Money;
use domain::order::{Draft, Order};
use domain::pricing::{Basket, Item, Quote, Tariff, Wishes};
use domain::product::{Details, Product, ProductStatus, Variant};
use domain::quantity::Quantity;
use domain::sku::Sku;
use domain::slug::Slug;
use domain::stock::{Movement, MovementKind};
use domain::text::{Description, PaymentMethod, PersonName, Reason, TaxCategory, Title};
use local::seed;
use store::aws::Aws;
use store::event::Stamp;
use store::orders::{self, Orders};
use store::products::{self, Products};
use store::stock::{self, Stock, Taker};
use store::{Need, Wiring};

use crate::functions::Fallible;
use crate::say;
use crate::shop::Services;

/// How many things are written at once.
const AT_ONCE: u32 = 1_000;
/// How many orders a customer has.
const ORDERS_EACH: u32 = 10;
/// How many orders the demo customer has, so that their list is as long in every shop.
const OF_DEMO_CUSTOMER: u32 = 40;
/// How many demo categories there are that have products.
const CATEGORIES: u32 = 9;

/// What the sample order is of, and how much more of it there is than anybody will order.
const ORDERED: [&str; 2] = ["MUG-STONE-BLUE", "NOTE-A5-BLACK"];
const PLENTY: i64 = 1_000_000;

const KINDS: [&str; 20] = [
    "Lamp", "Chair", "Table", "Shelf", "Mug", "Bowl", "Plate", "Knife", "Board", "Towel", "Basket",
    "Candle", "Clock", "Mirror", "Rug", "Cushion", "Vase", "Tray", "Jug", "Stool",
];
const LOOKS: [&str; 20] = [
    "Oak", "Ash", "Linen", "Wool", "Steel", "Brass", "Copper", "Glass", "Clay", "Stone", "Cork",
    "Birch", "Walnut", "Marble", "Cotton", "Leather", "Bamboo", "Slate", "Iron", "Felt",
];

/// Puts `size` products and as many orders into a shop.
pub(super) async fn fill(services: &Services, size: u32) -> Fallible<()> {
    deliver(services).await?;
    let items = Collected::default();
    let Wiring { env, outside, .. } = services.store().wiring()?;
    let aws = Aws::over(&env, SharedHttpClient::new(items.clone()))?;
    let wiring = Wiring { env, aws, outside };
    let products: Products<products::Create> = Products::wire(&wiring).await?;
    let orders: Orders<orders::Create> = Orders::wire(&wiring).await?;
    let taker = Taker::wire(&wiring).await?;
    let mut customer = seed::CUSTOMER.id;
    for number in 0..size {
        let stamp = services.store().stamp();
        let product = product(number, &stamp)?;
        let mut tx = products.begin(&stamp);
        products.create(&mut tx, &product, Currency::EUR)?;
        tx.commit().await?;

        if number >= OF_DEMO_CUSTOMER && number % ORDERS_EACH == 0 {
            customer = UserId::new(stamp.now, stamp.entropy.as_ref());
        }
        let order = order(customer, &product, &stamp)?;
        let mut tx = orders.begin(&stamp);
        orders.create(&mut tx, &order)?;
        taker.take(&mut tx, &order, &taker.plan(&order))?;
        tx.commit().await?;

        if number % AT_ONCE == AT_ONCE - 1 || number + 1 == size {
            for (table, items) in items.taken() {
                services.cloud().fill(&table, items)?;
            }
            say(&format!("\r\x1b[Ka shop of {size}: {}", number + 1));
        }
    }
    say("\n");
    Ok(())
}

/// Delivers what the sample order is of.
async fn deliver(services: &Services) -> Fallible<()> {
    let stock: Stock<stock::Adjust> = Stock::wire(&services.store().wiring()?).await?;
    for sku in ORDERED {
        let stamp = services.store().stamp();
        let counted = stock.level(&Sku::parse(sku)?).await?.main;
        let level = counted.level.adjust(PLENTY)?;
        let movement = Movement {
            id: MovementId::new(stamp.now, stamp.entropy.as_ref()),
            sku: Sku::parse(sku)?,
            kind: MovementKind::Delivery,
            delta: PLENTY,
            reason: Reason::parse("for every order of a run")?,
            order: None,
            actor: None,
            at: stamp.now,
        };
        let mut tx = stock.begin(&stamp);
        stock.adjust(&mut tx, &movement, &counted, &level)?;
        tx.commit().await?;
    }
    Ok(())
}

fn product(number: u32, stamp: &Stamp) -> Fallible<Product> {
    let of = |words: &[&'static str; 20], number: u32| words[number as usize % words.len()];
    let (look, kind) = (of(&LOOKS, number / 20), of(&KINDS, number));
    let name = Title::parse(&format!("{look} {kind} {number}"))?;
    let id = ProductId::new(stamp.now, stamp.entropy.as_ref());
    // All prices up to a hundred euros, in no order that names have.
    let cents = 100 + i64::from(number.wrapping_mul(7_919) % 9_900);
    let category = u16::try_from(number % CATEGORIES + 1)?;
    let details = Details {
        slug: Slug::from_title(&name, id),
        name,
        description: Description::parse(
            "Made to be used every day, and to be mended when it is worn.",
        )?,
        status: ProductStatus::Active,
        category: Some(seed::category_id(category)),
        variants: vec![Variant {
            sku: Sku::parse(&format!("SCALE-{number}"))?,
            options: BTreeMap::new(),
            prices: vec![Money::new(cents, Currency::EUR)?],
            weight_grams: 500,
            tax_category: TaxCategory::default(),
        }],
        images: Vec::new(),
    };
    Product::new(id, details, stamp.now).map_err(|faults| format!("{faults:?}").into())
}

/// An order of three lines.
fn order(customer: UserId, product: &Product, stamp: &Stamp) -> Fallible<Order> {
    let lines = ["A", "B", "C"].map(|line| -> Fallible<Item> {
        Ok(Item {
            sku: Sku::parse(&format!("SCALE-LINE-{line}"))?,
            product: product.id,
            categories: BTreeSet::new(),
            name: product.name.clone(),
            options: BTreeMap::new(),
            quantity: Quantity::MIN,
            unit_price: Money::new(1_900, Currency::EUR)?,
            weight_grams: 500,
            tax_category: TaxCategory::default(),
        })
    });
    let lines = lines.into_iter().collect::<Fallible<Vec<Item>>>()?;
    let basket = Basket::new(Currency::EUR, lines)?;
    let quote = Quote::of(&basket, &Wishes::none(stamp.now), &Tariff::default())?;
    let draft = Draft {
        id: OrderId::new(stamp.now, stamp.entropy.as_ref()),
        customer: Some(customer),
        email: Email::parse("someone@example.com")?,
        shipping_address: Address {
            name: PersonName::parse("Some One")?,
            line1: AddressLine::parse("Torstrasse 1")?,
            line2: None,
            city: AddressLine::parse("Berlin")?,
            region: None,
            postal_code: PostalCode::parse("10119")?,
            country: Country::parse("DE")?,
        },
        payment_method: Some(PaymentMethod::parse("pm_test_ok")?),
        quote,
    };
    Ok(Order::place(draft, stamp.now, stamp.entropy.as_ref()))
}

/// Stands in for the database while a shop is filled: keeps what would be put, by table.
#[derive(Debug, Clone, Default)]
struct Collected(Arc<Mutex<BTreeMap<String, Vec<Value>>>>);

impl Collected {
    fn taken(&self) -> BTreeMap<String, Vec<Value>> {
        mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn keep(&self, mut put: Value) {
        if let Some(table) = put["TableName"].as_str() {
            let table = table.to_owned();
            let mut tables = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            tables.entry(table).or_default().push(put["Item"].take());
        }
    }
}

impl HttpConnector for Collected {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let body = request.body().bytes().unwrap_or_default();
        let mut call: Value = serde_json::from_slice(body).unwrap_or_default();
        match call["TransactItems"].as_array_mut() {
            Some(writes) => writes
                .iter_mut()
                .filter(|write| !write["Put"].is_null())
                .for_each(|write| self.keep(write["Put"].take())),
            None => self.keep(call),
        }
        let answered =
            StatusCode::try_from(200).map(|ok| HttpResponse::new(ok, SdkBody::from("{}")));
        HttpConnectorFuture::ready(answered.map_err(|error| {
            aws_smithy_runtime_api::client::result::ConnectorError::other(error.into(), None)
        }))
    }
}

impl HttpClient for Collected {
    fn http_connector(
        &self,
        _settings: &HttpConnectorSettings,
        _components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}
