//! The store on one machine, as `cargo run --release` starts it: how soon it answers, and how much it answers
//! while several want something of it at once.

mod page;
mod visitor;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use local::seed::ADMIN;
use serde_json::json;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use self::visitor::{Ask, Visitor};
use crate::builds;
use crate::functions::{Fallible, median};
use crate::process::{cpu, end, memory_kib};
use crate::say;

/// How many ask at once.
const CLIENTS: u32 = 8;
/// For how long they ask before it counts, and for how long it does.
const WARMING: Duration = Duration::from_secs(2);
const TIME: Duration = Duration::from_secs(10);
/// How often the store is started.
const STARTS: usize = 5;
/// What a store that nobody asks anything does until it is quiet.
const QUIET: Duration = Duration::from_secs(3);
/// How often it is asked whether it is done, and how long that may take.
const LOOK_AGAIN: Duration = Duration::from_millis(50);
const PATIENCE: Duration = Duration::from_secs(600);
/// The largest delivery that an adjustment takes.
const DELIVERED: u32 = 1_000_000;
/// What everybody buys.
const BOUGHT: [&str; 3] = ["MUG-STONE-BLUE", "NOTE-A5-BLACK", "GIFT-BOX"];

/// What was measured.
struct Measured {
    /// Medians: of a store whose directory is new, and of one that has been started before.
    first_start: Duration,
    next_start: Duration,
    /// What is resident of a store that nobody has asked for anything.
    idle_kib: u64,
    loads: Vec<Load>,
    purchases: Purchases,
    /// What else the machine did: how many processes wanted a processor in the minute before.
    others: String,
    processors: usize,
}

/// What clients asked for, each as soon as it had its answer.
struct Load {
    name: &'static str,
    /// How long each request took, the shortest first.
    took: Vec<Duration>,
    time: Duration,
    /// What the store computed meanwhile.
    cpu: Duration,
}

/// Orders that were placed and paid, until all was done that they set off, letters included.
struct Purchases {
    orders: usize,
    time: Duration,
    cpu: Duration,
}

/// Measures the store, and writes the page.
pub(crate) async fn measure(as_built: bool) -> Fallible<PathBuf> {
    let binary = builds::store(as_built)?;
    let others = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let others = others.split(' ').next().unwrap_or_default().to_owned();
    // Not where temporary files are, which may be memory.
    let directory = tempfile::tempdir_in(builds::root().join("target"))?;
    let (mut first, mut next) = (Vec::new(), Vec::new());
    for number in 0..STARTS {
        say(&format!("\r\x1b[Kstart {} of {STARTS}", number + 1));
        let data = directory.path().join(number.to_string());
        for starts in [&mut first, &mut next] {
            let (store, took) = Running::start(&binary, &data).await?;
            starts.push(took);
            store.end().await?;
        }
    }
    let (store, _) = Running::start(&binary, &directory.path().join("loads")).await?;
    sleep(QUIET).await;
    let idle_kib = memory_kib(store.id, "VmRSS:")?;
    let loads = vec![
        store.load("`GET /health`, a plain handler", health).await?,
        store
            .load("`GET /products?limit=20`, with prices", products)
            .await?,
    ];
    let (placed, purchases) = store.purchases().await?;
    store.end().await?;
    say("\n");
    let measured = Measured {
        first_start: median(first).unwrap_or_default(),
        next_start: median(next).unwrap_or_default(),
        idle_kib,
        loads: loads.into_iter().chain([placed]).collect(),
        purchases,
        others,
        processors: std::thread::available_parallelism()?.get(),
    };
    let page = builds::root().join("docs/store.md");
    std::fs::write(&page, page::written(&measured))?;
    Ok(page)
}

fn health(_: u32) -> Ask {
    Ask::get("/health")
}

fn products(_: u32) -> Ask {
    Ask::get("/api/v1/products?limit=20")
}

/// An order of three lines that is paid for as it is placed.
fn order(client: u32) -> Ask {
    let items = BOUGHT.map(|sku| json!({"sku": sku, "quantity": 1}));
    let body = json!({
        "items": items,
        "email": format!("client{client}@example.com"),
        "paymentMethod": "pm_test_ok",
        "shippingAddress": {
            "name": "A Client", "line1": "Torstrasse 1", "city": "Berlin",
            "postalCode": "10119", "country": "DE",
        },
    });
    Ask::post("/api/v1/orders", body)
}

/// A store that runs.
struct Running {
    child: Child,
    id: u32,
    address: SocketAddr,
}

impl Running {
    /// Starts a store; gives how long it took until it had answered a first request.
    async fn start(binary: &Path, data: &Path) -> Fallible<(Self, Duration)> {
        let began = Instant::now();
        let mut child = Command::new(binary)
            .args(["--port", "0", "--rate-limit", "off", "--data"])
            .arg(data)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        let id = child.id().unwrap_or_default();
        let mut said = BufReader::new(child.stdout.take().ok_or("it cannot be heard")?).lines();
        let address = loop {
            let line = said.next_line().await?.ok_or("it does not start")?;
            if let Some((_, url)) = line.split_once("http://") {
                let (address, _) = url.split_once('/').unwrap_or((url, ""));
                break address.parse()?;
            }
        };
        // Whoever speaks into a pipe that nobody reads is held up.
        tokio::spawn(async move { while let Ok(Some(_)) = said.next_line().await {} });
        let mut visitor = Visitor::of(address).await?;
        visitor.ask(&products(0)).await?;
        let store = Self { child, id, address };
        Ok((store, began.elapsed()))
    }

    async fn end(self) -> Fallible<()> {
        Ok(end(self.child).await?)
    }

    /// Has clients ask, first until everything is warm, and then for as long as it counts.
    async fn load(&self, name: &'static str, ask: fn(u32) -> Ask) -> Fallible<Load> {
        say(&format!("\r\x1b[K{name}"));
        self.asked(name, ask, WARMING).await?;
        self.asked(name, ask, TIME).await
    }

    async fn asked(
        &self,
        name: &'static str,
        ask: fn(u32) -> Ask,
        time: Duration,
    ) -> Fallible<Load> {
        let (began, before) = (Instant::now(), cpu(self.id)?);
        let mut clients = JoinSet::new();
        for client in 0..CLIENTS {
            let address = self.address;
            clients.spawn(async move {
                let mut visitor = Visitor::of(address).await?;
                let mut took = Vec::new();
                while began.elapsed() < time {
                    let (one, _) = visitor.ask(&ask(client)).await?;
                    took.push(one);
                }
                Fallible::Ok(took)
            });
        }
        let mut took = Vec::new();
        while let Some(asked) = clients.join_next().await {
            took.extend(asked??);
        }
        took.sort_unstable();
        Ok(Load {
            name,
            took,
            time: began.elapsed(),
            cpu: cpu(self.id)?.saturating_sub(before),
        })
    }

    /// Has clients order and pay, and waits until all is done that it sets off.
    async fn purchases(&self) -> Fallible<(Load, Purchases)> {
        let mut visitor = Visitor::of(self.address).await?;
        stock_up(&mut visitor).await?;
        let name = "`POST /orders`, three lines, with a payment method";
        say(&format!("\r\x1b[K{name}"));
        self.asked(name, order, WARMING).await?;
        quiet(&mut visitor).await?;
        let (began, before) = (Instant::now(), cpu(self.id)?);
        let placed = self.asked(name, order, TIME).await?;
        say("\r\x1b[Kall that the orders set off");
        quiet(&mut visitor).await?;
        let purchases = Purchases {
            orders: placed.took.len(),
            time: began.elapsed(),
            cpu: cpu(self.id)?.saturating_sub(before),
        };
        Ok((placed, purchases))
    }
}

/// Puts more on the shelf than anybody can buy meanwhile.
async fn stock_up(visitor: &mut Visitor) -> Fallible<()> {
    let login = json!({"email": ADMIN.email, "password": ADMIN.password});
    let signed_in = visitor.told(&Ask::post("/api/v1/sessions", login)).await?;
    let token = signed_in["data"]["accessToken"]
        .as_str()
        .unwrap_or_default();
    for sku in BOUGHT {
        let target = format!("/api/v1/inventory/{sku}/adjustments");
        let delivery = json!({"delta": DELIVERED, "reason": "delivery", "kind": "delivery"});
        visitor
            .told(&Ask::post(&target, delivery).by(token))
            .await?;
    }
    Ok(())
}

/// Waits until no stream and no queue holds anything that is still to be dealt with.
async fn quiet(visitor: &mut Visitor) -> Fallible<()> {
    let all_done = async {
        loop {
            let told = visitor.told(&Ask::get("/_local/overview")).await?;
            let seen = &told["data"];
            let messages = ["visible", "inFlight", "delayed"].map(|kind| &seen["messages"][kind]);
            if seen["messages"]["deadLetters"] != 0 {
                return Err("a message could not be dealt with".into());
            }
            if messages
                .into_iter()
                .chain([&seen["behind"]])
                .all(|count| *count == 0)
            {
                return Ok(());
            }
            sleep(LOOK_AGAIN).await;
        }
    };
    timeout(PATIENCE, all_done).await?
}
