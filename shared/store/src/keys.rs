//! The keys that sign and verify access tokens.
//!
//! The private key is derived from a secret in Secrets Manager, which functions that sign read when they
//! start and again every few minutes. Public keys stand in one item of the platform table, `pk = keys`,
//! `sk = keys`, with an attribute `kid:<kid>` for each and `until:<kid>` for one that another has taken
//! the place of: half a read unit to read them all, one write unit to add one.
//!
//! To rotate the key, give the secret another value. Whoever signs next publishes the new key and lets
//! the old one verify for a day more, which is longer than any token made with it lives.

use std::collections::BTreeMap;
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use futures_util::FutureExt;
use ring::digest::{SHA256, digest};

use domain::clock::Timestamp;

use crate::db::{Db, Item, key, number, read_number, text, unavailable};
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
const UNTIL_PREFIX: &str = "until:";
/// How long a key still verifies once another has taken its place.
const OVERLAP: Duration = Duration::from_secs(24 * 60 * 60);
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
    /// Until when it verifies, if another has taken its place.
    pub until: Option<Timestamp>,
}

impl PublicKey {
    fn is_good(&self, now: Timestamp) -> bool {
        self.until.is_none_or(|until| now < until)
    }
}

/// The secret behind the private key, and the right to publish its public half.
pub struct SigningSecret {
    secrets: aws_sdk_secretsmanager::Client,
    id: String,
    db: Db,
}

impl SigningSecret {
    /// The Ed25519 seed, as the secret now has it.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]; [`StoreError::Corrupt`] if the secret is too short to be one.
    pub async fn seed(&self) -> Result<[u8; 32], StoreError> {
        let reply = self
            .secrets
            .get_secret_value()
            .secret_id(&self.id)
            .send()
            .boxed()
            .await
            .map_err(unavailable)?;
        let secret = reply.secret_string.unwrap_or_default();
        if secret.len() < LEAST_SECRET_CHARACTERS {
            let rule = format!("{LEAST_SECRET_CHARACTERS} characters or more");
            return Err(StoreError::corrupt(format!(
                "the signing secret must have {rule}"
            )));
        }
        let mut seed = [0; 32];
        seed.copy_from_slice(digest(&SHA256, secret.as_bytes()).as_ref());
        Ok(seed)
    }

    /// Makes sure that verifiers find a public key, and returns the others that are not yet retired.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn publish(&self, kid: &str, x: &str) -> Result<Vec<String>, StoreError> {
        let known = self
            .db
            .get(KEYS, KEYS)
            .await?
            .as_ref()
            .map(read)
            .unwrap_or_default();
        let current = known.get(kid).is_some_and(|key| key.until.is_none());
        if !current {
            self.update("SET #kid = :x REMOVE #until", kid, (":x", text(x)))
                .await?;
        }
        Ok(known
            .into_values()
            .filter(|key| key.kid != kid && key.until.is_none())
            .map(|key| key.kid)
            .collect())
    }

    /// Lets a key verify for as long as its tokens may live, and no longer.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn retire(&self, kid: &str, now: Timestamp) -> Result<(), StoreError> {
        let until = number(now.plus(OVERLAP).as_seconds());
        self.update("SET #until = :until", kid, (":until", until))
            .await
    }

    async fn update(
        &self,
        expression: &str,
        kid: &str,
        (name, value): (&str, AttributeValue),
    ) -> Result<(), StoreError> {
        let mut update = self
            .db
            .client()
            .update_item()
            .table_name(self.db.table())
            .set_key(Some(key(KEYS, KEYS)))
            .update_expression(expression);
        for (name, prefix) in [("#kid", KID_PREFIX), ("#until", UNTIL_PREFIX)] {
            if expression.contains(name) {
                update = update.expression_attribute_names(name, format!("{prefix}{kid}"));
            }
        }
        update
            .expression_attribute_values(name, value)
            .send()
            .boxed()
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
        Ok(Self {
            secrets: wiring.aws.secrets(),
            id: wiring.env.get(SIGNING_SECRET)?.to_owned(),
            db: Db::new(wiring.aws.dynamodb(), wiring.env.get(PLATFORM.var)?),
        })
    }
}

/// The public keys, read at the start, and again when an unknown one is asked for.
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
    /// Keys that are read when the first is asked for.
    ///
    /// # Errors
    /// [`StartError`] if it is not said where they are.
    pub fn unread(wiring: &Wiring) -> Result<Self, StartError> {
        Ok(Self {
            db: Db::new(wiring.aws.dynamodb(), wiring.env.get(PLATFORM.var)?),
            cache: RwLock::default(),
        })
    }

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
                let known = cache.keys.get(kid).filter(|key| key.is_good(now));
                return Ok(known.cloned());
            }
        }
        let keys = self.read_now().await?;
        let found = keys.get(kid).filter(|key| key.is_good(now)).cloned();
        let mut cache = self.cache.write().unwrap_or_else(PoisonError::into_inner);
        // While there is no key at all, the first signer may publish one at any moment.
        let read_at = (!keys.is_empty()).then_some(now);
        *cache = Cache { keys, read_at };
        Ok(found)
    }

    /// Every key that still verifies.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn all(&self, now: Timestamp) -> Result<Vec<PublicKey>, StoreError> {
        let keys = self.read_now().await?.into_values();
        Ok(keys.filter(|key| key.is_good(now)).collect())
    }

    async fn read_now(&self) -> Result<BTreeMap<String, PublicKey>, StoreError> {
        // Consistent, because a signer publishes its key just before the first token needs it.
        Ok(self
            .db
            .get_now(KEYS, KEYS)
            .await?
            .as_ref()
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
        let keys = Self::unread(wiring)?;
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

fn read(item: &Item) -> BTreeMap<String, PublicKey> {
    let until = |kid: &str| {
        let seconds: i64 = read_number(item, &format!("{UNTIL_PREFIX}{kid}"))?;
        Timestamp::from_millis(seconds.checked_mul(1_000)?)
    };
    item.iter()
        .filter_map(|(name, value)| {
            let kid = name.strip_prefix(KID_PREFIX)?.to_owned();
            let key = PublicKey {
                x: value.as_s().ok()?.clone(),
                until: until(&kid),
                kid,
            };
            Some((key.kid.clone(), key))
        })
        .collect()
}
