//! What goes wrong is said, and the program says by its exit code whether it did what it was asked to.

use std::process::Output;

use store::env::{self, Env};

use crate::shop::{Shop, listen, operate, operate_in};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_there_is_named() {
    let shop = Shop::open().await;
    let nobody = "019bc0b1-4de8-7000-8000-00000000dead";
    let why = shop.operate(&format!("replay {nobody}")).await.unwrap_err();
    assert_eq!(why, format!("there is no order {nobody}"));
    let why = shop.operate("replay MUG").await.unwrap_err();
    assert!(why.starts_with("MUG is no id of an order"), "{why}");
    for command in ["dead-letters", "redrive"] {
        let why = shop.operate(&format!("{command} mail")).await.unwrap_err();
        assert!(why.starts_with("There is no queue mail."), "{why}");
        assert!(why.contains("orders-settle-payment, "), "{why}");
    }
}

#[tokio::test]
async fn a_store_that_does_not_run_is_no_store() {
    let gone = listen().await;
    let url = format!("http://{}", gone.local_addr().unwrap());
    drop(gone);
    let why = operate(&format!("stuck --local {url}")).await.unwrap_err();
    let begins = format!("no local store answers at {url} (");
    assert!(why.starts_with(&begins), "{why}");
    assert!(why.contains("refused"), "{why}");
    let why = operate("stuck --local https://127.0.0.1:9000")
        .await
        .unwrap_err();
    assert!(
        why.contains("an address such as http://127.0.0.1:9000"),
        "{why}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn something_else_that_answers_is_no_store_either() {
    let shop = Shop::open().await;
    let endpoints = shop.endpoints().await;
    let dynamodb = endpoints["dynamodb"].as_str().unwrap();
    let why = operate(&format!("stuck --local {dynamodb}"))
        .await
        .unwrap_err();
    let begins = format!("what answers at {dynamodb} is no local store of this version: ");
    assert!(why.starts_with(&begins), "{why}");
}

#[tokio::test]
async fn a_stack_needs_region_and_credentials() {
    let why = operate("stuck --stack souk").await.unwrap_err();
    let all = "AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY";
    assert_eq!(why, format!("--stack needs in the environment: {all}"));
}

/// The environment of somebody who takes the local store's services for AWS's.
async fn as_in_aws(shop: &Shop) -> Env {
    let endpoints = shop.endpoints().await;
    let url = |service: &str| endpoints[service].as_str().unwrap().to_owned();
    let vars = [
        (env::REGION, url("region")),
        (env::ACCESS_KEY_ID, "key".to_owned()),
        (env::SECRET_ACCESS_KEY, "secret".to_owned()),
        (env::DYNAMODB_ENDPOINT, url("dynamodb")),
        (env::SQS_ENDPOINT, url("sqs")),
    ];
    Env::new(vars.map(|(var, value)| (var.name.to_owned(), value)))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_stack_has_is_found_by_its_names() {
    let shop = Shop::open().await;
    let env = as_in_aws(&shop).await;
    shop.store
        .request("POST", "/_local/queues/unplaced/messages", &[], b"poison")
        .await;
    let line = "dead-letters unplaced --body --stack souk";
    // The local store's tables and queues are not named as CloudFormation does it.
    let why = operate_in(line, &env).await.unwrap_err();
    assert!(why.contains("nothing is called souk-Unplaced-..."), "{why}");
    let chosen = format!("{line} --name Unplaced=souk-unplaced");
    let seen = operate_in(&chosen, &env).await.unwrap();
    assert_eq!(seen.rows()[0]["body"], "poison");
    let order = "019bc0b1-4de8-7000-8000-00000000dead";
    let tables = "--name OrdersTable=souk-orders --name PaymentsTable=souk-payments";
    let line = format!("replay {order} --stack souk {tables}");
    let why = operate_in(&line, &env).await.unwrap_err();
    assert_eq!(why, format!("there is no order {order}"));
}

/// Runs the program itself.
async fn program(line: String) -> Output {
    let run = move || {
        std::process::Command::new(env!("CARGO_BIN_EXE_operate"))
            .args(line.split_whitespace())
            .output()
            .expect("it runs")
    };
    tokio::task::spawn_blocking(run).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_exit_code_says_whether_it_was_done() {
    let shop = Shop::open().await;
    shop.store
        .request("POST", "/_local/queues/unplaced/messages", &[], b"poison")
        .await;
    let url = &shop.url;
    let found = program(format!("dead-letters --local {url}")).await;
    assert_eq!(found.status.code(), Some(0), "{found:?}");
    let text = String::from_utf8(found.stdout).unwrap();
    assert_eq!(text, "QUEUE     DEAD LETTERS\nunplaced  1\n");

    let nothing = program(format!("stuck --json --local {url}")).await;
    assert_eq!(nothing.status.code(), Some(0), "{nothing:?}");
    assert_eq!(nothing.stdout, b"[]\n");

    let order = "019bc0b1-4de8-7000-8000-00000000dead";
    let failed = program(format!("replay {order} --local {url}")).await;
    assert_eq!(failed.status.code(), Some(1), "{failed:?}");
    let said = String::from_utf8(failed.stderr).unwrap();
    assert_eq!(said, format!("operate: there is no order {order}\n"));

    let misused = program("redrive".to_owned()).await;
    assert_eq!(misused.status.code(), Some(2), "{misused:?}");
    let helped = program("--help".to_owned()).await;
    assert_eq!(helped.status.code(), Some(0), "{helped:?}");
}
