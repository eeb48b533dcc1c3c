//! What CloudFormation has called the tables and queues of a stack: `<stack>-<logical id>-<suffix>`,
//! where the suffix is letters and digits that it made up.

use registry::templates::{UNPLACED, dead_letters_id, queue_id, table_id};
use store::operating::{Listing, Thing};

use crate::cli::Chosen;

/// The longest names there are: of a table, and of a queue.
const LONGEST: (usize, usize) = (255, 80);
/// The longest suffix, with the two hyphens.
const SUFFIX: usize = 15;

/// The table's name or the queue's URL, or why it is not known.
pub(crate) fn find(
    thing: Thing,
    stack: &str,
    chosen: &[Chosen],
    listing: &Listing,
) -> Result<String, String> {
    let id = logical_id(thing);
    let (listed, longest) = match thing {
        Thing::Table(_) => (&listing.tables, LONGEST.0),
        Thing::Queue(_) | Thing::DeadLetters(_) | Thing::Unplaced => (&listing.queues, LONGEST.1),
    };
    if let Some(Chosen { name, .. }) = chosen.iter().find(|chosen| chosen.id == id) {
        let found = listed.iter().find(|listed| bare(listed) == name);
        return found
            .cloned()
            .ok_or_else(|| format!("--name {id}={name}: there is no {name} here"));
    }
    let of_id = |listed: &&String| is_named(bare(listed), stack, &id);
    let found: Vec<&String> = listed.iter().filter(of_id).collect();
    match found.as_slice() {
        [one] => Ok((*one).clone()),
        [] if stack.len() + id.len() + SUFFIX > longest => Err(format!(
            "{thing} is not found: the name of stack {stack} is so long that CloudFormation may have \
             cut that of {id}. Say what it is called with --name {id}=NAME."
        )),
        [] => Err(format!(
            "{thing} is not found: nothing is called {stack}-{id}-... in this region and account"
        )),
        several => Err(format!(
            "{thing} could be any of {}: a stack of this name was there before. Say which with \
             --name {id}=NAME.",
            several
                .iter()
                .map(|name| bare(name))
                .collect::<Vec<_>>()
                .join(", ")
        )),
    }
}

/// What the templates call it.
fn logical_id(thing: Thing) -> String {
    match thing {
        Thing::Table(table) => table_id(table),
        Thing::Queue(queue) => queue_id(queue),
        Thing::DeadLetters(queue) => dead_letters_id(queue),
        Thing::Unplaced => UNPLACED.to_owned(),
    }
}

/// The name in a queue's URL; a table's name is one already.
fn bare(listed: &str) -> &str {
    listed.rsplit('/').next().unwrap_or(listed)
}

/// Whether it is what CloudFormation calls this logical id of this stack, and not one that only begins
/// like it.
fn is_named(name: &str, stack: &str, id: &str) -> bool {
    let suffix = name
        .strip_prefix(stack)
        .and_then(|rest| rest.strip_prefix('-'))
        .and_then(|rest| rest.strip_prefix(id))
        .and_then(|rest| rest.strip_prefix('-'));
    suffix.is_some_and(|suffix| {
        !suffix.is_empty() && suffix.bytes().all(|byte| byte.is_ascii_alphanumeric())
    })
}

#[cfg(test)]
mod tests {
    use store::operating::{Listing, Thing};
    use store::queues::{ORDERS_SETTLE_PAYMENT, QUEUES};
    use store::tables::{ORDERS, TABLES};

    use crate::cli::Chosen;

    use super::{LONGEST, SUFFIX, dead_letters_id, find, is_named, table_id};

    const QUEUE_BASE: &str = "https://sqs.eu-central-1.amazonaws.com/123456789012/";

    fn listing(tables: &[&str], queues: &[&str]) -> Listing {
        Listing {
            tables: tables.iter().map(|name| (*name).to_owned()).collect(),
            queues: queues
                .iter()
                .map(|name| format!("{QUEUE_BASE}{name}"))
                .collect(),
        }
    }

    fn chosen(id: &str, name: &str) -> Chosen {
        Chosen {
            id: id.to_owned(),
            name: name.to_owned(),
        }
    }

    #[test]
    fn a_logical_id_is_matched_as_a_whole() {
        assert!(is_named(
            "souk-OrdersTable-1A2B3C4D5E6F7",
            "souk",
            "OrdersTable"
        ));
        for other in [
            "souk-OrdersTable",
            "souk-OrdersTable-",
            "souk-OrdersTableau-1A2B",
            "souk-two-OrdersTable-1A2B",
            "souk-OrdersTable-OrdersTable-1A2B",
            "bazaar-souk-OrdersTable-1A2B",
            "soukOrdersTable-1A2B",
        ] {
            assert!(!is_named(other, "souk", "OrdersTable"), "{other}");
        }
    }

    #[test]
    fn tables_are_found_by_name_and_queues_by_url() {
        let listing = listing(
            &["souk-OrdersTable-1A", "souk-PaymentsTable-2B"],
            &[
                "souk-OrdersSettlePaymentQueue-aB3",
                "souk-OrdersSettlePaymentDeadLetters-cD4",
                "souk-Unplaced-eF5",
            ],
        );
        let named = |thing| find(thing, "souk", &[], &listing);
        assert_eq!(named(Thing::Table(&ORDERS)).unwrap(), "souk-OrdersTable-1A");
        let queue = &ORDERS_SETTLE_PAYMENT;
        for (thing, name) in [
            (Thing::Queue(queue), "souk-OrdersSettlePaymentQueue-aB3"),
            (
                Thing::DeadLetters(queue),
                "souk-OrdersSettlePaymentDeadLetters-cD4",
            ),
            (Thing::Unplaced, "souk-Unplaced-eF5"),
        ] {
            assert_eq!(named(thing).unwrap(), format!("{QUEUE_BASE}{name}"));
        }
    }

    #[test]
    fn what_is_not_there_is_named() {
        let nothing = listing(&[], &[]);
        let why = find(Thing::Table(&ORDERS), "souk", &[], &nothing).unwrap_err();
        assert!(why.starts_with("the orders table is not found"), "{why}");
        assert!(why.contains("souk-OrdersTable-..."), "{why}");
        let long = "a-stack-with-a-name-that-is-far-too-long-for-queues";
        let thing = Thing::DeadLetters(&ORDERS_SETTLE_PAYMENT);
        let why = find(thing, long, &[], &nothing).unwrap_err();
        assert!(why.contains("may have cut"), "{why}");
        assert!(
            why.contains("--name OrdersSettlePaymentDeadLetters="),
            "{why}"
        );
    }

    #[test]
    fn of_several_the_operator_chooses_one() {
        let twice = listing(&["souk-OrdersTable-1A", "souk-OrdersTable-2B"], &[]);
        let thing = Thing::Table(&ORDERS);
        let why = find(thing, "souk", &[], &twice).unwrap_err();
        let both = "souk-OrdersTable-1A, souk-OrdersTable-2B";
        assert!(why.contains(both), "{why}");
        let second = [chosen("OrdersTable", "souk-OrdersTable-2B")];
        let name = find(thing, "souk", &second, &twice).unwrap();
        assert_eq!(name, "souk-OrdersTable-2B");
        let wrong = [chosen("OrdersTable", "souk-OrdersTable-3C")];
        let why = find(thing, "souk", &wrong, &twice).unwrap_err();
        assert!(
            why.starts_with("--name OrdersTable=souk-OrdersTable-3C"),
            "{why}"
        );
    }

    #[test]
    fn the_names_of_a_stack_that_may_be_deployed_are_never_cut() {
        // The longest name that the guide to deploying allows.
        let stack = 24;
        let tables = TABLES.into_iter().map(table_id);
        assert!(
            tables
                .into_iter()
                .all(|id| stack + id.len() + SUFFIX <= LONGEST.0)
        );
        let queues = QUEUES.into_iter().map(dead_letters_id);
        assert!(
            queues
                .into_iter()
                .all(|id| stack + id.len() + SUFFIX <= LONGEST.1)
        );
    }
}
