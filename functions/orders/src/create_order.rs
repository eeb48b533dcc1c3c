//! `POST /orders`: places an order. The order and the stock it takes are one transaction, together
//! with the news of it and the record of its idempotency key.

use std::time::Duration;

use domain::address::Address;
use domain::cart::Cart;
use domain::currency::Currency;
use domain::email::Email;
use domain::id::{CartId, OrderId};
use domain::order::{Draft, Order};
use domain::pricing::promotion::CouponCode;
use domain::pricing::redemption::Buyer;
use domain::quantity::Quantity;
use domain::sku::Sku;
use domain::slug::Slug;
use domain::text::PaymentMethod;
use edge::seal::Seal;
use edge::{Auth, Caller, Code, Endpoint, Failure, Nothing, Reply, Route, Rq};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::StoreError;
use store::carts::{self, Carts};
use store::once::Receipt;
use store::orders::{self, Orders};
use store::pricing::{self, Tariffs};
use store::provider::PaymentMethods;
use store::shelf::Shelf;
use store::shop::Shop;
use store::stock::Taker;

use crate::order::OrderView;
use crate::wish::{self, Wish};

/// Places an order.
pub(crate) struct CreateOrder;

/// What is ordered, and where it goes.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NewOrder {
    /// What, and how many of each; or `cartId`.
    #[schemars(length(min = 1, max = 25))]
    pub(crate) items: Option<Vec<NewItem>>,
    /// The cart that is ordered, and is gone then; or `items`. What the request does not say is as the
    /// cart says.
    pub(crate) cart_id: Option<CartId>,
    /// Where it is to be sent; required unless the cart says.
    pub(crate) shipping_address: Option<Address>,
    /// How it is to be sent; the cheapest way unless given.
    pub(crate) shipping_method: Option<Slug>,
    /// A code that makes it cheaper. One that does not apply is refused.
    pub(crate) coupon_code: Option<CouponCode>,
    /// What the shop charges in the background; without it, pay with `POST /payments`.
    pub(crate) payment_method: Option<PaymentMethod>,
    /// The currency to pay in; the shop's own unless given. A cart has its own.
    pub(crate) currency: Option<Currency>,
    /// Where mail about the order goes; required of guests.
    pub(crate) email: Option<Email>,
}

/// How many of a SKU.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NewItem {
    /// What.
    pub(crate) sku: Sku,
    /// How many, 1 to 999.
    pub(crate) quantity: Quantity,
}

/// What a placed order's reply is rebuilt from: the order itself holds all else.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Placed {
    order_id: OrderId,
}

/// How long a guest's token opens the order: the time for delivery, returns and questions.
const TOKEN_LIFETIME: Duration = Duration::from_secs(90 * 24 * 60 * 60);

impl Endpoint for CreateOrder {
    const ROUTE: Route = Route::post("/orders", "Place an order")
        .auth(Auth::Anyone)
        .located()
        .once()
        .errors(&[Code::OutOfStock, Code::CartChanged, Code::CouponUsedUp]);
    type Needs = (
        Orders<orders::Create>,
        Taker,
        Shelf,
        Tariffs<pricing::Redeem>,
        Carts<carts::Discard>,
        PaymentMethods,
        Shop,
        Seal,
    );
    type Path = Nothing;
    type Query = Nothing;
    type Body = NewOrder;
    type Reply = OrderView;

    async fn handle(
        (orders, stock, shelf, tariffs, carts, methods, shop, seal): &Self::Needs,
        rq: &Rq<Self>,
    ) -> Result<Reply<OrderView>, Failure> {
        let email = email(rq)?;
        let once = rq.once_for(&email.canonical());
        // Before the record is looked for: whoever finds the cart gone by this very request also finds
        // its record.
        let cart = cart(carts, rq).await;
        let wished = cart.and_then(|cart| {
            let wish = Wish::of(&rq.body, cart.as_ref(), shop.currency)?;
            Ok((cart, wish))
        });
        let (cart, wish) = match wished {
            Ok(wished) => wished,
            Err(refused) => {
                orders.recall(once.as_ref(), rq.now()).await?;
                return Err(refused);
            }
        };
        let buyer = buyer(&rq.caller, &email);
        let mut reads = shelf.reads();
        orders.recall_among(&mut reads, once.as_ref());
        let (wants, coupon) = (wish.wants.clone(), wish.coupon.as_ref());
        let (found, mut answers) = shelf.look_up(reads, wants, coupon, Some(&buyer)).await?;
        orders.recalled(&mut answers, once.as_ref(), rq.now())?;
        if let Some(cart) = &cart {
            wish::unchanged(cart, &found)?;
        }
        let quote = wish::quote(&wish, &found, methods, &rq.body, rq.now())?;
        let draft = Draft {
            id: OrderId::new(rq.now(), rq.entropy()),
            customer: rq.caller.user(),
            email,
            shipping_address: wish.address,
            payment_method: rq.body.payment_method.clone(),
            quote,
        };
        let order = Order::place(draft, rq.now(), rq.entropy());

        let redeemed = wish::redeemed(&found, &order);
        let placed = Placed { order_id: order.id };
        let mut plan = stock.plan(&order);
        loop {
            let mut tx = orders.begin(&rq.stamp);
            orders.create(&mut tx, &order)?;
            stock.take(&mut tx, &order, &plan)?;
            if let Some(promotion) = redeemed {
                tariffs.redeem(&mut tx, &order, promotion, &buyer)?;
            }
            if let Some(cart) = &cart {
                carts.discard(&mut tx, cart);
            }
            orders.remember(&mut tx, once.as_ref(), &placed)?;
            match tx.commit_once().await {
                Err(StoreError::Short(short)) => {
                    plan = stock.elsewhere(plan, short, &rq.stamp).await?;
                }
                Err(StoreError::Contended(others)) => {
                    plan = stock.after_others(plan, others).await?;
                }
                done => break done?,
            }
        }
        stock.taken(&plan);
        Ok(placed_reply(order, seal))
    }

    async fn replay(
        (orders, .., seal): &Self::Needs,
        _: &Rq<Self>,
        receipt: Receipt,
    ) -> Result<Reply<OrderView>, Failure> {
        let Placed { order_id } = receipt.read()?;
        let order = orders.get_now(order_id).await?;
        Ok(placed_reply(order.as_placed(), seal))
    }
}

/// Where mail about the order goes.
fn email(rq: &Rq<CreateOrder>) -> Result<Email, Failure> {
    let given = rq.body.email.clone();
    match &rq.caller {
        Caller::User(account) => Ok(given.unwrap_or_else(|| account.email.clone())),
        _ => given.ok_or_else(|| {
            Failure::new(Code::InvalidRequest).error("email: is required unless signed in")
        }),
    }
}

/// The cart that is ordered, if one is.
async fn cart(
    carts: &Carts<carts::Discard>,
    rq: &Rq<CreateOrder>,
) -> Result<Option<Cart>, Failure> {
    let Some(id) = rq.body.cart_id else {
        return Ok(None);
    };
    match carts.open_to(rq.caller.user(), id, rq.now()).await {
        Ok(cart) if cart.items.is_empty() => Err(Failure::rule("cartId", "is empty")),
        Ok(cart) => Ok(Some(cart)),
        Err(StoreError::NotFound) => Err(Failure::rule(
            "cartId",
            "must be a cart of yours that is not ordered yet",
        )),
        Err(error) => Err(error.into()),
    }
}

/// Whose uses of a coupon count.
fn buyer(caller: &Caller, email: &Email) -> Buyer {
    match caller.user() {
        Some(user) => Buyer::Account(user),
        None => Buyer::Guest(email.clone()),
    }
}

fn placed_reply(order: Order, seal: &Seal) -> Reply<OrderView> {
    let token = order
        .customer
        .is_none()
        .then(|| seal.order_token(order.id, order.created_at.plus(TOKEN_LIFETIME)));
    let path = format!("/orders/{}", order.id);
    let version = order.version;
    let mut view = OrderView::from(order);
    view.order_token = token;
    Reply::of(view).version(version).location(path)
}
