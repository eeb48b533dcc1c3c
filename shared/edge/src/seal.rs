//! Sealing what clients carry for us: a message and its MAC, in base64url.

use data_encoding::BASE64URL_NOPAD;
use ring::hmac;

use domain::clock::Timestamp;
use domain::id::OrderId;
use store::env::Var;
use store::{Declaration, Need, StartError, Wiring};

use crate::paging::List;

/// The symmetric key, 32 characters or more.
pub const EDGE_KEY: Var = Var::new(
    "EDGE_KEY",
    "the secret that seals cursors and order tokens and makes API keys, 32 characters or more",
);

const LEAST_KEY_CHARACTERS: usize = 32;
/// Half of SHA-256's output: beyond guessing, and short in a URL.
const MAC_BYTES: usize = 16;
const ORDER_TOKEN_PREFIX: &str = "ot_";

/// The symmetric key.
pub struct Seal(hmac::Key);

impl Seal {
    /// A seal made of a secret.
    #[must_use]
    pub fn new(secret: &[u8]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, secret))
    }

    fn tag(&self, purpose: &str, message: &[u8]) -> hmac::Tag {
        let mut context = hmac::Context::with_key(&self.0);
        context.update(&(purpose.len() as u64).to_be_bytes());
        context.update(purpose.as_bytes());
        context.update(message);
        context.sign()
    }

    fn mac(&self, purpose: &str, message: &[u8]) -> Vec<u8> {
        self.tag(purpose, message).as_ref()[..MAC_BYTES].to_vec()
    }

    /// 256 bits that only whoever has the seal can make of a message, for one purpose.
    #[must_use]
    pub fn secret(&self, purpose: &str, message: &str) -> Vec<u8> {
        self.tag(purpose, message.as_bytes()).as_ref().to_vec()
    }

    /// Seals a message for one purpose.
    #[must_use]
    pub fn seal(&self, purpose: &str, message: &str) -> String {
        let mut sealed = self.mac(purpose, message.as_bytes());
        sealed.extend_from_slice(message.as_bytes());
        BASE64URL_NOPAD.encode(&sealed)
    }

    /// The message, if it was sealed for this purpose.
    #[must_use]
    pub fn open(&self, purpose: &str, sealed: &str) -> Option<String> {
        let bytes = BASE64URL_NOPAD.decode(sealed.as_bytes()).ok()?;
        let (mac, message) = bytes.split_at_checked(MAC_BYTES)?;
        let expected = self.mac(purpose, message);
        // Comparing MACs of the two keeps the time independent of where they differ.
        let blind = |bytes: &[u8]| hmac::sign(&self.0, bytes);
        if blind(mac).as_ref() != blind(&expected).as_ref() {
            return None;
        }
        String::from_utf8(message.to_vec()).ok()
    }

    /// The list at `path`, whose cursors are bound to its filters by `binding`.
    #[must_use]
    pub fn list(&self, path: &'static str, binding: impl std::fmt::Display) -> List<'_> {
        List {
            seal: self,
            path,
            binding: binding.to_string(),
        }
    }

    /// A bearer token for one order alone, until an instant.
    #[must_use]
    pub fn order_token(&self, order: OrderId, until: Timestamp) -> String {
        let message = format!("{order} {}", until.as_seconds());
        format!("{ORDER_TOKEN_PREFIX}{}", self.seal("order token", &message))
    }

    /// The order that a token is for, unless it is forged or too old.
    #[must_use]
    pub fn order_of(&self, token: &str, now: Timestamp) -> Option<OrderId> {
        let sealed = token.strip_prefix(ORDER_TOKEN_PREFIX)?;
        let message = self.open("order token", sealed)?;
        let (order, until) = message.split_once(' ')?;
        let until: i64 = until.parse().ok()?;
        (now.as_seconds() < until)
            .then(|| order.parse().ok())
            .flatten()
    }

    /// Whether a bearer token has the form of an order token.
    #[must_use]
    pub fn is_order_token(token: &str) -> bool {
        token.starts_with(ORDER_TOKEN_PREFIX)
    }
}

impl Need for Seal {
    fn declare(declaration: &mut Declaration) {
        declaration.var(EDGE_KEY);
    }

    async fn wire(wiring: &Wiring) -> Result<Self, StartError> {
        let secret = wiring.env.get(EDGE_KEY)?;
        if secret.len() < LEAST_KEY_CHARACTERS {
            let why = format!("must be {LEAST_KEY_CHARACTERS} characters or more");
            return Err(StartError::Unusable(EDGE_KEY, why));
        }
        Ok(Self::new(secret.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::Seal;

    #[test]
    fn what_is_sealed_opens_only_unchanged_and_for_its_purpose() {
        let seal = Seal::new(b"a secret that is long enough to use");
        let sealed = seal.seal("cursor", "message");
        assert_eq!(seal.open("cursor", &sealed).as_deref(), Some("message"));
        assert_eq!(seal.open("token", &sealed), None);
        for index in 0..sealed.len() {
            let mut forged = sealed.clone().into_bytes();
            forged[index] = if forged[index] == b'A' { b'B' } else { b'A' };
            let forged = String::from_utf8(forged).unwrap();
            assert_eq!(seal.open("cursor", &forged), None, "{index}");
        }
    }
}
