//! What an order comes to: what is asked for, by a list of items or by a cart, at the prices of this
//! moment. Every fault is named at once.

use domain::address::Address;
use domain::cart::{Cart, CartItem, Change, Standing};
use domain::clock::Timestamp;
use domain::currency::Currency;
use domain::order::Order;
use domain::pricing::promotion::{CouponCode, Promotion};
use domain::pricing::{CouponOutcome, Destination, Quote};
use domain::slug::Slug;
use edge::{Code, Failure};
use serde_json::json;
use store::provider::PaymentMethods;
use store::shelf::{Found, Terms, Want};

use crate::create_order::{NewItem, NewOrder};

/// What is asked for.
pub(crate) struct Wish {
    pub(crate) wants: Vec<Want>,
    pub(crate) address: Address,
    pub(crate) method: Option<Slug>,
    pub(crate) coupon: Option<CouponCode>,
    pub(crate) currency: Currency,
}

impl Wish {
    /// What a request asks for, and where it says nothing, its cart.
    pub(crate) fn of(
        body: &NewOrder,
        cart: Option<&Cart>,
        shop_currency: Currency,
    ) -> Result<Self, Failure> {
        let mut faults = Failure::new(Code::InvalidRequest);
        let wants = match (&body.items, cart) {
            (Some(items), None) => items.iter().map(Want::from).collect(),
            (None, Some(cart)) => cart.items.iter().map(of_cart).collect(),
            (Some(_), Some(_)) => {
                faults = faults.error("cartId: must not stand beside items");
                Vec::new()
            }
            (None, None) => {
                faults = faults.error("items: is required unless there is a cartId");
                Vec::new()
            }
        };
        let of_cart = cart.and_then(|cart| cart.address.clone());
        let address = body.shipping_address.clone().or(of_cart);
        if address.is_none() {
            faults = faults.error("shippingAddress: is required unless the cart has one");
        }
        let Some(address) = address.filter(|_| faults.errors.is_empty()) else {
            return Err(faults);
        };
        if let (Some(cart), Some(currency)) = (cart, body.currency)
            && currency != cart.currency
        {
            let rule = format!("must be that of the cart, {}", cart.currency);
            return Err(Failure::rule("currency", rule));
        }
        // Where the cart was to be sent says nothing of how it is sent elsewhere.
        let cart_method = cart
            .filter(|_| body.shipping_address.is_none())
            .and_then(|cart| cart.method.clone());
        Ok(Self {
            wants,
            address,
            method: body.shipping_method.clone().or(cart_method),
            coupon: body
                .coupon_code
                .clone()
                .or_else(|| cart.and_then(|cart| cart.coupon.clone())),
            currency: cart
                .map(|cart| cart.currency)
                .or(body.currency)
                .unwrap_or(shop_currency),
        })
    }
}

impl From<&NewItem> for Want {
    fn from(item: &NewItem) -> Self {
        Self {
            sku: item.sku.clone(),
            quantity: item.quantity,
        }
    }
}

fn of_cart(item: &CartItem) -> Want {
    Want {
        sku: item.sku.clone(),
        quantity: item.quantity,
    }
}

/// Makes sure that nothing in a cart costs anything else than its buyer has seen. How many there are is
/// for the stock to say.
pub(crate) fn unchanged(cart: &Cart, found: &Found) -> Result<(), Failure> {
    let mut changed = Failure::new(Code::CartChanged);
    for (index, item) in cart.items.iter().enumerate() {
        let standing = Standing {
            price: found.price(&item.sku, cart.currency),
            available: None,
        };
        for change in item.changes(standing) {
            let sku = &item.sku;
            changed = match change {
                Change::PriceChanged { from, to } => changed
                    .error(format!(
                        "items[{index}].sku: {sku} costs {to} now, not {from}"
                    ))
                    .detail(json!({
                        "sku": sku,
                        "reason": "priceChanged",
                        "oldPrice": from,
                        "newPrice": to,
                    })),
                Change::Unavailable => changed
                    .error(format!("items[{index}].sku: {sku} is not sold any more"))
                    .detail(json!({"sku": sku, "reason": "unavailable"})),
                Change::NotEnough { .. } => changed,
            };
        }
    }
    if changed.errors.is_empty() {
        Ok(())
    } else {
        Err(changed)
    }
}

/// What it comes to.
pub(crate) fn quote(
    wish: &Wish,
    found: &Found,
    methods: &PaymentMethods,
    body: &NewOrder,
    now: Timestamp,
) -> Result<Quote, Failure> {
    let mut faults = Failure::new(Code::ValidationFailed);
    if let Some(method) = &body.payment_method
        && !methods.accept(method)
    {
        faults = faults.error("paymentMethod: is not known");
    }
    let terms = Terms {
        currency: wish.currency,
        destination: Some(Destination::from(&wish.address)),
        method: wish.method.clone(),
        now,
    };
    let quote = found.quote(terms);
    let (quote, broken) = match quote {
        Ok(quote) => (Some(quote), Vec::new()),
        Err(broken) => (None, broken),
    };
    faults = broken
        .into_iter()
        .fold(faults, |faults, fault| faults.error(fault.to_string()));
    match quote.as_ref().map(|quote| &quote.coupon) {
        Some(CouponOutcome::UsedUp) if faults.errors.is_empty() => {
            return Err(Failure::new(Code::CouponUsedUp)
                .error("couponCode: was used as often as it may be"));
        }
        Some(CouponOutcome::Unknown) => faults = faults.error("couponCode: is not known"),
        Some(CouponOutcome::Unmet(unmet)) => {
            faults = faults.error(format!("couponCode: {unmet}"));
        }
        // What saves more takes its place; the buyer loses nothing by it.
        _ => {}
    }
    let total = quote.as_ref().map(|quote| quote.sums.total);
    if let Some(Err(broken)) = total.map(|total| methods.can_charge(total)) {
        faults = faults.error(format!("the total {broken}"));
    }
    match quote {
        Some(quote) if faults.errors.is_empty() => Ok(quote),
        _ => Err(faults),
    }
}

/// The promotion of the coupon, if it makes an order cheaper.
pub(crate) fn redeemed<'a>(found: &'a Found, order: &Order) -> Option<&'a Promotion> {
    let promotion = found.coupon()?.promotion.as_ref()?;
    let applied = order
        .promotions
        .iter()
        .any(|applied| applied.promotion == promotion.id);
    applied.then_some(promotion)
}
