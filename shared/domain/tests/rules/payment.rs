//! Payments never move backwards and never give back more than they took.

use std::time::Duration;

use domain::payment::{
    Decline, Initiator, LEASE, NextAction, NextActionKind, Payment, PaymentError, PaymentState,
    ProviderReport, Start,
};
use domain::text::{PaymentMethod, Url};
use domain::{EventId, OrderId, PaymentId, Transition};
use proptest::prelude::{Just, Strategy, prop, prop_assert, prop_assert_eq, prop_oneof, proptest};

use crate::given::{euros, now};

fn start(cents: i64) -> Result<Payment, PaymentError> {
    let start = Start {
        id: PaymentId::from_u128(1),
        order: OrderId::from_u128(2),
        amount: euros(cents),
        method: PaymentMethod::parse("pm_test_ok").unwrap(),
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

fn moved(payment: &Payment, report: ProviderReport) -> Payment {
    payment.apply(report, now()).unwrap().moved().unwrap()
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
fn a_payment_that_waits_for_its_customer_is_captured_after_all() {
    let waiting = moved(&payment(), ProviderReport::RequiresAction(action()));
    assert_eq!(waiting.status, PaymentState::RequiresAction);
    assert_eq!(waiting.next_action, Some(action()));
    let captured = moved(&waiting, ProviderReport::Captured);
    assert_eq!(
        (captured.captured, captured.next_action.as_ref()),
        (euros(1_000), None)
    );
    assert!(captured.is_final() && captured.is_live());
}

#[test]
fn a_lost_reply_is_looked_up() {
    let unknown = payment().outcome_unknown(now()).moved().unwrap();
    assert_eq!(unknown.status, PaymentState::Unknown);
    assert!(unknown.is_live() && !unknown.is_final());
    assert_eq!(
        unknown.apply(ProviderReport::Missing, now()),
        Ok(Transition::Unchanged)
    );
    assert_eq!(
        moved(&unknown, ProviderReport::Captured).status,
        PaymentState::Captured
    );
    let failed = moved(
        &unknown,
        ProviderReport::Declined(Decline::InsufficientFunds),
    );
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
    let captured = moved(&taken, ProviderReport::Captured);
    assert_eq!(captured.lease, None);
    assert_eq!(
        captured.take_over(successor, until),
        Ok(Transition::Unchanged)
    );
}

#[test]
fn refunds_are_totals() {
    let captured = moved(&payment(), ProviderReport::Captured);
    let part = moved(&captured, ProviderReport::Refunded(euros(400)));
    assert_eq!(part.refunded(euros(300), now()), Ok(Transition::Unchanged));
    assert_eq!(
        part.refunded(euros(1_001), now()),
        Err(PaymentError::RefundExceedsCaptured {
            captured: euros(1_000),
            refunded: euros(1_001)
        })
    );
    assert_eq!(
        moved(&part, ProviderReport::Refunded(euros(1_000))).refunded,
        euros(1_000)
    );
}

#[test]
fn a_refund_that_overtakes_its_capture_tells_of_both() {
    let refunded = moved(&payment(), ProviderReport::Refunded(euros(1_000)));
    assert_eq!(refunded.status, PaymentState::Captured);
    assert_eq!(refunded.version, 2);
    assert_eq!(
        refunded.apply(ProviderReport::Captured, now()),
        Ok(Transition::Unchanged)
    );
}

fn reports() -> impl Strategy<Value = Vec<Option<ProviderReport>>> {
    let report = prop_oneof![
        1 => Just(None),
        2 => Just(Some(ProviderReport::Captured)),
        1 => Just(Some(ProviderReport::Declined(Decline::CardDeclined))),
        2 => Just(Some(ProviderReport::RequiresAction(action()))),
        1 => Just(Some(ProviderReport::Voided)),
        1 => Just(Some(ProviderReport::Missing)),
        3 => (-10_i64..1_200).prop_map(|cents| Some(ProviderReport::Refunded(euros(cents)))),
    ];
    prop::collection::vec(report, 1..25)
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

proptest! {
    #[test]
    fn no_order_of_reports_moves_a_payment_backwards(reports in reports()) {
        let mut payment = payment();
        for (step, report) in (1_u64..).zip(reports) {
            let at = now().plus(Duration::from_secs(step));
            let outcome = match &report {
                None => Ok(payment.outcome_unknown(at)),
                Some(report) => payment.apply(report.clone(), at),
            };
            let Ok(Transition::Moved(next)) = outcome else { continue };
            prop_assert_eq!(next.version, payment.version + 1);
            prop_assert_eq!(next.updated_at, at);
            prop_assert!(rank(&next) >= rank(&payment));
            if payment.is_final() {
                prop_assert_eq!(next.status, payment.status);
            }
            prop_assert!(!payment.refunded.is_negative());
            prop_assert!(next.refunded.amount() >= payment.refunded.amount());
            prop_assert!(next.refunded.amount() <= next.captured.amount());
            prop_assert!(next.captured.amount() <= next.amount.amount());
            prop_assert_eq!(next.failure.is_some(), next.status == PaymentState::Failed);
            prop_assert_eq!(next.next_action.is_some(), next.status == PaymentState::RequiresAction);
            if let Some(report) = report {
                prop_assert_eq!(next.apply(report, at), Ok(Transition::Unchanged), "heard twice");
            }
            payment = next;
        }
    }
}
