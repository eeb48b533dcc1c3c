//! Stock is conserved: nobody holds what is not there, and no hold is settled twice.

use std::collections::BTreeSet;
use std::time::Duration;

use domain::order::{Receipt, ReceivedLine};
use domain::stock::shard::{MAX_SHARDS, Pick, Picture, Shard, portions};
use domain::stock::{
    GoodsReceipt, Hold, HoldState, LOW, Level, MAX_UNITS, Movement, MovementKind, ReceiptState,
    Settled, Shortage, StockError,
};
use domain::text::Reason;
use domain::{MovementId, OrderId, ReturnId};
use proptest::prelude::{
    Just, Strategy, any, prop, prop_assert, prop_assert_eq, prop_oneof, proptest,
};

use crate::given::{item, now, order, sku};

fn level(on_hand: i64) -> Level {
    Level::empty(sku("tee")).adjust(on_hand).unwrap()
}

/// An order of two kinds of goods, of whose second one some came back.
fn came_back(restocked: u32, written_off: u32) -> GoodsReceipt {
    let order = order(vec![item("cap", 1, 100), item("tee", 5, 100)]);
    let receipt = Receipt {
        of: ReturnId::from_u128(1),
        number: 1,
        lines: vec![ReceivedLine {
            line: order.lines[1].id,
            restocked,
            written_off,
        }],
    };
    GoodsReceipt::of(&order, &receipt, now())
}

#[test]
fn what_came_back_goes_into_the_ledger_once() {
    let receipt = came_back(3, 2);
    assert_eq!(receipt.lines.len(), 1);
    assert_eq!(receipt.lines[0].sku, sku("tee"));
    let two_minutes = Duration::from_secs(120);
    assert_eq!(receipt.due_at, now().plus(two_minutes));
    let booked = receipt.book().unwrap();
    assert_eq!(booked.state, ReceiptState::Booked);
    assert_eq!(booked.book(), None);
}

#[test]
fn the_ledger_says_what_came_and_what_of_it_is_lost() {
    let of = |fit, lost| came_back(fit, lost).lines[0].movements();
    assert_eq!(of(3, 0), [(MovementKind::Return, 3)]);
    let both = [(MovementKind::Return, 5), (MovementKind::WriteOff, -2)];
    assert_eq!(of(3, 2), both);
}

#[test]
fn what_is_held_cannot_be_adjusted_away() {
    let held = level(5).hold(3).unwrap();
    assert_eq!(held.adjust(-2).unwrap().available(), 0);
    assert_eq!(
        held.adjust(-3),
        Err(StockError::BelowZero {
            sku: sku("tee"),
            available: 2,
            delta: -3
        })
    );
}

#[test]
fn the_last_unit_is_held_once() {
    let held = level(1).hold(1).unwrap();
    assert_eq!(
        held.hold(1),
        Err(StockError::Short(Shortage {
            sku: sku("tee"),
            requested: 1,
            available: 0
        }))
    );
    assert_eq!(held.release(1).unwrap().hold(1).unwrap().taken, 2);
}

#[test]
fn only_what_is_held_can_be_settled() {
    let held = level(5).hold(2).unwrap();
    let error = StockError::NotReserved {
        sku: sku("tee"),
        requested: 3,
        reserved: 2,
    };
    assert_eq!(held.commit(3), Err(error.clone()));
    assert_eq!(held.release(3), Err(error));
}

#[test]
fn with_backorder_units_are_owed() {
    let empty = Level {
        backorder: true,
        ..Level::empty(sku("tee"))
    };
    let owed = empty.hold(5).unwrap();
    assert_eq!(owed.available(), -5);
    let sold = owed.commit(5).unwrap();
    assert_eq!((sold.on_hand, sold.reserved), (-5, 0));
    assert_eq!(sold.adjust(8).unwrap().available(), 3);
}

#[test]
fn counting_has_an_end() {
    let too_many = Err(StockError::TooMany { sku: sku("tee") });
    assert_eq!(level(MAX_UNITS).adjust(1), too_many);
    assert_eq!(level(1).adjust(i64::MAX), too_many);
    let endless = Level {
        backorder: true,
        ..level(0)
    };
    assert_eq!(endless.hold(u32::MAX), too_many);
    assert_eq!(endless.adjust(i64::MIN), too_many);
}

#[derive(Debug, Clone)]
enum Op {
    Adjust(i64),
    Hold(u32),
    Commit(prop::sample::Index),
    Release(prop::sample::Index),
}

fn ops() -> impl Strategy<Value = Vec<Op>> {
    let op = prop_oneof![
        2 => prop_oneof![-40_i64..60, Just(i64::MIN), Just(i64::MAX)].prop_map(Op::Adjust),
        3 => (0_u32..30).prop_map(Op::Hold),
        2 => any::<prop::sample::Index>().prop_map(Op::Commit),
        2 => any::<prop::sample::Index>().prop_map(Op::Release),
    ];
    prop::collection::vec(op, 1..60)
}

/// One SKU with its ledger and its holds, moved together as the tables move them.
struct Book {
    level: Level,
    ledger: Vec<Movement>,
    holds: Vec<Hold>,
}

impl Book {
    fn record(&mut self, kind: MovementKind, delta: i64, order: Option<OrderId>) {
        self.ledger.push(Movement {
            id: MovementId::from_u128(1),
            sku: self.level.sku.clone(),
            kind,
            delta,
            reason: Reason::parse("because").unwrap(),
            order,
            actor: None,
            at: now(),
        });
    }

    fn step(&mut self, op: &Op) {
        match op {
            Op::Adjust(delta) => {
                if let Ok(level) = self.level.adjust(*delta) {
                    self.level = level;
                    self.record(MovementKind::Adjustment, *delta, None);
                }
            }
            Op::Hold(units) => {
                if let Ok(level) = self.level.hold(*units) {
                    self.level = level;
                    let order = OrderId::from_u128(u128::try_from(self.holds.len()).unwrap());
                    let lines = vec![(self.level.sku.clone(), *units)];
                    let due_at = now().plus(Duration::from_secs(900));
                    self.holds.push(Hold::new(order, lines, due_at));
                }
            }
            Op::Commit(pick) => self.settle(*pick, HoldState::Committed),
            Op::Release(pick) => self.settle(*pick, HoldState::Released),
        }
    }

    fn settle(&mut self, pick: prop::sample::Index, state: HoldState) {
        if self.holds.is_empty() {
            return;
        }
        let index = pick.index(self.holds.len());
        let hold = &self.holds[index];
        let was = hold.state;
        let outcome = match state {
            HoldState::Committed => hold.commit(),
            _ => Ok(hold.call_off()),
        };
        let order = hold.order;
        match outcome {
            Ok(Settled::Now(settled)) => {
                assert_eq!(settled.state, state);
                let units = settled.lines[0].1;
                match (was, state) {
                    // What is held can always be settled: neither call may fail.
                    (HoldState::Held, HoldState::Committed) => {
                        self.level = self.level.commit(units).unwrap();
                        self.record(MovementKind::Sale, -i64::from(units), Some(order));
                    }
                    (HoldState::Held, HoldState::Released) => {
                        self.level = self.level.release(units).unwrap();
                    }
                    (HoldState::Committed, HoldState::Released) => {
                        let Ok(level) = self.level.restock(units) else {
                            return;
                        };
                        self.level = level;
                        self.record(MovementKind::Cancellation, i64::from(units), Some(order));
                    }
                    _ => panic!("{was} must not become {state}"),
                }
                self.holds[index] = settled;
            }
            Ok(Settled::Already) => assert_eq!(was, state),
            Err(error) => {
                assert_eq!(error, StockError::AlreadySettled { order, state: was });
                assert!(was != HoldState::Held && was != state);
            }
        }
    }
}

#[test]
fn taking_orders_for_more_than_there_is_changes_nothing_else() {
    let before = level(2).hold(1).unwrap();
    let open = before.with_backorder(true);
    assert_eq!(
        open,
        Level {
            backorder: true,
            version: before.version + 1,
            ..before
        }
    );
    // What is owed is no reason to refuse what takes nothing away.
    let owing = open.hold(4).unwrap().with_backorder(false);
    assert!(owing.adjust(0).is_ok());
    assert!(owing.adjust(-1).is_err());
}

#[test]
fn little_is_as_much_as_somebody_should_be_told_of() {
    assert!(level(LOW).is_low());
    assert!(level(LOW + 1).hold(1).unwrap().is_low());
    assert!(!level(LOW + 1).is_low());
}

proptest! {
    #[test]
    fn stock_is_conserved(ops in ops(), backorder in any::<bool>()) {
        let level = Level { backorder, ..Level::empty(sku("tee")) };
        let mut book = Book { level, ledger: Vec::new(), holds: Vec::new() };
        let mut taken = 0;
        for op in &ops {
            let before = book.level.clone();
            book.step(op);
            let level = &book.level;
            prop_assert_eq!(level.available(), level.on_hand - i64::from(level.reserved));
            if !backorder {
                prop_assert!(level.available() >= 0, "{:?} after {:?}", level, op);
            }
            let moved: i64 = book.ledger.iter().map(|movement| movement.delta).sum();
            prop_assert_eq!(moved, level.on_hand);
            let held: u32 = book.holds.iter()
                .filter(|hold| hold.state == HoldState::Held)
                .map(|hold| hold.lines[0].1)
                .sum();
            prop_assert_eq!(held, level.reserved);
            prop_assert!(level.taken >= taken);
            taken = level.taken;
            prop_assert_eq!(*level == before, level.version == before.version);
        }
        let ever: u64 = book.holds.iter().map(|hold| u64::from(hold.lines[0].1)).sum();
        prop_assert_eq!(book.level.taken, ever);
    }
}

/// What can be had in each place, the main level first, and where nobody has looked.
fn places() -> impl Strategy<Value = Vec<Option<u32>>> {
    prop::collection::vec(prop::option::weighted(0.9, 0..20_u32), 1..40)
}

fn picture_of(places: &[Option<u32>]) -> Picture {
    let shards = u16::try_from(places.len() - 1).unwrap();
    let mut picture = Picture::blank(shards);
    for (number, left) in (0..).zip(places) {
        if let Some(left) = left {
            picture.see(Shard::new(number).unwrap(), *left);
        }
    }
    picture
}

proptest! {
    #[test]
    fn units_are_sought_where_they_can_be_and_refused_only_where_they_are_not(
        places in places(),
        units in 1..400_u32,
        most in 1..40_usize,
        chance in any::<u64>(),
    ) {
        let seen: Option<Vec<u32>> = places.iter().copied().collect();
        match picture_of(&places).pick(units, most, chance) {
            Pick::From(parts) => {
                prop_assert!(parts.len() <= most);
                prop_assert_eq!(parts.iter().map(|(_, units)| units).sum::<u32>(), units);
                for (index, (shard, units)) in parts.iter().enumerate() {
                    let left = places[usize::from(shard.number())];
                    prop_assert!(*units > 0 && left.is_none_or(|left| left >= *units));
                    prop_assert!(parts[..index].iter().all(|(other, _)| other != shard));
                }
            }
            Pick::Look => prop_assert!(seen.is_none()),
            Pick::Gather => {
                let mut left = seen.unwrap();
                prop_assert!(left.iter().sum::<u32>() >= units);
                left.sort_unstable_by(|a, b| b.cmp(a));
                prop_assert!(left.iter().take(most).sum::<u32>() < units);
            }
            Pick::Short(total) => {
                prop_assert_eq!(Some(total), seen.map(|left| left.iter().sum()));
                prop_assert!(total < units);
            }
        }
    }

    #[test]
    fn portions_are_even_and_lose_nothing(units in any::<u32>(), shards in 1..=MAX_SHARDS) {
        let parts = portions(units, shards);
        prop_assert_eq!(parts.len(), usize::from(shards));
        prop_assert_eq!(parts.iter().map(|part| u64::from(*part)).sum::<u64>(), u64::from(units));
        let (least, most) = (parts.iter().min().unwrap(), parts.iter().max().unwrap());
        prop_assert!(most - least <= 1);
    }
}

#[test]
fn buyers_are_sent_to_different_shards() {
    let picture = picture_of(&[Some(0), Some(3), Some(3), Some(3)]);
    let places: BTreeSet<u16> = (0..3)
        .map(|chance| match picture.pick(1, 5, chance) {
            Pick::From(parts) => parts[0].0.number(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(places, BTreeSet::from([1, 2, 3]));
}
