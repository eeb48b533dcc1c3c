//! What an order, an idle month and a month of a shop come to.

use std::fs;

use edge::Source;
use registry::policy::{self, Target};
use store::grant::Resource;

use super::IDLE_DAY;
use super::book::{Book, Operation};
use super::prices::{self, DAYS, HOURS};

/// The shops that are reckoned, by their orders a month.
pub(super) const SHOPS: [f64; 3] = [300.0, 10_000.0, 300_000.0];
/// How many carts of those that are filled are left behind in these shops.
const LEFT_BEHIND: f64 = 0.7;
/// How long orders are kept before the storage of these shops is looked at, in months.
const KEPT_MONTHS: f64 = 12.0;
/// From how many orders a month on small servers do not do.
const LARGE: f64 = 100_000.0;

/// What the visitors look at for each order, by request: 50 visits of four pages, of which 110 are of
/// products, with their stock, 70 are lists and 20 are searches.
const VIEWS: [(f64, &str); 4] = [
    (110.0, "get a product by its slug"),
    (110.0, "get a stock level"),
    (70.0, "list 20 products"),
    (20.0, "search products"),
];
/// What a cart sees.
const CART: [(f64, &str); 4] = [
    (1.0, "create a cart"),
    (1.0, "put an item into an empty cart"),
    (2.0, "put a third item into a cart"),
    (2.0, "get a cart of 3 items"),
];
/// What an order takes until it is paid, and its customer to look after it.
const ORDER: [(f64, &str); 6] = [
    (1.0, "sign in"),
    (2.0, "refresh a session"),
    (1.0, "preview the price of 3 lines"),
    (1.0, WHOLE_ORDER_BY_STRIPE),
    (2.0, "a report of Stripe's that says nothing new"),
    (3.0, "get an order of 3 lines"),
];
const WHOLE_ORDER_BY_STRIPE: &str = "a whole order of 3 lines, charged by Stripe";
/// What an order takes until it has arrived.
const SENT: [(f64, &str); 2] = [
    (1.0, "send all goods of an order"),
    (1.0, "the goods arrive"),
];
/// What comes back, of each hundred orders.
const CAME_BACK: [(f64, &str); 4] = [
    (0.03, "ask to return a unit"),
    (0.03, "approve the return"),
    (0.03, "receive what was returned"),
    (0.03, "refund a unit of an order"),
];

/// What the request limits add to a request that is not an anonymous read, in write units: one for every
/// ten requests that a caller sends to an instance.
const COUNTING_UNITS: f64 = 0.1;

/// How many pollers Lambda keeps at a queue, as a minimum.
const POLLERS: f64 = 5.0;
/// How long one of them waits for a message, in seconds.
const POLL_S: f64 = 20.0;
/// How long DynamoDB remembers the key of a table for a caller at the least, in minutes.
const KEY_KNOWN_MINUTES: f64 = 5.0;

/// A line of a bill.
pub(super) struct Line {
    pub(super) what: String,
    pub(super) count: f64,
    pub(super) dollars: f64,
}

impl Line {
    fn of(what: &str, count: f64, dollars: f64) -> Self {
        Self {
            what: what.to_owned(),
            count,
            dollars,
        }
    }
}

/// What the lines come to.
pub(super) fn sum(lines: &[Line]) -> f64 {
    lines.iter().map(|line| line.dollars).sum()
}

fn operation<'a>(book: &'a Book, name: &str) -> &'a Operation {
    let found = book.operations.iter().find(|done| done.name == name);
    found.unwrap_or_else(|| panic!("nothing was measured under the name of {name}"))
}

/// What some operations cost, each so often.
fn price(book: &Book, deeds: &[(f64, &str)]) -> f64 {
    let prices = deeds.iter();
    prices
        .map(|(times, name)| times * prices::dollars(operation(book, name)))
        .sum()
}

/// The same, with what it takes to count the requests.
fn counted(book: &Book, deeds: &[(f64, &str)]) -> f64 {
    let requests = deeds.iter().map(|(times, _)| times).sum::<f64>();
    price(book, deeds) + requests * COUNTING_UNITS * prices::WRITE_UNIT.each()
}

/// What an order costs with all that leads to it, where this share of all filled carts is left behind.
pub(super) fn order(book: &Book, left_behind: f64) -> Vec<Line> {
    let carts = 1.0 / (1.0 - left_behind);
    vec![
        Line::of(
            "200 pages that somebody looked at",
            200.0,
            price(book, &VIEWS),
        ),
        Line::of("carts", carts, carts * counted(book, &CART)),
        Line::of(
            "the order, paid and looked after",
            1.0,
            counted(book, &ORDER),
        ),
        Line::of("the goods on their way", 1.0, counted(book, &SENT)),
        Line::of(
            "3 returns of a hundred orders",
            0.03,
            counted(book, &CAME_BACK),
        ),
    ]
}

/// What a month costs in which nobody comes.
pub(super) fn idle(book: &Book) -> Vec<Line> {
    let alarms = resources("AWS::CloudWatch::Alarm");
    let secrets = resources("AWS::SecretsManager::Secret");
    let seconds = HOURS * 3_600.0;
    let queues = consumers(|source| matches!(source, Source::Queue { .. }));
    let polls = queues * POLLERS * seconds / POLL_S;
    let day = operation(book, IDLE_DAY);
    let starts = prices::number(day.total().invocations) * DAYS;
    let keys = keys_of_sweepers() * HOURS * 60.0 / KEY_KNOWN_MINUTES;
    vec![
        Line::of("alarms", alarms, alarms * prices::ALARM.each()),
        Line::of("secrets", secrets, secrets * prices::SECRET.each()),
        Line::of(
            "Lambda looks whether a queue has something",
            polls,
            polls * prices::QUEUE_REQUEST.each(),
        ),
        Line::of(
            "sweepers run, read their indexes and log it",
            starts,
            DAYS * prices::dollars(day),
        ),
        Line::of(
            "the scheduler starts them",
            starts,
            (starts - prices::FREE_STARTS).max(0.0) * prices::SCHEDULE.each(),
        ),
        Line::of(
            "the key of a table is asked for, at most",
            keys,
            keys * prices::KEY_REQUEST.each(),
        ),
    ]
}

/// How many requests an order takes with all that leads to it.
fn requests(left_behind: f64) -> f64 {
    let of = |deeds: &[(f64, &str)]| deeds.iter().map(|(times, _)| times).sum::<f64>();
    of(&VIEWS) + of(&CART) / (1.0 - left_behind) + of(&ORDER) + of(&SENT) + of(&CAME_BACK)
}

/// What the replies of a month cost on their way out of AWS, whatever made them.
fn transfer(orders: f64) -> f64 {
    orders * requests(LEFT_BEHIND) * prices::REPLY_BYTES * prices::TRANSFER.each()
}

/// What a month of a shop costs that has so many orders.
pub(super) fn shop(book: &Book, orders: f64) -> Vec<Line> {
    let each = order(book, LEFT_BEHIND).into_iter().map(|line| Line {
        what: line.what,
        count: line.count * orders,
        dollars: line.dollars * orders,
    });
    let kept = orders * KEPT_MONTHS * book.bytes_of_an_order;
    let storage = prices::STORAGE.each() + prices::BACKUP.each();
    let alone = sum(&idle(book));
    each.chain([
        Line::of("what leaves AWS", 1.0, transfer(orders)),
        Line::of("what an idle month costs", 1.0, alone),
        Line::of("the orders of a year, kept", kept, kept * storage),
    ])
    .collect()
}

/// What a month of servers costs on which a shop of so many orders could run, with what leaves AWS.
pub(super) fn servers(orders: f64) -> f64 {
    let (servers, database, gigabytes) = if orders < LARGE {
        (
            2.0 * prices::SMALL_SERVER.each(),
            prices::SMALL_DATABASE,
            20.0,
        )
    } else {
        (
            4.0 * prices::LARGE_SERVER.each(),
            prices::LARGE_DATABASE,
            200.0,
        )
    };
    let hour = servers + database.each() + prices::BALANCER.each();
    hour * HOURS + gigabytes * prices::DATABASE_GB.each() + transfer(orders)
}

/// How many functions have such a source.
fn consumers(is_one: impl Fn(&Source) -> bool) -> f64 {
    let sources = registry::functions().filter_map(|function| function.source());
    count(sources.filter(|source| is_one(source)))
}

/// How many pairs there are of a sweeper and a table that it may use: each asks for a key of its own.
fn keys_of_sweepers() -> f64 {
    let sweepers = registry::functions()
        .filter(|function| matches!(function.source(), Some(Source::EveryMinute)));
    let tables = sweepers.map(|function| {
        let mut tables: Vec<&str> = policy::statements(function)
            .iter()
            .filter_map(|statement| match statement.on {
                Target::Granted(Resource::Table(table) | Resource::Index(table, _)) => {
                    Some(table.name)
                }
                _ => None,
            })
            .collect();
        tables.sort_unstable();
        tables.dedup();
        count(tables.iter())
    });
    tables.sum()
}

/// How many resources of a type the templates have.
fn resources(kind: &str) -> f64 {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    let nested = registry::SERVICES.iter().map(registry::templates::path);
    let paths = nested.chain(["template.yaml".to_owned()]);
    let wanted = format!("Type: {kind}");
    paths
        .map(|path| {
            let template = fs::read_to_string(format!("{root}/{path}")).expect("a template");
            count(template.lines().filter(|line| line.trim() == wanted))
        })
        .sum()
}

fn count(all: impl Iterator) -> f64 {
    prices::number(u64::try_from(all.count()).expect("a count"))
}
