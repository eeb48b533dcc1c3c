//! Payments never move backwards, never take more than was asked for, and never give back more than
//! they took.

use std::time::Duration;

use domain::payment::{
    COMMANDS, CaptureMethod, Command, Decline, Dispute, DisputeReason, DisputeStatus, Initiator,
    LEASE, MAX_REFUNDS, MOVES, NextAction, NextActionKind, Operation, Payment, PaymentError,
    PaymentState, RefundReport, RefundStatus, Report, Standing, Start, Trigger,
};
use domain::text::{PaymentMethod, ProviderRef, Url};
use domain::{EventId, Money, OrderId, PaymentId, RefundId, Transition};
use proptest::prelude::{
    Just, Strategy, any, prop, prop_assert, prop_assert_eq, prop_oneof, proptest,
};

use crate::given::{euros, now};

fn start(cents: i64) -> Result<Payment, PaymentError> {
    let start = Start {
        id: PaymentId::from_u128(1),
        order: OrderId::from_u128(2),
        amount: euros(cents),
        method: PaymentMethod::parse("pm_test_ok").unwrap(),
        capture_method: CaptureMethod::Manual,
        initiator: Initiator::Server,
        attempt: 1,
        owner: EventId::from_u128(3),
    };
    Payment::start(start, now())
}

fn payment() -> Payment {
    start(1_000).unwrap()
}

fn action() -> NextAction {
    NextAction {
        kind: NextActionKind::Redirect,
        url: Url::parse("https://bank.example/3ds").unwrap(),
    }
}

fn id(number: u128) -> RefundId {
    RefundId::from_u128(number)
}

fn moved(payment: &Payment, standing: Standing) -> Payment {
    payment
        .apply(&standing.into(), now())
        .unwrap()
        .moved()
        .unwrap()
}

fn authorized() -> Payment {
    let nothing = Standing::Authorized { captured: euros(0) };
    moved(&payment(), nothing)
}

fn captured() -> Payment {
    moved(&payment(), Standing::Captured(euros(1_000)))
}

/// What the provider says of refunds alone.
fn of_refunds(refunds: &[(u128, i64, RefundStatus)]) -> Report {
    let refunds = refunds.iter().map(|(number, cents, status)| RefundReport {
        id: id(*number),
        amount: euros(*cents),
        status: *status,
    });
    Report {
        refunds: refunds.collect(),
        ..Standing::Idle.into()
    }
}

#[test]
fn a_negative_amount_is_refused() {
    assert_eq!(start(-1), Err(PaymentError::NegativeAmount));
}

#[test]
fn the_providers_key_follows_from_order_and_attempt() {
    let again = Payment {
        id: PaymentId::from_u128(9),
        ..payment()
    };
    let next = Payment {
        attempt: 2,
        ..payment()
    };
    assert_eq!(again.provider_key(), payment().provider_key());
    assert_ne!(next.provider_key(), payment().provider_key());
}

#[test]
fn what_the_provider_calls_it_is_a_change_of_its_own() {
    let name = ProviderRef::parse("pi_1").unwrap();
    let announced = payment().announced(name.clone(), now());
    assert_eq!((announced.reference, announced.version), (Some(name), 2));
}

#[test]
fn the_table_of_moves_names_each_once_and_leads_out_of_no_end() {
    for (index, (from, trigger, to)) in MOVES.iter().enumerate() {
        assert_eq!(from.after(*trigger), Some(*to));
        let again = MOVES.iter().skip(index + 1);
        assert!(again.clone().all(|(f, t, _)| (f, t) != (from, trigger)));
    }
    for state in [
        PaymentState::Captured,
        PaymentState::Voided,
        PaymentState::Failed,
    ] {
        assert!(Trigger::ALL.iter().all(|it| state.after(*it).is_none()));
    }
    assert_eq!(COMMANDS.len(), Command::ALL.len());
}

/// A payment in each state, by way of reports.
fn in_state(state: PaymentState) -> Payment {
    match state {
        PaymentState::Processing => payment(),
        PaymentState::RequiresAction => moved(&payment(), Standing::RequiresAction(action())),
        PaymentState::Authorized => authorized(),
        PaymentState::PartiallyCaptured => {
            let captured = euros(400);
            moved(&authorized(), Standing::Authorized { captured })
        }
        PaymentState::Captured => captured(),
        PaymentState::Voided => moved(&payment(), Standing::Voided),
        PaymentState::Failed => moved(&payment(), Standing::Declined(Decline::Other)),
        PaymentState::Unknown => payment().outcome_unknown(now()).moved().unwrap(),
    }
}

#[test]
fn a_payment_moves_as_the_table_says_and_no_other_way() {
    let reports: [(Trigger, Standing); 6] = [
        (Trigger::ActionRequired, Standing::RequiresAction(action())),
        (
            Trigger::Authorize,
            Standing::Authorized { captured: euros(0) },
        ),
        (
            Trigger::CapturePart,
            Standing::Authorized {
                captured: euros(500),
            },
        ),
        (Trigger::CaptureAll, Standing::Captured(euros(1_000))),
        (Trigger::Decline, Standing::Declined(Decline::CardDeclined)),
        (Trigger::Void, Standing::Voided),
    ];
    for state in PaymentState::ALL {
        let payment = in_state(*state);
        assert_eq!(payment.status, *state);
        for (trigger, standing) in &reports {
            let after = payment.apply(&standing.clone().into(), now()).unwrap();
            let reached = after.moved().map_or(*state, |moved| moved.status);
            let expected = state.after(*trigger).unwrap_or(*state);
            assert_eq!(reached, expected, "{state} upon {trigger}");
        }
    }
}

#[test]
fn a_command_that_its_state_does_not_allow_names_the_states_that_do() {
    for state in PaymentState::ALL {
        let payment = in_state(*state);
        let refusals = [
            (Command::Capture, payment.begin_capture(None, now()).err()),
            (Command::Void, payment.begin_void(now()).err()),
            (
                Command::Refund,
                payment.reserve_refund(id(1), None, None, now()).err(),
            ),
        ];
        for (command, refusal) in refusals {
            let from = *state;
            let expected =
                (!state.allows(command)).then_some(PaymentError::InvalidState { from, command });
            assert_eq!(refusal, expected, "{command} of {state}");
        }
    }
    let refusal = payment().begin_void(now()).unwrap_err().to_string();
    assert_eq!(
        refusal,
        "the payment is processing, and can be voided while it is requiresAction or authorized"
    );
}

#[test]
fn a_payment_that_waits_for_its_customer_is_captured_after_all() {
    let waiting = moved(&payment(), Standing::RequiresAction(action()));
    assert_eq!(waiting.status, PaymentState::RequiresAction);
    assert_eq!(waiting.next_action, Some(action()));
    let captured = moved(&waiting, Standing::Captured(euros(1_000)));
    assert_eq!(
        (captured.captured, captured.next_action.as_ref()),
        (euros(1_000), None)
    );
    assert!(captured.is_live());
}

#[test]
fn a_lost_reply_is_looked_up() {
    let unknown = payment().outcome_unknown(now()).moved().unwrap();
    assert_eq!(unknown.status, PaymentState::Unknown);
    assert!(unknown.is_live() && unknown.is_open());
    assert_eq!(
        unknown.apply(&Standing::Idle.into(), now()),
        Ok(Transition::Unchanged)
    );
    assert_eq!(
        moved(&unknown, Standing::Captured(euros(1_000))).status,
        PaymentState::Captured
    );
    let failed = moved(&unknown, Standing::Declined(Decline::InsufficientFunds));
    assert_eq!(failed.failure, Some(Decline::InsufficientFunds));
    assert!(!failed.is_live());
    assert_eq!(failed.outcome_unknown(now()), Transition::Unchanged);
}

#[test]
fn a_successor_waits_for_the_lease() {
    let successor = EventId::from_u128(4);
    let until = now().plus(LEASE);
    assert_eq!(
        payment().take_over(successor, now()),
        Err(PaymentError::Leased { until })
    );
    let taken = payment()
        .take_over(successor, until)
        .unwrap()
        .moved()
        .unwrap();
    assert_eq!(taken.lease.unwrap().owner, successor);
    assert_eq!(taken.status, PaymentState::Processing);
    let captured = moved(&taken, Standing::Captured(euros(1_000)));
    assert_eq!(captured.lease, None);
    assert_eq!(
        captured.take_over(successor, until),
        Ok(Transition::Unchanged)
    );
}

#[test]
fn captures_are_begun_one_at_a_time_up_to_what_is_set_aside() {
    let begun = authorized().begin_capture(Some(euros(400)), now()).unwrap();
    assert_eq!(begun.capturable(), euros(600));
    assert_eq!(
        begun.begin_capture(None, now()),
        Err(PaymentError::UnderWay)
    );
    assert_eq!(begun.begin_void(now()), Err(PaymentError::UnderWay));
    let part = moved(
        &begun,
        Standing::Authorized {
            captured: euros(400),
        },
    );
    assert_eq!(part.status, PaymentState::PartiallyCaptured);
    assert_eq!((part.captured, part.under_way), (euros(400), None));
    let left = euros(600);
    for wrong in [euros(601), euros(0), euros(-1), yen(5)] {
        let refused = part.begin_capture(Some(wrong), now());
        assert_eq!(refused, Err(PaymentError::Amount { left }), "{wrong}");
    }
    let rest = part.begin_capture(None, now()).unwrap();
    assert_eq!(
        rest.under_way.map(|it| it.operation),
        Some(Operation::Capture {
            number: 2,
            amount: left,
            reaches: euros(1_000)
        })
    );
    let whole = moved(&rest, Standing::Captured(euros(1_000)));
    assert_eq!(whole.status, PaymentState::Captured);
    assert_eq!((whole.under_way, whole.capturable()), (None, euros(0)));
}

fn yen(amount: i64) -> Money {
    Money::new(amount, domain::Currency::parse("JPY").unwrap()).unwrap()
}

#[test]
fn a_partial_capture_may_release_the_rest() {
    let part = moved(&authorized(), Standing::Captured(euros(400)));
    assert_eq!(part.status, PaymentState::PartiallyCaptured);
    assert_eq!(part.capturable(), euros(0));
    assert_eq!(
        part.begin_capture(None, now()),
        Err(PaymentError::Amount { left: euros(0) })
    );
    assert_eq!(part.begin_release(now()), Ok(Transition::Unchanged));
}

#[test]
fn what_an_order_came_to_nothing_with_is_let_go_of() {
    let part = in_state(PaymentState::PartiallyCaptured);
    assert!(part.begin_void(now()).is_err());
    let going = part.begin_release(now()).unwrap().moved().unwrap();
    assert_eq!(going.capturable(), euros(0));
    let gone = moved(&going, Standing::Captured(euros(400)));
    assert_eq!((gone.under_way, gone.released), (None, true));
    for state in [PaymentState::Authorized, PaymentState::RequiresAction] {
        let going = in_state(state).begin_release(now()).unwrap();
        let gone = moved(&going.moved().unwrap(), Standing::Voided);
        assert_eq!((gone.under_way, gone.is_live()), (None, false));
    }
    let nothing = captured().begin_release(now());
    assert_eq!(nothing, Ok(Transition::Unchanged));
}

#[test]
fn a_refused_operation_leaves_the_payment_as_it_was() {
    let begun = authorized().begin_capture(None, now()).unwrap();
    let refused = begun.operation_refused(now()).moved().unwrap();
    assert_eq!(refused.capturable(), euros(1_000));
    assert_eq!(refused.operation_refused(now()), Transition::Unchanged);
}

#[test]
fn refunds_are_reserved_before_they_are_made() {
    let first = captured()
        .reserve_refund(id(1), Some(euros(400)), None, now())
        .unwrap();
    assert_eq!((first.refunded, first.refundable()), (euros(0), euros(600)));
    let left = euros(600);
    for wrong in [euros(601), euros(0), euros(-5), yen(5)] {
        let refused = first.reserve_refund(id(2), Some(wrong), None, now());
        assert_eq!(refused, Err(PaymentError::Amount { left }), "{wrong}");
    }
    let both = first.reserve_refund(id(2), None, None, now()).unwrap();
    assert_eq!(both.refundable(), euros(0));
    let made = both
        .apply(&of_refunds(&[(1, 400, RefundStatus::Succeeded)]), now())
        .unwrap()
        .moved()
        .unwrap();
    assert_eq!(made.refunded, euros(400));
    let refused = made.refund_refused(id(2), now()).moved().unwrap();
    assert_eq!(refused.refundable(), euros(600));
    assert_eq!(refused.refund_refused(id(1), now()), Transition::Unchanged);
}

#[test]
fn a_refund_goes_on_and_never_back() {
    let told = |payment: &Payment, status| {
        let report = of_refunds(&[(1, 1_000, status)]);
        payment.apply(&report, now()).unwrap()
    };
    let reserved = captured().reserve_refund(id(1), None, None, now()).unwrap();
    let made = told(&reserved, RefundStatus::Succeeded).moved().unwrap();
    assert_eq!((made.refunded, made.refundable()), (euros(1_000), euros(0)));
    assert_eq!(
        told(&made, RefundStatus::Pending),
        Transition::Unchanged,
        "late"
    );
    // The money came back to the provider: it can be given back once more.
    let failed = told(&made, RefundStatus::Failed).moved().unwrap();
    assert_eq!(
        (failed.refunded, failed.refundable()),
        (euros(0), euros(1_000))
    );
    for late in [RefundStatus::Pending, RefundStatus::Succeeded] {
        assert_eq!(told(&failed, late), Transition::Unchanged, "{late}");
    }
}

#[test]
fn refunds_made_at_the_provider_are_taken_over_once_there_is_room() {
    let reserved = captured()
        .reserve_refund(id(1), Some(euros(800)), None, now())
        .unwrap();
    let elsewhere = of_refunds(&[(9, 300, RefundStatus::Succeeded)]);
    assert_eq!(reserved.apply(&elsewhere, now()), Ok(Transition::Unchanged));
    let refused = reserved.refund_refused(id(1), now()).moved().unwrap();
    let known = refused.apply(&elsewhere, now()).unwrap().moved().unwrap();
    assert_eq!(known.refunded, euros(300));
}

#[test]
fn a_payment_has_a_bounded_number_of_refunds() {
    let mut payment = captured();
    for number in 0..MAX_REFUNDS {
        let id = id(number.try_into().unwrap());
        let cent = Some(euros(1));
        payment = payment.reserve_refund(id, cent, None, now()).unwrap();
    }
    assert_eq!(
        payment.reserve_refund(id(999), None, None, now()),
        Err(PaymentError::TooManyRefunds)
    );
}

#[test]
fn a_dispute_goes_on_and_never_back() {
    let told = |status| Report {
        dispute: Some(Dispute {
            status,
            amount: euros(1_000),
            reason: DisputeReason::Fraudulent,
        }),
        ..Standing::Captured(euros(1_000)).into()
    };
    let opened = captured()
        .apply(&told(DisputeStatus::NeedsResponse), now())
        .unwrap()
        .moved()
        .unwrap();
    let lost = opened.apply(&told(DisputeStatus::Lost), now()).unwrap();
    let lost = lost.moved().unwrap();
    for late in [DisputeStatus::NeedsResponse, DisputeStatus::Won] {
        assert_eq!(lost.apply(&told(late), now()), Ok(Transition::Unchanged));
    }
}

#[test]
fn more_than_was_asked_for_cannot_have_been_taken() {
    let report = Standing::Captured(euros(1_001)).into();
    assert!(matches!(
        payment().apply(&report, now()),
        Err(PaymentError::CapturedTooMuch { .. })
    ));
}

#[test]
fn what_is_open_falls_due_and_then_ever_more_seldom() {
    let minutes = |count: u64| Duration::from_secs(60 * count);
    assert_eq!(payment().due_at(), Some(now().plus(LEASE + minutes(1))));
    assert_eq!(captured().due_at(), None);
    let refunding = captured().reserve_refund(id(1), None, None, now()).unwrap();
    assert_eq!(refunding.due_at(), Some(now().plus(minutes(1))));
    let capturing = authorized().begin_capture(None, now()).unwrap();
    assert_eq!(capturing.due_at(), Some(now().plus(minutes(1))));
    for (asked, again) in [(0, 1), (10, 20), (60, 120), (600, 660)] {
        let at = now().plus(minutes(asked));
        let expected = now().plus(minutes(again));
        assert_eq!(refunding.due_again_at(at), Some(expected), "{asked}");
    }
}

#[test]
fn who_is_waited_for_longer_is_asked_later() {
    const DAY: u64 = 24 * 60 * 60;
    let part = Standing::Authorized {
        captured: euros(400),
    };
    let waiting = [
        (
            moved(&payment(), Standing::RequiresAction(action())),
            5 * 60,
            60 * 60,
        ),
        (authorized(), DAY, DAY),
        (moved(&authorized(), part), DAY, DAY),
    ];
    for (payment, first, longest) in waiting {
        let state = payment.status;
        let after = |seconds| Some(now().plus(Duration::from_secs(seconds)));
        assert_eq!(payment.due_at(), after(first), "{state}");
        assert_eq!(payment.due_again_at(now()), after(first), "{state}");
        let late = now().plus(Duration::from_secs(10 * DAY));
        let again = after(10 * DAY + longest);
        assert_eq!(payment.due_again_at(late), again, "{state}");
    }
    let released = moved(&authorized(), Standing::Captured(euros(400)));
    assert_eq!(released.due_at(), None, "nothing is left to take");
}

#[test]
fn a_capture_is_under_way_until_all_of_it_is_taken() {
    let begun = authorized().begin_capture(Some(euros(400)), now()).unwrap();
    let captured = |cents| Standing::Authorized {
        captured: euros(cents),
    };
    let idle = begun.apply(&captured(0).into(), now());
    assert_eq!(idle, Ok(Transition::Unchanged));
    let begun = moved(&begun, captured(300));
    assert!(begun.under_way.is_some());
    assert_eq!(moved(&begun, captured(400)).under_way, None);
}

#[test]
fn a_provider_that_works_on_a_payment_ends_the_lease() {
    assert_eq!(moved(&payment(), Standing::Processing).lease, None);
}

#[test]
fn refunds_of_nothing_or_beyond_the_bound_are_not_taken_over() {
    let told = |payment: &Payment, cents| {
        let report = of_refunds(&[(999, cents, RefundStatus::Succeeded)]);
        payment.apply(&report, now()).unwrap()
    };
    assert_eq!(told(&captured(), 0), Transition::Unchanged);
    let mut payment = captured();
    for number in 1..MAX_REFUNDS {
        let id = id(number.try_into().unwrap());
        let cent = Some(euros(1));
        payment = payment.reserve_refund(id, cent, None, now()).unwrap();
    }
    let full = told(&payment, 1).moved().unwrap();
    assert_eq!(full.refunds.len(), MAX_REFUNDS);
    let beyond = of_refunds(&[(1_000, 1, RefundStatus::Succeeded)]);
    assert_eq!(full.apply(&beyond, now()), Ok(Transition::Unchanged));
}

#[derive(Debug, Clone)]
enum Op {
    Silence,
    Told(Report),
    Capture(Option<i64>),
    Void,
    Release,
    Refuse,
    Refund(u128, Option<i64>),
    RefuseRefund(u128),
}

fn standing() -> impl Strategy<Value = Standing> {
    prop_oneof![
        1 => Just(Standing::Idle),
        1 => Just(Standing::Processing),
        2 => Just(Standing::RequiresAction(action())),
        1 => Just(Standing::Declined(Decline::CardDeclined)),
        1 => Just(Standing::Voided),
        3 => (0_i64..1_100).prop_map(|cents| Standing::Authorized { captured: euros(cents) }),
        3 => prop_oneof![Just(1_000_i64), 0_i64..1_100].prop_map(|cents| Standing::Captured(euros(cents))),
    ]
}

fn report() -> impl Strategy<Value = Report> {
    let status = prop_oneof![
        Just(RefundStatus::Pending),
        Just(RefundStatus::Succeeded),
        Just(RefundStatus::Failed)
    ];
    let refund =
        (0_u128..6, -10_i64..600, status).prop_map(|(number, cents, status)| RefundReport {
            id: id(number),
            amount: euros(cents),
            status,
        });
    (standing(), prop::collection::vec(refund, 0..3)).prop_map(|(standing, mut refunds)| {
        // No provider tells of one refund twice at once.
        refunds.sort_by_key(|refund| refund.id);
        refunds.dedup_by_key(|refund| refund.id);
        Report {
            standing,
            refunds,
            dispute: None,
        }
    })
}

fn ops() -> impl Strategy<Value = Vec<Op>> {
    let amount = || prop::option::of(-10_i64..1_100);
    let op = prop_oneof![
        1 => Just(Op::Silence),
        6 => report().prop_map(Op::Told),
        2 => amount().prop_map(Op::Capture),
        1 => Just(Op::Void),
        1 => Just(Op::Release),
        1 => Just(Op::Refuse),
        3 => (0_u128..6, amount()).prop_map(|(number, cents)| Op::Refund(number, cents)),
        1 => any::<u8>().prop_map(|number| Op::RefuseRefund(u128::from(number % 6))),
    ];
    prop::collection::vec(op, 1..30)
}

/// How far a payment has come; it never comes less far.
fn rank(payment: &Payment) -> u8 {
    match payment.status {
        PaymentState::Processing => 0,
        PaymentState::Unknown => 1,
        PaymentState::RequiresAction => 2,
        PaymentState::Authorized => 3,
        PaymentState::PartiallyCaptured => 4,
        PaymentState::Captured | PaymentState::Voided | PaymentState::Failed => 5,
    }
}

/// How far a refund has come; it never comes less far.
fn refund_rank(status: RefundStatus) -> u8 {
    match status {
        RefundStatus::Pending => 0,
        RefundStatus::Succeeded => 1,
        RefundStatus::Failed => 2,
    }
}

fn step(payment: &Payment, op: &Op, at: domain::Timestamp) -> Option<Payment> {
    let cents = |amount: &Option<i64>| amount.map(euros);
    match op {
        Op::Silence => payment.outcome_unknown(at).moved(),
        Op::Told(report) => payment.apply(report, at).ok()?.moved(),
        Op::Capture(amount) => payment.begin_capture(cents(amount), at).ok(),
        Op::Void => payment.begin_void(at).ok()?.moved(),
        Op::Release => payment.begin_release(at).ok()?.moved(),
        Op::Refuse => payment.operation_refused(at).moved(),
        Op::Refund(number, _) if payment.refund(id(*number)).is_some() => None,
        Op::Refund(number, amount) => payment
            .reserve_refund(id(*number), cents(amount), None, at)
            .ok(),
        Op::RefuseRefund(number) => payment.refund_refused(id(*number), at).moved(),
    }
}

proptest! {
    #[test]
    fn whatever_happens_a_payment_keeps_its_promises(ops in ops()) {
        let mut payment = payment();
        for (second, op) in (1_u64..).zip(&ops) {
            let at = now().plus(Duration::from_secs(second));
            let Some(next) = step(&payment, op, at) else { continue };
            prop_assert_eq!(next.version, payment.version + 1);
            prop_assert_eq!(next.updated_at, at);
            prop_assert!(rank(&next) >= rank(&payment));
            prop_assert!(next.captured.amount() >= payment.captured.amount());
            prop_assert!(next.captured.amount() <= next.amount.amount());
            for refund in &payment.refunds {
                let after = next.refund(refund.id).unwrap().status;
                prop_assert!(refund_rank(after) >= refund_rank(refund.status));
            }
            let sum = |counts: fn(RefundStatus) -> bool| -> i64 {
                let refunds = next.refunds.iter().filter(|refund| counts(refund.status));
                refunds.map(|refund| refund.amount.amount()).sum()
            };
            prop_assert_eq!(next.refunded.amount(), sum(|it| it == RefundStatus::Succeeded));
            prop_assert!(sum(|it| it != RefundStatus::Failed) <= next.captured.amount());
            prop_assert!(next.capturable().amount() + next.captured.amount() <= next.amount.amount());
            prop_assert_eq!(next.failure.is_some(), next.status == PaymentState::Failed);
            prop_assert_eq!(next.next_action.is_some(), next.status == PaymentState::RequiresAction);
            if next.under_way.is_some() || next.is_open() || next.pending_refunds().next().is_some() {
                prop_assert!(next.due_at().is_some(), "nobody would ever look");
            }
            if let Op::Told(report) = op {
                prop_assert_eq!(next.apply(report, at), Ok(Transition::Unchanged), "heard twice");
            }
            payment = next;
        }
    }

    #[test]
    fn reports_of_refunds_may_come_in_any_order(
        told in prop::collection::vec((1_u128..3, 0_usize..3), 1..8).prop_shuffle(),
    ) {
        let statuses = [RefundStatus::Pending, RefundStatus::Succeeded, RefundStatus::Failed];
        let mut payment = captured();
        for number in 1..3 {
            payment = payment.reserve_refund(id(number), Some(euros(400)), None, now()).unwrap();
        }
        for (number, status) in &told {
            let report = of_refunds(&[(*number, 400, statuses[*status])]);
            payment = payment.apply(&report, now()).unwrap().moved().unwrap_or(payment);
        }
        for number in 1..3 {
            let of_it = told.iter().filter(|(it, _)| *it == number);
            let furthest = of_it.map(|(_, status)| *status).max().unwrap_or(0);
            prop_assert_eq!(payment.refund(id(number)).unwrap().status, statuses[furthest]);
        }
    }
}
