//! `PUT /shipping-zones/{id}`: a shipping zone written anew. Optional fields that are left out are cleared.

use domain::pricing::shipping::ShippingZone;
use domain::role::Permission;
use edge::{Auth, Code, Endpoint, Failure, Nothing, Reply, Route, Rq};
use store::pricing::{self, Tariffs};

use crate::shipping_zone::{ShippingZoneDraft, ShippingZonePath, ShippingZoneView};

/// Replaces a shipping zone.
pub(crate) struct ReplaceShippingZone;

impl Endpoint for ReplaceShippingZone {
    const ROUTE: Route = Route::put("/shipping-zones/{id}", "Replace a shipping zone")
        .auth(Auth::Staff(Permission::PricingWrite))
        .versioned()
        .errors(&[Code::LimitReached]);
    type Needs = (Tariffs<pricing::Replace>,);
    type Path = ShippingZonePath;
    type Query = Nothing;
    type Body = ShippingZoneDraft;
    type Reply = ShippingZoneView;

    async fn handle(
        (tariffs,): &Self::Needs,
        rq: &Rq<Self>,
    ) -> Result<Reply<ShippingZoneView>, Failure> {
        let old = tariffs.get::<ShippingZone>(rq.path.id).await?;
        rq.expects(old.entry.version)?;
        let new = rq.body.over(&old.entry, rq.now())?;
        let version = new.version;
        let mut tx = tariffs.begin(&rq.stamp);
        tariffs.replace(&mut tx, &old, &new)?;
        tx.commit().await?;
        Ok(Reply::of(old.with(new).into()).version(version))
    }
}
