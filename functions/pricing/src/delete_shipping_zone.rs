//! `DELETE /shipping-zones/{id}`: a shipping zone ends; orders placed before keep the way in
//! which they are sent.

use domain::pricing::shipping::ShippingZone;
use domain::role::Permission;
use edge::{Auth, Endpoint, Failure, Nothing, Reply, Route, Rq};
use store::pricing::{self, Tariffs};

use crate::shipping_zone::ShippingZonePath;

/// Deletes a shipping zone.
pub(crate) struct DeleteShippingZone;

impl Endpoint for DeleteShippingZone {
    const ROUTE: Route = Route::delete("/shipping-zones/{id}", "Delete a shipping zone")
        .auth(Auth::Staff(Permission::PricingWrite))
        .versioned();
    type Needs = (Tariffs<pricing::Delete>,);
    type Path = ShippingZonePath;
    type Query = Nothing;
    type Body = Nothing;
    type Reply = Nothing;

    async fn handle((tariffs,): &Self::Needs, rq: &Rq<Self>) -> Result<Reply<Nothing>, Failure> {
        let old = tariffs.get::<ShippingZone>(rq.path.id).await?;
        rq.expects(old.entry.version)?;
        let mut tx = tariffs.begin(&rq.stamp);
        tariffs.delete(&mut tx, &old);
        tx.commit().await?;
        Ok(Reply::nothing())
    }
}
