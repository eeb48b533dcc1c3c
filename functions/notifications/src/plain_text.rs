//! How a letter becomes plain text, for those who read it so.

use crate::letter::{Goods, Letter, Link};

/// The letter as plain text, signed by the shop.
pub(crate) fn write(letter: &Letter, shop: &str) -> String {
    let Letter {
        kind: _,
        subject: _,
        greets,
        body,
        goods,
        sums,
        facts,
        link,
        closing,
    } = letter;
    let greeting = greets.as_ref().map(|name| format!("Hello {name},"));
    let mut list: Vec<String> = goods.iter().map(line).collect();
    list.extend(sums.iter().map(fact));
    let blocks = [
        greeting.into_iter().collect(),
        body.clone(),
        link.iter().flat_map(way).collect(),
        block(&facts.iter().map(fact).collect::<Vec<_>>()),
        block(&list),
        closing.iter().cloned().collect(),
        vec![shop.to_owned()],
    ];
    blocks.concat().join("\n\n") + "\n"
}

/// Lines that stand together.
fn block(lines: &[String]) -> Vec<String> {
    let together = lines.join("\n");
    (!together.is_empty())
        .then_some(together)
        .into_iter()
        .collect()
}

fn fact((name, value): &(&'static str, String)) -> String {
    format!("{name}: {value}")
}

fn line(goods: &Goods) -> String {
    let Goods {
        name,
        details,
        quantity,
        total,
    } = goods;
    let total = total.as_ref().map(|total| format!(": {total}"));
    format!(
        "- {quantity} × {name} ({details}){}",
        total.unwrap_or_default()
    )
}

fn way(link: &Link) -> Vec<String> {
    let Link { label, url, token } = link;
    let token = token.as_ref().map(|token| format!("Token: {token}"));
    [format!("{label}:\n{url}")]
        .into_iter()
        .chain(token)
        .collect()
}
