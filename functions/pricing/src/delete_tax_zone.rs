//! `DELETE /tax-zones/{id}`: a tax zone ends; orders placed before keep the taxes they
//! were placed with.

use domain::pricing::tax::TaxZone;
use domain::role::Permission;
use edge::{Auth, Endpoint, Failure, Nothing, Reply, Route, Rq};
use store::pricing::{self, Tariffs};

use crate::tax_zone::TaxZonePath;

/// Deletes a tax zone.
pub(crate) struct DeleteTaxZone;

impl Endpoint for DeleteTaxZone {
    const ROUTE: Route = Route::delete("/tax-zones/{id}", "Delete a tax zone")
        .auth(Auth::Staff(Permission::PricingWrite))
        .versioned();
    type Needs = (Tariffs<pricing::Delete>,);
    type Path = TaxZonePath;
    type Query = Nothing;
    type Body = Nothing;
    type Reply = Nothing;

    async fn handle((tariffs,): &Self::Needs, rq: &Rq<Self>) -> Result<Reply<Nothing>, Failure> {
        let old = tariffs.get::<TaxZone>(rq.path.id).await?;
        rq.expects(old.entry.version)?;
        let mut tx = tariffs.begin(&rq.stamp);
        tariffs.delete(&mut tx, &old);
        tx.commit().await?;
        Ok(Reply::nothing())
    }
}
