//! Answers to requests that something befalls below the handlers: calls that are lost, objects that change
//! under every try, items that cannot be read, and panics. The manners are those of every answer.

use std::sync::Arc;

use edge::function::Surroundings;
use edge::route::RateClass;
use edge::{Auth, Endpoint, Failure, Function, Nothing, Reply, Route, Rq};
use local::Options;
use local::aws::{Cloud, Fault, Faults};
use registry::naming::Naming;
use serde_json::{Value, json};
use store::grant::Resource;
use store::tables::{TABLES, Table, USAGE};

use super::{is_well_mannered, is_well_mannered_uncounted, limited, with_limits};
use crate::contract::declaring;
use crate::samples::{Names, Sample, applied_to, event, routes, those};
use crate::shop::{Answer, Shop};

/// Why a route that reads nothing of its own cannot fail once it knows its caller.
const CONSTANT: &str = "it shows what is compiled into it";

/// Why a route cannot meet what others have made of its object.
const FIRST_SAID: &str = "nothing is kept of what somebody wants until they say it";
const PASSED_ON: &str = "a report is passed on without a look at what it is about";
const CREATES: &str = "it makes something new and reads nothing";

/// All calls are lost.
struct Lost;

impl Faults for Lost {
    fn before(&self, _function: &str, _operation: &str) -> Fault {
        Fault::Drop
    }
}

/// Somebody else is always the first to write where a function writes.
struct Overtaken {
    cloud: Arc<Cloud>,
    naming: Naming,
}

impl Overtaken {
    fn of(shop: &Shop) -> Arc<Self> {
        Arc::new(Self {
            cloud: Arc::clone(shop.store.cloud()),
            naming: shop.store.naming().clone(),
        })
    }
}

impl Faults for Overtaken {
    fn before(&self, function: &str, operation: &str) -> Fault {
        if ["PutItem", "TransactWriteItems"].contains(&operation) {
            for table in tables_of(function) {
                let table = self.naming.table(table);
                self.cloud.overtake(&table).expect("the table");
            }
        }
        Fault::None
    }
}

/// The tables that a function may do something to, but for the counts of requests.
fn tables_of(function: &str) -> Vec<&'static Table> {
    let declaration = registry::functions()
        .find(|one| one.name() == function)
        .map(|one| (one.declare)())
        .unwrap_or_default();
    let mut tables = Vec::new();
    for grant in declaration.grants {
        if let Resource::Table(table) = grant.on
            && table != &USAGE
            && !tables.contains(&table)
        {
            tables.push(table);
        }
    }
    tables
}

#[tokio::test(start_paused = true)]
async fn an_answer_of_503_is_well_mannered_too() {
    let shop = limited().await;
    shop.store.set_faults(Some(Arc::new(Lost)));
    let mut applied = Names::new();
    for sample in routes() {
        let name = sample.name();
        let failed = sample.sent(&shop).await;
        if failed.status < 500 {
            is_well_mannered(&sample, &failed);
            continue;
        }
        assert_eq!(failed.status, 503, "{name}: {failed:?}");
        if name != "platform-ready" {
            assert_eq!(failed.code(), "unavailable", "{name}: {failed:?}");
            assert!(failed.header("retry-after").is_some(), "{name}");
        }
        // Strict requests are refused where they cannot be counted.
        match sample.route().rate {
            RateClass::Strict => is_well_mannered_uncounted(&sample, &failed),
            RateClass::Default => is_well_mannered(&sample, &failed),
        }
        applied.insert(name);
    }
    applied_to(&applied, declaring(503), &[("users-list-roles", CONSTANT)]);
}

#[tokio::test(start_paused = true)]
async fn what_keeps_changing_is_409_in_the_same_manner() {
    let shop = Shop::with(with_limits("default=1000000/10,strict=1000000/1")).await;
    shop.store.set_faults(Some(Overtaken::of(&shop)));
    let mut applied = Names::new();
    for sample in routes() {
        let name = sample.name();
        let refused = sample.sent(&shop).await;
        is_well_mannered(&sample, &refused);
        if refused.status == 409 {
            assert!(refused.header("retry-after").is_some(), "{name}");
            applied.insert(name);
        } else {
            assert!(refused.status < 300, "{name}: {refused:?}");
        }
    }
    let amounts = "what it takes of others it takes by amounts, whatever their version";
    applied_to(
        &applied,
        declaring(409),
        &[
            ("carts-create-cart", CREATES),
            ("catalog-create-product", CREATES),
            ("notifications-replace-preferences", FIRST_SAID),
            ("orders-create-order", amounts),
            ("payments-receive-webhook", PASSED_ON),
            ("pricing-create-promotion", CREATES),
            ("pricing-create-shipping-zone", CREATES),
            ("pricing-create-tax-zone", CREATES),
            ("pricing-preview-price", "it changes nothing"),
            ("users-create-api-key", CREATES),
            ("users-register-user", CREATES),
            ("users-request-password-reset", CREATES),
            ("users-revoke-api-key", "a key is taken back at any version"),
        ],
    );
}

/// What a client is shown of a failure that is ours alone.
fn shows_nothing_of_its_source(sample: &Sample, failed: &Answer) {
    assert_eq!(failed.status, 500, "{}: {failed:?}", sample.name());
    is_well_mannered(sample, failed);
    let expected = json!({
        "success": false,
        "message": "Something went wrong on our side.",
        "statusCode": 500,
        "code": "internal",
        "errors": [],
        "traceId": failed.header("x-trace-id"),
    });
    assert_eq!(failed.json(), expected, "{}", sample.name());
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_read_is_500_and_nothing_of_it_is_shown() {
    let shop = limited().await;
    // What is made is put on record, so that no list is empty.
    shop.key_with(&["stock:read"]).await;
    for sample in routes() {
        // Each function learns the keys of tokens first: they are not what is to be unreadable.
        sample.asking("surely-undeclared=1").sent(&shop).await;
    }
    for table in TABLES {
        // A count that is no number cannot be added to: that is a count which is not to be had.
        if table != &USAGE {
            let table = shop.store.naming().table(table);
            shop.store.cloud().garble(&table).expect("the table");
        }
    }
    let mut applied = Names::new();
    for sample in routes() {
        let failed = sample.sent(&shop).await;
        if failed.status >= 500 {
            shows_nothing_of_its_source(&sample, &failed);
            applied.insert(sample.name());
        }
    }
    let reads = those(|sample| !(sample.function.declare)().grants.is_empty());
    applied_to(
        &applied,
        reads,
        &[
            ("carts-create-cart", CREATES),
            ("notifications-get-preferences", FIRST_SAID),
            ("notifications-replace-preferences", FIRST_SAID),
            ("payments-receive-webhook", PASSED_ON),
            ("platform-get-jwks", "a key that cannot be read is left out"),
            ("platform-ready", "it asks whether tables answer, not what"),
            ("pricing-create-promotion", CREATES),
            ("pricing-create-shipping-zone", CREATES),
            ("pricing-create-tax-zone", CREATES),
            ("users-list-roles", CONSTANT),
            ("users-register-user", CREATES),
            ("users-request-password-reset", CREATES),
        ],
    );
}

/// A route whose handler panics.
struct Panics;

impl Endpoint for Panics {
    const ROUTE: Route = Route::get("/health", "Panics").at_root().auth(Auth::Open);
    type Needs = ();
    type Path = Nothing;
    type Query = Nothing;
    type Body = Nothing;
    type Reply = Nothing;

    async fn handle((): &Self::Needs, _: &Rq<Self>) -> Result<Reply<Nothing>, Failure> {
        panic!("words that only we should see")
    }
}

/// What a function answered, as the gateway reads it.
fn read(answer: &Value) -> Answer {
    let headers = answer["headers"].as_object().into_iter().flatten();
    let body = answer["body"].as_str().unwrap_or_default();
    Answer {
        status: serde_json::from_value(answer["statusCode"].clone()).expect("a status"),
        headers: headers
            .map(|(name, value)| (name.clone(), value.as_str().unwrap_or_default().to_owned()))
            .collect(),
        body: body.as_bytes().to_vec(),
    }
}

#[tokio::test(start_paused = true)]
async fn a_panic_is_500_and_nothing_of_it_is_shown() {
    const PANICKING: Function = Function::http::<Panics>("platform", "health");
    let shop = limited().await;
    let Options { clock, entropy, .. } = Options::for_tests();
    let wiring = shop.store.wiring().expect("the environment");
    let starting = (PANICKING.start)(PANICKING.name(), wiring, Surroundings { clock, entropy });
    let running = starting.await.expect("a function");
    let event = serde_json::value::to_raw_value(&event("platform-health")).expect("an event");
    let answer = running.invoke(event).await.expect("an answer");
    let answer = read(&serde_json::from_str(answer.get()).expect("JSON"));
    let health = routes()
        .into_iter()
        .find(|sample| sample.name() == PANICKING.name())
        .expect("a sample");
    shows_nothing_of_its_source(&health, &answer);
}
