//! `GET /shipping-zones`: all shipping zones, newest first.

use domain::pricing::shipping::ShippingZone;
use domain::role::Permission;
use edge::paging::PageQuery;
use edge::seal::Seal;
use edge::{Auth, Endpoint, Failure, Nothing, Reply, Route, Rq};
use store::pricing::{self, Tariffs};

use crate::shipping_zone::ShippingZoneView;

/// Lists shipping zones.
pub(crate) struct ListShippingZones;

impl Endpoint for ListShippingZones {
    const ROUTE: Route = Route::get("/shipping-zones", "List shipping zones")
        .auth(Auth::Staff(Permission::PricingRead));
    type Needs = (Tariffs<pricing::List>, Seal);
    type Path = Nothing;
    type Query = PageQuery;
    type Body = Nothing;
    type Reply = Vec<ShippingZoneView>;

    async fn handle(
        (tariffs, seal): &Self::Needs,
        rq: &Rq<Self>,
    ) -> Result<Reply<Vec<ShippingZoneView>>, Failure> {
        let list = seal.list(Self::ROUTE.path, "all");
        let bounds = list.bounds(&rq.query.paging)?;
        Ok(list.reply(tariffs.all::<ShippingZone>(&bounds).await?))
    }
}
