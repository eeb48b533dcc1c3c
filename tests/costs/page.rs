//! The page that says what everything costs: its tables are made of what was measured and of the prices.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;

use local::aws::Account;

use super::book::{Book, Operation};
use super::months::{self, Line, SHOPS};
use super::prices::{self, PRICES, number};

/// Where the page stands.
const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/costs.md");

/// The tables of the page, each between marks with its name.
pub(super) fn tables(book: &Book) -> Vec<(&'static str, String)> {
    vec![
        ("prices", price_list()),
        ("operations", operations(book)),
        ("assumptions", assumptions()),
        ("order", order(book)),
        ("idle", sum_of(&months::idle(book), "an idle month")),
        ("shops", shops(book)),
        ("functions", functions(book)),
    ]
}

/// The page as it stands.
pub(super) fn read() -> String {
    fs::read_to_string(PAGE).expect("the page about costs")
}

/// Writes the page anew, with these tables in it.
pub(super) fn write(tables: &[(&'static str, String)]) {
    let page = tables.iter().fold(read(), |page, (name, table)| {
        let (begin, end) = marks(name);
        let (before, rest) = page.split_once(&begin).expect("a mark");
        let (_, after) = rest.split_once(&end).expect("a mark");
        format!("{before}{begin}\n{table}{end}{after}")
    });
    fs::write(PAGE, page).expect("the page is written");
}

/// A table as a page has it.
pub(super) fn table_of(page: &str, name: &str) -> String {
    let (begin, end) = marks(name);
    let rest = page.split_once(&begin).map(|(_, rest)| rest);
    let table = rest.and_then(|rest| rest.split_once(&end));
    let (table, _) = table.unwrap_or_else(|| panic!("docs/costs.md has no place for {name}"));
    table.trim_start().to_owned()
}

/// The lines of a table by what their first cell names.
pub(super) fn lines_by_name(table: &str) -> BTreeMap<String, String> {
    let mut lines: BTreeMap<String, String> = BTreeMap::new();
    for line in table.lines() {
        let name = line.split('|').nth(1).unwrap_or_default().trim();
        let _ = writeln!(lines.entry(name.to_owned()).or_default(), "{line}");
    }
    lines
}

fn marks(name: &str) -> (String, String) {
    (
        format!("<!-- {name}: written by the test -->"),
        format!("<!-- end of {name} -->"),
    )
}

fn price_list() -> String {
    let mut table = format!(
        "| what | $ in {} | per | to be checked at aws.amazon.com/ |\n|---|---:|---|---|\n",
        prices::AS_OF
    );
    for price in PRICES {
        let dollars = plain(price.dollars, 10);
        let _ = writeln!(
            table,
            "| {} | {dollars} | {} | {} |",
            price.what, price.unit, price.page
        );
    }
    table
}

fn operations(book: &Book) -> String {
    let mut table =
        "| operation | read units | write units | transactions | queue requests | stream reads \
                     | invocations | mails | $ per 1,000 |\n\
                     |---|---:|---:|---:|---:|---:|---:|---:|---:|\n"
            .to_owned();
    for operation in &book.operations {
        let figures = figures(operation, &operation.total());
        let price = prices::dollars(operation) * 1_000.0;
        let _ = writeln!(table, "| {} | {figures} | {price:.4} |", operation.name);
    }
    table
}

fn functions(book: &Book) -> String {
    let mut table =
        "| operation | function | read units | write units | transactions | queue requests \
                     | stream reads | invocations | mails |\n\
                     |---|---|---:|---:|---:|---:|---:|---:|---:|\n"
            .to_owned();
    for operation in book.operations.iter().filter(|done| done.split.len() > 1) {
        for (function, account) in &operation.split {
            let figures = figures(operation, account);
            let _ = writeln!(table, "| {} | {function} | {figures} |", operation.name);
        }
    }
    table
}

/// What an account of an operation says, for each time that it was done.
fn figures(operation: &Operation, account: &Account) -> String {
    let cancelled = match account.cancelled {
        0 => String::new(),
        some => format!(" ({some} cancelled)"),
    };
    let each = |sum: f64| plain(sum / f64::from(operation.times), 3);
    [
        each(account.read_units),
        each(account.write_units),
        format!("{}{cancelled}", each(number(account.transactions))),
        each(number(account.queue_requests())),
        each(number(account.stream_reads)),
        each(number(account.invocations)),
        each(number(account.mails)),
    ]
    .join(" | ")
}

fn assumptions() -> String {
    let mut table = "| assumed | |\n|---|---:|\n".to_owned();
    for (what, much, unit) in [
        (
            "an invocation of an instance that has started takes",
            prices::WARM_MS,
            " ms",
        ),
        (
            "one of an instance that has to start first takes",
            prices::COLD_MS,
            " ms",
        ),
        (
            "so many instances have to start first",
            prices::COLD_SHARE * 100.0,
            " %",
        ),
        ("a password takes besides", prices::HASHING_MS, " ms"),
        (
            "the payment provider takes besides",
            prices::PROVIDER_MS,
            " ms",
        ),
        (
            "a reply has, compressed and with its head",
            prices::REPLY_BYTES,
            " bytes",
        ),
        (
            "an invocation logs, with what Lambda and the gateway log of it",
            prices::LOG_BYTES,
            " bytes",
        ),
    ] {
        let _ = writeln!(table, "| {what} | {}{unit} |", plain(much, 1));
    }
    table
}

fn order(book: &Book) -> String {
    let mut table = "| $ for 1,000 orders |".to_owned();
    let abandoned = [0.1, 0.5, 0.9];
    for share in abandoned {
        let _ = write!(
            table,
            " {} % of carts left behind |",
            plain(share * 100.0, 0)
        );
    }
    table.push_str("\n|---|---:|---:|---:|\n");
    let columns = abandoned.map(|share| months::order(book, share));
    for (index, line) in columns[0].iter().enumerate() {
        let cells = columns
            .each_ref()
            .map(|column| thousand(column[index].dollars));
        let _ = writeln!(table, "| {} | {} |", line.what, cells.join(" | "));
    }
    let sums = columns
        .each_ref()
        .map(|column| thousand(months::sum(column)));
    let _ = writeln!(table, "| **all of it** | {} |", sums.join(" | "));
    table
}

fn sum_of(lines: &[Line], all: &str) -> String {
    let mut table = "| what | how many | $ |\n|---|---:|---:|\n".to_owned();
    for line in lines {
        let _ = writeln!(
            table,
            "| {} | {} | {:.2} |",
            line.what,
            grouped(line.count),
            line.dollars
        );
    }
    let _ = writeln!(table, "| **{all}** | | {:.2} |", months::sum(lines));
    table
}

fn shops(book: &Book) -> String {
    let mut table = "| $ a month |".to_owned();
    for orders in SHOPS {
        let _ = write!(table, " {} orders |", grouped(orders));
    }
    table.push_str("\n|---|---:|---:|---:|\n");
    let columns = SHOPS.map(|orders| months::shop(book, orders));
    for (index, line) in columns[0].iter().enumerate() {
        let cells = columns
            .each_ref()
            .map(|column| grouped_cents(column[index].dollars));
        let _ = writeln!(table, "| {} | {} |", line.what, cells.join(" | "));
    }
    let sums = columns.each_ref().map(|column| months::sum(column));
    let all = sums.map(grouped_cents);
    let _ = writeln!(table, "| **all of it** | {} |", all.join(" | "));
    let each = SHOPS.iter().zip(sums);
    let each: Vec<String> = each.map(|(orders, sum)| thousand(sum / orders)).collect();
    let _ = writeln!(table, "| for 1,000 orders | {} |", each.join(" | "));
    let servers = SHOPS.map(|orders| grouped_cents(months::servers(orders)));
    let _ = writeln!(
        table,
        "| servers that are always on | {} |",
        servers.join(" | ")
    );
    table
}

/// A number with no more decimals than it has, and no more than these.
fn plain(number: f64, most: usize) -> String {
    let text = format!("{number:.most$}");
    if !text.contains('.') {
        return text;
    }
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// What a thousand cost of which one costs so much.
fn thousand(dollars: f64) -> String {
    grouped_cents(dollars * 1_000.0)
}

fn grouped_cents(dollars: f64) -> String {
    let text = format!("{dollars:.2}");
    let (whole, rest) = text.split_once('.').unwrap_or((&text, "00"));
    format!("{}.{rest}", with_commas(whole))
}

/// A whole number with a comma before every three digits.
fn grouped(count: f64) -> String {
    with_commas(&format!("{count:.0}"))
}

fn with_commas(digits: &str) -> String {
    let length = digits.len();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (length - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}
