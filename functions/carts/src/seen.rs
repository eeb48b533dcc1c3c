//! A cart as the shop sees it this moment: what its items cost and how many there are of them.

use std::collections::BTreeMap;

use domain::cart::{Cart, CartItem, Standing};
use domain::clock::Timestamp;
use domain::money::Money;
use domain::pricing::redemption::Buyer;
use domain::pricing::{CouponOutcome, Destination, Quote};
use domain::rule::Fault;
use domain::sku::Sku;
use edge::{Caller, Failure, Reply};
use store::availability::Availability;
use store::shelf::{Found, Shelf, Terms, Want};

use crate::cart::{CartView, ChangeView, CouponView, ItemView};

/// What the shop can say of what is in a cart.
pub(crate) struct Seen {
    found: Found,
    available: BTreeMap<Sku, Option<u32>>,
}

impl Seen {
    /// Looks at what is in a cart.
    pub(crate) async fn of(
        (shelf, availability): (&Shelf, &Availability),
        cart: &Cart,
        caller: &Caller,
    ) -> Result<Self, Failure> {
        let wants = cart.items.iter().map(|item| Want {
            sku: item.sku.clone(),
            quantity: item.quantity,
        });
        let buyer = caller.user().map(Buyer::Account);
        let skus = cart.skus();
        let mut reads = shelf.reads();
        availability.want(&mut reads, &skus);
        let (coupon, buyer) = (cart.coupon.as_ref(), buyer.as_ref());
        let (found, mut answers) = shelf.look_up(reads, wants.collect(), coupon, buyer).await?;
        let available = availability.answered(&mut answers, &skus).await?;
        Ok(Self { found, available })
    }

    /// What the shop can say of a SKU.
    pub(crate) fn standing(&self, cart: &Cart, sku: &Sku) -> Standing {
        Standing {
            price: self.found.price(sku, cart.currency),
            available: self.available.get(sku).copied().unwrap_or(Some(0)),
        }
    }

    /// What the items that are sold come to; nothing if none are.
    pub(crate) fn quote(&self, cart: &Cart, now: Timestamp) -> Option<Result<Quote, Vec<Fault>>> {
        let sold = self.found.sold_in(cart.currency);
        (!sold.is_empty()).then(|| {
            sold.quote(Terms {
                currency: cart.currency,
                destination: cart.address.as_ref().map(Destination::from),
                method: cart.method.clone(),
                now,
            })
        })
    }

    /// The reply that shows a cart.
    pub(crate) fn reply(&self, cart: &Cart, now: Timestamp) -> Result<Reply<CartView>, Failure> {
        let version = cart.version;
        let view = self.view(cart, now)?;
        // Its prices change without it.
        let shown = serde_json::to_string(&view).ok();
        Ok(Reply::of(view).version(version).beside(shown))
    }

    /// The cart with its prices.
    fn view(&self, cart: &Cart, now: Timestamp) -> Result<CartView, Failure> {
        let (quote, problems) = self.priced(cart, now)?;
        let view = CartView {
            items: cart
                .items
                .iter()
                .map(|item| self.item(cart, item, quote.as_ref()))
                .collect(),
            coupon: self.coupon(cart, quote.as_ref()),
            shipping_address: cart.address.clone(),
            problems,
            ..CartView::empty(cart)
        };
        let Some(quote) = quote else {
            return Ok(view);
        };
        let Quote {
            currency: _,
            lines: _,
            shipping,
            methods,
            promotions,
            coupon: _,
            sums,
        } = quote;
        Ok(CartView {
            promotions,
            shipping_method: shipping.map(|shipping| shipping.method),
            shipping_methods: methods,
            totals: sums,
            ..view
        })
    }

    /// What it comes to. Where it cannot be sent as it was to be (any more), that is said, and it is
    /// priced without sending.
    fn priced(&self, cart: &Cart, now: Timestamp) -> Result<(Option<Quote>, Vec<String>), Failure> {
        match self.quote(cart, now).transpose() {
            Ok(quote) => Ok((quote, Vec::new())),
            Err(faults) => {
                let unsent = Cart {
                    address: None,
                    method: None,
                    ..cart.clone()
                };
                let problems = faults.iter().map(ToString::to_string).collect();
                let quote = self
                    .quote(&unsent, now)
                    .transpose()
                    .map_err(Failure::rules)?;
                Ok((quote, problems))
            }
        }
    }

    fn item(&self, cart: &Cart, item: &CartItem, quote: Option<&Quote>) -> ItemView {
        let standing = self.standing(cart, &item.sku);
        let line = quote.and_then(|quote| quote.lines.iter().find(|line| line.sku == item.sku));
        let nothing = Money::zero(cart.currency);
        ItemView {
            sku: item.sku.clone(),
            name: line.map(|line| line.name.clone()),
            options: line.map(|line| line.options.clone()).unwrap_or_default(),
            quantity: item.quantity,
            unit_price: standing.price.unwrap_or(item.accepted_price),
            discount: line.map_or(nothing, |line| line.discount),
            total: line.map_or(nothing, |line| line.total),
            changes: item
                .changes(standing)
                .into_iter()
                .map(ChangeView::from)
                .collect(),
        }
    }

    fn coupon(&self, cart: &Cart, quote: Option<&Quote>) -> Option<CouponView> {
        let code = cart.coupon.clone()?;
        let reason = match quote {
            Some(quote) => reason(&quote.coupon),
            None => self.missing_coupon(),
        };
        Some(CouponView {
            code,
            applied: quote.is_some() && reason.is_none(),
            reason,
        })
    }

    /// What can be said of the coupon of a cart in which nothing is to be priced.
    pub(crate) fn missing_coupon(&self) -> Option<String> {
        let coupon = self.found.coupon()?;
        match (&coupon.promotion, coupon.used_up) {
            (None, _) => reason(&CouponOutcome::Unknown),
            (Some(_), true) => reason(&CouponOutcome::UsedUp),
            (Some(_), false) => None,
        }
    }
}

/// Why a coupon does not make anything cheaper.
pub(crate) fn reason(outcome: &CouponOutcome) -> Option<String> {
    match outcome {
        CouponOutcome::None | CouponOutcome::Applied => None,
        CouponOutcome::Unknown => Some("is not known".to_owned()),
        CouponOutcome::UsedUp => Some("was used as often as it may be".to_owned()),
        CouponOutcome::Unmet(unmet) => Some(unmet.to_string()),
        CouponOutcome::Beaten => {
            Some("saves nothing beside the promotions that apply already".to_owned())
        }
    }
}
