//! Payment providers: outside services that move money.
//!
//! The test provider is built in. It behaves as an outside service does: it keeps books of its own,
//! honours idempotency keys, declines, loses replies and is down at times, as its payment methods
//! ask it to. Its table, `test-provider`, holds one item a key: `pk = charge/<key>`, `sk = charge`.

use std::fmt;

use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};

use domain::currency::Currency;
use domain::id::OrderId;
use domain::money::Money;
use domain::payment::{Decline, NextAction, NextActionKind, ProviderReport};
use domain::text::{PaymentMethod, Url};

use crate::db::{Db, Item, key, number, read_number, read_text, text, unavailable};
use crate::env::Var;
use crate::error::StoreError;
use crate::grant::{GET, Grant, UPDATE};
use crate::need::{Declaration, Need, StartError, Wiring};
use crate::tables::TEST_PROVIDER;

/// Which provider charges.
pub const PAYMENT_PROVIDER: Var = Var::new(
    "PAYMENT_PROVIDER",
    "the payment provider: `test`, which moves no money",
);

const CHARGE: &str = "charge";
/// How often `pm_test_unavailable` finds the provider down.
const DOWN_CALLS: u64 = 3;

/// What is to be charged.
#[derive(Debug, Clone)]
pub struct ChargeRequest {
    /// The idempotency key: the same key never charges twice.
    pub key: String,
    /// For which order.
    pub order: OrderId,
    /// How much.
    pub amount: Money,
    /// From what.
    pub method: PaymentMethod,
}

/// Why a provider gave no report.
#[derive(Debug)]
pub enum ProviderError {
    /// It is down, and did nothing.
    Unavailable,
    /// It did not answer in time: it may have acted or not.
    Silent,
    /// It could not be reached.
    Unreachable(StoreError),
}

/// The payment methods that the provider knows, for those who charge nothing themselves.
pub struct PaymentMethods;

impl PaymentMethods {
    /// Whether the provider knows a payment method.
    #[must_use]
    pub fn accept(&self, method: &PaymentMethod) -> bool {
        TestMethod::of(method).is_some()
    }
}

impl Need for PaymentMethods {
    fn declare(declaration: &mut Declaration) {
        declaration.var(PAYMENT_PROVIDER);
    }

    async fn wire(wiring: &Wiring) -> Result<Self, StartError> {
        is_known(wiring.env.get(PAYMENT_PROVIDER)?)?;
        Ok(Self)
    }
}

/// The provider.
pub struct Provider {
    books: Db,
}

impl Provider {
    /// Charges.
    ///
    /// # Errors
    /// [`ProviderError`]; only after [`ProviderError::Unavailable`] is it certain that nothing was
    /// charged.
    pub async fn charge(&self, request: &ChargeRequest) -> Result<ProviderReport, ProviderError> {
        if let Some(known) = self.charged(&request.key).await? {
            return Ok(known);
        }
        match TestMethod::of(&request.method) {
            None => Ok(ProviderReport::Declined(Decline::Other)),
            Some(TestMethod::Ok) => self.book(request, "captured").await,
            Some(TestMethod::Declined) => self.book(request, "card_declined").await,
            Some(TestMethod::InsufficientFunds) => self.book(request, "insufficient_funds").await,
            Some(TestMethod::RequiresAction) => self.book(request, "requiresAction").await,
            Some(TestMethod::Timeout) => {
                self.book(request, "captured").await?;
                Err(ProviderError::Silent)
            }
            Some(TestMethod::Unavailable) => {
                if self.count_call(&request.key).await? <= DOWN_CALLS {
                    return Err(ProviderError::Unavailable);
                }
                self.book(request, "captured").await
            }
        }
    }

    /// What became of a key.
    ///
    /// # Errors
    /// [`ProviderError::Unreachable`].
    pub async fn look_up(&self, key: &str) -> Result<ProviderReport, ProviderError> {
        Ok(self.charged(key).await?.unwrap_or(ProviderReport::Missing))
    }

    /// Gives back all that a key captured; asked twice, it gives back once.
    ///
    /// # Errors
    /// [`ProviderError::Unreachable`].
    pub async fn refund(&self, charge_key: &str) -> Result<ProviderReport, ProviderError> {
        let found = self.find(charge_key).await?;
        let Some(captured) = found.as_ref().and_then(|item| amount(item, "captured")) else {
            return Ok(ProviderReport::Missing);
        };
        self.books
            .client()
            .update_item()
            .table_name(self.books.table())
            .set_key(Some(key(&pk(charge_key), CHARGE)))
            .update_expression("SET refunded = captured")
            .condition_expression("attribute_exists(captured)")
            .send()
            .await
            .map_err(unreachable)?;
        Ok(ProviderReport::Refunded(captured))
    }

    /// Gives up a key that waits for its customer.
    ///
    /// # Errors
    /// [`ProviderError::Unreachable`].
    pub async fn void(&self, charge_key: &str) -> Result<ProviderReport, ProviderError> {
        let sent = self
            .books
            .client()
            .update_item()
            .table_name(self.books.table())
            .set_key(Some(key(&pk(charge_key), CHARGE)))
            .update_expression("SET #status = :voided")
            .condition_expression("#status = :waiting")
            .expression_attribute_names("#status", "status")
            .expression_attribute_values(":voided", text("voided"))
            .expression_attribute_values(":waiting", text("requiresAction"))
            .send()
            .await;
        match sent {
            Ok(_) => Ok(ProviderReport::Voided),
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(|refused| refused.is_conditional_check_failed_exception()) =>
            {
                self.look_up(charge_key).await
            }
            Err(error) => Err(unreachable(error)),
        }
    }

    async fn find(&self, key: &str) -> Result<Option<Item>, ProviderError> {
        self.books
            .get_now(&pk(key), CHARGE)
            .await
            .map_err(ProviderError::Unreachable)
    }

    async fn charged(&self, key: &str) -> Result<Option<ProviderReport>, ProviderError> {
        Ok(self.find(key).await?.as_ref().and_then(report))
    }

    /// Puts a charge into the books, unless the key is there already: then that one counts.
    async fn book(
        &self,
        request: &ChargeRequest,
        status: &str,
    ) -> Result<ProviderReport, ProviderError> {
        let ChargeRequest {
            key: charge_key,
            order,
            amount,
            method,
        } = request;
        let captured = if status == "captured" {
            amount.amount()
        } else {
            0
        };
        let sent = self
            .books
            .client()
            .update_item()
            .table_name(self.books.table())
            .set_key(Some(key(&pk(charge_key), CHARGE)))
            .update_expression(
                "SET orderId = :order, amount = :amount, #currency = :currency, \
                 captured = :captured, refunded = :zero, #status = :status, #method = :method",
            )
            .condition_expression("attribute_not_exists(#status)")
            .expression_attribute_names("#status", "status")
            .expression_attribute_names("#currency", "currency")
            .expression_attribute_names("#method", "method")
            .expression_attribute_values(":order", text(order.to_string()))
            .expression_attribute_values(":amount", number(amount.amount()))
            .expression_attribute_values(":currency", text(amount.currency().code()))
            .expression_attribute_values(":captured", number(captured))
            .expression_attribute_values(":zero", number(0))
            .expression_attribute_values(":status", text(status))
            .expression_attribute_values(":method", text(method.as_str()))
            .return_values(ReturnValue::AllNew)
            .send()
            .await;
        match sent {
            Ok(reply) => reply
                .attributes
                .as_ref()
                .and_then(report)
                .ok_or(ProviderError::Silent),
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(|refused| refused.is_conditional_check_failed_exception()) =>
            {
                self.look_up(charge_key).await
            }
            Err(error) => Err(unreachable(error)),
        }
    }

    /// Counts one more call for a key.
    async fn count_call(&self, charge_key: &str) -> Result<u64, ProviderError> {
        let reply = self
            .books
            .client()
            .update_item()
            .table_name(self.books.table())
            .set_key(Some(key(&pk(charge_key), CHARGE)))
            .update_expression("ADD calls :one")
            .expression_attribute_values(":one", AttributeValue::N("1".to_owned()))
            .return_values(ReturnValue::UpdatedNew)
            .send()
            .await
            .map_err(unreachable)?;
        reply
            .attributes
            .as_ref()
            .and_then(|item| read_number(item, "calls"))
            .ok_or(ProviderError::Silent)
    }
}

impl Need for Provider {
    fn declare(declaration: &mut Declaration) {
        declaration.var(PAYMENT_PROVIDER);
        declaration.var(TEST_PROVIDER.var);
        declaration.grant(Grant::table(&TEST_PROVIDER, &[GET, UPDATE]));
    }

    async fn wire(wiring: &Wiring) -> Result<Self, StartError> {
        is_known(wiring.env.get(PAYMENT_PROVIDER)?)?;
        Ok(Self {
            books: Db::new(wiring.aws.dynamodb(), wiring.env.get(TEST_PROVIDER.var)?),
        })
    }
}

fn is_known(provider: &str) -> Result<(), StartError> {
    if provider == "test" {
        return Ok(());
    }
    let why = format!("{provider:?} is no provider; known is `test`");
    Err(StartError::Unusable(PAYMENT_PROVIDER, why))
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

fn amount(item: &Item, name: &str) -> Option<Money> {
    let currency = Currency::parse(read_text(item, "currency")?).ok()?;
    let amount = Money::new(read_number(item, name)?, currency).ok()?;
    (!amount.is_zero()).then_some(amount)
}

/// What the books say of a key; nothing if it was only called while the provider was down.
fn report(item: &Item) -> Option<ProviderReport> {
    if let Some(refunded) = amount(item, "refunded") {
        return Some(ProviderReport::Refunded(refunded));
    }
    Some(match read_text(item, "status")? {
        "captured" => ProviderReport::Captured,
        "voided" => ProviderReport::Voided,
        "requiresAction" => ProviderReport::RequiresAction(NextAction {
            kind: NextActionKind::Redirect,
            url: Url::parse("https://test-provider.invalid/authenticate").ok()?,
        }),
        reason => ProviderReport::Declined(Decline::parse(reason).unwrap_or(Decline::Other)),
    })
}

fn unreachable<E, R>(error: aws_sdk_dynamodb::error::SdkError<E, R>) -> ProviderError
where
    E: std::error::Error + Send + Sync + 'static,
    R: fmt::Debug + Send + Sync + 'static,
{
    ProviderError::Unreachable(unavailable(error))
}

impl fmt::Display for ProviderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unavailable => f.write_str("the payment provider is down"),
            Self::Silent => f.write_str("the payment provider did not answer in time"),
            Self::Unreachable(error) => {
                write!(f, "the payment provider cannot be reached: {error}")
            }
        }
    }
}

impl std::error::Error for ProviderError {}
