//! Every machine has one table, and moves by it alone.

use domain::machine::{Forbidden, Machine, Moves};
use domain::order::{OrderStatus, ReturnStatus, ShipmentStatus};
use domain::payment::{DisputeStatus, PaymentState, RefundStatus};
use domain::pricing::redemption::RedemptionState;
use domain::stock::{HoldState, ReceiptState};
use domain::user::UserStatus;

fn moves_by_its_table<S: Machine + std::fmt::Debug>(all: &[S]) {
    for from in all {
        for to in all {
            let expected = match S::MOVES.contains(&(*from, *to)) {
                true => Ok(*to),
                false => Err(Forbidden {
                    from: *from,
                    to: *to,
                }),
            };
            assert_eq!(from.to(*to), expected);
            assert_eq!(from.next().contains(to), expected.is_ok());
        }
    }
    assert!(!S::STARTS.is_empty(), "{} begins nowhere", S::NAME);
    for status in S::ALL {
        let is_reached = S::MOVES.iter().any(|(_, to)| to == status);
        assert!(
            is_reached || S::STARTS.contains(status),
            "nothing leads to {status}"
        );
    }
    for (index, one) in S::MOVES.iter().enumerate() {
        assert!(!S::MOVES[..index].contains(one), "{one:?} stands twice");
    }
}

#[test]
fn every_machine_moves_by_its_table() {
    moves_by_its_table(OrderStatus::ALL);
    moves_by_its_table(ShipmentStatus::ALL);
    moves_by_its_table(ReturnStatus::ALL);
    moves_by_its_table(HoldState::ALL);
    moves_by_its_table(ReceiptState::ALL);
    moves_by_its_table(RedemptionState::ALL);
    moves_by_its_table(PaymentState::ALL);
    moves_by_its_table(RefundStatus::ALL);
    moves_by_its_table(DisputeStatus::ALL);
    moves_by_its_table(UserStatus::ALL);
}

#[test]
fn what_moves_somewhere_says_so() {
    let all = Moves::all::<HoldState>();
    let some = Moves::to::<HoldState>(HoldState::Committed.as_str());
    assert!(all.lead(HoldState::Released) && some.lead(HoldState::Committed));
    assert!(!some.lead(HoldState::Released) && !all.lead(RedemptionState::Released));
}

#[test]
fn nothing_follows_a_final_status() {
    for status in OrderStatus::ALL {
        assert_eq!(status.is_final(), status.next().is_empty(), "{status}");
    }
}

#[test]
fn a_refusal_names_both_states_and_what_is_allowed() {
    let says = |refused: Result<_, Forbidden<ReturnStatus>>| refused.unwrap_err().to_string();
    assert_eq!(
        says(ReturnStatus::Requested.to(ReturnStatus::Received)),
        "is requested and cannot become received; it can become approved or rejected or cancelled"
    );
    assert_eq!(
        says(ReturnStatus::Closed.to(ReturnStatus::Received)),
        "is closed and cannot become received; nothing follows"
    );
}
