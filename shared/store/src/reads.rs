//! Reads of several rooms in one call: each adds what it wants to know to [`Reads`], and finds it in the
//! [`Answers`]. However many tables are asked, it is one way there and back and one signature; read units are
//! those of the items.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::KeysAndAttributes;
use futures_util::FutureExt;

use crate::db::{Item, key, read_text, unavailable};
use crate::error::StoreError;

/// The most keys that one BatchGetItem takes.
const MOST: usize = 100;
/// How often it is asked again for what it left out.
const ROUNDS: u32 = 5;

/// Items that are to be read together.
pub struct Reads {
    client: Client,
    wanted: Vec<(String, Item)>,
    consistent: BTreeSet<String>,
}

/// The items that were there.
#[derive(Debug, Default)]
pub struct Answers(BTreeMap<String, Vec<Item>>);

impl Reads {
    pub(crate) fn new(client: Client) -> Self {
        Self {
            client,
            wanted: Vec::new(),
            consistent: BTreeSet::new(),
        }
    }

    /// Wants an item of a table, which must not be wanted already.
    pub(crate) fn want(&mut self, table: &str, pk: &str, sk: &str) {
        self.wanted.push((table.to_owned(), key(pk, sk)));
    }

    /// Wants the items of a table as they stand this moment, for twice the read units.
    pub(crate) fn consistently(&mut self, table: &str) {
        self.consistent.insert(table.to_owned());
    }

    /// Reads all of it, a hundred items a call.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn send(mut self) -> Result<Answers, StoreError> {
        let mut answers = Answers::default();
        let mut rounds = 0;
        while !self.wanted.is_empty() {
            let rest = self.wanted.split_off(self.wanted.len().min(MOST));
            let reply = self
                .client
                .batch_get_item()
                .set_request_items(Some(self.request()?))
                .send()
                .boxed()
                .await
                .map_err(unavailable)?;
            for (table, items) in reply.responses.into_iter().flatten() {
                answers.0.entry(table).or_default().extend(items);
            }
            self.wanted = rest;
            let left = reply.unprocessed_keys.unwrap_or_default();
            if !left.is_empty() {
                rounds += 1;
                if rounds > ROUNDS {
                    return Err(StoreError::unavailable("a batch read was left unfinished"));
                }
            }
            for (table, left) in left {
                let again = left.keys.into_iter().map(|key| (table.clone(), key));
                self.wanted.extend(again);
            }
        }
        Ok(answers)
    }

    /// What is wanted next.
    fn request(&mut self) -> Result<HashMap<String, KeysAndAttributes>, StoreError> {
        let mut keys: HashMap<String, Vec<Item>> = HashMap::new();
        for (table, key) in std::mem::take(&mut self.wanted) {
            keys.entry(table).or_default().push(key);
        }
        keys.into_iter()
            .map(|(table, keys)| {
                let consistent = self.consistent.contains(&table);
                let keys = KeysAndAttributes::builder()
                    .set_keys(Some(keys))
                    .set_consistent_read(consistent.then_some(true))
                    .build();
                Ok((table, keys.map_err(StoreError::unavailable)?))
            })
            .collect()
    }
}

impl Answers {
    /// An item, if it is there.
    pub(crate) fn take(&mut self, table: &str, pk: &str, sk: &str) -> Option<Item> {
        let items = self.0.get_mut(table)?;
        let is_it =
            |item: &Item| read_text(item, "pk") == Some(pk) && read_text(item, "sk") == Some(sk);
        let index = items.iter().position(is_it)?;
        Some(items.swap_remove(index))
    }

    /// All items of a table, in no particular order.
    pub(crate) fn take_all(&mut self, table: &str) -> Vec<Item> {
        self.0.remove(table).unwrap_or_default()
    }
}
