//! One item read through the SDK, with nothing that can be left out: ring, the few roots of AWS, one thread,
//! region and credentials given. It checks nothing, knows nobody, and answers with what it finds.

use std::env;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{Credentials, Region};
use aws_sdk_dynamodb::types::AttributeValue;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::{Map, Value, json};

const ROOTS: [&str; 5] = [
    include_str!("../../roots/amazon_root_ca_1.pem"),
    include_str!("../../roots/amazon_root_ca_2.pem"),
    include_str!("../../roots/amazon_root_ca_3.pem"),
    include_str!("../../roots/amazon_root_ca_4.pem"),
    include_str!("../../roots/starfield_services_root_g2.pem"),
];

fn client() -> Result<Client, Error> {
    let mut trusted = TrustStore::empty();
    for root in ROOTS {
        trusted.add_pem_certificate(root);
    }
    if let Ok(bundle) = env::var("AWS_CA_BUNDLE") {
        trusted.add_pem_certificate(std::fs::read(bundle)?);
    }
    let http = aws_smithy_http_client::Builder::new()
        .tls_provider(Provider::Rustls(CryptoMode::Ring))
        .tls_context(TlsContext::builder().with_trust_store(trusted).build()?)
        .build_https();
    let credentials = Credentials::new(
        env::var("AWS_ACCESS_KEY_ID")?,
        env::var("AWS_SECRET_ACCESS_KEY")?,
        env::var("AWS_SESSION_TOKEN").ok(),
        None,
        "environment",
    );
    let mut config = aws_sdk_dynamodb::Config::builder()
        .behavior_version_latest()
        .region(Region::new(env::var("AWS_REGION")?))
        .credentials_provider(credentials)
        .http_client(http);
    if let Ok(url) = env::var("AWS_ENDPOINT_URL_DYNAMODB") {
        config = config.endpoint_url(url);
    }
    Ok(Client::from_conf(config.build()))
}

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

async fn serve() -> Result<(), Error> {
    let client = client()?;
    let table = env::var("CATALOG_TABLE")?;
    let (client, table) = (&client, table.as_str());
    lambda_runtime::run(service_fn(async |event| answer(client, table, event).await)).await
}

fn main() -> Result<(), Error> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(serve())
}
