//! API keys as text, `sk_<id>_<secret>`, and who they speak for.
//!
//! The secret is 256 bits, made of the shop's own secret, the key's id and a nonce: the reply that
//! shows it can be rebuilt for a client that lost it, without the secret being kept anywhere. What is
//! kept of a key is the SHA-256 digest of its text, which no password hash could improve: 256 random
//! bits are not guessed.

use data_encoding::HEXLOWER;
use ring::digest::{SHA256, digest};

use domain::api_key::KeyStatus;
use domain::clock::{Entropy, Timestamp};
use domain::id::ApiKeyId;
use store::api_keys::{self, ApiKeys, KeptKey};
use store::usage::Usage;
use store::{Declaration, Need, StartError, Wiring};
use uuid::Uuid;

use crate::caller::Key;
use crate::problem::Failure;
use crate::seal::Seal;

const SCHEME: &str = "sk_";
/// The scheme, an id and a secret in hex, and what is between them.
const CHARACTERS: usize = SCHEME.len() + 32 + 1 + 64;
/// How much of a key people see in lists.
const PREFIX_CHARACTERS: usize = 12;
const NONCE_BYTES: usize = 32;

/// The text of a key.
pub struct KeyText(String);

impl KeyText {
    /// What makes one key's secret differ from another's.
    #[must_use]
    pub fn nonce(entropy: &dyn Entropy) -> String {
        let mut nonce = [0; NONCE_BYTES];
        entropy.fill(&mut nonce);
        HEXLOWER.encode(&nonce)
    }

    /// The text of a key: the same for the same id and nonce.
    #[must_use]
    pub fn of(seal: &Seal, id: ApiKeyId, nonce: &str) -> Self {
        // Backwards, because ids begin with their time: the prefix is to tell keys of one day apart.
        let mut bytes = *id.as_uuid().as_bytes();
        bytes.reverse();
        let secret = seal.secret("api key", &format!("{id} {nonce}"));
        Self(format!(
            "{SCHEME}{}_{}",
            HEXLOWER.encode(&bytes),
            HEXLOWER.encode(&secret)
        ))
    }

    /// How it begins.
    #[must_use]
    pub fn prefix(&self) -> &str {
        &self.0[..PREFIX_CHARACTERS]
    }

    /// What is kept of it.
    #[must_use]
    pub fn digest(&self) -> String {
        digest_of(&self.0)
    }

    /// The text, to be shown once.
    #[must_use]
    pub fn reveal(self) -> String {
        self.0
    }
}

fn digest_of(text: &str) -> String {
    HEXLOWER.encode(digest(&SHA256, text.as_bytes()).as_ref())
}

/// The id in a key's text, if it has the form of one.
fn id_of(text: &str) -> Option<ApiKeyId> {
    if text.len() != CHARACTERS {
        return None;
    }
    let (id, _) = text.strip_prefix(SCHEME)?.split_once('_')?;
    let mut bytes: [u8; 16] = HEXLOWER.decode(id.as_bytes()).ok()?.try_into().ok()?;
    bytes.reverse();
    Some(ApiKeyId::from_uuid(Uuid::from_bytes(bytes)))
}

/// Whether two digests are equal, in a time that does not tell where they differ.
fn same(one: &str, other: &str) -> bool {
    let differences = one
        .bytes()
        .zip(other.bytes())
        .fold(0, |found, (one, other)| found | (one ^ other));
    one.len() == other.len() && differences == 0
}

/// Verifies API keys.
pub(crate) struct KeyVerifier {
    keys: ApiKeys<api_keys::Verify>,
    usage: Usage,
}

impl KeyVerifier {
    /// Whether a bearer token has the form of an API key.
    pub(crate) fn is_key(token: &str) -> bool {
        token.starts_with(SCHEME)
    }

    /// What a key allows; nothing if it is unknown, expired or revoked. It is read for every request,
    /// so that it opens nothing from the moment it is revoked.
    pub(crate) async fn verify(&self, token: &str, now: Timestamp) -> Result<Option<Key>, Failure> {
        let Some(id) = id_of(token) else {
            return Ok(None);
        };
        let Some(KeptKey { key, digest }) = self.keys.find(id).await? else {
            return Ok(None);
        };
        if !same(&digest, &digest_of(token)) || key.status(now) != KeyStatus::Active {
            return Ok(None);
        }
        self.usage.seen(id, now).await;
        Ok(Some(Key {
            id,
            scopes: key.scopes,
        }))
    }
}

impl Need for KeyVerifier {
    fn declare(declaration: &mut Declaration) {
        ApiKeys::<api_keys::Verify>::declare(declaration);
        Usage::declare(declaration);
    }

    async fn wire(wiring: &Wiring) -> Result<Self, StartError> {
        Ok(Self {
            keys: ApiKeys::wire(wiring).await?,
            usage: Usage::wire(wiring).await?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{ApiKeyId, CHARACTERS, KeyText, Seal, id_of, same};

    #[test]
    fn a_key_names_its_id_and_can_be_made_again() {
        let seal = Seal::new(b"a secret that is long enough to use");
        let id = ApiKeyId::from_u128(0x0190_a0b0_0000_7000_8000_0000_0000_000e);
        let text = KeyText::of(&seal, id, "nonce").reveal();
        assert_eq!(text.len(), CHARACTERS);
        assert_eq!(id_of(&text), Some(id));
        assert_eq!(KeyText::of(&seal, id, "nonce").reveal(), text);
        assert_ne!(KeyText::of(&seal, id, "other").reveal(), text);
        assert!(text.starts_with(KeyText::of(&seal, id, "nonce").prefix()));
    }

    #[test]
    fn what_has_not_the_form_of_a_key_names_none() {
        let text = "0".repeat(CHARACTERS);
        for garbled in ["", "sk_", "sk_live_1", &format!("sk_{}", &text[3..])] {
            assert_eq!(id_of(garbled), None, "{garbled}");
        }
        let upper = format!("sk_{}_{}", "A".repeat(32), "0".repeat(64));
        assert_eq!(id_of(&upper), None);
    }

    #[test]
    fn only_equal_digests_are_the_same() {
        assert!(same("abc", "abc"));
        for other in ["abd", "ab", "abcd", ""] {
            assert!(!same("abc", other), "{other}");
        }
    }
}
