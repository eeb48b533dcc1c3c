//! `POST /payment-webhooks/{provider}`: where the payment provider reports. Only that there is news is
//! taken from a report, once its signature is checked; the news themselves the shop asks for, so that a
//! report may be repeated, late, or older than what is known.

use domain::id::PaymentId;
use edge::{AsSent, Auth, Code, Endpoint, Failure, Nothing, Reply, Route, Rq};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::provider::{Posted, Unheard, Webhooks};

use crate::driving::unavailable;

/// Receives webhooks.
pub(crate) struct ReceiveWebhook;

/// The path of a provider's reports.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct ProviderPath {
    /// The provider's name, such as `stripe`.
    #[schemars(length(min = 1, max = 32), regex(pattern = r"^[a-z0-9-]+$"))]
    provider: String,
}

/// That a report was heard.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WebhookReceipt {
    /// Whether it concerns the shop.
    relevant: bool,
}

impl Endpoint for ReceiveWebhook {
    const ROUTE: Route = Route::post("/payment-webhooks/{provider}", "Report on payments")
        .auth(Auth::Anyone)
        .answers(200)
        .errors(&[Code::NotFound, Code::InvalidSignature]);
    type Needs = (Webhooks,);
    type Path = ProviderPath;
    type Query = Nothing;
    type Body = AsSent;
    type Reply = WebhookReceipt;

    async fn handle(
        (webhooks,): &Self::Needs,
        rq: &Rq<Self>,
    ) -> Result<Reply<WebhookReceipt>, Failure> {
        if !webhooks.is_from(&rq.path.provider) {
            return Err(Failure::new(Code::NotFound));
        }
        let AsSent { headers, body } = rq.body.clone();
        let heard = webhooks
            .hear(&Posted { headers, body }, rq.now())
            .map_err(unheard)?;
        let payment = webhooks.payment(heard).await.map_err(unavailable)?;
        if let Some(payment) = payment {
            webhooks.pass_on(payment, &rq.stamp).await?;
        }
        Ok(receipt(payment))
    }
}

fn receipt(payment: Option<PaymentId>) -> Reply<WebhookReceipt> {
    Reply::of(WebhookReceipt {
        relevant: payment.is_some(),
    })
}

fn unheard(unheard: Unheard) -> Failure {
    Failure::new(Code::InvalidSignature).error(match unheard {
        Unheard::Forged => "signature: is missing, or not the provider's",
        Unheard::Stale => "signature: was made too long ago, or in the future",
    })
}
