//! `GET /payments/{id}`: one payment, for whoever may see its order.

use domain::role::Permission;
use edge::route::Caching;
use edge::{Auth, Endpoint, Failure, Nothing, Reply, Route, Rq};
use store::orders::{self, Orders};
use store::payments::{self, Payments};

use crate::payment::{PaymentPath, PaymentView};

/// Reads one payment.
pub(crate) struct GetPayment;

impl Endpoint for GetPayment {
    const ROUTE: Route = Route::get("/payments/{id}", "Get a payment")
        .auth(Auth::Owner(Permission::PaymentsRead))
        .caching(Caching::Revalidate);
    type Needs = (Payments<payments::Read>, Orders<orders::Read>);
    type Path = PaymentPath;
    type Query = Nothing;
    type Body = Nothing;
    type Reply = PaymentView;

    async fn handle(
        (payments, orders): &Self::Needs,
        rq: &Rq<Self>,
    ) -> Result<Reply<PaymentView>, Failure> {
        let payment = payments.get(rq.path.id).await?;
        let order = orders.get(payment.order).await?;
        rq.caller
            .must_own(order.customer, order.id, Permission::PaymentsRead)?;
        Ok(PaymentView::from(payment).reply())
    }
}
