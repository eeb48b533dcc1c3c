//! Makes a guest's cart theirs once they have signed in: it joins the cart that they made last, or
//! becomes theirs as it is, where they have none or the two cannot be one. Nothing of either is lost.

use domain::cart::Cart;
use edge::{Consumer, Delivery, Failure, Source};
use store::StoreError;
use store::carts::{self, Carts};
use store::event::{BroughtCart, Event};
use store::queues::CARTS_JOIN_CART;

/// Joins carts.
pub(crate) struct JoinCart;

impl Consumer for JoinCart {
    const SOURCE: Source = Source::Queue {
        queue: &CARTS_JOIN_CART,
        batch: 5,
    };
    const SUMMARY: &'static str =
        "Makes the carts that people bring along when they sign in theirs";
    type Needs = (Carts<carts::Join>,);
    type Message = Delivery;

    async fn handle((carts,): &Self::Needs, delivery: &Delivery) -> Result<(), Failure> {
        let Event::CartBrought(BroughtCart { user_id, cart_id }) = delivery.event() else {
            return Ok(());
        };
        let now = delivery.stamp.now;
        let brought = match carts.open_to(Some(*user_id), *cart_id, now).await {
            Ok(cart) if cart.owner.is_none() => cart,
            // It is theirs already, has joined another one, or was never open to them.
            Ok(_) | Err(StoreError::NotFound) => return Ok(()),
            Err(error) => return Err(error.into()),
        };
        let theirs = carts.latest_of(*user_id, *cart_id, now).await?;
        let joined: Option<Cart> = theirs.and_then(|theirs| theirs.merged(&brought, now).ok());
        let mut tx = carts.begin(&delivery.stamp);
        match joined {
            Some(joined) => {
                carts.put(&mut tx, &joined)?;
                carts.discard(&mut tx, &brought);
            }
            None => carts.put(&mut tx, &brought.adopted(*user_id, now))?,
        }
        tx.commit().await?;
        Ok(())
    }
}
