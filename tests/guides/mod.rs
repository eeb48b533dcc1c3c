//! The guides, followed to the letter: every line for the shell is carried out, one after the other,
//! as a reader would who pastes them.
//!
//! A block whose fence says `sh` must succeed in each of its requests; `sh 409` must be answered with
//! that status; `sh later` is left out.

mod shell;

use std::fs;
use std::path::Path;

use crate::shop::Shop;
use shell::Shell;

/// The blocks of a guide that are for the shell, with the status that their requests must get.
fn blocks(guide: &str) -> Vec<(Option<u16>, &str)> {
    let mut blocks = Vec::new();
    let mut rest = guide;
    while let Some((_, after)) = rest.split_once("\n```") {
        let (fence, after) = after.split_once('\n').expect("a block");
        let (block, after) = after.split_once("\n```").expect("the block's end");
        let mut words = fence.split(' ');
        if words.next() == Some("sh") {
            match words.next() {
                None => blocks.push((None, block)),
                // What is written before its route is there waits for it.
                Some("later") => {}
                Some(status) => blocks.push((Some(status.parse().expect("a status")), block)),
            }
        }
        rest = after;
    }
    blocks
}

fn read(path: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    fs::read_to_string(root.join(path)).expect("the guide is there")
}

/// Carries out a guide in a shop as `cargo run` gives it.
async fn follow(guide: &str, least_requests: usize) {
    let shop = Shop::with_orders().await;
    let mut shell = Shell::new(&shop);
    for (status, block) in blocks(guide) {
        shell.run(block, status).await;
    }
    let requests = shell.requests();
    assert!(requests >= least_requests, "only {requests} requests");
    assert_eq!(shop.dead_letters().await, 0);
}

#[tokio::test(start_paused = true)]
async fn getting_started() {
    follow(&read("docs/getting-started.md"), 10).await;
}

#[tokio::test(start_paused = true)]
async fn authentication() {
    follow(&read("docs/authentication.md"), 8).await;
}

#[tokio::test(start_paused = true)]
async fn testing_payments() {
    follow(&read("docs/payments-testing.md"), 5).await;
}

#[tokio::test(start_paused = true)]
async fn pricing() {
    follow(&read("docs/pricing.md"), 8).await;
}

#[tokio::test(start_paused = true)]
async fn carts() {
    follow(&read("docs/carts.md"), 10).await;
}

#[tokio::test(start_paused = true)]
async fn the_first_purchase_of_the_readme() {
    let readme = read("README.md");
    let (_, section) = readme
        .split_once("\n## A first purchase\n")
        .expect("the section");
    let section = section.split("\n## ").next().unwrap_or_default();
    follow(section, 3).await;
}
