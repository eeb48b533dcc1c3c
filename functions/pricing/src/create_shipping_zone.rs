//! `POST /shipping-zones`: a part of the world, and how things are sent there.

use domain::id::ShippingZoneId;
use domain::role::Permission;
use edge::{Auth, Code, Endpoint, Failure, Nothing, Reply, Route, Rq};
use store::once::Receipt;
use store::pricing::{self, Kept, Tariffs};

use crate::shipping_zone::{ShippingZoneDraft, ShippingZoneView};

/// Creates a shipping zone.
pub(crate) struct CreateShippingZone;

impl Endpoint for CreateShippingZone {
    const ROUTE: Route = Route::post("/shipping-zones", "Create a shipping zone")
        .auth(Auth::Staff(Permission::PricingWrite))
        .located()
        .errors(&[Code::LimitReached]);
    type Needs = (Tariffs<pricing::Create>,);
    type Path = Nothing;
    type Query = Nothing;
    type Body = ShippingZoneDraft;
    type Reply = ShippingZoneView;

    async fn handle(
        (tariffs,): &Self::Needs,
        rq: &Rq<Self>,
    ) -> Result<Reply<ShippingZoneView>, Failure> {
        tariffs.recall(rq.once(), rq.now()).await?;
        let id = ShippingZoneId::new(rq.now(), rq.entropy());
        let zone = rq.body.zone(id, rq.now())?;
        let mut tx = tariffs.begin(&rq.stamp);
        tariffs.create(&mut tx, &zone)?;
        let view = ShippingZoneView::from(Kept::fresh(zone));
        tariffs.remember(&mut tx, rq.once(), &view)?;
        tx.commit().await?;
        Ok(created(view))
    }

    async fn replay(
        _: &Self::Needs,
        _: &Rq<Self>,
        receipt: Receipt,
    ) -> Result<Reply<ShippingZoneView>, Failure> {
        Ok(created(receipt.read()?))
    }
}

fn created(view: ShippingZoneView) -> Reply<ShippingZoneView> {
    let path = format!("/shipping-zones/{}", view.id);
    Reply::of(view).version(1).location(path)
}
