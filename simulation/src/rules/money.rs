//! Money: no order is charged twice, and what the provider keeps is what orders say.

use std::cmp::Ordering;

use serde_json::Value;

use super::{Found, is_over};

pub(super) fn one_charge(found: &mut Found) {
    let twice: Vec<String> = found
        .charges
        .iter()
        .filter(|(_, charges)| {
            let taken = |charge: &&Value| charge["captured"].as_i64().unwrap_or(0) > 0;
            let claims = |charge: &&Value| taken(charge) || is_set_aside(charge);
            charges.iter().filter(claims).count() > 1
        })
        .map(|(order, _)| order.clone())
        .collect();
    for order in twice {
        let how = format!("{:?}", found.charges[&order]);
        found.fault_of("charged once", &order, how);
    }
}

/// Whether the customer's money waits to be taken.
fn is_set_aside(charge: &Value) -> bool {
    charge["status"] == "authorized"
}

fn amount(value: &Value) -> i64 {
    value["amount"].as_i64().unwrap_or(0)
}

/// What the provider has taken and given back is what orders say, and orders that came to nothing have
/// nothing.
pub(super) fn it_adds_up(found: &mut Found) {
    let mut broken = Vec::new();
    for (id, order) in &found.orders {
        let charges = found.charges.get(id).map_or(&[][..], Vec::as_slice);
        let of = |name: &str| -> i64 {
            charges
                .iter()
                .map(|charge| charge[name].as_i64().unwrap_or(0))
                .sum()
        };
        let kept = of("captured") - of("refunded");
        let totals = &order["totals"];
        let counted = amount(&totals["captured"]) - amount(&totals["refunded"]);
        if kept != counted {
            broken.push((
                id.clone(),
                format!("the provider keeps {kept}, the order says {counted}"),
            ));
        }
        if is_over(order) && kept != 0 {
            broken.push((id.clone(), format!("it is over, and {kept} is kept")));
        }
        if is_over(order) && charges.iter().any(is_set_aside) {
            broken.push((id.clone(), "it is over, and money is set aside".to_owned()));
        }
        let by_staff = charges
            .iter()
            .any(|charge| charge["captureMethod"] == "manual");
        let is_taken = match of("captured").cmp(&amount(&totals["total"])) {
            Ordering::Less => by_staff,
            Ordering::Equal => true,
            Ordering::Greater => false,
        };
        if !is_over(order) && !is_taken {
            let how = format!(
                "{} is taken of {}",
                of("captured"),
                amount(&totals["total"])
            );
            broken.push((id.clone(), how));
        }
    }
    for (order, how) in broken {
        found.fault_of("money adds up", &order, how);
    }
}
