//! Random shops, from the first price to the last refund: whatever people, the provider and chance do,
//! and in whichever order it is heard of, no money and no unit is made or lost.

use std::collections::BTreeMap;

use domain::order::{
    Actor, Draft, HOLD, MovedReturn, Order, OrderStatus, PaymentNews, PaymentStatus, RefundRequest,
    Refunded, Refunding, Units,
};
use domain::payment::{
    CaptureMethod, Decline, Initiator, Operation, Payment, Refund, RefundReport, RefundStatus,
    Report, Standing, Start,
};
use domain::stock::{GoodsReceipt, Hold, HoldState, Level, Settled};
use domain::text::{PaymentMethod, ProviderRef, Reason};
use domain::{EventId, Money, OrderId, PaymentId, Quantity, RefundId, Sku, Transition};
use proptest::prelude::{Just, Strategy, any, prop, prop_oneof, proptest};
use proptest::sample::Index;

use crate::given::{Seeded, draft, item, now};
use crate::goods_events::{self, Several, check, some, units};
use crate::pricing::properties::any_purchase;

/// Units of each SKU that the shop begins with.
const STOCKED: i64 = 20_000;

/// What happens in a shop.
#[derive(Debug, Clone)]
enum Op {
    /// The customer pays, and the provider sets the money aside, takes it, or declines.
    Pay(CaptureMethod, bool),
    /// Staff take so many hundredths of what is set aside, or all of it.
    Capture(Option<i64>),
    /// Staff let go of what is set aside.
    Void,
    /// Staff give money back for an order.
    Refund(Want),
    /// Staff give so many hundredths of what is left of a payment back, past its order.
    RefundPayment(i64),
    /// The provider carries a refund out, or does not.
    Settle(Index, bool),
    /// The order hears of its payment, of something that may be long past.
    Hear(Index),
    /// Somebody asks something of the goods.
    Goods(goods_events::Op),
    /// The hold runs out.
    Expire,
    /// Inventory hears how the order stands.
    Stock,
    /// Inventory hears of goods that came back.
    Book(Index),
}

#[derive(Debug, Clone)]
enum Want {
    Rest,
    Hundredths(i64),
    /// Some of what no refund of one line is for yet.
    Units(Index, Index),
    Lines(Several),
}

fn op() -> impl Strategy<Value = Op> {
    let method = prop_oneof![Just(CaptureMethod::Automatic), Just(CaptureMethod::Manual)];
    let want = prop_oneof![
        1 => Just(Want::Rest),
        3 => (1_i64..=130).prop_map(Want::Hundredths),
        8 => (any::<Index>(), any::<Index>()).prop_map(|(line, part)| Want::Units(line, part)),
        2 => some().prop_map(Want::Lines),
    ];
    prop_oneof![
        3 => (method, prop::bool::weighted(0.85)).prop_map(|(method, fine)| Op::Pay(method, fine)),
        3 => prop::option::of(1_i64..=110).prop_map(Op::Capture),
        1 => Just(Op::Void),
        6 => want.prop_map(Op::Refund),
        1 => (1_i64..=110).prop_map(Op::RefundPayment),
        4 => (any::<Index>(), prop::bool::weighted(0.8)).prop_map(|(which, fine)| Op::Settle(which, fine)),
        6 => any::<Index>().prop_map(Op::Hear),
        14 => goods_events::op().prop_map(Op::Goods),
        1 => Just(Op::Expire),
        3 => Just(Op::Stock),
        3 => any::<Index>().prop_map(Op::Book),
    ]
}

/// One order in a shop, and all books about it.
struct Shop {
    order: Order,
    payments: Vec<Payment>,
    /// All that the order could hear of its payments; anything may come late, or twice.
    news: Vec<PaymentNews>,
    hold: Hold,
    receipts: Vec<GoodsReceipt>,
    levels: BTreeMap<Sku, Level>,
    ledger: BTreeMap<Sku, i64>,
    step: u128,
}

impl Shop {
    fn open(order: Order) -> Self {
        let mut levels = BTreeMap::new();
        let mut ledger = BTreeMap::new();
        for (sku, units) in order.demand() {
            let stocked = Level::empty(sku.clone()).adjust(STOCKED).unwrap();
            levels.insert(sku.clone(), stocked.hold(units).unwrap());
            ledger.insert(sku, STOCKED);
        }
        Self {
            hold: Hold::new(order.id, order.demand(), order.expires_at),
            order,
            payments: Vec::new(),
            news: Vec::new(),
            receipts: Vec::new(),
            levels,
            ledger,
            step: 0,
        }
    }

    fn does(&mut self, op: &Op) {
        self.step += 1;
        match op {
            Op::Pay(method, fine) => self.pay(*method, *fine),
            Op::Capture(hundredths) => self.capture(*hundredths),
            Op::Void => self.void(),
            Op::Refund(want) => self.refund(want),
            Op::RefundPayment(hundredths) => self.refund_payment(Some(*hundredths)),
            Op::Settle(which, fine) => self.settle(|of| which.index(of), *fine),
            Op::Hear(which) if !self.news.is_empty() => self.hear(which.index(self.news.len())),
            Op::Hear(_) => {}
            Op::Goods(op) => {
                if let Ok(Some(moved)) = goods_events::step(&self.order, op, self.step) {
                    let MovedReturn { order, receipt } = moved;
                    let receipt = receipt.map(|it| GoodsReceipt::of(&order, &it, now()));
                    self.receipts.extend(receipt);
                    self.order = order;
                }
            }
            Op::Expire => {
                let late = now().plus(HOLD);
                if let Transition::Moved(expired) = self.order.expire(late).unwrap() {
                    self.order = expired;
                }
            }
            Op::Stock => self.stock(),
            Op::Book(which) if !self.receipts.is_empty() => {
                self.book(which.index(self.receipts.len()));
            }
            Op::Book(_) => {}
        }
    }

    /// The payment after it changed, and the news of it.
    fn told(&mut self, payment: Payment) {
        self.news.push(PaymentNews {
            payment: payment.id,
            status: payment.status,
            amount: payment.amount,
            captured: payment.captured,
            refunded: payment.refunded,
            refunds: payment.refunds.iter().map(RefundReport::from).collect(),
            decline: payment.failure,
            by_server: payment.initiator == Initiator::Server,
            dispute: None,
        });
        *self.payments.last_mut().unwrap() = payment;
    }

    fn reported(&mut self, standing: Standing) {
        if let Some(payment) = self.payments.last()
            && let Transition::Moved(moved) = payment.apply(&standing.into(), now()).unwrap()
        {
            self.told(moved);
        }
    }

    fn pay(&mut self, method: CaptureMethod, fine: bool) {
        let taken = self.payments.last().is_some_and(Payment::is_live);
        if taken || self.order.status != OrderStatus::PendingPayment {
            return;
        }
        let start = Start {
            id: PaymentId::from_u128(self.step),
            order: self.order.id,
            amount: self.order.totals.total,
            method: PaymentMethod::parse("pm_test_ok").unwrap(),
            capture_method: method,
            initiator: Initiator::Client,
            attempt: u32::try_from(self.payments.len()).unwrap() + 1,
            owner: EventId::from_u128(self.step),
        };
        let started = Payment::start(start, now()).unwrap();
        let named = started.announced(ProviderRef::parse("pi_1").unwrap(), now());
        self.payments.push(named);
        let total = self.order.totals.total;
        self.reported(match (fine, method) {
            (false, _) => Standing::Declined(Decline::CardDeclined),
            (true, CaptureMethod::Automatic) => Standing::Captured(total),
            (true, CaptureMethod::Manual) => Standing::Authorized {
                captured: Money::zero(total.currency()),
            },
        });
    }

    fn capture(&mut self, hundredths: Option<i64>) {
        let Some(payment) = self.payments.last() else {
            return;
        };
        let amount = hundredths.map(|part| of(payment.capturable(), part));
        let Ok(begun) = payment.begin_capture(amount, now()) else {
            return;
        };
        let Some(Operation::Capture { reaches, .. }) = begun.under_way.map(|it| it.operation)
        else {
            return;
        };
        *self.payments.last_mut().unwrap() = begun;
        self.reported(Standing::Authorized { captured: reaches });
    }

    fn void(&mut self) {
        let begun = self
            .payments
            .last()
            .map(|payment| payment.begin_void(now()));
        if let Some(Ok(Transition::Moved(begun))) = begun {
            *self.payments.last_mut().unwrap() = begun;
            self.reported(Standing::Voided);
        }
    }

    fn refund(&mut self, want: &Want) {
        let Some(payment) = self.payments.last() else {
            return;
        };
        let what = match want {
            Want::Rest => Refunding::Rest,
            Want::Hundredths(part) => Refunding::Amount(of(payment.refundable(), *part)),
            Want::Units(line, part) => Refunding::Lines(self.unrefunded(*line, *part)),
            Want::Lines(some) => Refunding::Lines(units(&self.order, some)),
        };
        let request = RefundRequest {
            id: RefundId::from_u128(self.step),
            what,
            reason: Reason::parse("because").unwrap(),
        };
        let refunded = self.order.give_back(payment, request, Actor::System, now());
        if let Ok(Refunded { order, payment }) = refunded {
            self.order = order;
            *self.payments.last_mut().unwrap() = payment;
        }
    }

    /// Some units of a line that no refund is for, if there are any; otherwise one too many.
    fn unrefunded(&self, line: Index, part: Index) -> Vec<Units> {
        let line = line.get(&self.order.lines);
        let refunds = self.order.refunds.iter();
        let open = refunds.filter(|refund| refund.status != RefundStatus::Failed);
        let units = open.flat_map(|refund| &refund.lines);
        let units = units.filter(|units| units.line == line.id);
        let claimed: u32 = units.map(|units| units.quantity.get()).sum();
        let left = usize::try_from(line.quantity.get() - claimed).unwrap();
        let units = u32::try_from(part.index(left.max(1))).unwrap() + 1;
        vec![Units {
            line: line.id,
            quantity: Quantity::try_from(units).unwrap(),
        }]
    }

    fn refund_payment(&mut self, hundredths: Option<i64>) {
        let Some(payment) = self.payments.last() else {
            return;
        };
        let id = RefundId::from_u128(self.step);
        let amount = hundredths.map(|part| of(payment.refundable(), part));
        if let Ok(reserved) = payment.reserve_refund(id, amount, None, now()) {
            *self.payments.last_mut().unwrap() = reserved;
        }
    }

    fn settle(&mut self, which: impl FnOnce(usize) -> usize, fine: bool) {
        let Some(payment) = self.payments.last() else {
            return;
        };
        // What was made may still come back to the shop.
        let open = |refund: &&Refund| match refund.status {
            RefundStatus::Pending => true,
            RefundStatus::Succeeded => !fine,
            RefundStatus::Failed => false,
        };
        let open: Vec<&Refund> = payment.refunds.iter().filter(open).collect();
        if open.is_empty() {
            return;
        }
        let refund = open[which(open.len())];
        let report = Report {
            refunds: vec![RefundReport {
                id: refund.id,
                amount: refund.amount,
                status: match fine {
                    true => RefundStatus::Succeeded,
                    false => RefundStatus::Failed,
                },
            }],
            ..Standing::Processing.into()
        };
        if let Transition::Moved(moved) = payment.apply(&report, now()).unwrap() {
            self.told(moved);
        }
    }

    fn hear(&mut self, which: usize) {
        let heard = self.order.heard(&self.news[which], now()).unwrap();
        if let Transition::Moved(next) = heard {
            assert_eq!(next.version, self.order.version + 1);
            self.order = next;
        }
    }

    /// As the consumer does: how the order stands is told once, and settles the hold.
    fn stock(&mut self) {
        let was = self.hold.state;
        let settled = match self.order.status {
            OrderStatus::PendingPayment => return,
            OrderStatus::Confirmed | OrderStatus::Completed => self.hold.commit().unwrap(),
            OrderStatus::Cancelled | OrderStatus::Expired => self.hold.call_off(),
        };
        let Settled::Now(hold) = settled else { return };
        for (sku, units) in &hold.lines {
            let level = &self.levels[sku];
            let (level, delta) = match (was, hold.state) {
                (HoldState::Held, HoldState::Committed) => {
                    (level.commit(*units), -i64::from(*units))
                }
                (HoldState::Committed, _) => (level.restock(*units), i64::from(*units)),
                _ => (level.release(*units), 0),
            };
            self.levels.insert(sku.clone(), level.unwrap());
            *self.ledger.get_mut(sku).unwrap() += delta;
        }
        self.hold = hold;
    }

    fn book(&mut self, which: usize) {
        let Some(booked) = self.receipts[which].book() else {
            return;
        };
        for line in &booked.lines {
            let level = self.levels[&line.sku].restock(line.restocked).unwrap();
            self.levels.insert(line.sku.clone(), level);
            let deltas = line.movements().into_iter().map(|(_, delta)| delta);
            *self.ledger.get_mut(&line.sku).unwrap() += deltas.sum::<i64>();
        }
        self.receipts[which] = booked;
    }

    /// Whatever is under way comes to its end, and everything is heard of.
    fn calms_down(&mut self) {
        self.hear_all();
        let over = matches!(
            self.order.status,
            OrderStatus::Cancelled | OrderStatus::Expired
        );
        if over {
            self.void();
            self.step += 1;
            self.refund_payment(None);
        }
        while self
            .payments
            .last()
            .is_some_and(|it| it.pending_refunds().next().is_some())
        {
            self.settle(|_| 0, true);
        }
        self.hear_all();
        self.stock();
        (0..self.receipts.len()).for_each(|which| self.book(which));
    }

    fn hear_all(&mut self) {
        (0..self.news.len()).for_each(|which| self.hear(which));
    }

    /// What holds at every moment.
    fn holds(&self) {
        check(&self.order);
        let Order { lines, totals, .. } = &self.order;
        let sum = |amounts: Vec<Money>| Money::sum(self.order.currency, amounts).unwrap();
        assert!(totals.refunded.amount() <= totals.captured.amount());
        assert!(totals.captured.amount() <= totals.total.amount());
        for payment in &self.payments {
            assert_eq!(payment.amount, totals.total);
            assert!(payment.captured.amount() <= payment.amount.amount());
            let refunds = payment.refunds.iter();
            let asked = refunds.filter(|refund| refund.status != RefundStatus::Failed);
            let asked = sum(asked.map(|refund| refund.amount).collect());
            assert!(payment.refunded.amount() <= asked.amount());
            assert!(asked.amount() <= payment.captured.amount());
        }
        for line in lines {
            let claims = |counts: fn(RefundStatus) -> bool| {
                let refunds = self.order.refunds.iter();
                let refunds = refunds.filter(move |refund| counts(refund.status));
                let units = refunds.flat_map(|refund| &refund.lines);
                units.filter(|units| units.line == line.id)
            };
            let open = || claims(|status| status != RefundStatus::Failed);
            let count: u32 = open().map(|units| units.quantity.get()).sum();
            let amount = sum(open().map(|units| units.amount).collect());
            assert!(count <= line.quantity.get());
            assert!(amount.amount() <= line.total.amount());
            if count == line.quantity.get() {
                assert_eq!(amount, line.total, "all units come to the line");
            }
            let made = claims(|status| status == RefundStatus::Succeeded);
            let made: u32 = made.map(|units| units.quantity.get()).sum();
            assert_eq!(line.refunded, made);
        }
        for (sku, level) in &self.levels {
            assert_eq!(level.on_hand, self.ledger[sku], "the ledger is the level");
            assert!(level.available() >= 0);
        }
    }

    /// What holds when all is said and done.
    fn adds_up(&self) {
        let Order {
            status,
            payment_status,
            totals,
            lines,
            ..
        } = &self.order;
        let nothing = Money::zero(self.order.currency);
        let kept = self
            .payments
            .iter()
            .find(|it| Some(it.id) == self.order.payment);
        let (captured, refunded) = kept.map_or((nothing, nothing), |it| (it.captured, it.refunded));
        let over = matches!(status, OrderStatus::Cancelled | OrderStatus::Expired);
        if over && totals.captured.is_zero() {
            // Whatever came too late went back without the order.
            assert_eq!(captured, refunded);
        } else {
            assert_eq!((totals.captured, totals.refunded), (captured, refunded));
        }
        if over {
            assert_eq!(
                totals.captured, totals.refunded,
                "nothing is kept for nothing"
            );
        }
        let charged: Vec<Money> = self.payments.iter().map(|it| it.captured).collect();
        let charged = Money::sum(self.order.currency, charged).unwrap();
        assert!(
            charged.amount() <= totals.total.amount(),
            "nobody pays twice"
        );
        if *payment_status == PaymentStatus::Captured {
            assert_eq!(charged, totals.total);
        }
        for line in lines {
            let kept = self.order.returns.iter().flat_map(|one| &one.lines);
            let back: u32 = kept
                .filter(|part| part.line == line.id)
                .map(|part| part.restocked)
                .sum();
            let sold = match status {
                OrderStatus::Confirmed | OrderStatus::Completed => line.quantity.get(),
                _ => 0,
            };
            let level = &self.levels[&line.sku];
            assert_eq!(level.on_hand, STOCKED - i64::from(sold) + i64::from(back));
            let held = match status {
                OrderStatus::PendingPayment => line.quantity.get(),
                _ => 0,
            };
            assert_eq!(level.reserved, held);
        }
    }
}

/// So many hundredths of an amount, rounded down.
fn of(whole: Money, hundredths: i64) -> Money {
    let part = i128::from(whole.amount()) * i128::from(hundredths) / 100;
    Money::new(i64::try_from(part).unwrap(), whole.currency()).unwrap_or(whole)
}

proptest! {
    #[test]
    fn no_money_and_no_unit_is_made_or_lost(
        (wanted, tariff) in any_purchase(),
        ops in prop::collection::vec(op(), 1..60),
        pays_first in prop::bool::weighted(0.7),
    ) {
        let Ok(quote) = wanted.priced(&tariff) else { return Ok(()) };
        let draft = Draft {
            id: OrderId::from_u128(1),
            quote,
            ..draft(vec![item("tee", 1, 100)])
        };
        let mut shop = Shop::open(Order::place(draft, now(), &Seeded::new(1)));
        shop.holds();
        // Most of what there is to see comes after an order was paid for.
        if pays_first {
            shop.does(&Op::Pay(CaptureMethod::Automatic, true));
            shop.hear_all();
            shop.holds();
        }
        for op in &ops {
            shop.does(op);
            shop.holds();
        }
        shop.calms_down();
        shop.holds();
        shop.adds_up();
    }
}
