//! `PUT /promotions/{id}`: a promotion written anew. Optional fields that are left out are cleared. Its code and the
//! count of its uses stay.

use domain::pricing::promotion::Promotion;
use domain::role::Permission;
use edge::{Auth, Code, Endpoint, Failure, Nothing, Reply, Route, Rq};
use store::pricing::{self, Tariffs};

use crate::promotion::{PromotionDraft, PromotionPath, PromotionView};

/// Replaces a promotion.
pub(crate) struct ReplacePromotion;

impl Endpoint for ReplacePromotion {
    const ROUTE: Route = Route::put("/promotions/{id}", "Replace a promotion")
        .auth(Auth::Staff(Permission::PricingWrite))
        .versioned()
        .errors(&[Code::LimitReached]);
    type Needs = (Tariffs<pricing::Replace>,);
    type Path = PromotionPath;
    type Query = Nothing;
    type Body = PromotionDraft;
    type Reply = PromotionView;

    async fn handle(
        (tariffs,): &Self::Needs,
        rq: &Rq<Self>,
    ) -> Result<Reply<PromotionView>, Failure> {
        let old = tariffs.get::<Promotion>(rq.path.id).await?;
        rq.expects(old.entry.version)?;
        let new = rq.body.over(&old.entry, rq.now())?;
        let version = new.version;
        let mut tx = tariffs.begin(&rq.stamp);
        tariffs.replace(&mut tx, &old, &new)?;
        tx.commit().await?;
        Ok(Reply::of(old.with(new).into()).version(version))
    }
}
