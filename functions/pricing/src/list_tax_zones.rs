//! `GET /tax-zones`: all tax zones, newest first.

use domain::pricing::tax::TaxZone;
use domain::role::Permission;
use edge::paging::PageQuery;
use edge::seal::Seal;
use edge::{Auth, Endpoint, Failure, Nothing, Reply, Route, Rq};
use store::pricing::{self, Tariffs};

use crate::tax_zone::TaxZoneView;

/// Lists tax zones.
pub(crate) struct ListTaxZones;

impl Endpoint for ListTaxZones {
    const ROUTE: Route =
        Route::get("/tax-zones", "List tax zones").auth(Auth::Staff(Permission::PricingRead));
    type Needs = (Tariffs<pricing::List>, Seal);
    type Path = Nothing;
    type Query = PageQuery;
    type Body = Nothing;
    type Reply = Vec<TaxZoneView>;

    async fn handle(
        (tariffs, seal): &Self::Needs,
        rq: &Rq<Self>,
    ) -> Result<Reply<Vec<TaxZoneView>>, Failure> {
        let list = seal.list(Self::ROUTE.path, "all");
        let bounds = list.bounds(&rq.query.paging)?;
        Ok(list.reply(tariffs.all::<TaxZone>(&bounds).await?))
    }
}
