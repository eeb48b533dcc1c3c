//! `POST /tax-zones`: a part of the world that taxes in one way.

use domain::id::TaxZoneId;
use domain::role::Permission;
use edge::{Auth, Code, Endpoint, Failure, Nothing, Reply, Route, Rq};
use store::once::Receipt;
use store::pricing::{self, Kept, Tariffs};

use crate::tax_zone::{TaxZoneDraft, TaxZoneView};

/// Creates a tax zone.
pub(crate) struct CreateTaxZone;

impl Endpoint for CreateTaxZone {
    const ROUTE: Route = Route::post("/tax-zones", "Create a tax zone")
        .auth(Auth::Staff(Permission::PricingWrite))
        .located()
        .errors(&[Code::LimitReached]);
    type Needs = (Tariffs<pricing::Create>,);
    type Path = Nothing;
    type Query = Nothing;
    type Body = TaxZoneDraft;
    type Reply = TaxZoneView;

    async fn handle(
        (tariffs,): &Self::Needs,
        rq: &Rq<Self>,
    ) -> Result<Reply<TaxZoneView>, Failure> {
        tariffs.recall(rq.once(), rq.now()).await?;
        let id = TaxZoneId::new(rq.now(), rq.entropy());
        let zone = rq.body.zone(id, rq.now())?;
        let mut tx = tariffs.begin(&rq.stamp);
        tariffs.create(&mut tx, &zone)?;
        let view = TaxZoneView::from(Kept::fresh(zone));
        tariffs.remember(&mut tx, rq.once(), &view)?;
        tx.commit().await?;
        Ok(created(view))
    }

    async fn replay(
        _: &Self::Needs,
        _: &Rq<Self>,
        receipt: Receipt,
    ) -> Result<Reply<TaxZoneView>, Failure> {
        Ok(created(receipt.read()?))
    }
}

fn created(view: TaxZoneView) -> Reply<TaxZoneView> {
    let path = format!("/tax-zones/{}", view.id);
    Reply::of(view).version(1).location(path)
}
