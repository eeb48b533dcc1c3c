//! What was measured of shops of several sizes, as a page of the documentation.

use std::fmt::Write;

use super::{OPERATIONS, Shop};
use crate::plot::rounded;

const INTRODUCTION: &str = "\
# What size costs

Shops with so many products and so many orders, side by side, each with its own embedded database on disk. The \
functions are built as they are deployed and run in turns, so that whatever the machine does meanwhile befalls \
all sizes alike. **RU** and **WU** are the capacity units that one request is billed for, **µs** the processor \
time of the function for it, the median of warm requests: that of the database is not in it. **Of the \
smallest** is the time in the largest shop by that in the smallest.

Products have one variant and a name of three words, of which each of twenty is in a twentieth of all names; \
they stand in the categories of the demo shop. Customers have ten orders each, of three lines.

Made by `cargo measure scale`.

";

/// The page.
pub(super) fn written(shops: &[Shop]) -> String {
    let mut page = INTRODUCTION.to_owned();
    let (mut head, mut line) = ("| operation | answer |".to_owned(), "|---|---|".to_owned());
    for shop in shops {
        let size = grouped(shop.size);
        // A text that is written into memory is never refused.
        let _ = write!(head, " RU at {size} | WU | µs |");
        line.push_str("---:|---:|---:|");
    }
    let _ = write!(page, "{head} of the smallest |\n{line}---:|\n");
    for (index, operation) in OPERATIONS.iter().enumerate() {
        let samples: Vec<_> = shops
            .iter()
            .filter_map(|it| it.samples.get(index))
            .collect();
        let (Some(smallest), Some(largest)) = (samples.first(), samples.last()) else {
            continue;
        };
        let _ = write!(page, "| {} | {} |", operation.name, smallest.status);
        for samples in &samples {
            let (read, write) = samples.units();
            let us = samples.cpu().as_secs_f64() * 1e6;
            let _ = write!(page, " {read:.1} | {write:.1} | {} |", rounded(us));
        }
        let ratio = largest.cpu().as_secs_f64() / smallest.cpu().as_secs_f64();
        let _ = writeln!(page, " {} |", rounded(ratio));
    }
    page
}

/// A number as people write it.
fn grouped(number: u32) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
