//! What a service's stack is told by the root: each input is a parameter of the one and a value in
//! the other.

use serde_json::{Value, json};
use store::queues::Queue;
use store::tables::Table;

use super::{attribute, logical, reference};

/// Something that a nested stack is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Input {
    /// The root stack's name.
    Shop,
    /// A table's name.
    Table(&'static Table),
    /// The ARN of a table's stream.
    Stream(&'static Table),
    /// A queue's URL.
    QueueUrl(&'static Queue),
    /// A queue's ARN.
    QueueArn(&'static Queue),
    /// The ARN of the queue that takes what the relay could not place.
    Unplaced,
    /// The ARN of the secret that signs access tokens.
    SigningSecret,
    /// The ARN of the secret that seals cursors and order tokens.
    EdgeKey,
    /// The shop's own currency.
    StoreCurrency,
    /// The shop's public URL.
    PublicUrl,
    /// Where links in mails lead.
    StorefrontUrl,
    /// What the shop is called.
    ShopName,
    /// Who becomes admin.
    AdminEmail,
    /// Whom mail is from.
    MailFrom,
    /// The verified identity behind it.
    MailIdentity,
    /// Who moves the money.
    PaymentProvider,
    /// The ARN of the secret shared with the payment provider.
    ProviderSecret,
    /// When money is taken.
    CaptureMethod,
    /// Where Stripe answers.
    StripeApiBase,
    /// How many requests a minute each caller has.
    RateLimits,
    /// The web origins whose pages may call the API.
    CorsOrigins,
    /// The proxies whose word on the client's address counts.
    TrustedProxies,
    /// Where alarms are sent.
    AlarmTopic,
}

impl Input {
    /// The parameter's name.
    pub(crate) fn name(self) -> String {
        match self {
            Self::Shop => "Shop".to_owned(),
            Self::Table(table) => table_id(table),
            Self::Stream(table) => format!("{}Stream", table_id(table)),
            Self::QueueUrl(queue) => format!("{}Url", queue_id(queue)),
            Self::QueueArn(queue) => format!("{}Arn", queue_id(queue)),
            Self::Unplaced => "UnplacedArn".to_owned(),
            Self::SigningSecret => "SigningSecretArn".to_owned(),
            Self::EdgeKey => "EdgeKeyArn".to_owned(),
            Self::StoreCurrency => "StoreCurrency".to_owned(),
            Self::PublicUrl => "PublicUrl".to_owned(),
            Self::StorefrontUrl => "StorefrontUrl".to_owned(),
            Self::ShopName => "ShopName".to_owned(),
            Self::AdminEmail => "AdminEmail".to_owned(),
            Self::MailFrom => "MailFrom".to_owned(),
            Self::MailIdentity => "MailIdentity".to_owned(),
            Self::PaymentProvider => "PaymentProvider".to_owned(),
            Self::ProviderSecret => "ProviderSecretArn".to_owned(),
            Self::CaptureMethod => "CaptureMethod".to_owned(),
            Self::StripeApiBase => "StripeApiBase".to_owned(),
            Self::RateLimits => "RateLimits".to_owned(),
            Self::CorsOrigins => "CorsOrigins".to_owned(),
            Self::TrustedProxies => "TrustedProxies".to_owned(),
            Self::AlarmTopic => "AlarmTopicArn".to_owned(),
        }
    }

    fn description(self) -> String {
        match self {
            Self::Shop => "The root stack's name, which every function's name starts with.".into(),
            Self::Table(table) => format!("The name of the {} table.", table.name),
            Self::Stream(table) => format!("The ARN of the stream of the {} table.", table.name),
            Self::QueueUrl(queue) => format!("The URL of the queue of {}.", queue.name),
            Self::QueueArn(queue) => format!("The ARN of the queue of {}.", queue.name),
            Self::Unplaced => "The ARN of the queue of what could not be placed.".into(),
            Self::SigningSecret => "The ARN of the secret that signs access tokens.".into(),
            Self::EdgeKey => "The ARN of the secret that seals cursors and order tokens.".into(),
            Self::StoreCurrency => "The ISO 4217 code of the shop's own currency.".into(),
            Self::PublicUrl => "The shop's public URL.".into(),
            Self::StorefrontUrl => "The URL of the pages that links in mails lead to.".into(),
            Self::ShopName => "What the shop is called in the mails it sends.".into(),
            Self::AdminEmail => "The address whose owner becomes admin, or none.".into(),
            Self::MailFrom => "The address that mail is sent from.".into(),
            Self::MailIdentity => "The verified SES identity that mail is sent under.".into(),
            Self::PaymentProvider => "Who moves the money.".into(),
            Self::ProviderSecret => {
                "The ARN of the secret shared with the payment provider.".into()
            }
            Self::CaptureMethod => "When money is taken: automatic or manual.".into(),
            Self::StripeApiBase => "The URL that Stripe answers at.".into(),
            Self::RateLimits => "How many requests a minute each caller has.".into(),
            Self::CorsOrigins => "The web origins whose pages may call the API.".into(),
            Self::TrustedProxies => "The proxies whose word on the client's address counts.".into(),
            Self::AlarmTopic => "The ARN of the topic that alarms are sent to.".into(),
        }
    }

    /// The parameter of the nested stack.
    pub(crate) fn parameter(self) -> Value {
        json!({ "Type": "String", "Description": self.description() })
    }

    /// What the root sets it to.
    pub(crate) fn in_root(self) -> Value {
        match self {
            Self::Shop => reference("AWS::StackName"),
            Self::Table(table) => reference(&table_id(table)),
            Self::Stream(table) => attribute(&table_id(table), "StreamArn"),
            Self::QueueUrl(queue) => reference(&queue_id(queue)),
            Self::QueueArn(queue) => attribute(&queue_id(queue), "Arn"),
            Self::Unplaced => attribute(UNPLACED, "Arn"),
            Self::SigningSecret => reference(SIGNING_SECRET),
            Self::EdgeKey => reference(EDGE_KEY),
            Self::ProviderSecret => reference(PROVIDER_SECRET),
            Self::AlarmTopic => reference(ALARM_TOPIC),
            Self::StoreCurrency
            | Self::ShopName
            | Self::AdminEmail
            | Self::MailFrom
            | Self::PaymentProvider
            | Self::CaptureMethod
            | Self::StripeApiBase
            | Self::RateLimits
            | Self::CorsOrigins
            | Self::TrustedProxies => reference(&self.name()),
            Self::StorefrontUrl => json!({ "Fn::If": [
                "HasStorefrontUrl", { "Ref": "StorefrontUrl" }, Self::PublicUrl.in_root(),
            ] }),
            Self::PublicUrl => json!({ "Fn::If": [
                "HasPublicUrl",
                { "Ref": "PublicUrl" },
                { "Fn::GetAtt": ["Api", "ApiEndpoint"] },
            ] }),
            Self::MailIdentity => json!({ "Fn::If": [
                "HasMailIdentity", { "Ref": "MailIdentity" }, { "Ref": "MailFrom" },
            ] }),
        }
    }
}

/// What the queue of what the relay could not place is called in the root template.
pub const UNPLACED: &str = "Unplaced";
/// The secret that signs access tokens.
pub(crate) const SIGNING_SECRET: &str = "SigningSecret";
/// The secret that seals cursors and order tokens.
pub(crate) const EDGE_KEY: &str = "EdgeKey";
/// The secret shared with the payment provider.
pub(crate) const PROVIDER_SECRET: &str = "ProviderSecret";
/// Where alarms are sent.
pub(crate) const ALARM_TOPIC: &str = "AlarmTopic";

/// A table's name in the root template.
#[must_use]
pub fn table_id(table: &Table) -> String {
    format!("{}Table", logical(table.name))
}

/// A queue's name in the root template.
#[must_use]
pub fn queue_id(queue: &Queue) -> String {
    format!("{}Queue", logical(queue.name))
}

/// The name of a queue's dead letters in the root template.
#[must_use]
pub fn dead_letters_id(queue: &Queue) -> String {
    format!("{}DeadLetters", logical(queue.name))
}
