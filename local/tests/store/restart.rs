//! Nothing that was answered for is lost when the process dies.

use std::path::Path;

use local::{OpenError, Options, Store};

use crate::stage::{available, get, mail_to, open, order, read};

fn kept_in(directory: &Path) -> Options {
    Options {
        data: Some(directory.to_owned()),
        ..Options::for_tests()
    }
}

#[tokio::test(start_paused = true)]
async fn duties_survive_wherever_the_process_dies() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(kept_in(directory.path())).await;
    let before = available(&store).await;
    let placed = order(&store, "one", 2, Some("pm_test_ok")).await;
    drop(store);

    // The event was still in the stream.
    let store = open(kept_in(directory.path())).await;
    store.pump_streams().await;
    drop(store);

    // Now it is in a queue.
    let store = open(kept_in(directory.path())).await;
    store.pump_queues().await;
    drop(store);

    let store = open(kept_in(directory.path())).await;
    store.settle().await;
    assert_eq!(read(&store, &placed).await["status"], "confirmed");
    assert_eq!(available(&store).await, before - 2);
    assert_eq!(mail_to(&store, "guest@example.com"), 1);
    let books = get(&store, "/_local/provider").await;
    assert_eq!(books["data"].as_array().map(Vec::len), Some(1));
}

#[tokio::test(start_paused = true)]
async fn a_second_start_adds_nothing_and_keeps_the_time() {
    let directory = tempfile::tempdir().unwrap();
    let look = async |store: &Store| {
        (
            get(store, "/api/v1/products?limit=100").await["data"].clone(),
            get(store, "/_local/events").await["data"].clone(),
            store.cloud().emails(),
            available(store).await,
        )
    };
    let store = open(kept_in(directory.path())).await;
    store.advance(std::time::Duration::from_secs(86_400)).await;
    store.settle().await;
    let (first, then) = (look(&store).await, store.now());
    drop(store);
    let store = open(kept_in(directory.path())).await;
    store.settle().await;
    assert_eq!(look(&store).await, first);
    assert!(store.now() >= then.minus(std::time::Duration::from_secs(1)));
}

#[tokio::test(start_paused = true)]
async fn a_directory_belongs_to_one_store() {
    let directory = tempfile::tempdir().unwrap();
    let _store = open(kept_in(directory.path())).await;
    let second = Store::open(kept_in(directory.path())).await;
    assert!(matches!(second.err(), Some(OpenError::InUse(_))));
}
