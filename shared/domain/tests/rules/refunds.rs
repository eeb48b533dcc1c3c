//! Refunds: what units cost when their price is given back, and what both books say of it.

use domain::order::{
    Actor, GoodsError, Moment, Order, PaymentNews, PaymentStatus, RefundError, RefundRequest,
    Refunded, Refunding, Units,
};
use domain::payment::{
    CaptureMethod, Initiator, Payment, PaymentError, PaymentState, RefundReport, RefundStatus,
    Standing, Start,
};
use domain::text::{PaymentMethod, Reason};
use domain::{EventId, Fault, Money, PaymentId, RefundId, Transition};

use crate::fulfilment::{paid_order, units};
use crate::given::{euros, item, now, order};

/// Three tees at 19.99 each and a cap for 10.00, and the payment that has the 69.97.
fn bought() -> (Order, Payment) {
    let order = paid_order();
    let start = Start {
        id: PaymentId::from_u128(1),
        order: order.id,
        amount: order.totals.total,
        method: PaymentMethod::parse("pm_test_ok").unwrap(),
        capture_method: CaptureMethod::Automatic,
        initiator: Initiator::Client,
        attempt: 1,
        owner: EventId::from_u128(1),
    };
    let started = Payment::start(start, now()).unwrap();
    let taken = Standing::Captured(order.totals.total).into();
    let payment = started.apply(&taken, now()).unwrap().moved().unwrap();
    (order, payment)
}

fn give_back(
    order: &Order,
    payment: &Payment,
    number: u128,
    what: Refunding,
) -> Result<Refunded, RefundError> {
    let request = RefundRequest {
        id: RefundId::from_u128(number),
        what,
        reason: Reason::parse("torn").unwrap(),
    };
    order.give_back(payment, request, Actor::System, now())
}

/// The order after the provider has said what became of a refund.
fn settled(order: &Order, number: u128, amount: Money, status: RefundStatus) -> Transition<Order> {
    let refunded = match status {
        RefundStatus::Succeeded => amount,
        RefundStatus::Pending | RefundStatus::Failed => euros(0),
    };
    let news = PaymentNews {
        payment: PaymentId::from_u128(1),
        status: PaymentState::Captured,
        amount: order.totals.total,
        captured: order.totals.total,
        refunded,
        refunds: vec![RefundReport {
            id: RefundId::from_u128(number),
            amount,
            status,
        }],
        decline: None,
        by_server: false,
        dispute: None,
    };
    order.heard(&news, now()).unwrap()
}

fn lines(of: Vec<Units>) -> Refunding {
    Refunding::Lines(of)
}

#[test]
fn units_cost_their_part_of_the_line_and_all_together_the_line() {
    let (mut order, mut payment) = bought();
    // As if a promotion had made three tees cost 50.00, which no three equal prices come to.
    order.lines[0].total = euros(5_000);
    let mut amounts = Vec::new();
    for number in 1..=3 {
        let one = lines(vec![units(&order, 0, 1)]);
        let Refunded {
            order: next,
            payment: paid,
        } = give_back(&order, &payment, number, one).unwrap();
        amounts.push(next.refunds.last().unwrap().amount.amount());
        (order, payment) = (next, paid);
    }
    assert_eq!(amounts, [1_667, 1_667, 1_666]);
    let fourth = give_back(&order, &payment, 4, lines(vec![units(&order, 0, 1)]));
    let Err(RefundError::Lines(GoodsError::Faults(faults))) = fourth else {
        panic!("{fourth:?}");
    };
    let faults: Vec<String> = faults.iter().map(Fault::to_string).collect();
    let expected = "lines[0].quantity: 0 of tee can be refunded, 1 are asked for";
    assert_eq!(faults, [expected]);
}

#[test]
fn both_books_know_it_under_one_name_and_the_order_hears_how_far_it_has_come() {
    let (order, payment) = bought();
    let wanted = lines(vec![units(&order, 0, 2), units(&order, 1, 1)]);
    let Refunded { order, payment } = give_back(&order, &payment, 7, wanted).unwrap();
    let id = RefundId::from_u128(7);
    let amount = euros(4_998);
    assert_eq!(payment.refund(id).unwrap().amount, amount);
    assert_eq!(order.refund(id).unwrap().amount, amount);
    assert_eq!(order.refund(id).unwrap().status, RefundStatus::Pending);
    assert!(order.totals.refunded.is_zero());
    assert_eq!(order.timeline.last().unwrap().kind, Moment::RefundRequested);

    let made = settled(&order, 7, amount, RefundStatus::Succeeded);
    let made = made.moved().unwrap();
    assert_eq!(made.totals.refunded, amount);
    assert_eq!(made.payment_status, PaymentStatus::PartiallyRefunded);
    let refunded: Vec<u32> = made.lines.iter().map(|line| line.refunded).collect();
    assert_eq!(refunded, [2, 1]);
    // What is heard late or twice changes nothing.
    for late in [RefundStatus::Pending, RefundStatus::Succeeded] {
        assert_eq!(settled(&made, 7, amount, late), Transition::Unchanged);
    }
}

#[test]
fn a_refund_that_failed_lets_go_of_its_units_and_their_money() {
    let (order, payment) = bought();
    let all = || lines(vec![units(&order, 0, 3)]);
    let first = give_back(&order, &payment, 1, all()).unwrap();
    let failed = settled(&first.order, 1, euros(5_997), RefundStatus::Failed);
    let failed = failed.moved().unwrap();
    let told = failed.timeline.last().unwrap();
    assert_eq!(told.kind, Moment::RefundFailed);
    assert_eq!(failed.payment_status, PaymentStatus::Captured);
    let payment = first.payment.refund_refused(RefundId::from_u128(1), now());
    let again = give_back(&failed, &payment.moved().unwrap(), 2, all()).unwrap();
    assert_eq!(again.order.refunds[1].amount, euros(5_997));
}

#[test]
fn money_is_given_back_as_far_as_it_was_taken() {
    let (order, payment) = bought();
    let some = give_back(&order, &payment, 1, Refunding::Amount(euros(2_000))).unwrap();
    let too_much = Refunding::Amount(euros(4_998));
    assert_eq!(
        give_back(&some.order, &some.payment, 2, too_much),
        Err(RefundError::Payment(PaymentError::Amount {
            left: euros(4_997)
        }))
    );
    let units = lines(vec![units(&order, 0, 3)]);
    assert_eq!(
        give_back(&some.order, &some.payment, 2, units),
        Err(RefundError::LinesExceed {
            asked: euros(5_997),
            left: euros(4_997)
        })
    );
    let rest = give_back(&some.order, &some.payment, 2, Refunding::Rest).unwrap();
    assert_eq!(rest.order.refunds[1].amount, euros(4_997));
    assert!(rest.payment.refundable().is_zero());
}

#[test]
fn what_was_not_paid_for_is_not_given_back() {
    let (order, payment) = bought();
    let another = Payment {
        id: PaymentId::from_u128(2),
        ..payment.clone()
    };
    let status = PaymentStatus::Captured;
    assert_eq!(
        give_back(&order, &another, 1, Refunding::Rest),
        Err(RefundError::Unpaid { status })
    );
    let mut free = order;
    free.lines[1].total = euros(0);
    let nothing = lines(vec![units(&free, 1, 1)]);
    assert_eq!(
        give_back(&free, &payment, 1, nothing),
        Err(RefundError::LinesExceed {
            asked: euros(0),
            left: euros(6_997)
        })
    );
}

#[test]
fn refunds_made_elsewhere_are_taken_over() {
    let (order, _) = bought();
    let heard = settled(&order, 9, euros(500), RefundStatus::Succeeded);
    let heard = heard.moved().unwrap();
    assert_eq!(heard.totals.refunded, euros(500));
    let refund = &heard.refunds[0];
    assert_eq!((refund.amount, refund.lines.len()), (euros(500), 0));
    assert_eq!(refund.reason, None);
}

#[test]
fn all_units_together_cost_all_that_is_left() {
    let (order, payment) = bought();
    let all = lines(vec![units(&order, 0, 3), units(&order, 1, 1)]);
    let refunded = give_back(&order, &payment, 1, all).unwrap();
    assert_eq!(refunded.payment.pending_refunds().count(), 1);
    let refund = refunded.order.refund(RefundId::from_u128(1)).unwrap();
    assert_eq!(refund.amount, order.totals.total);
}

#[test]
fn nothing_goes_back_of_money_that_the_order_does_not_count() {
    let (order, payment) = bought();
    let mut uncounted = order.clone();
    uncounted.totals.captured = euros(0);
    let refused = give_back(&uncounted, &payment, 1, Refunding::Rest);
    assert!(
        matches!(refused, Err(RefundError::Unpaid { .. })),
        "{refused:?}"
    );
    let mut untaken = payment;
    untaken.captured = euros(0);
    let refused = give_back(&order, &untaken, 1, Refunding::Rest);
    assert!(
        matches!(refused, Err(RefundError::Unpaid { .. })),
        "{refused:?}"
    );
}

#[test]
fn a_payment_that_was_taken_in_part_stays_so_when_a_refund_fails() {
    let order = order(vec![item("tee", 2, 1_000)]);
    let payment = PaymentId::from_u128(1);
    let part = order.paid_in_part(payment, euros(500), now());
    let part = part.unwrap().moved().unwrap();
    let news = |status| PaymentNews {
        payment,
        status: PaymentState::PartiallyCaptured,
        amount: euros(2_000),
        captured: euros(500),
        refunded: euros(0),
        refunds: vec![RefundReport {
            id: RefundId::from_u128(1),
            amount: euros(100),
            status,
        }],
        decline: None,
        by_server: false,
        dispute: None,
    };
    let heard = |order: &Order, status| {
        let heard = order.heard(&news(status), now());
        heard.unwrap().moved().unwrap()
    };
    let pending = heard(&part, RefundStatus::Pending);
    let failed = heard(&pending, RefundStatus::Failed);
    assert_eq!(failed.payment_status, PaymentStatus::PartiallyCaptured);
}

#[test]
fn an_order_knows_of_a_hundred_refunds_and_no_more() {
    let (order, _) = bought();
    let report = |number| RefundReport {
        id: RefundId::from_u128(number),
        amount: euros(1),
        status: RefundStatus::Succeeded,
    };
    let news = PaymentNews {
        payment: PaymentId::from_u128(1),
        status: PaymentState::Captured,
        amount: order.totals.total,
        captured: order.totals.total,
        refunded: euros(101),
        refunds: (1..=101).map(report).collect(),
        decline: None,
        by_server: false,
        dispute: None,
    };
    let heard = order.heard(&news, now()).unwrap().moved().unwrap();
    assert_eq!(heard.refunds.len(), 100);
}

#[test]
fn an_order_as_it_was_placed_knows_nothing_of_what_came_after() {
    let placed = order(vec![item("tee", 3, 1_999), item("cap", 1, 1_000)]);
    let (paid, payment) = bought();
    let refunded = give_back(&paid, &payment, 1, lines(vec![units(&paid, 0, 1)])).unwrap();
    let amount = refunded.order.refunds[0].amount;
    let told = settled(&refunded.order, 1, amount, RefundStatus::Succeeded);
    let mut after = told.moved().unwrap();
    assert_eq!(after.lines[0].refunded, 1);
    after.lines[0].returned = 1;
    after.notes = 3;
    assert_eq!(after.as_placed(), placed);
}
