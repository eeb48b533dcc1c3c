//! Whether an operation costs the same in a small shop and in one that has been there for years: shops of
//! several sizes side by side, and the functions of each in turns.

mod filling;
mod page;

use std::path::PathBuf;
use std::time::Duration;

use bytes::Bytes;
use edge::limits::RATE_LIMITS;
use serde_json::{Map, Value};

use crate::builds;
use crate::functions::{Fallible, WARMING, median, progress, renewed, status};
use crate::process::Process;
use crate::say;
use crate::shop::Services;

/// How many products and orders a shop has unless it is said.
pub(crate) const SIZES: [u32; 3] = [1_000, 100_000, 1_000_000];
/// How many calls of a started function its units are taken from, and its time.
const CALLS: usize = 60;

/// Requests are counted as in any shop, and nobody is ever refused one.
const UNLIMITED: &str = "default=1000000000/10,strict=1000000000/1";

/// An operation that everybody's day is made of.
struct Operation {
    name: &'static str,
    function: &'static str,
    /// Its query, where it differs from that of the sample event.
    query: Option<&'static str>,
    /// The event whose sender asks, where it differs.
    sender: Option<&'static str>,
}

const fn plain(name: &'static str, function: &'static str) -> Operation {
    Operation {
        name,
        function,
        query: None,
        sender: None,
    }
}

const fn list(name: &'static str, function: &'static str, query: &'static str) -> Operation {
    Operation {
        query: Some(query),
        ..plain(name, function)
    }
}

const OPERATIONS: [Operation; 9] = [
    plain("get a product", "catalog-get-product"),
    list("list products", "catalog-list-products", "limit=20"),
    list(
        "list products of a category",
        "catalog-list-products",
        "limit=20&category=kitchen",
    ),
    list(
        "list products of a price",
        "catalog-list-products",
        "limit=20&minPrice=2000&maxPrice=4000",
    ),
    list(
        "search products",
        "catalog-list-products",
        "limit=20&q=lamp",
    ),
    plain("create an order", "orders-create-order"),
    plain("get an order", "orders-get-order"),
    list("list one's orders", "orders-list-orders", "limit=20"),
    Operation {
        sender: Some("inventory-adjust-level"),
        ..list("list orders, for staff", "orders-list-orders", "limit=20")
    },
];

/// What an operation costs in a shop.
#[derive(Default)]
struct Samples {
    cpu: Vec<Duration>,
    read_units: f64,
    write_units: f64,
    calls: usize,
    status: u64,
}

/// A shop of a size, and the samples of each operation in it.
struct Shop {
    size: u32,
    services: Services,
    samples: Vec<Samples>,
}

/// Measures every operation in shops of every size, and writes the page.
pub(crate) async fn measure(sizes: &[u32], rounds: usize, as_built: bool) -> Fallible<PathBuf> {
    let mut names: Vec<String> = OPERATIONS.iter().map(|it| it.function.to_owned()).collect();
    names.dedup();
    let built = builds::functions(&names, as_built)?;
    let binary = |function: &str| {
        let index = names.iter().position(|name| name == function);
        index.and_then(|index| built.get(index)).cloned()
    };
    let mut shops = Vec::new();
    for size in sizes {
        let services = Services::on_disk().await?;
        filling::fill(&services, *size).await?;
        shops.push(Shop {
            size: *size,
            services,
            samples: OPERATIONS.iter().map(|_| Samples::default()).collect(),
        });
    }
    let docs = builds::root().join("docs");
    let into = match sizes == SIZES {
        true => docs,
        false => builds::root().join("target/measured"),
    };
    std::fs::create_dir_all(&into)?;
    let page = into.join("scale.md");
    for round in 1..=rounds {
        for (index, operation) in OPERATIONS.iter().enumerate() {
            let binary = binary(operation.function).ok_or("a function was not built")?;
            let event = event(operation)?;
            progress(round, rounds, index + 1, OPERATIONS.len(), operation.name);
            for shop in &mut shops {
                let Some(samples) = shop.samples.get_mut(index) else {
                    continue;
                };
                sample(&shop.services, &binary, &event, round, samples).await?;
            }
        }
        // To fill a shop takes long: what is known of it is not to be lost with a later round.
        std::fs::write(&page, page::written(&shops))?;
    }
    say("\n");
    Ok(page)
}

/// One process, that deals with event after event.
async fn sample(
    services: &Services,
    binary: &std::path::Path,
    event: &Bytes,
    round: usize,
    samples: &mut Samples,
) -> Fallible<()> {
    let mut environment = services.environment(false);
    environment.insert(RATE_LIMITS.name, UNLIMITED.to_owned());
    let (mut process, start) = Process::start(binary, &environment, event, None).await?;
    samples.status = status(&start.body);
    let number = |call: usize| round * 1_000_000 + call;
    for call in 0..WARMING {
        process.call(renewed(event, number(call))).await?;
    }
    services.cloud().meter_start();
    for call in WARMING..WARMING + CALLS {
        let call = process.call(renewed(event, number(call))).await?;
        if status(&call.body) != samples.status {
            let (first, then) = (samples.status, String::from_utf8_lossy(&call.body));
            return Err(format!("answered {first} and then {then}").into());
        }
        samples.cpu.push(call.cpu);
    }
    for account in services.cloud().meter_stop().values() {
        samples.read_units += account.read_units;
        samples.write_units += account.write_units;
    }
    samples.calls += CALLS;
    process.end().await?;
    Ok(())
}

/// The sample event of the operation's function, made to ask for what the operation does.
fn event(operation: &Operation) -> Fallible<Bytes> {
    let sample = |name: &str| -> Fallible<Value> {
        let file = builds::root().join("events").join(format!("{name}.json"));
        Ok(serde_json::from_slice(&std::fs::read(file)?)?)
    };
    let mut event = sample(operation.function)?;
    if let Some(query) = operation.query {
        let parameters: Map<String, Value> = query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .map(|(name, value)| (name.to_owned(), value.into()))
            .collect();
        event["rawQueryString"] = query.into();
        event["queryStringParameters"] = parameters.into();
    }
    if let Some(sender) = operation.sender {
        event["headers"]["authorization"] = sample(sender)?["headers"]["authorization"].take();
    }
    Ok(event.to_string().into())
}

impl Samples {
    fn cpu(&self) -> Duration {
        median(self.cpu.clone()).unwrap_or_default()
    }

    fn units(&self) -> (f64, f64) {
        #[expect(clippy::cast_precision_loss, reason = "nobody calls that often")]
        let calls = self.calls.max(1) as f64;
        (self.read_units / calls, self.write_units / calls)
    }
}
