//! What operations are billed for, by name.

use std::future::Future;

use local::aws::{Account, Accounts};
use store::tables::TABLES;

use crate::shop::{Answer, Shop};

/// What DynamoDB counts for each item besides its content.
const BYTES_BESIDES: usize = 100;

/// An operation, and what it is billed for.
pub(crate) struct Operation {
    /// What it is called on the page.
    pub(crate) name: &'static str,
    /// How often it was done.
    pub(crate) times: u32,
    /// What each function was billed for, all in all.
    pub(crate) split: Accounts,
}

impl Operation {
    /// What all functions together were billed for.
    pub(crate) fn total(&self) -> Account {
        self.split.values().copied().sum()
    }

    /// How many requests over HTTP it took.
    pub(crate) fn requests(&self) -> u64 {
        let answering = registry::functions().filter(|function| function.route().is_some());
        answering
            .filter_map(|function| self.split.get(&function.name()))
            .map(|account| account.invocations)
            .sum()
    }
}

/// Operations as they are entered, one after the other.
#[derive(Default)]
pub(crate) struct Book {
    pub(crate) operations: Vec<Operation>,
    /// How many bytes of an order are kept for as long as the shop lasts.
    pub(crate) bytes_of_an_order: f64,
}

impl Book {
    /// Enters a request that is answered with this status, and all that it causes.
    pub(crate) async fn request(
        &mut self,
        name: &'static str,
        shop: &Shop,
        status: u16,
        request: impl Future<Output = Answer>,
    ) -> Answer {
        let answer = self.deed(name, shop, 1, request).await;
        assert_eq!(answer.status, status, "{name}: {answer:?}");
        answer
    }

    /// Enters something that is done so many times, and all that it causes.
    pub(crate) async fn deed<T>(
        &mut self,
        name: &'static str,
        shop: &Shop,
        times: u32,
        deed: impl Future<Output = T>,
    ) -> T {
        let (done, split) = billed(shop, deed).await;
        self.operations.push(Operation { name, times, split });
        done
    }
}

/// About how many bytes the tables of a shop keep until somebody deletes them.
pub(crate) fn kept_bytes(shop: &Shop) -> usize {
    let items = TABLES.iter().flat_map(|table| {
        let name = shop.store.naming().table(table);
        shop.store.cloud().scan(&name).expect("a table")
    });
    items
        .filter(|item| item["expiresAt"].is_null())
        .map(|item| item.to_string().len() + BYTES_BESIDES)
        .sum()
}

/// What functions are billed for while something is done and until all is settled that it causes.
pub(crate) async fn billed<T>(shop: &Shop, deed: impl Future<Output = T>) -> (T, Accounts) {
    // Whatever went before is none of it.
    shop.settle().await;
    shop.store.cloud().meter_start();
    let done = deed.await;
    shop.settle().await;
    let mut split = shop.store.cloud().meter_stop();
    split.retain(|name, account| {
        // How often an empty queue is looked at is the pump's affair here, and time's in AWS.
        account.empty_receives = 0;
        *account != Account::default() && registry::functions().any(|known| known.name() == *name)
    });
    (done, split)
}
