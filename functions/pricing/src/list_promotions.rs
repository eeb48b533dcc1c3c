//! `GET /promotions`: all promotions, newest first.

use domain::pricing::promotion::Promotion;
use domain::role::Permission;
use edge::paging::PageQuery;
use edge::seal::Seal;
use edge::{Auth, Endpoint, Failure, Nothing, Reply, Route, Rq};
use store::pricing::{self, Tariffs};

use crate::promotion::PromotionView;

/// Lists promotions.
pub(crate) struct ListPromotions;

impl Endpoint for ListPromotions {
    const ROUTE: Route =
        Route::get("/promotions", "List promotions").auth(Auth::Staff(Permission::PricingRead));
    type Needs = (Tariffs<pricing::List>, Seal);
    type Path = Nothing;
    type Query = PageQuery;
    type Body = Nothing;
    type Reply = Vec<PromotionView>;

    async fn handle(
        (tariffs, seal): &Self::Needs,
        rq: &Rq<Self>,
    ) -> Result<Reply<Vec<PromotionView>>, Failure> {
        let list = seal.list(Self::ROUTE.path, "all");
        let bounds = list.bounds(&rq.query.paging)?;
        Ok(list.reply(tariffs.all::<Promotion>(&bounds).await?))
    }
}
