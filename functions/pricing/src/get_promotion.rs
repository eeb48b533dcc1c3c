//! `GET /promotions/{id}`: one promotion.

use domain::pricing::promotion::Promotion;
use domain::role::Permission;
use edge::route::Caching;
use edge::{Auth, Endpoint, Failure, Nothing, Reply, Route, Rq};
use store::pricing::{self, Tariffs};

use crate::promotion::{PromotionPath, PromotionView};

/// Reads one promotion.
pub(crate) struct GetPromotion;

impl Endpoint for GetPromotion {
    const ROUTE: Route = Route::get("/promotions/{id}", "Get a promotion")
        .auth(Auth::Staff(Permission::PricingRead))
        .caching(Caching::Revalidate);
    type Needs = (Tariffs<pricing::Get>,);
    type Path = PromotionPath;
    type Query = Nothing;
    type Body = Nothing;
    type Reply = PromotionView;

    async fn handle(
        (tariffs,): &Self::Needs,
        rq: &Rq<Self>,
    ) -> Result<Reply<PromotionView>, Failure> {
        let kept = tariffs.get::<Promotion>(rq.path.id).await?;
        let version = kept.entry.version;
        Ok(Reply::of(kept.into()).version(version))
    }
}
