//! What was measured of the store on one machine, as a page of the documentation.

use std::fmt::Write;
use std::time::Duration;

use super::{CLIENTS, Load, Measured, Purchases};
use crate::plot::rounded;

const INTRODUCTION: &str = "\
# What the store on one machine serves

The store as `cargo run --release` starts it, with its data on disk and without rate limits: every function, \
DynamoDB, SQS and mail in one process. Eight clients, each with a connection that it keeps, ask for the same as \
soon as they have their answer, for ten seconds; they run on the same machine, and what they compute is missing \
to the store. **Processor** is what the store computes for one request, **by plain ones** how many answers of a \
plain handler on the same gateway it could give in that time. It is a store to develop with: in AWS every request has a function of its \
own, and the database is not on the same processors.

Made by `cargo measure store`.

";

/// The page.
pub(super) fn written(measured: &Measured) -> String {
    let mut page = INTRODUCTION.to_owned();
    page.push_str(
        "| | a second | by plain ones | processor, µs | half within, ms | 99 in 100 within, ms |\n\
         |---|---:|---:|---:|---:|---:|\n",
    );
    let plain = measured.loads.first().map_or(1.0, Load::rate);
    for load in &measured.loads {
        // A text that is written into memory is never refused.
        let _ = writeln!(
            page,
            "| {} | {} | {} | {} | {} | {} |",
            load.name,
            rounded(load.rate()),
            rounded(plain / load.rate()),
            rounded(each(load.cpu, load.took.len()).as_secs_f64() * 1e6),
            rounded(load.within(50).as_secs_f64() * 1e3),
            rounded(load.within(99).as_secs_f64() * 1e3),
        );
    }
    let Purchases { orders, time, cpu } = measured.purchases;
    let rate = per_second(orders, time);
    let _ = writeln!(
        page,
        "| the same {orders} orders, until all is done that they set off: payments, confirmations, letters \
         | {} | {} | {} | – | – |",
        rounded(rate),
        rounded(plain / rate),
        rounded(each(cpu, orders).as_secs_f64() * 1e6),
    );
    let ms = |time: Duration| rounded(time.as_secs_f64() * 1e3);
    let _ = writeln!(
        page,
        "\nFrom the start of the process to its first answer, a list of products, it takes {} ms where there \
         was no store before and the demo shop has to be filled, {} ms from then on. A store that nobody asks for \
         anything has {} MiB of resident memory.\n\n\
         Measured with {CLIENTS} clients on {} processors; before that, {} processes wanted one on average.",
        ms(measured.first_start),
        ms(measured.next_start),
        measured.idle_kib / 1024,
        measured.processors,
        measured.others,
    );
    page
}

impl Load {
    /// Requests a second.
    fn rate(&self) -> f64 {
        per_second(self.took.len(), self.time)
    }

    /// How long the quickest hundredths took at most.
    fn within(&self, hundredths: usize) -> Duration {
        let index = self.took.len() * hundredths / 100;
        self.took.get(index).copied().unwrap_or_default()
    }
}

fn per_second(count: usize, time: Duration) -> f64 {
    let count = u32::try_from(count).unwrap_or(u32::MAX);
    f64::from(count) / time.as_secs_f64().max(0.001)
}

fn each(cpu: Duration, count: usize) -> Duration {
    cpu / u32::try_from(count.max(1)).unwrap_or(u32::MAX)
}
