//! `POST /orders`: places an order. The order and the stock it takes are one transaction, together
//! with the news of it and the record of its idempotency key.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use domain::address::Address;
use domain::currency::Currency;
use domain::email::Email;
use domain::id::OrderId;
use domain::order::{Draft, Item, Order};
use domain::product::ProductStatus;
use domain::quantity::Quantity;
use domain::sku::Sku;
use domain::text::PaymentMethod;
use edge::seal::Seal;
use edge::{Auth, Code, Endpoint, Failure, Nothing, Reply, Route, Rq};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::once::Receipt;
use store::orders::{self, Orders};
use store::products::{self, Offer, Products};
use store::provider::PaymentMethods;
use store::shop::Shop;
use store::stock::{self, Stock};

use crate::order::{OrderView, refused};

/// Places an order.
pub(crate) struct CreateOrder;

/// What is ordered, and where it goes.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NewOrder {
    /// What, and how many of each.
    #[schemars(length(min = 1, max = 25))]
    items: Vec<NewItem>,
    /// Where it is to be sent.
    shipping_address: Address,
    /// What the shop charges in the background; without it, pay with `POST /payments`.
    payment_method: Option<PaymentMethod>,
    /// The currency to pay in; the shop's own unless given.
    currency: Option<Currency>,
    /// Where mail about the order goes; required of guests.
    email: Option<Email>,
}

/// How many of a SKU.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NewItem {
    /// What.
    sku: Sku,
    /// How many, 1 to 999.
    quantity: Quantity,
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
        .errors(&[Code::OutOfStock]);
    type Needs = (
        Orders<orders::Create>,
        Stock<stock::Take>,
        Products<products::Offers>,
        PaymentMethods,
        Shop,
        Seal,
    );
    type Path = Nothing;
    type Query = Nothing;
    type Body = NewOrder;
    type Reply = OrderView;

    async fn handle(
        (orders, stock, products, methods, shop, seal): &Self::Needs,
        rq: &Rq<Self>,
    ) -> Result<Reply<OrderView>, Failure> {
        let email = email(rq)?;
        let once = rq.once_for(&email.canonical());
        let skus: BTreeSet<Sku> = rq.body.items.iter().map(|item| item.sku.clone()).collect();
        let (recalled, offers) =
            tokio::join!(orders.recall(once.as_ref(), rq.now()), products.of(&skus));
        recalled?;
        let draft = draft(rq, email, offers?, methods, shop)?;
        let order = Order::place(draft, rq.now(), rq.entropy()).map_err(refused)?;

        let mut tx = orders.begin(&rq.stamp);
        orders.create(&mut tx, &order)?;
        stock.take(&mut tx, &order)?;
        let placed = Placed { order_id: order.id };
        orders.remember(&mut tx, once.as_ref(), &placed)?;
        tx.commit().await?;
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
        edge::Caller::User(account) => Ok(given.unwrap_or_else(|| account.email.clone())),
        _ => given.ok_or_else(|| {
            Failure::new(Code::InvalidRequest).error("email: is required unless signed in")
        }),
    }
}

/// The order that is wanted, with names and prices as they are now; every fault is named at once.
fn draft(
    rq: &Rq<CreateOrder>,
    email: Email,
    offers: Vec<Offer>,
    methods: &PaymentMethods,
    shop: &Shop,
) -> Result<Draft, Failure> {
    let NewOrder {
        items,
        shipping_address,
        payment_method,
        currency,
        email: _,
    } = &rq.body;
    let currency = currency.unwrap_or(shop.currency);
    let offers: BTreeMap<Sku, Offer> = offers
        .into_iter()
        .filter(|offer| offer.status == ProductStatus::Active)
        .map(|offer| (offer.sku.clone(), offer))
        .collect();
    let mut faults = Failure::new(Code::ValidationFailed);
    let mut priced = Vec::with_capacity(items.len());
    for (index, NewItem { sku, quantity }) in items.iter().enumerate() {
        let Some(offer) = offers.get(sku) else {
            faults = faults.error(format!("items[{index}].sku: is not sold here"));
            continue;
        };
        let Some(unit_price) = offer.price_in(currency) else {
            faults = faults.error(format!("items[{index}].sku: is not sold in {currency}"));
            continue;
        };
        priced.push(Item {
            sku: sku.clone(),
            name: offer.name.clone(),
            options: offer.options.clone(),
            quantity: *quantity,
            unit_price,
        });
    }
    if let Some(method) = payment_method
        && !methods.accept(method)
    {
        faults = faults.error("paymentMethod: is not known");
    }
    if !faults.errors.is_empty() {
        return Err(faults);
    }
    Ok(Draft {
        id: OrderId::new(rq.now(), rq.entropy()),
        customer: rq.caller.user(),
        email,
        shipping_address: shipping_address.clone(),
        currency,
        payment_method: payment_method.clone(),
        items: priced,
    })
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
