//! On a disk that is full.
//!
//! A full disk needs a filesystem of its own, which only an administrator can make. What a process
//! sees of one is that writing fails from the byte on for which there is no room: whatever a file has
//! already can be read and written over, but nothing can be appended. A limit on the size of files
//! does just that to a process, with the same system calls failing, and anybody can set it. The
//! database tells the two apart by their error code alone, and answers both alike: it takes back the
//! transaction.

use std::fs;
use std::path::Path;

use serde_json::json;

use crate::alone;
use crate::books;
use crate::buyers::{Buyers, Shelf};
use crate::process::{LargestFile, Process};
use crate::web::Web;

/// A disk with some room left: enough to start, and for some orders.
const ALMOST_FULL: LargestFile = LargestFile(9 * 1024 * 1024);
/// What of it is left for orders.
const LEFT_FOR_ORDERS: u64 = 1024 * 1024;
/// A disk with none.
const FULL: LargestFile = LargestFile(0);
/// How many requests find the disk full.
const REFUSALS: usize = 40;
const LEAST_ORDERS: usize = 20;
const DATA: &str = "aws.db";
const LOG: &str = "aws.db-wal";

#[test]
fn nothing_is_lost_when_the_disk_is_full() {
    let _alone = alone();
    let data = tempfile::tempdir().expect("a folder");
    let mut process = Process::start_under(ALMOST_FULL, data.path());
    let web = process.web();
    let shelf = Shelf::stocked_up(&web);
    fill_up(&web, &data.path().join(DATA));
    let buyers = Buyers::of(shelf.skus());
    let full = |buyers: &Buyers| buyers.refused().len() >= REFUSALS;
    buyers.rush(&web, full, || ());
    assert!(web.reads(), "what is there can be read");
    process.kill();
    assert!(buyers.placed().len() >= LEAST_ORDERS);
    for (status, body) in buyers.refused() {
        assert_eq!(
            (status, &body["code"]),
            (503, &"unavailable".into()),
            "{body}"
        );
        assert_eq!(body["success"], false, "{body}");
    }

    // There is still no room, and now not even for a start.
    let before = files(data.path());
    refuses_to_start(data.path());
    assert!(
        files(data.path()) == before,
        "the refused start changed something"
    );

    // Now there is.
    let process = Process::start(data.path());
    books::settle_and_check(&process.web(), &buyers, &shelf);
}

#[test]
fn a_first_start_needs_room_and_leaves_nothing_half_done() {
    let _alone = alone();
    let data = tempfile::tempdir().expect("a folder");
    let data = data.path().join("new");
    refuses_to_start(&data);
    let process = Process::start(&data);
    process.web().log_in("admin@example.com", "Admin-demo-1");
}

/// Puts up products with long descriptions: orders alone take minutes to fill a disk.
fn fill_up(web: &Web, data: &Path) {
    let token = format!("Bearer {}", web.log_in("admin@example.com", "Admin-demo-1"));
    for number in 0.. {
        if fs::metadata(data).expect("a file").len() > ALMOST_FULL.0 - LEFT_FOR_ORDERS {
            return;
        }
        let body = json!({
            "name": format!("Ballast {number}"),
            "description": "\u{2693}".repeat(5_000),
            "variants": [{
                "sku": format!("BALLAST-{number}"),
                "prices": [{"amount": 100, "currency": "EUR"}],
            }],
        });
        let headers = [("authorization", token.as_str())];
        let answer = web.send("POST", "/api/v1/products", &headers, Some(&body));
        let (status, answer) = answer.expect("an answer");
        assert_eq!(status, 201, "{answer}");
    }
}

fn refuses_to_start(data: &Path) {
    let refusal = Process::refused_under(FULL, data);
    assert_eq!(refusal.code, Some(1), "{refusal:?}");
    let begins = format!("souk: there is no room in {} for", data.display());
    assert!(refusal.said.starts_with(&begins), "{refusal:?}");
    assert_eq!(refusal.said.lines().count(), 1, "{refusal:?}");
}

/// Data file and last writes, as they are.
fn files(data: &Path) -> [Vec<u8>; 2] {
    [DATA, LOG].map(|name| fs::read(data.join(name)).expect("a file"))
}
