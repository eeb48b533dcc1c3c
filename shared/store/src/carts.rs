//! The carts table.
//!
//! | item | pk | sk | index `byCustomer` |
//! |---|---|---|---|
//! | cart | `cart/<id>` | `cart` | `customer/<id>`, `<id>`; not a guest's |
//! | idempotency record | `once/<scope>` | `once` | |
//!
//! | access | cost |
//! |---|---|
//! | read a cart | a read unit per 4 KB: consistent, as whoever changes a cart looks at it at once |
//! | change a cart | one transaction: 2 write units per KB |
//! | page of n of a customer's carts, newest first | one query of keys, one batch read: half a read unit per cart |
//! | merge two | two consistent reads; one transaction: 2 write units per KB of what both come to, 2 for the one that goes |
//! | order from a cart | a consistent read; 2 write units in the order's transaction |
//!
//! A cart that nobody changes for 30 days expires.

use serde::{Deserialize, Serialize};

use domain::address::Address;
use domain::cart::{Cart, CartItem};
use domain::clock::Timestamp;
use domain::currency::Currency;
use domain::id::{CartId, UserId};
use domain::money::Money;
use domain::pricing::promotion::CouponCode;
use domain::quantity::Quantity;
use domain::sku::Sku;
use domain::slug::Slug;

use crate::db::{Item, Range, from_item, key, number, text};
use crate::error::StoreError;
use crate::grant::{BATCH_GET, DELETE, GET, Grant, PUT};
use crate::handle::{Handle, Mode, modes};
use crate::once::Remembers;
use crate::page::{Bounds, Page};
use crate::tables::{BY_CUSTOMER, CARTS};
use crate::tx::{Terms, Tx, stored};

/// The carts table, as far as `M` allows.
pub type Carts<M> = Handle<CartsRoom, M>;

modes! { CartsRoom = CARTS;
    /// Reads one cart.
    Read = [Grant::table(&CARTS, &[GET])];
    /// Lists a customer's carts.
    List = [
        Grant::table(&CARTS, &[BATCH_GET]),
        Grant::query(&CARTS, "byCustomer"),
    ];
    /// Makes and changes carts.
    Edit = [Grant::table(&CARTS, &[GET, PUT])];
    /// Takes carts away.
    Discard = [Grant::table(&CARTS, &[GET, DELETE])];
    /// Makes one cart of two.
    Merge = [Grant::table(&CARTS, &[GET, PUT, DELETE])];
    /// Finds a customer's cart, and makes one of it and another.
    Join = [
        Grant::table(&CARTS, &[GET, PUT, DELETE]),
        Grant::query(&CARTS, "byCustomer"),
    ];
}

impl Remembers for Edit {}
impl Remembers for Merge {}

/// Marks the modes that read one cart.
pub trait Reads: Mode<Room = CartsRoom> {}
impl Reads for Read {}
impl Reads for Edit {}
impl Reads for Discard {}
impl Reads for Merge {}
impl Reads for Join {}

/// Marks the modes that write carts.
pub trait Writes: Mode<Room = CartsRoom> {}
impl Writes for Edit {}
impl Writes for Merge {}
impl Writes for Join {}

/// Marks the modes that take carts away.
pub trait Discards: Mode<Room = CartsRoom> {}
impl Discards for Discard {}
impl Discards for Merge {}
impl Discards for Join {}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct CartForm {
    v: u8,
    id: CartId,
    owner: Option<UserId>,
    currency: Currency,
    items: Vec<ItemForm>,
    coupon: Option<CouponCode>,
    address: Option<Address>,
    method: Option<Slug>,
    keep_until: Timestamp,
    version: u64,
    created_at: Timestamp,
    updated_at: Timestamp,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ItemForm {
    sku: Sku,
    quantity: Quantity,
    accepted_price: Money,
}

const CART: &str = "cart";

fn cart_pk(id: CartId) -> String {
    format!("cart/{id}")
}

fn customer_pk(customer: UserId) -> String {
    format!("customer/{customer}")
}

impl From<&Cart> for CartForm {
    fn from(cart: &Cart) -> Self {
        let Cart {
            id,
            owner,
            currency,
            items,
            coupon,
            address,
            method,
            expires_at,
            version,
            created_at,
            updated_at,
        } = cart.clone();
        Self {
            v: 1,
            id,
            owner,
            currency,
            items: items.into_iter().map(ItemForm::from).collect(),
            coupon,
            address,
            method,
            keep_until: expires_at,
            version,
            created_at,
            updated_at,
        }
    }
}

impl From<CartForm> for Cart {
    fn from(form: CartForm) -> Self {
        let CartForm {
            v: _,
            id,
            owner,
            currency,
            items,
            coupon,
            address,
            method,
            keep_until,
            version,
            created_at,
            updated_at,
        } = form;
        Self {
            id,
            owner,
            currency,
            items: items.into_iter().map(CartItem::from).collect(),
            coupon,
            address,
            method,
            expires_at: keep_until,
            version,
            created_at,
            updated_at,
        }
    }
}

impl From<CartItem> for ItemForm {
    fn from(item: CartItem) -> Self {
        let CartItem {
            sku,
            quantity,
            accepted_price,
        } = item;
        Self {
            sku,
            quantity,
            accepted_price,
        }
    }
}

impl From<ItemForm> for CartItem {
    fn from(form: ItemForm) -> Self {
        let ItemForm {
            sku,
            quantity,
            accepted_price,
        } = form;
        Self {
            sku,
            quantity,
            accepted_price,
        }
    }
}

impl<M: Reads> Carts<M> {
    /// A cart that somebody may see, as it stands this moment.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if there is none, or its time is over, or it is somebody else's;
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn open_to(
        &self,
        user: Option<UserId>,
        id: CartId,
        now: Timestamp,
    ) -> Result<Cart, StoreError> {
        let item = self.db.get_now(&cart_pk(id), CART).await?;
        let cart = cart(item.ok_or(StoreError::NotFound)?)?;
        if cart.is_over(now) || !cart.is_open_to(user) {
            return Err(StoreError::NotFound);
        }
        Ok(cart)
    }
}

impl Carts<List> {
    /// A page of a customer's carts, newest first; those whose time is over are left out.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn of(
        &self,
        customer: UserId,
        bounds: &Bounds,
        now: Timestamp,
    ) -> Result<Page<Cart>, StoreError> {
        let range = Range::on(&BY_CUSTOMER, customer_pk(customer));
        let mut page = self.db.page(&[range], bounds).await?.try_map(cart)?;
        page.items.retain(|cart| !cart.is_over(now));
        Ok(page)
    }
}

impl<M: Writes> Carts<M> {
    /// Stages a cart: a new one, or one over the version before it.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] if it cannot be written. The transaction fails with
    /// [`StoreError::Stale`] if the cart changed meanwhile.
    pub fn put(&self, tx: &mut Tx, cart: &Cart) -> Result<(), StoreError> {
        let mut item = stored(cart_pk(cart.id), CART, CART, &CartForm::from(cart))?;
        item.insert("expiresAt".to_owned(), number(cart.expires_at.as_seconds()));
        if let Some(owner) = cart.owner {
            item.insert(BY_CUSTOMER.pk.to_owned(), text(customer_pk(owner)));
            item.insert(BY_CUSTOMER.sk.to_owned(), text(cart.id.to_string()));
        }
        tx.put(self.db.table(), item, Terms::over(cart.version), |_| {
            StoreError::Stale
        });
        Ok(())
    }
}

impl<M: Discards> Carts<M> {
    /// Stages the end of a cart. The transaction fails with [`StoreError::Stale`] if it changed
    /// meanwhile.
    pub fn discard(&self, tx: &mut Tx, cart: &Cart) {
        let key = key(&cart_pk(cart.id), CART);
        let terms = Terms::version(cart.version);
        tx.delete(self.db.table(), key, terms, |_| StoreError::Stale);
    }
}

impl Carts<Join> {
    /// The cart that a customer made last, unless it is `other`.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn latest_of(
        &self,
        customer: UserId,
        other: CartId,
        now: Timestamp,
    ) -> Result<Option<Cart>, StoreError> {
        let range = Range {
            limit: LOOKED_AT,
            ..Range::on(&BY_CUSTOMER, customer_pk(customer))
        };
        for item in self.db.query(range).await?.items {
            let Some(id) = item.get(BY_CUSTOMER.sk).and_then(|id| id.as_s().ok()) else {
                continue;
            };
            let id: CartId = id.parse().map_err(StoreError::corrupt)?;
            if id == other {
                continue;
            }
            match self.open_to(Some(customer), id, now).await {
                // The index may lag behind, and the table deletes what is over in its own time.
                Err(StoreError::NotFound) => {}
                found => return found.map(Some),
            }
        }
        Ok(None)
    }
}

/// How many of a customer's carts are looked at to find one that is still good.
const LOOKED_AT: u16 = 10;

fn cart(item: Item) -> Result<Cart, StoreError> {
    Ok(from_item::<CartForm>(item)?.into())
}
