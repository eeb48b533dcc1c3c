//! The same item, the way the SDK's own examples read it: with all its defaults.

use std::env;

use aws_config::BehaviorVersion;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::{Map, Value, json};

async fn answer(client: &Client, table: &str, event: LambdaEvent<Value>) -> Result<Value, Error> {
    let path = event.payload["rawPath"].as_str().unwrap_or_default();
    let id = path.rsplit('/').next().unwrap_or_default();
    let found = client
        .get_item()
        .table_name(table)
        .key("pk", AttributeValue::S(format!("product/{id}")))
        .key("sk", AttributeValue::S("product".to_owned()))
        .send()
        .await?;
    let mut body = Map::new();
    for (name, value) in found.item.unwrap_or_default() {
        match value {
            AttributeValue::S(text) => body.insert(name, text.into()),
            AttributeValue::N(number) => body.insert(name, number.into()),
            _ => None,
        };
    }
    Ok(json!({
        "statusCode": if body.is_empty() { 404 } else { 200 },
        "headers": {"content-type": "application/json"},
        "body": Value::Object(body).to_string(),
    }))
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let config = aws_config::load_defaults(BehaviorVersion::latest()).await;
    let client = Client::new(&config);
    let table = env::var("CATALOG_TABLE")?;
    let (client, table) = (&client, table.as_str());
    lambda_runtime::run(service_fn(async |event| answer(client, table, event).await)).await
}
