//! The examples of the API's description: every route's sample event, carried out in a shop of its own,
//! and what it was answered; and what each error looks like. The file is written anew where it is not current.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use registry::openapi::EXAMPLES;
use serde_json::{Map, Value, json};

use crate::errors::{self, Lost};
use crate::samples::{Sample, routes};
use crate::shop::{Answer, Shop};
use crate::tokens;

/// What is longer explains nothing, and is shown without its longest parts.
const MOST_BYTES: usize = 20_000;

#[tokio::test(start_paused = true)]
async fn the_examples_of_the_description_are_what_the_shop_answers() {
    let mut examples = Map::new();
    // Whoever only reads leaves a shop as it was.
    let read = Shop::with_orders().await;
    for sample in routes() {
        let written;
        let shop = if sample.method == "GET" {
            &read
        } else {
            written = Shop::with_orders().await;
            &written
        };
        let mut ask = shop.anybody().ask(&sample.method, &sample.path);
        for (name, value) in &sample.headers {
            ask = ask.header(name, value);
        }
        let body = sample.body.as_ref().map(Value::to_string);
        let answer = ask.body(body.unwrap_or_default().as_bytes()).send().await;
        let name = sample.function.name();
        assert!(answer.status < 300, "{name}: {answer:?}");
        let mut example = json!({ "request": request(&sample), "response": response(&answer) });
        if sample
            .function
            .route()
            .is_some_and(|route| route.also.is_some())
        {
            shop.store.set_faults(Some(Arc::new(Lost)));
            let answer = shop.anybody().get(&sample.path).await;
            shop.store.set_faults(None);
            example["also"] = response(&answer);
        }
        examples.insert(name, example);
    }
    examples.insert("errors".to_owned(), errors::recorded().await);
    let current = serde_json::to_string_pretty(&examples).unwrap() + "\n";
    let file = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .join(EXAMPLES);
    if fs::read_to_string(&file).is_ok_and(|text| text == current) {
        return;
    }
    fs::write(&file, current).unwrap();
    panic!(
        "{EXAMPLES} was out of date and is written anew: look at what has changed, and run \
         `cargo run -p registry --bin generate`"
    );
}

fn request(sample: &Sample) -> Value {
    let (path, query) = sample.path.split_once('?').unwrap_or((&sample.path, ""));
    let route = sample.function.route().expect("a route");
    let parameters = route.matches(path).expect("a path of the route");
    let path: Map<String, Value> = parameters
        .into_iter()
        .map(|(name, value)| (name.to_owned(), json!(value)))
        .collect();
    let query: Map<String, Value> = query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, value)| (name.to_owned(), json!(value)))
        .collect();
    let mut request = json!({ "path": path, "query": query });
    if let Some(body) = &sample.body {
        request["body"] = body.clone();
    }
    let token = sample
        .header("authorization")
        .and_then(|header| header.strip_prefix("Bearer "));
    // The token of an order has no claims.
    if let Some(token) = token.filter(|token| token.matches('.').count() == 2) {
        request["caller"] = tokens::claims(token)["email"].clone();
    }
    request
}

fn response(answer: &Answer) -> Value {
    let media_type = answer.header("content-type").unwrap_or_default();
    let essence = media_type.split(';').next().unwrap_or_default();
    let mut response = json!({ "status": answer.status, "mediaType": essence });
    if answer.body.is_empty() {
        return response;
    }
    if answer.body.len() > MOST_BYTES {
        response["body"] = abridged(answer.json());
        return response;
    }
    response["body"] = match answer.json() {
        Value::Null => json!(String::from_utf8_lossy(&answer.body)),
        body => body,
    };
    response
}

/// An object whose longest fields are empty.
fn abridged(mut body: Value) -> Value {
    let fields = body.as_object_mut().expect("an object");
    for field in fields.values_mut() {
        if field.to_string().len() > MOST_BYTES {
            *field = json!({});
        }
    }
    body
}
