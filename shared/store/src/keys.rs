//! The keys that sign and verify access tokens.
//!
//! The private key is derived from a secret in Secrets Manager, read when a function that signs
//! starts. Public keys stand in one item of the platform table, `pk = keys`, `sk = keys`, with an
//! attribute `kid:<kid>` for each: half a read unit to read them all, one write unit to add one.

use std::collections::BTreeMap;
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use ring::digest::{SHA256, digest};

use domain::clock::Timestamp;

use crate::db::{Db, Item, key, text, unavailable};
use crate::env::Var;
use crate::error::StoreError;
use crate::grant::{GET, Grant, Resource, UPDATE};
use crate::need::{Declaration, Need, StartError, Wiring};
use crate::tables::PLATFORM;

/// The secret behind the private key.
pub const SIGNING_SECRET: Var = Var::new(
    "SIGNING_SECRET_ARN",
    "the ARN of the secret that access tokens are signed with",
);

const KEYS: &str = "keys";
const KID_PREFIX: &str = "kid:";
/// How often unknown key ids may cause a read: a flood of forged tokens costs one read in this time.
const REFRESH_EVERY: Duration = Duration::from_secs(10);
const LEAST_SECRET_CHARACTERS: usize = 32;

/// A public key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    /// Its id.
    pub kid: String,
    /// Its point, in base64url (RFC 8037).
    pub x: String,
}

/// The secret behind the private key, and the right to publish its public half.
pub struct SigningSecret {
    seed: [u8; 32],
    db: Db,
}

impl SigningSecret {
    /// The Ed25519 seed.
    #[must_use]
    pub fn seed(&self) -> &[u8] {
        &self.seed
    }

    /// Makes sure that verifiers find the public key.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn publish(&self, public: &PublicKey) -> Result<(), StoreError> {
        let known = self.db.get(KEYS, KEYS).await?.map(read).unwrap_or_default();
        if known.contains_key(&public.kid) {
            return Ok(());
        }
        self.db
            .client()
            .update_item()
            .table_name(self.db.table())
            .set_key(Some(key(KEYS, KEYS)))
            .update_expression("SET #kid = :x")
            .expression_attribute_names("#kid", format!("{KID_PREFIX}{}", public.kid))
            .expression_attribute_values(":x", text(&public.x))
            .send()
            .await
            .map_err(unavailable)?;
        Ok(())
    }
}

impl Need for SigningSecret {
    fn declare(declaration: &mut Declaration) {
        declaration.var(SIGNING_SECRET);
        declaration.var(PLATFORM.var);
        declaration.grant(Grant {
            actions: &["secretsmanager:GetSecretValue"],
            on: Resource::SigningSecret,
        });
        declaration.grant(Grant::table(&PLATFORM, &[GET, UPDATE]));
    }

    async fn wire(wiring: &Wiring) -> Result<Self, StartError> {
        let reply = wiring
            .aws
            .secrets()
            .get_secret_value()
            .secret_id(wiring.env.get(SIGNING_SECRET)?)
            .send()
            .await
            .map_err(unavailable)?;
        let secret = reply.secret_string.unwrap_or_default();
        if secret.len() < LEAST_SECRET_CHARACTERS {
            let why = format!("the secret must have {LEAST_SECRET_CHARACTERS} characters or more");
            return Err(StartError::Unusable(SIGNING_SECRET, why));
        }
        let mut seed = [0; 32];
        seed.copy_from_slice(digest(&SHA256, secret.as_bytes()).as_ref());
        Ok(Self {
            seed,
            db: Db::new(wiring.aws.dynamodb(), wiring.env.get(PLATFORM.var)?),
        })
    }
}

/// The public keys, read once and again when an unknown one is asked for.
pub struct PublicKeys {
    db: Db,
    cache: RwLock<Cache>,
}

#[derive(Default)]
struct Cache {
    keys: BTreeMap<String, PublicKey>,
    read_at: Option<Timestamp>,
}

impl PublicKeys {
    /// The key of an id.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn find(&self, kid: &str, now: Timestamp) -> Result<Option<PublicKey>, StoreError> {
        {
            let cache = self.cache.read().unwrap_or_else(PoisonError::into_inner);
            let fresh = cache
                .read_at
                .is_some_and(|read_at| now.since(read_at) < REFRESH_EVERY && read_at <= now);
            if fresh || cache.keys.contains_key(kid) {
                return Ok(cache.keys.get(kid).cloned());
            }
        }
        let keys = self.read_now().await?;
        let found = keys.get(kid).cloned();
        let mut cache = self.cache.write().unwrap_or_else(PoisonError::into_inner);
        // While there is no key at all, the first signer may publish one at any moment.
        let read_at = (!keys.is_empty()).then_some(now);
        *cache = Cache { keys, read_at };
        Ok(found)
    }

    /// Every key.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn all(&self) -> Result<Vec<PublicKey>, StoreError> {
        Ok(self.read_now().await?.into_values().collect())
    }

    async fn read_now(&self) -> Result<BTreeMap<String, PublicKey>, StoreError> {
        // Consistent, because a signer publishes its key just before the first token needs it.
        Ok(self
            .db
            .get_now(KEYS, KEYS)
            .await?
            .map(read)
            .unwrap_or_default())
    }
}

impl Need for PublicKeys {
    fn declare(declaration: &mut Declaration) {
        declaration.var(PLATFORM.var);
        declaration.grant(Grant::table(&PLATFORM, &[GET]));
    }

    async fn wire(wiring: &Wiring) -> Result<Self, StartError> {
        let keys = Self {
            db: Db::new(wiring.aws.dynamodb(), wiring.env.get(PLATFORM.var)?),
            cache: RwLock::default(),
        };
        // Reading now also opens the connection while starting, when there is more CPU. A failure
        // is no reason not to start: the first token tries again.
        if let Ok(known) = keys.read_now().await {
            keys.cache
                .write()
                .unwrap_or_else(PoisonError::into_inner)
                .keys = known;
        }
        Ok(keys)
    }
}

fn read(item: Item) -> BTreeMap<String, PublicKey> {
    item.into_iter()
        .filter_map(|(name, value)| {
            let kid = name.strip_prefix(KID_PREFIX)?.to_owned();
            let x = value.as_s().ok()?.clone();
            Some((kid.clone(), PublicKey { kid, x }))
        })
        .collect()
}
