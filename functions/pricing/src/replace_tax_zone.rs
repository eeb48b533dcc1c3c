//! `PUT /tax-zones/{id}`: a tax zone written anew. Optional fields that are left out are cleared.

use domain::pricing::tax::TaxZone;
use domain::role::Permission;
use edge::{Auth, Code, Endpoint, Failure, Nothing, Reply, Route, Rq};
use store::pricing::{self, Tariffs};

use crate::tax_zone::{TaxZoneDraft, TaxZonePath, TaxZoneView};

/// Replaces a tax zone.
pub(crate) struct ReplaceTaxZone;

impl Endpoint for ReplaceTaxZone {
    const ROUTE: Route = Route::put("/tax-zones/{id}", "Replace a tax zone")
        .auth(Auth::Staff(Permission::PricingWrite))
        .versioned()
        .errors(&[Code::LimitReached]);
    type Needs = (Tariffs<pricing::Replace>,);
    type Path = TaxZonePath;
    type Query = Nothing;
    type Body = TaxZoneDraft;
    type Reply = TaxZoneView;

    async fn handle(
        (tariffs,): &Self::Needs,
        rq: &Rq<Self>,
    ) -> Result<Reply<TaxZoneView>, Failure> {
        let old = tariffs.get::<TaxZone>(rq.path.id).await?;
        rq.expects(old.entry.version)?;
        let new = rq.body.over(&old.entry, rq.now())?;
        let version = new.version;
        let mut tx = tariffs.begin(&rq.stamp);
        tariffs.replace(&mut tx, &old, &new)?;
        tx.commit().await?;
        Ok(Reply::of(old.with(new).into()).version(version))
    }
}
