//! The demo shop: four accounts, an API key, a catalogue with stock, a tariff with coupons, and what
//! the demo customer has ordered and was told.
//!
//! It is written once in a store's life, through the same handles that the functions use. Every part
//! is one transaction under a fixed id, so that writing it again after a crash adds nothing twice.

mod carts;
mod catalogue;
mod categories;
mod fulfilled;
mod orders;
mod people;
mod tariff;
mod told;

use domain::category::{self, Category, Place, Tree};
use domain::clock::Clock;
use domain::id::{CategoryId, MovementId, ProductId};
use domain::money::Money;
use domain::product::{Details, Product, ProductStatus, Variant};
use domain::rule::Broken;
use domain::sku::Sku;
use domain::slug::Slug;
use domain::stock::{Movement, MovementKind};
use domain::text::{Description, OptionName, OptionValue, Reason, TaxCategory, Title};
use store::categories::Categories;
use store::event::Stamp;
use store::products::{self, Products};
use store::shop::Shop;
use store::stock::{self, Counted, Stock};
use store::{Need, StoreError, Wiring};

use crate::error::OpenError;
use crate::stack::Stack;
pub use carts::{CART, CUSTOMERS_CART, OTHER_CART};
use catalogue::{CATALOGUE, Goods, Piece};
use categories::{CATEGORIES, Shelf};
pub use fulfilled::{ARRIVED, LINE, REFUND, RETURN, SENT_ORDER, UNDER_WAY};
pub use orders::{PAID_ORDER, PAYMENT, PENDING_ORDER};
pub use people::{ADMIN, API_KEY, Account, CUSTOMER, FORMER, READER};
pub use tariff::{EVERYWHERE, WELCOME, WORLD};
pub use told::NOTIFICATION;

/// A SKU of the demo catalogue that is sold in both currencies and amply stocked.
pub const SKU: &str = "MUG-STONE-BLUE";

/// Whose work this is, in logs and in the record of permissions.
const SEED: &str = "demo-data";
const DONE: &str = "done";

/// What an id begins with: version 7, and an instant in January 2026, before any store begins.
const FIRST_ID: u128 = 0x019b_c0b1_4a00_7000_8000_0000_0000_0000;

/// The id of a demo thing: its kind and number stand at its end.
const fn demo_id(kind: u128, number: u128) -> u128 {
    // A second between two things keeps them in order.
    FIRST_ID + ((number * 1_000) << 80) + (kind << 16) + number
}

/// The id of the demo product with this number, from 1; that of the stoneware mug is 1.
#[must_use]
pub const fn product_id(number: u16) -> ProductId {
    ProductId::from_u128(demo_id(0x10, number as u128))
}

/// The id of the demo category with this number, from 1; that of the kitchen is 1.
#[must_use]
pub const fn category_id(number: u16) -> CategoryId {
    CategoryId::from_u128(demo_id(0x11, number as u128))
}

/// Whether the demo data was written before.
pub(crate) fn is_done(stack: &Stack) -> Result<bool, OpenError> {
    Ok(stack.cloud.checkpoint(SEED)?.as_deref() == Some(DONE))
}

/// Writes the demo data.
pub(crate) async fn fill(stack: &Stack, with_orders: bool) -> Result<(), OpenError> {
    let wiring = stack.own_wiring(SEED)?;
    let stamp = stamp(stack);
    people::open_accounts(&wiring, &stamp).await?;
    people::make_key(&wiring, &stamp).await?;
    put_up_shelves(&wiring, &stamp).await?;
    stock_shelves(&wiring, &stamp).await?;
    tariff::post(&wiring, &stamp).await?;
    if with_orders {
        carts::leave(&wiring, &stamp).await?;
        orders::place(&wiring, &stamp).await?;
        told::tell(&wiring, &stamp).await?;
    }
    stack.cloud.set_checkpoint(SEED, DONE)?;
    Ok(())
}

pub(crate) fn stamp(stack: &Stack) -> Stamp {
    Stamp {
        now: stack.clock.now(),
        trace: edge::trace::traceparent(None, stack.entropy.as_ref()),
        entropy: stack.entropy.clone(),
    }
}

async fn put_up_shelves(wiring: &Wiring, stamp: &Stamp) -> Result<(), OpenError> {
    let categories: Categories<store::categories::Create> = needed(wiring).await?;
    let mut tx = categories.begin(stamp);
    let mut tree = Tree::default();
    for (number, shelf) in (1..).zip(&CATEGORIES) {
        let category = category(category_id(number), shelf, stamp)?;
        tree = tree
            .with(category.id, category.place)
            .map_err(|misplaced| OpenError::Seed(misplaced.to_string()))?;
        categories.create(&mut tx, &category)?;
    }
    categories.restructure(&mut tx, &Tree::new(tree.places().clone(), 1))?;
    unless_there(tx.commit().await)
}

fn category(id: CategoryId, shelf: &Shelf, stamp: &Stamp) -> Result<Category, OpenError> {
    let name = valid(Title::parse(shelf.name))?;
    let details = category::Details {
        slug: Slug::of_category(&name, id),
        name,
        description: valid(Description::parse(shelf.description))?,
        place: Place {
            parent: (shelf.parent > 0).then(|| category_id(shelf.parent)),
            position: shelf.position,
        },
    };
    Ok(Category::new(id, details, stamp.now))
}

async fn stock_shelves(wiring: &Wiring, stamp: &Stamp) -> Result<(), OpenError> {
    let products: Products<products::Create> = needed(wiring).await?;
    let stock: Stock<stock::Adjust> = needed(wiring).await?;
    let shop: Shop = needed(wiring).await?;
    for (number, goods) in (1..).zip(&CATALOGUE) {
        let product = product(product_id(number), goods, stamp)?;
        let mut tx = products.begin(stamp);
        products.create(&mut tx, &product, shop.currency)?;
        for piece in goods.variants {
            let movement = delivery(piece, stamp)?;
            let uncounted = Counted::never(movement.sku.clone());
            let level = uncounted.level.adjust(movement.delta);
            let level = level.map_err(|error| OpenError::Seed(error.to_string()))?;
            stock.adjust(&mut tx, &movement, &uncounted, &level)?;
        }
        unless_there(tx.commit().await)?;
    }
    Ok(())
}

fn product(id: ProductId, goods: &Goods, stamp: &Stamp) -> Result<Product, OpenError> {
    let name = valid(Title::parse(goods.name))?;
    let variants = goods.variants.iter().map(|piece| variant(goods, piece));
    let details = Details {
        slug: Slug::from_title(&name, id),
        name,
        description: valid(Description::parse(goods.description))?,
        status: ProductStatus::Active,
        category: Some(category_id(goods.category)),
        variants: variants.collect::<Result<_, _>>()?,
        images: Vec::new(),
    };
    Product::new(id, details, stamp.now).map_err(|faults| OpenError::Seed(format!("{faults:?}")))
}

fn variant(goods: &Goods, piece: &Piece) -> Result<Variant, OpenError> {
    let options = goods.options.iter().zip(piece.values).map(|(name, value)| {
        let name = valid(OptionName::parse(name))?;
        Ok((name, valid(OptionValue::parse(value))?))
    });
    let prices = [
        Some((piece.euro_cents, "EUR")),
        piece.dollar_cents.map(|cents| (cents, "USD")),
    ];
    let prices = prices.into_iter().flatten().map(|(cents, currency)| {
        let currency = valid(domain::currency::Currency::parse(currency))?;
        Money::new(cents, currency).map_err(|error| OpenError::Seed(error.to_string()))
    });
    Ok(Variant {
        sku: valid(Sku::parse(piece.sku))?,
        options: options.collect::<Result<_, OpenError>>()?,
        prices: prices.collect::<Result<_, _>>()?,
        weight_grams: goods.grams,
        tax_category: TaxCategory::default(),
    })
}

fn delivery(piece: &Piece, stamp: &Stamp) -> Result<Movement, OpenError> {
    Ok(Movement {
        id: MovementId::new(stamp.now, stamp.entropy.as_ref()),
        sku: valid(Sku::parse(piece.sku))?,
        kind: MovementKind::Delivery,
        delta: piece.units.into(),
        reason: valid(Reason::parse("first delivery"))?,
        order: None,
        actor: Some(ADMIN.id),
        at: stamp.now,
    })
}

/// Publishes the key that access tokens are verified with. A function that signs does so when it
/// starts, which is with its first event; others verify tokens before.
pub(crate) async fn publish_key(stack: &Stack) -> Result<(), OpenError> {
    let wiring = stack.own_wiring(SEED)?;
    needed::<edge::token::TokenSigner>(&wiring).await.map(drop)
}

/// A handle of the store's own.
async fn needed<N: Need>(wiring: &Wiring) -> Result<N, OpenError> {
    N::wire(wiring)
        .await
        .map_err(|error| OpenError::Seed(error.to_string()))
}

fn valid<T>(parsed: Result<T, Broken>) -> Result<T, OpenError> {
    parsed.map_err(|broken| OpenError::Seed(broken.to_string()))
}

/// What is there already was written before a crash, in one transaction with all that belongs to it.
fn unless_there(done: Result<(), StoreError>) -> Result<(), OpenError> {
    match done {
        Ok(()) | Err(StoreError::Taken(_) | StoreError::Stale) => Ok(()),
        Err(error) => Err(error.into()),
    }
}
