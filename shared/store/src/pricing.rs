//! The pricing table.
//!
//! | item | pk | sk | index `due` |
//! |---|---|---|---|
//! | tax zone | `tariff` | `tax-zone/<id>` | |
//! | shipping zone | `tariff` | `shipping-zone/<id>` | |
//! | promotion without a code | `tariff` | `promotion/<id>` | |
//! | how many of these there are, how large they are, and how often they changed | `bounds` | `bounds` | |
//! | promotion with a code, and how often it was used | `coupons` | `promotion/<id>` | |
//! | code: whose it is | `code/<code in capitals>` | `code` | |
//! | how often a buyer used a promotion | `promotion/<id>` | `buyer/<buyer>` | |
//! | redemption: that an order used a promotion | `order/<order>` | `redemption` | `due/<shard>`, `<due at>/<order>` while its order may come to nothing |
//! | idempotency record | `once/<scope>` | `once` | |
//!
//! | access | cost |
//! |---|---|
//! | what a price depends on | the first time one query: half a read unit per 4 KB of all zones and promotions without a code; from then on half a unit for their edition, and a consistent query if there is another |
//! | a coupon | half a read unit for its code; then half a unit for the promotion, and for the buyer's uses if the buyer is known |
//! | use a coupon | in the order's transaction: 2 write units for the redemption, 1 for the index; 2 per KB of the promotion if its uses are limited in all, 2 if those of each buyer are. Nothing if neither |
//! | give a use back | 2 consistent reads; one transaction of the same units |
//! | read a zone | half a read unit per 4 KB; a promotion, which may be in either of two places, twice that |
//! | page of n | one query; of promotions two |
//! | write one | one transaction: 2 write units per KB of it, 2 for the bounds or the code, 2 for the record |
//! | due redemptions | a query per shard |
//!
//! Every price reads `tariff`, so it is kept to what one query reads: 100 of each kind, and 800 kB
//! together, which the item of bounds counts. Promotions with a code may be many, and are read by it.
//!
//! What is limited is counted where the order's transaction can make itself depend on it: all uses in
//! the promotion itself, those of a buyer in an item of theirs. A promotion whose uses are not limited
//! is not written by orders, so that its buyers do not wait for each other.

mod bounds;
mod forms;
mod redemptions;
mod tariff;

use domain::id::{PromotionId, ShippingZoneId, TaxZoneId};
use domain::pricing::promotion::{CouponCode, Promotion};
use domain::pricing::shipping::ShippingZone;
use domain::pricing::tax::TaxZone;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::db::{Db, Item, Range, from_item, key, number, to_item};
use crate::error::{Full, StoreError, Unique};
use crate::grant::{BATCH_GET, DELETE, GET, Grant, PUT, QUERY, UPDATE};
use crate::handle::{Handle, Mode, modes};
use crate::once::Remembers;
use crate::page::{Bounds, Page, item_bytes};
use crate::tables::PRICING;
use crate::tx::{Terms, Tx, stored};

pub use redemptions::Settles;
pub use tariff::{CouponWish, PriceList};

use bounds::Change;
use forms::{PromotionForm, ShippingZoneForm, TaxZoneForm};

/// The pricing table, as far as `M` allows.
pub type Tariffs<M> = Handle<PricingRoom, M>;

modes! { PricingRoom = PRICING;
    /// Reads what a price depends on.
    Read = [Grant::table(&PRICING, &[QUERY, GET, BATCH_GET])];
    /// Counts the use of a promotion, in the order's transaction.
    Redeem = [Grant::table(&PRICING, &[PUT, UPDATE])];
    /// Gives back uses of promotions.
    Release = [Grant::table(&PRICING, &[GET, UPDATE])];
    /// Finds the redemptions that are due, and settles them.
    Sweep = [
        Grant::table(&PRICING, &[GET, UPDATE]),
        Grant::query(&PRICING, "due"),
    ];
    /// Reads one zone or promotion.
    Get = [Grant::table(&PRICING, &[GET])];
    /// Lists zones or promotions.
    List = [Grant::table(&PRICING, &[QUERY])];
    /// Adds a zone or promotion.
    Create = [Grant::table(&PRICING, &[GET, PUT, UPDATE])];
    /// Replaces a zone or promotion.
    Replace = [Grant::table(&PRICING, &[GET, UPDATE])];
    /// Deletes a zone or promotion.
    Delete = [Grant::table(&PRICING, &[GET, UPDATE, DELETE])];
}

impl Remembers for Create {}

/// Marks the modes that read one zone or promotion.
pub trait Gets: Mode<Room = PricingRoom> {}
impl Gets for Get {}
impl Gets for Replace {}
impl Gets for Delete {}

/// Where everything stands that each price depends on.
const TARIFF: &str = "tariff";
/// Where promotions stand that have a code.
const COUPONS: &str = "coupons";
const CODE: &str = "code";

/// Something that staff writes down about prices.
pub trait Entry: Clone + Send + Sync {
    /// What names it.
    type Id: Copy + std::fmt::Display + Send + Sync;
    /// How it is stored.
    type Form: for<'a> From<&'a Self> + Serialize + DeserializeOwned + Send;
    /// What its items are called.
    const KIND: &'static str;
    /// What its sort keys begin with.
    const PREFIX: &'static str;
    /// The attribute that counts it.
    const COUNT: &'static str;
    /// What it means that there are as many as there may be.
    const FULL: Full;
    /// The partitions it may stand in.
    const PLACES: &'static [&'static str];

    /// What names it.
    fn id(&self) -> Self::Id;
    /// Counts the changes, from 1.
    fn version(&self) -> u64;
    /// What a buyer types in to get it.
    fn code(&self) -> Option<&CouponCode>;
    /// What a stored form says.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] if it breaks a rule.
    fn read(form: Self::Form, version: u64) -> Result<Self, StoreError>;
}

impl Entry for TaxZone {
    type Id = TaxZoneId;
    type Form = TaxZoneForm;
    const KIND: &'static str = "tax-zone";
    const PREFIX: &'static str = "tax-zone/";
    const COUNT: &'static str = "taxZones";
    const FULL: Full = Full::TaxZones;
    const PLACES: &'static [&'static str] = &[TARIFF];

    fn id(&self) -> TaxZoneId {
        self.id
    }

    fn version(&self) -> u64 {
        self.version
    }

    fn code(&self) -> Option<&CouponCode> {
        None
    }

    fn read(form: TaxZoneForm, version: u64) -> Result<Self, StoreError> {
        Ok(form.into_zone(version))
    }
}

impl Entry for ShippingZone {
    type Id = ShippingZoneId;
    type Form = ShippingZoneForm;
    const KIND: &'static str = "shipping-zone";
    const PREFIX: &'static str = "shipping-zone/";
    const COUNT: &'static str = "shippingZones";
    const FULL: Full = Full::ShippingZones;
    const PLACES: &'static [&'static str] = &[TARIFF];

    fn id(&self) -> ShippingZoneId {
        self.id
    }

    fn version(&self) -> u64 {
        self.version
    }

    fn code(&self) -> Option<&CouponCode> {
        None
    }

    fn read(form: ShippingZoneForm, version: u64) -> Result<Self, StoreError> {
        form.into_zone(version)
    }
}

impl Entry for Promotion {
    type Id = PromotionId;
    type Form = PromotionForm;
    const KIND: &'static str = "promotion";
    const PREFIX: &'static str = "promotion/";
    const COUNT: &'static str = "promotions";
    const FULL: Full = Full::AutomaticPromotions;
    const PLACES: &'static [&'static str] = &[TARIFF, COUPONS];

    fn id(&self) -> PromotionId {
        self.id
    }

    fn version(&self) -> u64 {
        self.version
    }

    fn code(&self) -> Option<&CouponCode> {
        self.code.as_ref()
    }

    fn read(form: PromotionForm, version: u64) -> Result<Self, StoreError> {
        form.into_promotion(version)
    }
}

/// A zone or promotion as it was read, with what is counted beside it.
#[derive(Debug, Clone)]
pub struct Kept<E> {
    /// The zone or promotion.
    pub entry: E,
    /// How often it was used, while its uses were limited in all.
    pub uses: u32,
    /// How much of what all may take it takes.
    bytes: u64,
}

/// The stored form of a zone or promotion. The version and the count of uses stand apart, where
/// conditions reach them: a promotion is used and changed at the same time.
#[derive(Serialize, serde::Deserialize)]
struct KeptItem<F> {
    v: u8,
    version: u64,
    uses: u32,
    bytes: u64,
    body: F,
}

fn code_pk(code: &CouponCode) -> String {
    format!("code/{}", code.canonical())
}

fn place(entry: &impl Entry) -> &'static str {
    match entry.code() {
        Some(_) => COUPONS,
        None => TARIFF,
    }
}

fn sk<E: Entry>(id: E::Id) -> String {
    format!("{}{id}", E::PREFIX)
}

/// The item of something new or changed.
fn item<E: Entry>(entry: &E) -> Result<(Item, u64), StoreError> {
    let form = |bytes| KeptItem {
        v: 1,
        version: entry.version(),
        uses: 0,
        bytes,
        body: E::Form::from(entry),
    };
    let sk = sk::<E>(entry.id());
    let measured = stored(place(entry).to_owned(), &sk, E::KIND, &form(0))?;
    // Its own size is a number of six digits at most.
    let bytes = item_bytes(&measured) as u64 + 5;
    let item = stored(place(entry).to_owned(), &sk, E::KIND, &form(bytes))?;
    Ok((item, bytes))
}

fn kept<E: Entry>(item: Item) -> Result<Kept<E>, StoreError> {
    let KeptItem {
        v: _,
        version,
        uses,
        bytes,
        body,
    } = from_item::<KeptItem<E::Form>>(item)?;
    Ok(Kept {
        entry: E::read(body, version)?,
        uses,
        bytes,
    })
}

impl<E> Kept<E> {
    /// What was just made, and never used.
    #[must_use]
    pub fn fresh(entry: E) -> Self {
        Self {
            entry,
            uses: 0,
            bytes: 0,
        }
    }

    /// The same with another content.
    #[must_use]
    pub fn with(self, entry: E) -> Self {
        Self { entry, ..self }
    }
}

impl<M: Gets> Tariffs<M> {
    /// A zone or promotion, as it stands this moment.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn get<E: Entry>(&self, id: E::Id) -> Result<Kept<E>, StoreError> {
        let sk = sk::<E>(id);
        let reads = E::PLACES.iter().map(|place| self.db.get_now(place, &sk));
        let found = futures_util::future::try_join_all(reads).await?;
        let item = found.into_iter().flatten().next();
        kept(item.ok_or(StoreError::NotFound)?)
    }
}

impl Tariffs<List> {
    /// A page of zones or promotions, newest first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn all<E: Entry>(&self, bounds: &Bounds) -> Result<Page<Kept<E>>, StoreError> {
        let ranges: Vec<Range<'_>> = E::PLACES
            .iter()
            .map(|place| Range::of(*place).below(E::PREFIX))
            .collect();
        self.db.page(&ranges, bounds).await?.try_map(kept)
    }
}

impl Tariffs<Create> {
    /// Stages a new zone or promotion.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] if it cannot be written. The transaction fails with
    /// [`StoreError::Full`] if there are as many as there may be, and with [`StoreError::Taken`] if
    /// another promotion has its code.
    pub fn create<E: Entry>(&self, tx: &mut Tx, entry: &E) -> Result<(), StoreError> {
        let (item, bytes) = item(entry)?;
        tx.put(self.db.table(), item, Terms::absent(), |_| {
            StoreError::Stale
        });
        match entry.code() {
            None => bounds::stage::<E>(&self.db, tx, Change::Added(bytes)),
            Some(code) => put_code(&self.db, tx, code, &entry.id().to_string())?,
        }
        Ok(())
    }
}

impl Tariffs<Replace> {
    /// Stages another content of what was read. Where it stands and the count of its uses stay; a
    /// promotion keeps its code.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] if it cannot be written. The transaction fails with
    /// [`StoreError::Stale`] if it changed meanwhile, and with [`StoreError::Full`] if it became too
    /// large.
    pub fn replace<E: Entry>(&self, tx: &mut Tx, old: &Kept<E>, new: &E) -> Result<(), StoreError> {
        let (mut item, bytes) = item(new)?;
        let body = item
            .remove("body")
            .ok_or_else(|| StoreError::corrupt("an item without a body"))?;
        let terms = Terms {
            condition: Some("#version = :read".to_owned()),
            names: vec![
                ("#version", "version"),
                ("#bytes", "bytes"),
                ("#body", "body"),
                ("#v", "v"),
            ],
            values: vec![
                (":read", number(old.entry.version())),
                (":version", number(new.version())),
                (":bytes", number(bytes)),
                (":body", body),
                (":v", number(1)),
            ],
        };
        let set = "SET #body = :body, #version = :version, #bytes = :bytes, #v = :v";
        let key = key(place(&old.entry), &sk::<E>(old.entry.id()));
        tx.update(self.db.table(), key, set, terms, |_| StoreError::Stale);
        if old.entry.code().is_none() {
            let change = Change::Resized(old.bytes, bytes);
            bounds::stage::<E>(&self.db, tx, change);
        }
        Ok(())
    }
}

impl Tariffs<Delete> {
    /// Stages the end of a zone or promotion, over the version it was read at. The transaction fails
    /// with [`StoreError::Stale`] if it changed meanwhile.
    pub fn delete<E: Entry>(&self, tx: &mut Tx, old: &Kept<E>) {
        let entry = &old.entry;
        let at = key(place(entry), &sk::<E>(entry.id()));
        let terms = Terms::version(entry.version());
        tx.delete(self.db.table(), at, terms, |_| StoreError::Stale);
        match entry.code() {
            None => bounds::stage::<E>(&self.db, tx, Change::Gone(old.bytes)),
            Some(code) => tx.delete(
                self.db.table(),
                key(&code_pk(code), CODE),
                Terms::default(),
                |_| StoreError::Stale,
            ),
        }
    }
}

/// Whose a code is.
#[derive(Serialize, serde::Deserialize)]
struct CodeItem {
    v: u8,
    promotion: String,
}

fn put_code(db: &Db, tx: &mut Tx, code: &CouponCode, promotion: &str) -> Result<(), StoreError> {
    let form = CodeItem {
        v: 1,
        promotion: promotion.to_owned(),
    };
    let mut item = to_item(code_pk(code), CODE, &form)?;
    item.insert("kind".to_owned(), crate::db::text(CODE));
    tx.put(db.table(), item, Terms::absent(), |_| {
        StoreError::Taken(Unique::CouponCode)
    });
    Ok(())
}
