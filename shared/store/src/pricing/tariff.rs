//! Reading what a price depends on: the tariff, and the coupon that is asked for.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::id::PromotionId;
use domain::pricing::promotion::{CouponCode, Promotion};
use domain::pricing::redemption::Buyer;
use domain::pricing::shipping::ShippingZone;
use domain::pricing::tax::TaxZone;
use domain::pricing::{Coupon, Tariff};
use futures_util::future::try_join;
use tokio::time::Instant;

use super::redemptions::{BUYER, buyer_sk, promotion_pk};
use super::{
    CODE, COUPONS, CodeItem, Entry, Kept, KeptItem, Read, TARIFF, Tariffs, bounds, code_pk, kept,
    sk,
};
use crate::db::{Item, Range, from_item, read_number, read_text};
use crate::error::StoreError;
use crate::need::{Declaration, Need, StartError, Wiring};
use crate::reads::{Answers, Reads};

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

/// How long an instance keeps the tariff at most, whatever its edition says.
const LASTS: Duration = Duration::from_secs(60);

/// What the shop charges besides its prices. An instance that is asked again keeps what it has read, until
/// there is another edition of it.
pub struct PriceList {
    tariffs: Tariffs<Read>,
    known: Mutex<Known>,
}

/// What an instance knows of the tariff.
#[derive(Default)]
enum Known {
    /// It was never asked. Most instances of a small shop are asked once.
    #[default]
    Nothing,
    /// It was asked before.
    Asked,
    /// It has read it.
    Edition {
        number: u64,
        since: Instant,
        tariff: Arc<Tariff>,
    },
}

impl Need for PriceList {
    fn declare(declaration: &mut Declaration) {
        Tariffs::<Read>::declare(declaration);
    }

    async fn wire(wiring: &Wiring) -> Result<Self, StartError> {
        Ok(Self {
            tariffs: Tariffs::wire(wiring).await?,
            known: Mutex::default(),
        })
    }
}

impl PriceList {
    /// Reads what is wanted, what the shop charges besides its prices, and the coupon that is asked for. What
    /// is read may be a moment old; using the coupon is what counts.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub(crate) async fn read_with(
        &self,
        mut reads: Reads,
        wish: Option<CouponWish<'_>>,
    ) -> Result<(Answers, Arc<Tariff>, Option<Coupon>), StoreError> {
        let coupon = async {
            match wish {
                None => Ok(None),
                Some(wish) => self.tariffs.coupon(wish).await.map(Some),
            }
        };
        let tariff = async {
            if self.is_first() {
                // One after the other: at once, the second would wait for a connection of its own.
                let answers = reads.send().await?;
                return Ok((answers, Arc::new(self.tariffs.tariff(false).await?)));
            }
            bounds::want_edition(&self.tariffs, &mut reads);
            let mut answers = reads.send().await?;
            let tariff = self.tariff(&mut answers).await?;
            Ok((answers, tariff))
        };
        let ((answers, tariff), coupon) = try_join(tariff, coupon).await?;
        Ok((answers, tariff, coupon))
    }

    /// The tariff of the edition that there is.
    async fn tariff(&self, answers: &mut Answers) -> Result<Arc<Tariff>, StoreError> {
        let number = bounds::edition(&self.tariffs, answers);
        if let Some(tariff) = self.kept(number) {
            return Ok(tariff);
        }
        // What is read is this edition or a later one; if it is later, the next look finds that out.
        let tariff = Arc::new(self.tariffs.tariff(true).await?);
        *self.known() = Known::Edition {
            number,
            since: Instant::now(),
            tariff: Arc::clone(&tariff),
        };
        Ok(tariff)
    }

    fn is_first(&self) -> bool {
        let mut known = self.known();
        let is_first = matches!(*known, Known::Nothing);
        if is_first {
            *known = Known::Asked;
        }
        is_first
    }

    fn kept(&self, edition: u64) -> Option<Arc<Tariff>> {
        match &*self.known() {
            Known::Edition {
                number,
                since,
                tariff,
            } if *number == edition && since.elapsed() < LASTS => Some(Arc::clone(tariff)),
            _ => None,
        }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tariffs<Read> {
    async fn tariff(&self, consistent: bool) -> Result<Tariff, StoreError> {
        let mut tariff = Tariff::default();
        let mut after = None;
        loop {
            let range = Range {
                after,
                newest_first: false,
                consistent,
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
