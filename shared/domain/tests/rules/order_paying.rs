//! What an order makes of the news of its payment, in whichever order they come.

use domain::order::{Moment, Order, OrderError, OrderStatus, PaymentNews, PaymentStatus};
use domain::payment::{
    Dispute, DisputeReason, DisputeStatus, PaymentState, RefundReport, RefundStatus,
};
use domain::{PaymentId, RefundId, Transition};
use proptest::prelude::{any, prop, prop_assert, prop_assert_eq, proptest};

use crate::given::{euros, item, now, order};

fn tees() -> Order {
    order(vec![item("tee", 2, 1_000)])
}

fn news(status: PaymentState, captured: i64, refunded: i64) -> PaymentNews {
    PaymentNews {
        payment: PaymentId::from_u128(1),
        status,
        amount: euros(2_000),
        captured: euros(captured),
        refunded: euros(refunded),
        refunds: Vec::new(),
        decline: None,
        by_server: false,
        dispute: None,
    }
}

fn heard(order: &Order, news: &PaymentNews) -> Order {
    order.heard(news, now()).unwrap().moved().unwrap()
}

#[test]
fn money_that_is_set_aside_confirms_and_is_counted_as_it_is_taken() {
    let authorized = heard(&tees(), &news(PaymentState::Authorized, 0, 0));
    assert_eq!(authorized.status, OrderStatus::Confirmed);
    assert_eq!(authorized.payment_status, PaymentStatus::Authorized);
    assert!(authorized.totals.captured.is_zero());
    let part = heard(&authorized, &news(PaymentState::PartiallyCaptured, 500, 0));
    assert_eq!(part.payment_status, PaymentStatus::PartiallyCaptured);
    let whole = heard(&part, &news(PaymentState::Captured, 2_000, 0));
    assert_eq!(whole.payment_status, PaymentStatus::Captured);
    assert_eq!(whole.totals.captured, euros(2_000));
    for late in [
        news(PaymentState::PartiallyCaptured, 500, 0),
        news(PaymentState::Authorized, 0, 0),
    ] {
        assert_eq!(whole.heard(&late, now()), Ok(Transition::Unchanged));
    }
}

#[test]
fn a_payment_that_is_given_up_cancels_what_was_not_sent() {
    let authorized = heard(&tees(), &news(PaymentState::Authorized, 0, 0));
    let cancelled = heard(&authorized, &news(PaymentState::Voided, 0, 0));
    assert_eq!(cancelled.status, OrderStatus::Cancelled);
    assert_eq!(cancelled.payment_status, PaymentStatus::Voided);
    let mut sent = authorized;
    sent.lines[0].shipped = 1;
    let unpaid = heard(&sent, &news(PaymentState::Voided, 0, 0));
    assert_eq!(unpaid.status, OrderStatus::Confirmed);
    assert_eq!(unpaid.payment_status, PaymentStatus::Voided);
}

#[test]
fn one_piece_of_news_may_tell_of_everything_at_once() {
    let dispute = Some(Dispute {
        status: DisputeStatus::NeedsResponse,
        amount: euros(2_000),
        reason: DisputeReason::Fraudulent,
    });
    let all = PaymentNews {
        dispute,
        ..news(PaymentState::Captured, 2_000, 700)
    };
    let order = heard(&tees(), &all);
    assert_eq!(order.version, 2);
    assert_eq!(order.payment_status, PaymentStatus::PartiallyRefunded);
    let kinds: Vec<Moment> = order.timeline.iter().map(|entry| entry.kind).collect();
    let expected = [
        Moment::Placed,
        Moment::Paid,
        Moment::Confirmed,
        Moment::Refunded,
        Moment::Disputed,
    ];
    assert_eq!(kinds, expected);
    assert_eq!(order.heard(&all, now()), Ok(Transition::Unchanged));
}

#[test]
fn money_that_comes_back_to_the_shop_is_not_given_back_any_more() {
    let told = |refunded, refunds: &[(u128, i64, RefundStatus)]| PaymentNews {
        refunds: refunds
            .iter()
            .map(|(number, cents, status)| RefundReport {
                id: RefundId::from_u128(*number),
                amount: euros(*cents),
                status: *status,
            })
            .collect(),
        ..news(PaymentState::Captured, 2_000, refunded)
    };
    let given_back = told(2_000, &[(1, 2_000, RefundStatus::Succeeded)]);
    let refunded = heard(&tees(), &given_back);
    assert_eq!(refunded.payment_status, PaymentStatus::Refunded);
    let came_back = told(0, &[(1, 2_000, RefundStatus::Failed)]);
    let back = heard(&refunded, &came_back);
    assert_eq!(back.payment_status, PaymentStatus::Captured);
    assert_eq!(back.totals.refunded, euros(0));
    let entry = back.timeline.last().unwrap();
    let failed = Some(euros(2_000).to_string());
    assert_eq!((entry.kind, &entry.data), (Moment::RefundFailed, &failed));
    // The older news once more, and the news of it again.
    for late in [&given_back, &came_back] {
        assert_eq!(back.heard(late, now()), Ok(Transition::Unchanged));
    }
    let (one, other) = (
        (1, 2_000, RefundStatus::Failed),
        (2, 500, RefundStatus::Succeeded),
    );
    let again = heard(&back, &told(500, &[one, other]));
    assert_eq!(again.payment_status, PaymentStatus::PartiallyRefunded);
    assert_eq!(again.totals.refunded, euros(500));
    // Whoever hears of the failure first hears nothing of what it undid.
    let first = heard(&tees(), &came_back);
    assert_eq!(first.totals.refunded, euros(0));
    assert_eq!(first.heard(&given_back, now()), Ok(Transition::Unchanged));
}

#[test]
fn no_payment_takes_less_than_nothing_or_more_than_the_total() {
    for amount in [-1, 2_001] {
        let payment = PaymentId::from_u128(1);
        let refused = tees().paid_in_part(payment, euros(amount), now());
        let mismatch = OrderError::AmountMismatch {
            expected: euros(2_000),
            actual: euros(amount),
        };
        assert_eq!(refused, Err(mismatch));
    }
}

#[test]
fn money_of_another_payment_is_not_the_orders() {
    let part = heard(&tees(), &news(PaymentState::PartiallyCaptured, 500, 0));
    let other = PaymentNews {
        payment: PaymentId::from_u128(2),
        ..news(PaymentState::PartiallyCaptured, 900, 0)
    };
    assert_eq!(part.heard(&other, now()), Ok(Transition::Unchanged));
}

#[test]
fn an_order_that_is_over_says_which_payment_was_given_up() {
    let order = tees();
    let expired = order.expire(order.expires_at).unwrap().moved().unwrap();
    let voided = expired.voided(PaymentId::from_u128(7), now());
    let voided = voided.unwrap().moved().unwrap();
    assert_eq!(voided.payment, Some(PaymentId::from_u128(7)));
}

#[test]
fn each_turn_of_a_dispute_is_told_once() {
    let paid = heard(&tees(), &news(PaymentState::Captured, 2_000, 0));
    let turn = |status| Dispute {
        status,
        amount: euros(2_000),
        reason: DisputeReason::Fraudulent,
    };
    let payment = PaymentId::from_u128(1);
    let told = |order: &Order, status| order.disputed(payment, turn(status), now()).unwrap();
    let open = told(&paid, DisputeStatus::NeedsResponse).moved().unwrap();
    assert_eq!(
        told(&open, DisputeStatus::NeedsResponse),
        Transition::Unchanged
    );
    let lost = told(&open, DisputeStatus::Lost).moved().unwrap();
    assert_eq!(lost.timeline.len(), paid.timeline.len() + 2);
}

proptest! {
    #[test]
    fn in_whichever_order_news_come_the_last_state_is_reached(
        parts in prop::collection::vec(1_i64..400, 1..5),
        refund in prop::option::of(1_i64..500),
        shuffle in any::<i64>(),
        twice in any::<bool>(),
    ) {
        let mut told = vec![news(PaymentState::Authorized, 0, 0)];
        let mut captured = 0;
        for part in &parts {
            captured += part;
            told.push(news(PaymentState::PartiallyCaptured, captured, 0));
        }
        told.push(news(PaymentState::Captured, 2_000, 0));
        if let Some(refund) = refund {
            told.push(news(PaymentState::Captured, 2_000, refund));
        }
        if twice {
            told.extend(told.clone());
        }
        told.sort_by_key(|it| (it.captured.amount() + 7).wrapping_mul(shuffle | 1));
        let mut order = tees();
        for news in &told {
            if let Transition::Moved(next) = order.heard(news, now()).unwrap() {
                prop_assert_eq!(next.version, order.version + 1);
                prop_assert!(next.totals.captured.amount() >= order.totals.captured.amount());
                order = next;
            }
        }
        prop_assert_eq!(order.status, OrderStatus::Confirmed);
        prop_assert_eq!(order.totals.captured, euros(2_000));
        prop_assert_eq!(order.totals.refunded, euros(refund.unwrap_or(0)));
        let expected = match refund {
            Some(_) => PaymentStatus::PartiallyRefunded,
            None => PaymentStatus::Captured,
        };
        prop_assert_eq!(order.payment_status, expected);
    }
}
