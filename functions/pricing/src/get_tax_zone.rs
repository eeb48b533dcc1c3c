//! `GET /tax-zones/{id}`: one tax zone.

use domain::pricing::tax::TaxZone;
use domain::role::Permission;
use edge::route::Caching;
use edge::{Auth, Endpoint, Failure, Nothing, Reply, Route, Rq};
use store::pricing::{self, Tariffs};

use crate::tax_zone::{TaxZonePath, TaxZoneView};

/// Reads one tax zone.
pub(crate) struct GetTaxZone;

impl Endpoint for GetTaxZone {
    const ROUTE: Route = Route::get("/tax-zones/{id}", "Get a tax zone")
        .auth(Auth::Staff(Permission::PricingRead))
        .caching(Caching::Revalidate);
    type Needs = (Tariffs<pricing::Get>,);
    type Path = TaxZonePath;
    type Query = Nothing;
    type Body = Nothing;
    type Reply = TaxZoneView;

    async fn handle(
        (tariffs,): &Self::Needs,
        rq: &Rq<Self>,
    ) -> Result<Reply<TaxZoneView>, Failure> {
        let kept = tariffs.get::<TaxZone>(rq.path.id).await?;
        let version = kept.entry.version;
        Ok(Reply::of(kept.into()).version(version))
    }
}
