//! The shelf: everything that a price depends on, read in one step.
//!
//! Whoever prices a basket (an order, a cart, a preview) looks at the same shelf: what is offered
//! under the SKUs, the edition of the tariff and whatever else the caller wants to know in one call, beside it
//! the coupon that is asked for. What is found makes a [`Basket`], and with [`Quote::of`] a price.
//!
//! | access | cost |
//! |---|---|
//! | look up n SKUs | one batch: half a read unit each, and half a unit for the edition of the tariff, or one query of it the first time; a coupon costs two reads more, and the tree of categories one where a promotion is about categories |

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::clock::Timestamp;
use domain::currency::Currency;
use domain::id::CategoryId;
use domain::money::Money;
use domain::pricing::promotion::CouponCode;
use domain::pricing::redemption::Buyer;
use domain::pricing::{
    Basket, BasketError, Coupon, Destination, Item, MAX_LINES, Quote, QuoteError, Tariff, Wishes,
};
use domain::product::ProductStatus;
use domain::quantity::Quantity;
use domain::rule::Fault;
use domain::sku::Sku;
use domain::slug::Slug;

use crate::categories::{self, Categories};
use crate::error::StoreError;
use crate::need::{Declaration, Need, StartError, Wiring};
use crate::pricing::{CouponWish, PriceList};
use crate::products::{self, Offer, Products};
use crate::reads::{Answers, Reads};

/// What is offered, and the tariff.
pub struct Shelf {
    products: Products<products::Offers>,
    categories: Categories<categories::Read>,
    prices: PriceList,
}

impl Need for Shelf {
    fn declare(declaration: &mut Declaration) {
        Products::<products::Offers>::declare(declaration);
        Categories::<categories::Read>::declare(declaration);
        PriceList::declare(declaration);
    }

    async fn wire(wiring: &Wiring) -> Result<Self, StartError> {
        Ok(Self {
            products: Products::wire(wiring).await?,
            categories: Categories::wire(wiring).await?,
            prices: PriceList::wire(wiring).await?,
        })
    }
}

/// How many of a SKU are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Want {
    /// What.
    pub sku: Sku,
    /// How many.
    pub quantity: Quantity,
}

/// What was found of what is wanted.
#[derive(Debug, Clone)]
pub struct Found {
    wants: Vec<Want>,
    offers: BTreeMap<Sku, Offer>,
    lineages: BTreeMap<CategoryId, Vec<CategoryId>>,
    tariff: Arc<Tariff>,
    coupon: Option<Coupon>,
}

/// How somebody wants a basket to be priced.
#[derive(Debug, Clone)]
pub struct Terms {
    /// In which currency.
    pub currency: Currency,
    /// Where it goes, if that is known.
    pub destination: Option<Destination>,
    /// How it is sent; the cheapest way unless named.
    pub method: Option<Slug>,
    /// The instant at which it is priced.
    pub now: Timestamp,
}

impl Shelf {
    /// Begins reads that what is wanted may be looked up with.
    #[must_use]
    pub fn reads(&self) -> Reads {
        self.products.reads()
    }

    /// Looks up what is wanted, and the coupon with it, together with what else is to be read.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn look_up(
        &self,
        mut reads: Reads,
        wants: Vec<Want>,
        coupon: Option<&CouponCode>,
        buyer: Option<&Buyer>,
    ) -> Result<(Found, Answers), StoreError> {
        let skus: BTreeSet<Sku> = wants.iter().map(|want| want.sku.clone()).collect();
        let wish = coupon.map(|code| CouponWish { code, buyer });
        self.products.want(&mut reads, &skus);
        let (mut answers, tariff, coupon) = self.prices.read_with(reads, wish).await?;
        let offers = self.products.answered(&mut answers, &skus)?;
        let offers: BTreeMap<Sku, Offer> = offers
            .into_iter()
            .filter(|offer| offer.status == ProductStatus::Active)
            .map(|offer| (offer.sku.clone(), offer))
            .collect();
        let asked = coupon.iter().filter_map(|coupon| coupon.promotion.as_ref());
        let by_category = tariff
            .promotions
            .iter()
            .chain(asked)
            .any(|promotion| !promotion.on.categories.is_empty());
        // Few promotions are about categories, and only they want to know what those are in.
        let lineages = if by_category {
            let of = offers.values().filter_map(|offer| offer.category).collect();
            self.categories.lineages(&of).await?
        } else {
            BTreeMap::new()
        };
        let found = Found {
            wants,
            offers,
            lineages,
            tariff,
            coupon,
        };
        Ok((found, answers))
    }
}

impl Found {
    /// What all of it comes to, or every reason why it has no price, each at its field of a request
    /// with `items`, `shippingAddress` and `shippingMethod`.
    ///
    /// # Errors
    /// Every fault at once.
    pub fn quote(&self, terms: Terms) -> Result<Quote, Vec<Fault>> {
        let basket = self.basket(terms.currency)?;
        let wishes = Wishes {
            destination: terms.destination,
            method: terms.method,
            coupon: self.coupon.clone(),
            now: terms.now,
        };
        Quote::of(&basket, &wishes, &self.tariff).map_err(|error| vec![unpriced(&error)])
    }

    /// What one of a SKU costs, if it is sold in a currency.
    #[must_use]
    pub fn price(&self, sku: &Sku, currency: Currency) -> Option<Money> {
        self.offers.get(sku)?.price_in(currency)
    }

    /// What of it is sold in a currency.
    #[must_use]
    pub fn sold_in(&self, currency: Currency) -> Self {
        let sold = |want: &&Want| self.price(&want.sku, currency).is_some();
        Self {
            wants: self.wants.iter().filter(sold).cloned().collect(),
            ..self.clone()
        }
    }

    /// Whether nothing is wanted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.wants.is_empty()
    }

    /// The coupon that was asked for.
    #[must_use]
    pub fn coupon(&self) -> Option<&Coupon> {
        self.coupon.as_ref()
    }

    /// The categories that an offer's product is in, as far as anybody wants to know.
    fn categories(&self, offer: &Offer) -> BTreeSet<CategoryId> {
        let lineage = offer.category.and_then(|id| self.lineages.get(&id));
        lineage.into_iter().flatten().copied().collect()
    }

    fn basket(&self, currency: Currency) -> Result<Basket, Vec<Fault>> {
        let mut faults = Vec::new();
        let mut items = Vec::with_capacity(self.wants.len());
        for (index, Want { sku, quantity }) in self.wants.iter().enumerate() {
            let field = || format!("items[{index}].sku");
            let Some(offer) = self.offers.get(sku) else {
                faults.push(Fault::new(field(), "is not sold here"));
                continue;
            };
            let Some(unit_price) = offer.price_in(currency) else {
                let rule = format!("is not sold in {currency}");
                faults.push(Fault::new(field(), rule));
                continue;
            };
            items.push(Item {
                sku: sku.clone(),
                product: offer.product,
                categories: self.categories(offer),
                name: offer.name.clone(),
                options: offer.options.clone(),
                quantity: *quantity,
                unit_price,
                weight_grams: offer.weight_grams,
                tax_category: offer.tax_category.clone(),
            });
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        Basket::new(currency, items).map_err(|error| vec![unsold(&error)])
    }
}

/// Why items make no basket, at the field that could change it.
fn unsold(error: &BasketError) -> Fault {
    let rule = match error {
        BasketError::Empty | BasketError::TooManyLines { .. } => {
            format!("must have 1 to {MAX_LINES} items")
        }
        BasketError::TooManyUnits { sku, max } => {
            format!("must have at most {max} of {sku} in all")
        }
        BasketError::NegativePrice { .. } | BasketError::Money(_) => error.to_string(),
    };
    Fault::new("items", rule)
}

/// Why a basket has no price, at the field that could change it.
fn unpriced(error: &QuoteError) -> Fault {
    let field = match error {
        QuoteError::NotDelivered | QuoteError::NoMethod => "shippingAddress.country",
        QuoteError::UnknownMethod { .. } => "shippingMethod",
        QuoteError::Money(_) => "items",
    };
    Fault::new(field, error.to_string())
}
