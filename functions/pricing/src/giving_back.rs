//! Giving back what an order used that came to nothing: the redemption and what counts it move in one
//! transaction, so that each use is given back once.

use domain::id::OrderId;
use edge::Failure;
use store::event::Stamp;
use store::pricing::{Settles, Tariffs};

/// Gives back what an order used; nothing to do if it used nothing, or that was given back before.
pub(crate) async fn give_back<M: Settles>(
    tariffs: &Tariffs<M>,
    stamp: &Stamp,
    order: OrderId,
) -> Result<(), Failure> {
    let Some(read) = tariffs.redemption(order).await? else {
        return Ok(());
    };
    let Some(released) = read.redemption.release() else {
        return Ok(());
    };
    let mut tx = tariffs.begin(stamp);
    tariffs.settle(&mut tx, &read, &released).await?;
    tx.commit().await?;
    Ok(())
}
