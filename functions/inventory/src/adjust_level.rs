//! `POST /inventory/{sku}/adjustments`: units that came in or went out, with the reason why.

use domain::id::MovementId;
use domain::role::Permission;
use domain::stock::{Movement, MovementKind, StockError};
use domain::text::Reason;
use edge::{Auth, Code, Endpoint, Failure, Nothing, Reply, Route, Rq};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use store::once::Receipt;
use store::products::{self, Products};
use store::stock::{self, Stock};

use crate::level::{LevelView, SkuPath};

/// Adjusts a level.
pub(crate) struct AdjustLevel;

/// What came in or went out.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NewAdjustment {
    /// Units that came in, or went out where it is negative; not 0.
    #[schemars(range(min = -1_000_000, max = 1_000_000))]
    delta: i64,
    /// Why.
    reason: Reason,
}

impl Endpoint for AdjustLevel {
    const ROUTE: Route = Route::post("/inventory/{sku}/adjustments", "Adjust a stock level")
        .auth(Auth::Staff(Permission::StockWrite))
        .versioned()
        .errors(&[Code::StockBelowZero]);
    type Needs = (Stock<stock::Adjust>, Products<products::Read>);
    type Path = SkuPath;
    type Query = Nothing;
    type Body = NewAdjustment;
    type Reply = LevelView;

    async fn handle(
        (stock, products): &Self::Needs,
        rq: &Rq<Self>,
    ) -> Result<Reply<LevelView>, Failure> {
        let NewAdjustment { delta, reason } = &rq.body;
        if *delta == 0 {
            return Err(Failure::rule("delta", "must not be 0"));
        }
        let sku = &rq.path.sku;
        let ((level, called_low), _known) =
            tokio::try_join!(stock.level(sku), products.offer(sku))?;
        // After the level was read: whoever finds it adjusted by this very request also finds its
        // record.
        stock.recall(rq.once(), rq.now()).await?;
        rq.expects(level.version)?;
        let adjusted = level.adjust(*delta).map_err(refused)?;
        let movement = Movement {
            id: MovementId::new(rq.now(), rq.entropy()),
            sku: sku.clone(),
            kind: MovementKind::Adjustment,
            delta: *delta,
            reason: reason.clone(),
            order: None,
            actor: rq.caller.user(),
            at: rq.now(),
        };
        let mut tx = stock.begin(&rq.stamp);
        stock.adjust(&mut tx, &movement, &adjusted, called_low)?;
        let view = LevelView::from(adjusted);
        stock.remember(&mut tx, rq.once(), &view)?;
        tx.commit().await?;
        Ok(reply(view))
    }

    async fn replay(
        _: &Self::Needs,
        _: &Rq<Self>,
        receipt: Receipt,
    ) -> Result<Reply<LevelView>, Failure> {
        Ok(reply(receipt.read()?))
    }
}

fn reply(view: LevelView) -> Reply<LevelView> {
    let version = view.version;
    Reply::of(view).version(version)
}

fn refused(error: StockError) -> Failure {
    match &error {
        StockError::BelowZero {
            sku,
            available,
            delta,
        } => Failure::new(Code::StockBelowZero)
            .error(format!("delta: {error}"))
            .detail(json!({ "sku": sku, "available": available, "delta": delta })),
        StockError::TooMany { .. } => Failure::rule("delta", error),
        StockError::Short(_)
        | StockError::NotReserved { .. }
        | StockError::AlreadySettled { .. } => Failure::internal(error),
    }
}
