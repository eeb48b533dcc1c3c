//! `GET /shipping-zones/{id}`: one shipping zone.

use domain::pricing::shipping::ShippingZone;
use domain::role::Permission;
use edge::route::Caching;
use edge::{Auth, Endpoint, Failure, Nothing, Reply, Route, Rq};
use store::pricing::{self, Tariffs};

use crate::shipping_zone::{ShippingZonePath, ShippingZoneView};

/// Reads one shipping zone.
pub(crate) struct GetShippingZone;

impl Endpoint for GetShippingZone {
    const ROUTE: Route = Route::get("/shipping-zones/{id}", "Get a shipping zone")
        .auth(Auth::Staff(Permission::PricingRead))
        .caching(Caching::Revalidate);
    type Needs = (Tariffs<pricing::Get>,);
    type Path = ShippingZonePath;
    type Query = Nothing;
    type Body = Nothing;
    type Reply = ShippingZoneView;

    async fn handle(
        (tariffs,): &Self::Needs,
        rq: &Rq<Self>,
    ) -> Result<Reply<ShippingZoneView>, Failure> {
        let kept = tariffs.get::<ShippingZone>(rq.path.id).await?;
        let version = kept.entry.version;
        Ok(Reply::of(kept.into()).version(version))
    }
}
