//! Uses of promotions that are limited: each is given back once.

use domain::id::OrderId;
use domain::pricing::promotion::{Effect, Limits, Promotion};
use domain::pricing::redemption::{Redemption, RedemptionState};

use super::{promotion, rate};
use crate::given::now;

fn limited(uses: Option<u32>, uses_per_customer: Option<u32>) -> Promotion {
    Promotion {
        limits: Limits {
            uses,
            uses_per_customer,
        },
        ..promotion(1, Effect::PercentOff { rate: rate(1) })
    }
}

fn used(promotion: &Promotion) -> Option<Redemption> {
    Redemption::of(promotion, OrderId::from_u128(7), now(), now())
}

#[test]
fn only_what_is_limited_is_counted() {
    assert_eq!(used(&limited(None, None)), None);
    for (uses, per_customer) in [(Some(1), None), (None, Some(1)), (Some(1), Some(1))] {
        let redemption = used(&limited(uses, per_customer)).unwrap();
        assert_eq!(redemption.in_all, uses.is_some());
        assert_eq!(redemption.of_buyer, per_customer.is_some());
        assert_eq!(redemption.state, RedemptionState::Held);
    }
}

#[test]
fn a_use_is_given_back_once_whether_or_not_it_was_kept() {
    let held = used(&limited(Some(1), None)).unwrap();
    let kept = held.keep().unwrap();
    assert_eq!(kept.state, RedemptionState::Kept);
    assert_eq!(kept.keep(), None);
    for open in [held, kept] {
        let released = open.release().unwrap();
        assert_eq!(released.state, RedemptionState::Released);
        assert_eq!(released.release(), None);
        assert_eq!(released.keep(), None);
    }
}
