//! Reading what a price depends on: the whole tariff in one query, and the coupon that is asked for.

use domain::id::PromotionId;
use domain::pricing::promotion::{CouponCode, Promotion};
use domain::pricing::redemption::Buyer;
use domain::pricing::shipping::ShippingZone;
use domain::pricing::tax::TaxZone;
use domain::pricing::{Coupon, Tariff};

use super::redemptions::{BUYER, buyer_sk, promotion_pk};
use super::{
    CODE, COUPONS, CodeItem, Entry, Kept, KeptItem, Read, TARIFF, Tariffs, code_pk, kept, sk,
};
use crate::db::{Item, Range, from_item, read_number, read_text};
use crate::error::StoreError;

/// As many as one query reads at once: all there may be, and one more, which shows the end.
const STRIDE: u16 = 301;

/// A coupon that somebody asks for.
#[derive(Debug, Clone, Copy)]
pub struct CouponWish<'a> {
    /// What was typed in.
    pub code: &'a CouponCode,
    /// Whose uses count, if that is known.
    pub buyer: Option<&'a Buyer>,
}

impl Tariffs<Read> {
    /// What the shop charges besides its prices, and the coupon that is asked for. What is read may
    /// be a moment old; using the coupon is what counts.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn load(
        &self,
        wish: Option<CouponWish<'_>>,
    ) -> Result<(Tariff, Option<Coupon>), StoreError> {
        let coupon = async {
            match wish {
                None => Ok(None),
                Some(wish) => self.coupon(wish).await.map(Some),
            }
        };
        futures_util::future::try_join(self.tariff(), coupon).await
    }

    async fn tariff(&self) -> Result<Tariff, StoreError> {
        let mut tariff = Tariff::default();
        let mut after = None;
        loop {
            let range = Range {
                after,
                newest_first: false,
                limit: STRIDE,
                ..Range::of(TARIFF)
            };
            let found = self.db.query(range).await?;
            for item in found.items {
                put_in(&mut tariff, item)?;
            }
            if found.reached.is_none() {
                return Ok(tariff);
            }
            after = found.reached;
        }
    }

    async fn coupon(
        &self,
        CouponWish { code, buyer }: CouponWish<'_>,
    ) -> Result<Coupon, StoreError> {
        let coupon = |promotion, used_up| Coupon {
            code: code.clone(),
            promotion,
            used_up,
        };
        let Some(claim) = self.db.get(&code_pk(code), CODE).await? else {
            return Ok(coupon(None, false));
        };
        let CodeItem { v: _, promotion } = from_item(claim)?;
        let id: PromotionId = promotion.parse().map_err(StoreError::corrupt)?;
        let promotion = (COUPONS.to_owned(), sk::<Promotion>(id));
        let counter = buyer.map(|buyer| (promotion_pk(id), buyer_sk(buyer)));
        let keys = std::iter::once(promotion).chain(counter);
        let (mut promotion, mut of_buyer) = (None, 0);
        for item in self.db.get_many(keys, false).await? {
            match read_text(&item, "kind") {
                Some(BUYER) => of_buyer = read_number(&item, "uses").unwrap_or(0),
                _ => promotion = Some(kept::<Promotion>(item)?),
            }
        }
        Ok(match promotion {
            // Deleted between the two reads.
            None => coupon(None, false),
            Some(Kept {
                entry,
                uses,
                bytes: _,
            }) => {
                let reached =
                    |limit: Option<u32>, uses: u32| limit.is_some_and(|most| uses >= most);
                let used_up = reached(entry.limits.uses, uses)
                    || reached(entry.limits.uses_per_customer, of_buyer);
                coupon(Some(entry), used_up)
            }
        })
    }
}

/// Adds an item to the tariff. Within a kind, items come in the order of their ids, which is the order
/// in which they were made.
fn put_in(tariff: &mut Tariff, item: Item) -> Result<(), StoreError> {
    match read_text(&item, "kind") {
        Some(TaxZone::KIND) => tariff.tax_zones.push(entry(item)?),
        Some(ShippingZone::KIND) => tariff.shipping_zones.push(entry(item)?),
        Some(Promotion::KIND) => tariff.promotions.push(entry(item)?),
        other => return Err(StoreError::corrupt(format!("{other:?} in the tariff"))),
    }
    Ok(())
}

fn entry<E: Entry>(item: Item) -> Result<E, StoreError> {
    let KeptItem { version, body, .. } = from_item::<KeptItem<E::Form>>(item)?;
    E::read(body, version)
}
