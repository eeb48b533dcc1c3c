//! What stands behind each variable that a function declares: the templates and the local store both
//! fill in a function's environment from here.

use edge::Function;
use edge::limits::RATE_LIMITS;
use edge::origin::{CORS_ORIGINS, TRUSTED_PROXIES};
use edge::seal::EDGE_KEY;
use mail::MAIL_FROM;
use store::env::Var;
use store::grant::Resource;
use store::keys::SIGNING_SECRET;
use store::provider::{CAPTURE_METHOD, PAYMENT_PROVIDER, PROVIDER_SECRET, STRIPE_API_BASE};
use store::queues::{QUEUES, Queue};
use store::shop::{ADMIN_EMAIL, ISSUER, SHOP_NAME, STORE_CURRENCY, STOREFRONT_URL};
use store::tables::{TABLES, Table};

use crate::naming::Naming;
use crate::policy::Target;

/// What a variable is set to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Setting {
    /// A table's name.
    Table(&'static Table),
    /// A queue's URL.
    Queue(&'static Queue),
    /// The ARN of the secret that signs access tokens.
    SigningSecret,
    /// The secret that seals cursors and tokens.
    EdgeKey,
    /// The shop's own currency.
    StoreCurrency,
    /// The shop's public URL.
    Issuer,
    /// Where links in mails lead.
    StorefrontUrl,
    /// What the shop is called.
    ShopName,
    /// Who becomes admin.
    AdminEmail,
    /// Whom mail is from.
    MailFrom,
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
}

/// The values that are chosen where the shop is set up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Values {
    /// What a queue's URL is before the queue's name, with its last slash.
    pub queue_base: String,
    /// The secret that seals cursors and tokens.
    pub edge_key: String,
    /// The ISO 4217 code of the shop's own currency.
    pub store_currency: String,
    /// The shop's public URL.
    pub issuer: String,
    /// Where links in mails lead.
    pub storefront_url: String,
    /// What the shop is called.
    pub shop_name: String,
    /// The address whose owner becomes admin, or `none`.
    pub admin_email: String,
    /// Whom mail is from.
    pub mail_from: String,
    /// Who moves the money.
    pub payment_provider: String,
    /// When money is taken.
    pub capture_method: String,
    /// Where Stripe answers.
    pub stripe_api_base: String,
    /// How many requests a minute each caller has.
    pub rate_limits: String,
    /// The web origins whose pages may call the API.
    pub cors_origins: String,
    /// The proxies whose word on the client's address counts.
    pub trusted_proxies: String,
}

/// What stands behind a variable, if it is one that a stack can set.
#[must_use]
pub fn setting(var: Var) -> Option<Setting> {
    let table = TABLES.into_iter().find(|table| table.var == var);
    let queue = QUEUES.into_iter().find(|queue| queue.var == var);
    match (table, queue) {
        (Some(table), _) => Some(Setting::Table(table)),
        (None, Some(queue)) => Some(Setting::Queue(queue)),
        (None, None) => [
            (SIGNING_SECRET, Setting::SigningSecret),
            (EDGE_KEY, Setting::EdgeKey),
            (STORE_CURRENCY, Setting::StoreCurrency),
            (ISSUER, Setting::Issuer),
            (STOREFRONT_URL, Setting::StorefrontUrl),
            (SHOP_NAME, Setting::ShopName),
            (ADMIN_EMAIL, Setting::AdminEmail),
            (MAIL_FROM, Setting::MailFrom),
            (PAYMENT_PROVIDER, Setting::PaymentProvider),
            (PROVIDER_SECRET, Setting::ProviderSecret),
            (CAPTURE_METHOD, Setting::CaptureMethod),
            (STRIPE_API_BASE, Setting::StripeApiBase),
            (RATE_LIMITS, Setting::RateLimits),
            (CORS_ORIGINS, Setting::CorsOrigins),
            (TRUSTED_PROXIES, Setting::TrustedProxies),
        ]
        .into_iter()
        .find_map(|(known, setting)| (known == var).then_some(setting)),
    }
}

/// What each variable of a function is set to, by the variable's name.
#[must_use]
pub fn settings(function: &Function) -> Vec<(Var, Setting)> {
    let mut vars = (function.declare)().vars;
    vars.sort_unstable();
    vars.into_iter()
        .filter_map(|var| Some((var, setting(var)?)))
        .collect()
}

/// The variables of a function with their values, where names are as `naming` has them.
#[must_use]
pub fn environment(
    function: &Function,
    naming: &Naming,
    values: &Values,
) -> Vec<(&'static str, String)> {
    settings(function)
        .into_iter()
        .map(|(var, setting)| (var.name, value(setting, naming, values)))
        .collect()
}

fn value(setting: Setting, naming: &Naming, values: &Values) -> String {
    match setting {
        Setting::Table(table) => naming.table(table),
        Setting::Queue(queue) => format!("{}{}", values.queue_base, naming.queue(queue)),
        Setting::SigningSecret => naming.arn(Target::Granted(Resource::SigningSecret)),
        Setting::EdgeKey => values.edge_key.clone(),
        Setting::StoreCurrency => values.store_currency.clone(),
        Setting::Issuer => values.issuer.clone(),
        Setting::StorefrontUrl => values.storefront_url.clone(),
        Setting::ShopName => values.shop_name.clone(),
        Setting::AdminEmail => values.admin_email.clone(),
        Setting::MailFrom => values.mail_from.clone(),
        Setting::PaymentProvider => values.payment_provider.clone(),
        Setting::ProviderSecret => naming.arn(Target::Granted(Resource::ProviderSecret)),
        Setting::CaptureMethod => values.capture_method.clone(),
        Setting::StripeApiBase => values.stripe_api_base.clone(),
        Setting::RateLimits => values.rate_limits.clone(),
        Setting::CorsOrigins => values.cors_origins.clone(),
        Setting::TrustedProxies => values.trusted_proxies.clone(),
    }
}
