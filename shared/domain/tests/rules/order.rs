//! Orders: placing them, and every way in which they move on.

use domain::order::{
    Actor, CHARGE_PATIENCE, Draft, Due, FulfilmentStatus, HOLD, MAX_ENTRIES, MAX_NOTES, Moment,
    Note, NoteText, Order, OrderError, OrderStatus, PaymentStatus,
};
use domain::payment::{Dispute, DisputeReason, DisputeStatus};
use domain::{NoteId, PaymentId, Timestamp, Transition, UserId};

use crate::given::{Seeded, charged_order, draft, euros, item, now, order, sku};

const FIRST: PaymentId = PaymentId::from_u128(1);
const SECOND: PaymentId = PaymentId::from_u128(2);

fn tees() -> Order {
    order(vec![item("tee", 2, 1_999), item("cap", 1, 1_000)])
}

fn moved(outcome: Result<Transition<Order>, OrderError>) -> Order {
    outcome.unwrap().moved().unwrap()
}

fn paid(order: &Order) -> Order {
    moved(order.paid(FIRST, order.totals.total, now()))
}

fn moments(order: &Order) -> Vec<Moment> {
    order.timeline.iter().map(|entry| entry.kind).collect()
}

#[test]
fn placing_fixes_prices_and_starts_the_hold() {
    let order = tees();
    assert_eq!(order.status, OrderStatus::PendingPayment);
    assert_eq!(order.totals.items, euros(4_998));
    assert_eq!(order.totals.total, euros(4_998));
    assert_eq!(order.lines[0].total, euros(3_998));
    assert_eq!(order.expires_at, now().plus(HOLD));
    assert_eq!(
        order.timeline[0].actor,
        Actor::Customer(UserId::from_u128(2))
    );
    assert_eq!(order.demand(), [(sku("tee"), 2), (sku("cap"), 1)]);
    assert_eq!(order.version, 1);
}

#[test]
fn a_guest_places_an_order_too() {
    let draft = Draft {
        customer: None,
        ..draft(vec![item("tee", 1, 1)])
    };
    let order = Order::place(draft, now(), &Seeded::new(1));
    assert_eq!(order.timeline[0].actor, Actor::Guest);
}

#[test]
fn payment_confirms() {
    let order = paid(&tees());
    assert_eq!(order.status, OrderStatus::Confirmed);
    assert_eq!(order.payment_status, PaymentStatus::Captured);
    assert_eq!(order.totals.captured, order.totals.total);
    assert_eq!(order.payment, Some(FIRST));
    assert_eq!(
        moments(&order),
        [Moment::Placed, Moment::Paid, Moment::Confirmed]
    );
    assert_eq!(
        order.paid(FIRST, order.totals.total, now()),
        Ok(Transition::Unchanged)
    );
    assert_eq!(
        tees().paid(FIRST, euros(1), now()),
        Err(OrderError::AmountMismatch {
            expected: euros(4_998),
            actual: euros(1)
        })
    );
}

#[test]
fn money_for_an_order_that_is_over_does_not_revive_it() {
    let cancelled = moved(tees().cancel(Actor::System, None, now()));
    assert_eq!(
        cancelled.paid(FIRST, euros(4_998), now()),
        Ok(Transition::Unchanged)
    );
    let expired = moved(tees().expire(tees().expires_at));
    assert_eq!(expired.status, OrderStatus::Expired);
    assert_eq!(
        expired.paid(FIRST, euros(4_998), now()),
        Ok(Transition::Unchanged)
    );
    let voided = moved(expired.voided(FIRST, now()));
    assert_eq!(voided.payment_status, PaymentStatus::Voided);
    assert_eq!(voided.status, OrderStatus::Expired);
    assert_eq!(tees().voided(FIRST, now()), Ok(Transition::Unchanged));
}

#[test]
fn what_the_shop_charges_in_vain_cancels_and_what_the_client_pays_in_vain_does_not() {
    let cancelled = moved(tees().payment_failed(FIRST, "card_declined", true, now()));
    assert_eq!(cancelled.status, OrderStatus::Cancelled);
    assert_eq!(cancelled.payment_status, PaymentStatus::Failed);
    assert_eq!(cancelled.fulfilment_status, FulfilmentStatus::Cancelled);
    assert_eq!(
        moments(&cancelled),
        [Moment::Placed, Moment::PaymentFailed, Moment::Cancelled]
    );
    assert_eq!(cancelled.version, 2);

    let payable = moved(tees().payment_failed(FIRST, "card_declined", false, now()));
    assert_eq!(payable.status, OrderStatus::PendingPayment);
    assert_eq!(payable.timeline[1].data.as_deref(), Some("card_declined"));
    assert_eq!(
        payable.payment_failed(FIRST, "card_declined", false, now()),
        Ok(Transition::Unchanged)
    );
    let again = moved(payable.payment_failed(SECOND, "card_declined", false, now()));
    assert_eq!(again.payment, Some(SECOND));
    assert_eq!(paid(&again).status, OrderStatus::Confirmed);
}

#[test]
fn an_earlier_attempt_is_silenced_by_a_later_one_but_its_money_counts() {
    let waiting = moved(tees().requires_action(SECOND, now()));
    assert_eq!(waiting.payment_status, PaymentStatus::RequiresAction);
    assert_eq!(
        waiting.payment_failed(FIRST, "card_declined", true, now()),
        Ok(Transition::Unchanged)
    );
    assert_eq!(
        waiting.requires_action(FIRST, now()),
        Ok(Transition::Unchanged)
    );
    assert_eq!(paid(&waiting).payment, Some(FIRST));
}

#[test]
fn an_order_can_be_cancelled_until_something_was_sent() {
    let order = paid(&tees());
    let cancelled = moved(order.cancel(Actor::Guest, Some("changed my mind"), now()));
    assert_eq!(cancelled.status, OrderStatus::Cancelled);
    assert_eq!(cancelled.payment_status, PaymentStatus::Captured);
    let units: Vec<u32> = cancelled.lines.iter().map(|line| line.cancelled).collect();
    assert_eq!(units, [2, 1]);
    assert_eq!(
        cancelled.timeline.last().unwrap().data.as_deref(),
        Some("changed my mind")
    );
    let refunded = moved(cancelled.refunded(FIRST, cancelled.totals.total, now()));
    assert_eq!(refunded.payment_status, PaymentStatus::Refunded);

    let mut sent = order;
    sent.lines[1].shipped = 1;
    assert_eq!(
        sent.cancel(Actor::Guest, None, now()),
        Err(OrderError::Sent {
            from: OrderStatus::Confirmed
        })
    );
    assert!(cancelled.cancel(Actor::Guest, None, now()).is_err());
}

#[test]
fn refunds_are_totals_and_never_shrink() {
    let order = paid(&tees());
    let part = moved(order.refunded(FIRST, euros(1_000), now()));
    assert_eq!(part.payment_status, PaymentStatus::PartiallyRefunded);
    assert_eq!(
        part.refunded(FIRST, euros(999), now()),
        Ok(Transition::Unchanged)
    );
    assert_eq!(
        part.refunded(SECOND, euros(2_000), now()),
        Ok(Transition::Unchanged)
    );
    assert!(part.refunded(FIRST, euros(4_999), now()).is_err());
    assert_eq!(
        tees().refunded(FIRST, euros(1), now()),
        Ok(Transition::Unchanged)
    );
}

#[test]
fn a_hold_ends_at_its_hour_and_not_before() {
    let order = tees();
    let before = Timestamp::from_millis(order.expires_at.as_millis() - 1).unwrap();
    assert_eq!(order.expire(before), Ok(Transition::Unchanged));
    assert_eq!(order.due_at(), Some(order.expires_at));
    assert_eq!(order.due(before), Due::Nothing);
    assert_eq!(order.due(order.expires_at), Due::Expire);
    assert_eq!(paid(&order).due_at(), None);
}

#[test]
fn a_charge_that_nobody_hears_of_is_asked_for_again() {
    let order = charged_order(vec![item("tee", 1, 1)]);
    let patience_ends = now().plus(CHARGE_PATIENCE);
    assert_eq!(order.due_at(), Some(patience_ends));
    assert_eq!(order.due(patience_ends), Due::RequestCharge);
    let asked = moved(order.payment_requested(patience_ends));
    assert_eq!(asked.due_at(), Some(patience_ends.plus(CHARGE_PATIENCE)));
    let later = patience_ends.plus(CHARGE_PATIENCE);
    let asked_twice = moved(asked.payment_requested(later));
    assert_eq!(asked_twice.due_at(), Some(later.plus(CHARGE_PATIENCE)));
    let waiting = moved(asked.requires_action(FIRST, patience_ends));
    assert_eq!(waiting.due_at(), Some(order.expires_at));
    assert_eq!(
        waiting.payment_requested(patience_ends),
        Ok(Transition::Unchanged)
    );
    let late = moved(order.payment_requested(order.expires_at));
    assert_eq!(late.due_at(), Some(order.expires_at));
}

#[test]
fn attempts_to_pay_leave_room_for_what_settles_the_order() {
    let mut order = tees();
    for attempt in 1..300 {
        let payment = PaymentId::from_u128(attempt);
        order = moved(order.payment_failed(payment, "card_declined", false, now()));
    }
    assert!(order.timeline.len() < MAX_ENTRIES);
    assert_eq!(order.version, 300);
    assert!(moments(&paid(&order)).ends_with(&[Moment::Paid, Moment::Confirmed]));
}

#[test]
fn fifty_notes_and_no_more() {
    let noted = |order: &Order, number: u128| {
        order.noted(&Note {
            id: NoteId::from_u128(number),
            text: NoteText::parse("call back").unwrap(),
            author: Actor::System,
            at: now(),
        })
    };
    let mut order = tees();
    for number in 1..=u128::from(MAX_NOTES) {
        order = noted(&order, number).unwrap();
        assert_eq!(u128::from(order.notes), number);
    }
    assert!(noted(&order, 51).is_err());
}

#[test]
fn what_may_happen_any_number_of_times_has_a_part_of_the_timeline() {
    // 800 less what is kept: 20, 2 for each of 50 fulfilments, 3 for each of 50 returns, 50, and 3 for
    // each of 100 refunds.
    let mut order = tees();
    for attempt in 1..=600_u32 {
        let payment = PaymentId::from_u128(u128::from(attempt));
        order = moved(order.requires_action(payment, now()));
        order = moved(order.payment_failed(payment, "card_declined", false, now()));
    }
    assert_eq!(order.timeline.len(), 180);
    let mut asked = charged_order(vec![item("tee", 1, 1)]);
    let mut at = now();
    for _ in 0..300 {
        at = at.plus(CHARGE_PATIENCE);
        asked = moved(asked.payment_requested(at));
    }
    assert_eq!(asked.timeline.len(), 180);
}

#[test]
fn a_timeline_has_eight_hundred_entries_and_no_more() {
    let mut order = paid(&tees());
    for cents in 1..1_000 {
        let dispute = Dispute {
            status: DisputeStatus::NeedsResponse,
            amount: euros(cents),
            reason: DisputeReason::Fraudulent,
        };
        let payment = order.payment.unwrap();
        order = moved(order.disputed(payment, dispute, now()));
    }
    assert_eq!(order.timeline.len(), MAX_ENTRIES);
}

#[test]
fn numbers_and_actors_are_written_as_they_are_printed() {
    let order = tees();
    assert_eq!(String::from(order.number), order.number.to_string());
    assert_eq!(String::from(Actor::Guest), "guest");
}

#[test]
fn the_shop_waits_two_minutes_for_word_of_a_charge() {
    assert_eq!(CHARGE_PATIENCE.as_secs(), 120);
}
