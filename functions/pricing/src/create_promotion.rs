//! `POST /promotions`: something that makes baskets cheaper,
//! for everybody or for those who know its code.

use domain::id::PromotionId;
use domain::role::Permission;
use edge::{Auth, Code, Endpoint, Failure, Nothing, Reply, Route, Rq};
use store::once::Receipt;
use store::pricing::{self, Kept, Tariffs};

use crate::promotion::{PromotionDraft, PromotionView};

/// Creates a promotion.
pub(crate) struct CreatePromotion;

impl Endpoint for CreatePromotion {
    const ROUTE: Route = Route::post("/promotions", "Create a promotion")
        .auth(Auth::Staff(Permission::PricingWrite))
        .located()
        .errors(&[Code::CouponCodeTaken, Code::LimitReached]);
    type Needs = (Tariffs<pricing::Create>,);
    type Path = Nothing;
    type Query = Nothing;
    type Body = PromotionDraft;
    type Reply = PromotionView;

    async fn handle(
        (tariffs,): &Self::Needs,
        rq: &Rq<Self>,
    ) -> Result<Reply<PromotionView>, Failure> {
        tariffs.recall(rq.once(), rq.now()).await?;
        let id = PromotionId::new(rq.now(), rq.entropy());
        let promotion = rq.body.promotion(id, rq.now())?;
        let mut tx = tariffs.begin(&rq.stamp);
        tariffs.create(&mut tx, &promotion)?;
        let view = PromotionView::from(Kept::fresh(promotion));
        tariffs.remember(&mut tx, rq.once(), &view)?;
        tx.commit().await?;
        Ok(created(view))
    }

    async fn replay(
        _: &Self::Needs,
        _: &Rq<Self>,
        receipt: Receipt,
    ) -> Result<Reply<PromotionView>, Failure> {
        Ok(created(receipt.read()?))
    }
}

fn created(view: PromotionView) -> Reply<PromotionView> {
    let path = format!("/promotions/{}", view.id);
    Reply::of(view).version(1).location(path)
}
