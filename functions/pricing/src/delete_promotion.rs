//! `DELETE /promotions/{id}`: a promotion ends; orders placed before keep what it took off
//! them, and its code can be given to another.

use domain::pricing::promotion::Promotion;
use domain::role::Permission;
use edge::{Auth, Endpoint, Failure, Nothing, Reply, Route, Rq};
use store::pricing::{self, Tariffs};

use crate::promotion::PromotionPath;

/// Deletes a promotion.
pub(crate) struct DeletePromotion;

impl Endpoint for DeletePromotion {
    const ROUTE: Route = Route::delete("/promotions/{id}", "Delete a promotion")
        .auth(Auth::Staff(Permission::PricingWrite))
        .versioned();
    type Needs = (Tariffs<pricing::Delete>,);
    type Path = PromotionPath;
    type Query = Nothing;
    type Body = Nothing;
    type Reply = Nothing;

    async fn handle((tariffs,): &Self::Needs, rq: &Rq<Self>) -> Result<Reply<Nothing>, Failure> {
        let old = tariffs.get::<Promotion>(rq.path.id).await?;
        rq.expects(old.entry.version)?;
        let mut tx = tariffs.begin(&rq.stamp);
        tariffs.delete(&mut tx, &old);
        tx.commit().await?;
        Ok(Reply::nothing())
    }
}
