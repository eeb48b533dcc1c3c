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
use store::stock::{self, Seen, Stock};

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
    /// What kind of change it is; `adjustment` unless told.
    #[serde(default)]
    kind: AdjustmentKind,
}

/// What kind of change an adjustment is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
enum AdjustmentKind {
    /// Somebody counted.
    #[default]
    Adjustment,
    /// A supplier delivered: units come in.
    Delivery,
    /// Units were lost, broken or spoilt: they go out.
    WriteOff,
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
        let NewAdjustment {
            delta,
            reason,
            kind,
        } = &rq.body;
        match (kind, delta) {
            (_, 0) => return Err(Failure::rule("delta", "must not be 0")),
            (AdjustmentKind::Delivery, ..0) => {
                return Err(Failure::rule("delta", "must be more than 0 for a delivery"));
            }
            (AdjustmentKind::WriteOff, 1..) => {
                return Err(Failure::rule("delta", "must be less than 0 for a writeOff"));
            }
            _ => {}
        }
        let sku = &rq.path.sku;
        let (seen, _known) = tokio::try_join!(stock.level(sku), products.offer(sku))?;
        // After the level was read: whoever finds it adjusted by this very request also finds its
        // record.
        stock.recall(rq.once(), rq.now()).await?;
        let whole = seen.whole();
        rq.expects(whole.version)?;
        let adjusted = whole.adjust(*delta).map_err(refused)?;
        let main = seen
            .main
            .level
            .adjust(*delta)
            .map_err(|_| in_shards(&seen))?;
        let movement = Movement {
            id: MovementId::new(rq.now(), rq.entropy()),
            sku: sku.clone(),
            kind: (*kind).into(),
            delta: *delta,
            reason: reason.clone(),
            order: None,
            actor: rq.caller.user(),
            at: rq.now(),
        };
        let mut tx = stock.begin(&rq.stamp);
        stock.adjust(&mut tx, &movement, &seen.main, &main)?;
        let view = LevelView::of(adjusted, seen.main.spread);
        stock.remember(&mut tx, rq.once(), &view)?;
        tx.commit().await?;
        Ok(view.reply())
    }

    async fn replay(
        _: &Self::Needs,
        _: &Rq<Self>,
        receipt: Receipt,
    ) -> Result<Reply<LevelView>, Failure> {
        Ok(receipt.read::<LevelView>()?.reply())
    }
}

impl From<AdjustmentKind> for MovementKind {
    fn from(kind: AdjustmentKind) -> Self {
        match kind {
            AdjustmentKind::Adjustment => Self::Adjustment,
            AdjustmentKind::Delivery => Self::Delivery,
            AdjustmentKind::WriteOff => Self::WriteOff,
        }
    }
}

/// Enough is there, and not where an adjustment takes it from.
fn in_shards(seen: &Seen) -> Failure {
    let free = seen.main.level.available();
    Failure::rule(
        "delta",
        format!(
            "may take at most the {free} units that are in no shard: gather the SKU first, with 0 shards"
        ),
    )
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
