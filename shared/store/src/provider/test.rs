//! The test provider, which is built in and moves no money.
//!
//! It behaves as an outside service does: it keeps books of its own, honours idempotency keys, declines,
//! loses replies and is down at times, as its payment methods ask it to. Its table, `test-provider`,
//! holds one item a charge: `pk = charge/<key>`, `sk = charge`, with an attribute `refund:<id>` for each
//! refund and `capture:<key>` for each capture.

use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};
use futures_util::FutureExt;
use serde::Deserialize;

use domain::clock::Timestamp;
use domain::currency::Currency;
use domain::id::{PaymentId, RefundId};
use domain::money::Money;
use domain::payment::{
    CaptureMethod, Decline, NextAction, NextActionKind, RefundReport, RefundStatus, Report,
    Standing,
};
use domain::text::{PaymentMethod, ProviderRef, Url};

use super::webhook::{Heard, Posted, Unheard, is_signed};
use super::{Asked, Entry, NewCharge, NewRefund, PaymentProvider, ProviderError};
use crate::db::{Db, Item, key, number, read_number, read_text, text};
use crate::grant::{GET, Grant, UPDATE};
use crate::tables::TEST_PROVIDER;

pub(super) const ENTRY: Entry = Entry {
    name: "test",
    accepts: |method| TestMethod::of(method).is_some(),
    can_charge: |_| Ok(()),
    asking: |declaration| {
        declaration.var(TEST_PROVIDER.var);
        declaration.grant(Grant::table(&TEST_PROVIDER, &[GET]));
    },
    telling: |declaration| declaration.grant(Grant::table(&TEST_PROVIDER, &[UPDATE])),
    wire: |wiring| {
        Box::pin(async {
            let table = wiring.env.get(TEST_PROVIDER.var)?;
            let books = Db::new(wiring.aws.dynamodb(), table);
            Ok(Box::new(TestProvider { books }) as Box<dyn PaymentProvider>)
        })
    },
    hear,
};

const CHARGE: &str = "charge";
const REFUND_PREFIX: &str = "refund:";
const SIGNATURE: &str = "souk-test-signature";
/// How often `pm_test_unavailable` finds the provider down.
const DOWN_CALLS: u64 = 3;
/// How often a change of the books is tried again that met another one.
const TRIES: u32 = 20;

struct TestProvider {
    books: Db,
}

impl PaymentProvider for TestProvider {
    fn name_beforehand(&self, charge: &NewCharge) -> Option<ProviderRef> {
        ProviderRef::parse(&charge.key).ok()
    }

    fn open<'a>(&'a self, charge: &'a NewCharge) -> Asked<'a, ProviderRef> {
        Box::pin(async {
            ProviderRef::parse(&charge.key)
                .map_err(|broken| ProviderError::Refused(broken.to_string()))
        })
    }

    fn charge<'a>(&'a self, _: &'a ProviderRef, charge: &'a NewCharge) -> Asked<'a, Report> {
        Box::pin(self.charged(charge))
    }

    fn look_up<'a>(&'a self, name: &'a ProviderRef) -> Asked<'a, Report> {
        Box::pin(async {
            let found = self.find(name.as_str()).await?;
            Ok(found.as_ref().map_or(Standing::Idle.into(), report))
        })
    }

    fn capture<'a>(
        &'a self,
        name: &'a ProviderRef,
        amount: Money,
        key: &'a str,
    ) -> Asked<'a, Report> {
        Box::pin(self.change(name, move |item| captured(item, amount, key)))
    }

    fn void<'a>(&'a self, name: &'a ProviderRef, _: &'a str) -> Asked<'a, Report> {
        Box::pin(self.change(name, voided))
    }

    fn refund<'a>(&'a self, name: &'a ProviderRef, refund: &'a NewRefund) -> Asked<'a, Report> {
        Box::pin(self.change(name, move |item| refunded(item, refund)))
    }

    fn payment_of<'a>(&'a self, name: &'a ProviderRef) -> Asked<'a, Option<PaymentId>> {
        Box::pin(async {
            let found = self.find(name.as_str()).await?;
            let id = found.as_ref().and_then(|item| read_text(item, "paymentId"));
            Ok(id.and_then(|id| PaymentId::parse(id).ok()))
        })
    }
}

/// A change of the books: what a charge becomes, unless it is so already or cannot be.
enum Change {
    Done,
    Refused(&'static str),
    To {
        status: String,
        captured: i64,
        refunded: i64,
        mark: Option<(String, i64)>,
    },
}

fn captured(item: &Item, amount: Money, key: &str) -> Change {
    let mark = format!("capture:{key}");
    if item.contains_key(&mark) {
        return Change::Done;
    }
    if !matches!(
        read_text(item, "status"),
        Some("authorized" | "partiallyCaptured")
    ) {
        return Change::Refused("nothing is set aside");
    }
    let taken = read_number(item, "captured").unwrap_or(0) + amount.amount();
    let asked = read_number(item, "amount").unwrap_or(0);
    let status = match taken.cmp(&asked) {
        std::cmp::Ordering::Greater => return Change::Refused("that is more than is set aside"),
        std::cmp::Ordering::Equal => "captured",
        std::cmp::Ordering::Less => "partiallyCaptured",
    };
    Change::To {
        status: status.to_owned(),
        captured: taken,
        refunded: read_number(item, "refunded").unwrap_or(0),
        mark: Some((mark, amount.amount())),
    }
}

fn voided(item: &Item) -> Change {
    let status = match read_text(item, "status") {
        None | Some("requiresAction" | "authorized") => "voided",
        // The rest is let go of, and what was taken stays.
        Some("partiallyCaptured") => "captured",
        Some(_) => return Change::Done,
    };
    Change::To {
        status: status.to_owned(),
        captured: read_number(item, "captured").unwrap_or(0),
        refunded: read_number(item, "refunded").unwrap_or(0),
        mark: None,
    }
}

fn refunded(item: &Item, refund: &NewRefund) -> Change {
    let mark = format!("{REFUND_PREFIX}{}", refund.id);
    if item.contains_key(&mark) {
        return Change::Done;
    }
    let captured = read_number(item, "captured").unwrap_or(0);
    let returned = read_number(item, "refunded").unwrap_or(0) + refund.amount.amount();
    if returned > captured {
        return Change::Refused("that is more than was taken");
    }
    Change::To {
        status: read_text(item, "status").unwrap_or("captured").to_owned(),
        captured,
        refunded: returned,
        mark: Some((mark, refund.amount.amount())),
    }
}

impl TestProvider {
    async fn charged(&self, charge: &NewCharge) -> Result<Report, ProviderError> {
        let found = self.find(&charge.key).await?;
        if let Some(known) = found.filter(|item| item.contains_key("status")) {
            return Ok(report(&known));
        }
        let taken = match charge.capture_method {
            CaptureMethod::Automatic => "captured",
            CaptureMethod::Manual => "authorized",
        };
        match TestMethod::of(&charge.method) {
            None => Ok(Standing::Declined(Decline::Other).into()),
            Some(TestMethod::Ok) => self.book(charge, taken).await,
            Some(TestMethod::Declined) => self.book(charge, "card_declined").await,
            Some(TestMethod::InsufficientFunds) => self.book(charge, "insufficient_funds").await,
            Some(TestMethod::RequiresAction) => self.book(charge, "requiresAction").await,
            Some(TestMethod::Timeout) => {
                self.book(charge, taken).await?;
                Err(ProviderError::Silent)
            }
            Some(TestMethod::Unavailable) => {
                if self.count_call(&charge.key).await? <= DOWN_CALLS {
                    return Err(ProviderError::Unavailable);
                }
                self.book(charge, taken).await
            }
        }
    }

    async fn find(&self, key: &str) -> Result<Option<Item>, ProviderError> {
        let found = self.books.get_now(&pk(key), CHARGE).await;
        found.map_err(|error| {
            tracing::warn!(%error, "the test provider's books cannot be read");
            ProviderError::Silent
        })
    }

    fn update(&self, charge: &str) -> UpdateItemFluentBuilder {
        self.books
            .client()
            .update_item()
            .table_name(self.books.table())
            .set_key(Some(key(&pk(charge), CHARGE)))
            .return_values(ReturnValue::AllNew)
    }

    /// Puts a charge into the books, unless the key is there already: then that one counts.
    async fn book(&self, charge: &NewCharge, status: &str) -> Result<Report, ProviderError> {
        let NewCharge {
            key: charge_key,
            order,
            payment,
            amount,
            method,
            capture_method,
        } = charge;
        let captured = match status {
            "captured" => amount.amount(),
            _ => 0,
        };
        let sent = self
            .update(charge_key)
            .update_expression(
                "SET orderId = :order, paymentId = :payment, amount = :amount, \
                 #currency = :currency, captured = :captured, refunded = :zero, \
                 #status = :status, #method = :method, captureMethod = :capture",
            )
            .condition_expression("attribute_not_exists(#status)")
            .expression_attribute_names("#status", "status")
            .expression_attribute_names("#currency", "currency")
            .expression_attribute_names("#method", "method")
            .expression_attribute_values(":order", text(order.to_string()))
            .expression_attribute_values(":payment", text(payment.to_string()))
            .expression_attribute_values(":amount", number(amount.amount()))
            .expression_attribute_values(":currency", text(amount.currency().code()))
            .expression_attribute_values(":captured", number(captured))
            .expression_attribute_values(":zero", number(0))
            .expression_attribute_values(":status", text(status))
            .expression_attribute_values(":method", text(method.as_str()))
            .expression_attribute_values(":capture", text(capture_method.as_str()))
            .send()
            .boxed()
            .await;
        match sent {
            Ok(reply) => Ok(reply
                .attributes
                .as_ref()
                .map_or(Standing::Idle.into(), report)),
            Err(error) if was_met(&error) => {
                let found = self.find(charge_key).await?;
                Ok(found.as_ref().map_or(Standing::Idle.into(), report))
            }
            Err(error) => Err(silent(&error)),
        }
    }

    /// Changes a charge over what was read of it, as often as it takes.
    async fn change(
        &self,
        name: &ProviderRef,
        decide: impl Fn(&Item) -> Change + Send,
    ) -> Result<Report, ProviderError> {
        for _ in 0..TRIES {
            let item = self.find(name.as_str()).await?.unwrap_or_default();
            let (status, captured, refunded, mark) = match decide(&item) {
                Change::Done => return Ok(report(&item)),
                Change::Refused(why) => return Err(ProviderError::Refused(why.to_owned())),
                Change::To {
                    status,
                    captured,
                    refunded,
                    mark,
                } => (status, captured, refunded, mark),
            };
            let mut update = self
                .update(name.as_str())
                .expression_attribute_names("#status", "status")
                .expression_attribute_values(":status", text(status))
                .expression_attribute_values(":captured", number(captured))
                .expression_attribute_values(":refunded", number(refunded));
            let mut set =
                "SET #status = :status, captured = :captured, refunded = :refunded".to_owned();
            if let Some((mark, amount)) = mark {
                set.push_str(", #mark = :mark");
                update = update
                    .expression_attribute_names("#mark", mark)
                    .expression_attribute_values(":mark", number(amount));
            }
            update = match read_text(&item, "status") {
                None => update.condition_expression("attribute_not_exists(#status)"),
                Some(was) => update
                    .condition_expression(
                        "#status = :was AND captured = :wasCaptured AND refunded = :wasRefunded",
                    )
                    .expression_attribute_values(":was", text(was))
                    .expression_attribute_values(":wasCaptured", field(&item, "captured"))
                    .expression_attribute_values(":wasRefunded", field(&item, "refunded")),
            };
            match update.update_expression(set).send().boxed().await {
                Ok(reply) => {
                    let changed = reply.attributes.unwrap_or_default();
                    return Ok(report(&changed));
                }
                Err(error) if was_met(&error) => tokio::task::yield_now().await,
                Err(error) => return Err(silent(&error)),
            }
        }
        Err(ProviderError::Unavailable)
    }

    /// Counts one more call for a key.
    async fn count_call(&self, charge_key: &str) -> Result<u64, ProviderError> {
        let reply = self
            .update(charge_key)
            .update_expression("ADD calls :one")
            .expression_attribute_values(":one", AttributeValue::N("1".to_owned()))
            .send()
            .boxed()
            .await
            .map_err(|error| silent(&error))?;
        reply
            .attributes
            .as_ref()
            .and_then(|item| read_number(item, "calls"))
            .ok_or(ProviderError::Silent)
    }
}

/// What the test provider posts: that there is news of one of its charges.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct News {
    key: Option<ProviderRef>,
    payment_id: Option<PaymentId>,
}

/// Its signature is over the body alone, so that a report of it can be written down and kept.
fn hear(secrets: &[String], posted: &Posted, _: Timestamp) -> Result<Heard, Unheard> {
    let signature = posted.headers.get(SIGNATURE).ok_or(Unheard::Forged)?;
    if !is_signed(posted.body.as_bytes(), signature, secrets) {
        return Err(Unheard::Forged);
    }
    Ok(match serde_json::from_str::<News>(&posted.body) {
        Ok(News {
            payment_id: Some(id),
            ..
        }) => Heard::Of(id),
        Ok(News { key: Some(key), .. }) => Heard::About(key),
        _ => Heard::Irrelevant,
    })
}

/// What the test provider's methods ask it to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TestMethod {
    Ok,
    Declined,
    InsufficientFunds,
    RequiresAction,
    Timeout,
    Unavailable,
}

impl TestMethod {
    fn of(method: &PaymentMethod) -> Option<Self> {
        match method.as_str() {
            "pm_test_ok" => Some(Self::Ok),
            "pm_test_declined" => Some(Self::Declined),
            "pm_test_insufficient_funds" => Some(Self::InsufficientFunds),
            "pm_test_requires_action" => Some(Self::RequiresAction),
            "pm_test_timeout" => Some(Self::Timeout),
            "pm_test_unavailable" => Some(Self::Unavailable),
            _ => None,
        }
    }
}

fn pk(key: &str) -> String {
    format!("charge/{key}")
}

fn field(item: &Item, name: &str) -> AttributeValue {
    item.get(name).cloned().unwrap_or_else(|| number(0))
}

fn money(item: &Item, name: &str) -> Option<Money> {
    let currency = Currency::parse(read_text(item, "currency")?).ok()?;
    Money::new(read_number(item, name)?, currency).ok()
}

/// What the books say of a charge; one that was only called while the provider was down is not in them.
fn report(item: &Item) -> Report {
    Report {
        standing: standing(item).unwrap_or(Standing::Idle),
        refunds: refunds(item).collect(),
        dispute: None,
    }
}

fn standing(item: &Item) -> Option<Standing> {
    Some(match read_text(item, "status")? {
        "captured" => Standing::Captured(money(item, "captured")?),
        "authorized" | "partiallyCaptured" => Standing::Authorized {
            captured: money(item, "captured")?,
        },
        "voided" => Standing::Voided,
        "requiresAction" => Standing::RequiresAction(NextAction {
            kind: NextActionKind::Redirect,
            url: Url::parse("https://test-provider.invalid/authenticate").ok()?,
        }),
        reason => Standing::Declined(Decline::parse(reason).unwrap_or(Decline::Other)),
    })
}

fn refunds(item: &Item) -> impl Iterator<Item = RefundReport> {
    item.keys().filter_map(|name| {
        let id = RefundId::parse(name.strip_prefix(REFUND_PREFIX)?).ok()?;
        Some(RefundReport {
            id,
            amount: money(item, name)?,
            status: RefundStatus::Succeeded,
        })
    })
}

/// Whether a change met another one.
fn was_met<R>(error: &SdkError<UpdateItemError, R>) -> bool {
    error
        .as_service_error()
        .is_some_and(UpdateItemError::is_conditional_check_failed_exception)
}

fn silent<R>(error: &SdkError<UpdateItemError, R>) -> ProviderError
where
    R: std::fmt::Debug,
{
    tracing::warn!(?error, "the test provider's books cannot be written");
    ProviderError::Silent
}
