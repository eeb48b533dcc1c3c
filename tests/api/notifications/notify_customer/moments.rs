//! One example of each moment that customers are told of, as it happens and as it can happen at worst.
//! A new kind of news must join them: a test compares them with what the consumer subscribes to, and
//! everything that must hold of every letter is tried on all of them.

use serde_json::{Value, json};

use crate::shop::{Person, Shop, basket};

/// Where the letters of all examples go.
pub(super) const READER: &str = "ada@example.com";
/// No mail program breaks this by itself.
const ONE_WORD: &str =
    "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft";
const RIGHT_TO_LEFT: &str = "قميص قطني أزرق بأكمام طويلة";
pub(super) const MARKUP: &str = "<img src=x onerror=alert(1)> & \"Co\" o'Lovelace";
const TOKEN: &str = "0190a0b0-0000-7000-8000-00000000000a";

/// What happened.
#[derive(Clone)]
pub(super) struct Moment {
    /// Tells it from the other examples.
    pub(super) name: &'static str,
    /// The kind of event that tells of it.
    pub(super) topic: &'static str,
    /// What it is shown as in the shop, if it is.
    pub(super) kind: Option<&'static str>,
    /// The event's data.
    data: Value,
}

/// What there are examples about: a reader, and an order of theirs that waits to be paid.
pub(super) struct Scene<'a> {
    pub(super) reader: Person<'a>,
    user: String,
    /// The order as it was answered.
    pub(super) order: Value,
}

impl<'a> Scene<'a> {
    pub(super) async fn set(shop: &'a Shop) -> Self {
        shop.stocked("MUG", 9).await;
        let reader = shop.newcomer(READER).await;
        let user = reader.get("/api/v1/users/me").await.text("/data/id");
        let placed = reader.order(&basket(&[("MUG", 2)])).await;
        assert_eq!(placed.status, 201, "{placed:?}");
        shop.settle().await;
        Self {
            reader,
            user,
            order: placed.json()["data"].clone(),
        }
    }

    /// Every example.
    pub(super) fn moments(&self) -> Vec<Moment> {
        let usual = Cast {
            user: &self.user,
            order: &self.order["id"],
            person: "Ada Lovelace",
            number: "S-1XD8F8B8BW7",
            lines: json!([
                line(
                    "MUG-STONE-BLUE",
                    "Stoneware mug",
                    &json!({"Colour": "blue"}),
                    2,
                    2_590
                ),
                line(
                    "TEE-L",
                    "Linen shirt",
                    &json!({"Colour": "white", "Size": "L"}),
                    1,
                    4_900
                ),
            ]),
            total: 7_980,
            reason: "It does not fit.",
            carrier: "DHL",
            tracking: "00340434161094042557",
            url: "https://example.com/parcels/00340434161094042557".to_owned(),
        };
        let name = [ONE_WORD, RIGHT_TO_LEFT, MARKUP];
        let lines: Vec<Value> = (0..25)
            .map(|at| {
                let sku = format!("{:X<64}", format!("SKU-{at}-"));
                line(
                    &sku,
                    name[at % 3],
                    &json!({"Colour": MARKUP, "Größe": RIGHT_TO_LEFT}),
                    999,
                    9_007_199_254,
                )
            })
            .collect();
        let worst = Cast {
            person: MARKUP,
            lines: lines.into(),
            total: 9_007_199_254_740_991,
            reason: &format!("{ONE_WORD} {RIGHT_TO_LEFT} {MARKUP} ").repeat(3),
            carrier: RIGHT_TO_LEFT,
            tracking: &"7".repeat(64),
            url: format!("https://example.com/{}", "parcel".repeat(80)),
            ..usual
        };
        let mut moments = usual.people();
        moments.extend(usual.orders());
        moments.extend(usual.goods());
        moments.extend(usual.payments());
        let at_worst = [
            ("welcome", "welcome-at-worst"),
            ("order-confirmed", "order-confirmed-at-worst"),
            ("order-cancelled", "order-cancelled-at-worst"),
            ("order-shipped", "order-shipped-at-worst"),
            ("return-requested", "return-requested-at-worst"),
        ];
        for moment in [worst.people(), worst.orders(), worst.goods()].concat() {
            let found = at_worst.iter().find(|(name, _)| *name == moment.name);
            moments.extend(found.map(|(_, name)| Moment { name, ..moment }));
        }
        moments
    }
}

impl Moment {
    /// The event that tells of it; the same number makes the same event.
    pub(super) fn event(&self, number: usize) -> Value {
        json!({
            "id": format!("0190a0b0-0000-7000-8000-{number:012x}"),
            "type": self.topic,
            "version": 1,
            "occurredAt": "2026-01-01T00:00:00.000Z",
            "aggregate": "order/0190a0b0-0000-7000-8000-00000000000b",
            "sequence": 1,
            "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "data": self.data,
        })
    }
}

fn line(sku: &str, name: &str, options: &Value, quantity: u32, cents: i64) -> Value {
    json!({
        "sku": sku, "name": name, "options": options, "quantity": quantity,
        "total": {"amount": cents, "currency": "EUR"},
    })
}

/// Who and what the examples are about.
#[derive(Clone)]
struct Cast<'a> {
    user: &'a str,
    order: &'a Value,
    person: &'a str,
    number: &'a str,
    lines: Value,
    total: i64,
    reason: &'a str,
    carrier: &'a str,
    tracking: &'a str,
    url: String,
}

impl Cast<'_> {
    fn people(&self) -> Vec<Moment> {
        let person = |token: Value| json!({"userId": self.user, "email": READER, "name": self.person, "token": token});
        let moved = json!({
            "userId": self.user, "name": self.person, "old": READER, "new": "new@example.com",
        });
        [
            (
                "welcome",
                "UserRegistered",
                Some("welcome"),
                person(json!(TOKEN)),
            ),
            (
                "verify-address",
                "EmailVerificationRequested",
                None,
                person(json!(TOKEN)),
            ),
            (
                "address-taken",
                "EmailVerificationRequested",
                None,
                person(Value::Null),
            ),
            ("address-left", "EmailChanged", Some("emailChanged"), moved),
            (
                "password-changed",
                "PasswordChanged",
                Some("passwordChanged"),
                person(Value::Null),
            ),
            (
                "reset-password",
                "PasswordResetIssued",
                None,
                person(json!(TOKEN)),
            ),
        ]
        .map(moment)
        .into()
    }

    fn orders(&self) -> Vec<Moment> {
        let order = |reason: Value| {
            json!({
                "orderId": self.order, "number": self.number, "customerId": self.user,
                "email": READER, "total": {"amount": self.total, "currency": "EUR"},
                "paymentMethod": null, "lines": self.lines, "reason": reason,
            })
        };
        [
            (
                "order-confirmed",
                "OrderConfirmed",
                Some("orderConfirmed"),
                order(Value::Null),
            ),
            (
                "order-cancelled",
                "OrderCancelled",
                Some("orderCancelled"),
                order(json!(self.reason)),
            ),
            (
                "order-expired",
                "OrderExpired",
                Some("orderExpired"),
                order(Value::Null),
            ),
        ]
        .map(moment)
        .into()
    }

    fn goods(&self) -> Vec<Moment> {
        let tracking = json!({"carrier": self.carrier, "number": self.tracking, "url": self.url});
        let parcel = json!({
            "orderId": self.order, "number": self.number, "customerId": self.user,
            "email": READER, "fulfilmentId": "0190a0b0-0000-7000-8000-00000000000c",
            "lines": self.lines, "tracking": tracking,
        });
        let returned = |status: &str| {
            json!({
                "orderId": self.order, "number": self.number, "customerId": self.user,
                "email": READER, "returnId": "0190a0b0-0000-7000-8000-00000000000d",
                "lines": self.lines, "reason": self.reason, "status": status, "receipt": 1,
                "received": [{
                    "sku": self.lines[0]["sku"], "name": self.lines[0]["name"], "quantity": 2,
                    "restocked": 1, "writtenOff": 1,
                }],
            })
        };
        let requested = returned("requested");
        let (approved, rejected) = (returned("approved"), returned("rejected"));
        let received = returned("received");
        [
            (
                "order-shipped",
                "OrderShipped",
                Some("orderShipped"),
                parcel.clone(),
            ),
            (
                "order-delivered",
                "OrderDelivered",
                Some("orderDelivered"),
                parcel,
            ),
            (
                "return-requested",
                "ReturnRequested",
                Some("returnRequested"),
                requested,
            ),
            (
                "return-approved",
                "ReturnApproved",
                Some("returnApproved"),
                approved,
            ),
            (
                "return-rejected",
                "ReturnRejected",
                Some("returnRejected"),
                rejected,
            ),
            (
                "return-received",
                "ReturnReceived",
                Some("returnReceived"),
                received,
            ),
        ]
        .map(moment)
        .into()
    }

    fn payments(&self) -> Vec<Moment> {
        let payment = |refunded: i64, decline: Value| {
            json!({
                "paymentId": "0190a0b0-0000-7000-8000-00000000000e", "orderId": self.order,
                "amount": {"amount": 2000, "currency": "EUR"},
                "refunded": {"amount": refunded, "currency": "EUR"},
                "decline": decline, "byServer": false,
            })
        };
        let asked = payment(0, Value::Null);
        let failed = payment(0, json!("insufficient_funds"));
        let refunded = payment(500, Value::Null);
        [
            (
                "payment-action",
                "PaymentActionRequired",
                Some("paymentActionRequired"),
                asked,
            ),
            (
                "payment-failed",
                "PaymentFailed",
                Some("paymentFailed"),
                failed,
            ),
            (
                "payment-refunded",
                "PaymentRefunded",
                Some("paymentRefunded"),
                refunded,
            ),
        ]
        .map(moment)
        .into()
    }
}

fn moment(
    (name, topic, kind, data): (&'static str, &'static str, Option<&'static str>, Value),
) -> Moment {
    Moment {
        name,
        topic,
        kind,
        data,
    }
}
