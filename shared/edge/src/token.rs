//! Access tokens: JWTs signed with Ed25519 (RFC 8037), verified in-process.
//!
//! jsonwebtoken does the format and the claims; the signatures come from ring, which the TLS stack
//! already brings.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use data_encoding::BASE64URL_NOPAD;
use jsonwebtoken::crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::{ErrorKind, Result as JwtResult};
use jsonwebtoken::{
    Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, decode_header, encode,
};
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use serde::{Deserialize, Serialize};
use signature::{Signer, Verifier};
use tokio::sync::Mutex;

use domain::clock::Timestamp;
use domain::email::Email;
use domain::id::{SessionId, UserId};
use domain::role::{Permission, Role};
use domain::user::User;
use store::keys::{PublicKey, PublicKeys, SigningSecret};
use store::{Declaration, Need, StartError, StoreError, Wiring};

use crate::caller::Account;
use crate::problem::Failure;

/// How long an access token is good for.
pub const LIFETIME: Duration = Duration::from_secs(15 * 60);
/// How often a function that signs looks whether the secret was given another value.
const LOOK_EVERY: Duration = Duration::from_secs(5 * 60);
/// How far clocks may differ.
const LEEWAY_S: u64 = 5;
/// The longest token that is looked at.
const MOST_CHARACTERS: usize = 4_096;
/// The audience of access tokens.
const AUDIENCE: &str = "souk";
/// The type of access tokens, so that no other JWT of ours passes for one (RFC 9068).
const TYPE: &str = "at+jwt";

/// What an access token says.
#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    iss: String,
    sub: UserId,
    aud: String,
    exp: i64,
    iat: i64,
    nbf: i64,
    jti: String,
    sid: SessionId,
    /// The account's epoch, which ends with all its sessions.
    #[serde(default)]
    epoch: u32,
    email: Email,
    roles: BTreeSet<Role>,
    scope: String,
}

struct RingSigner(Ed25519KeyPair);

impl Signer<Vec<u8>> for RingSigner {
    fn try_sign(&self, message: &[u8]) -> Result<Vec<u8>, signature::Error> {
        Ok(self.0.sign(message).as_ref().to_vec())
    }
}

impl JwtSigner for RingSigner {
    fn algorithm(&self) -> Algorithm {
        Algorithm::EdDSA
    }
}

struct RingVerifier(Vec<u8>);

impl Verifier<Vec<u8>> for RingVerifier {
    fn verify(&self, message: &[u8], sent: &Vec<u8>) -> Result<(), signature::Error> {
        UnparsedPublicKey::new(&ED25519, &self.0)
            .verify(message, sent)
            .map_err(|_| signature::Error::new())
    }
}

impl JwtVerifier for RingVerifier {
    fn algorithm(&self) -> Algorithm {
        Algorithm::EdDSA
    }
}

static RING: CryptoProvider = CryptoProvider {
    signer_factory: |algorithm, key| match algorithm {
        Algorithm::EdDSA => Ed25519KeyPair::from_seed_unchecked(key.as_bytes())
            .map(|pair| Box::new(RingSigner(pair)) as Box<dyn JwtSigner>)
            .map_err(|_| ErrorKind::InvalidEddsaKey.into()),
        _ => unsupported(),
    },
    verifier_factory: |algorithm, key| match algorithm {
        Algorithm::EdDSA => key
            .try_get_as_bytes()
            .map(|bytes| Box::new(RingVerifier(bytes.to_vec())) as Box<dyn JwtVerifier>),
        _ => unsupported(),
    },
    key_utils: KeyUtils::new_unimplemented(),
};

fn unsupported<T>() -> JwtResult<T> {
    Err(ErrorKind::InvalidAlgorithm.into())
}

fn use_ring() {
    // A second installation is refused, which is as good: the first was the same.
    let _ = RING.install_default();
}

/// Signs access tokens.
pub struct TokenSigner {
    secret: SigningSecret,
    key: Mutex<SigningKey>,
    issuer: String,
}

/// The private key, as the secret was last found.
struct SigningKey {
    seed: [u8; 32],
    encoding: EncodingKey,
    kid: String,
    /// When the secret was last looked at; unknown for the look at the start.
    looked_at: Option<Timestamp>,
    /// Keys whose place this one takes, and which are not yet retired.
    superseded: Vec<String>,
}

impl SigningKey {
    /// The key of a seed. Before its first signature it is published, so that no verifier meets an
    /// unknown one.
    async fn publish(seed: [u8; 32], secret: &SigningSecret) -> Result<Self, StoreError> {
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed)
            .map_err(|_| StoreError::Corrupt("the signing secret".to_owned()))?;
        let public = pair.public_key().as_ref();
        let kid = kid(public);
        let superseded = secret
            .publish(&kid, &BASE64URL_NOPAD.encode(public))
            .await?;
        Ok(Self {
            seed,
            encoding: EncodingKey::from_ed_der(&seed),
            kid,
            looked_at: None,
            superseded,
        })
    }
}

impl TokenSigner {
    /// A token for a session of `user` that begins at `now`. The same session gives the same token.
    ///
    /// # Errors
    /// 500 if it cannot be signed.
    pub async fn sign(
        &self,
        user: &User,
        session: SessionId,
        now: Timestamp,
    ) -> Result<String, Failure> {
        let permissions: BTreeSet<Permission> = user
            .roles
            .iter()
            .flat_map(|role| role.permissions())
            .copied()
            .collect();
        let scope: Vec<&str> = permissions.iter().map(|one| one.as_str()).collect();
        let claims = Claims {
            iss: self.issuer.clone(),
            sub: user.id,
            aud: AUDIENCE.to_owned(),
            exp: now.plus(LIFETIME).as_seconds(),
            iat: now.as_seconds(),
            nbf: now.as_seconds(),
            jti: format!("{session}.{}", now.as_millis()),
            sid: session,
            epoch: user.epoch,
            email: user.email.clone(),
            roles: user.roles.clone(),
            scope: scope.join(" "),
        };
        let mut key = self.key.lock().await;
        // Who cannot look signs with the key at hand: the old one verifies for long enough.
        if let Err(error) = self.keep_up(&mut key, now).await {
            tracing::warn!(error = ?error, "the signing secret was not looked at");
        }
        let header = Header {
            typ: Some(TYPE.to_owned()),
            kid: Some(key.kid.clone()),
            ..Header::new(Algorithm::EdDSA)
        };
        encode(&header, &claims, &key.encoding).map_err(Failure::internal)
    }

    /// Follows the secret where it was given another value, and retires what it supersedes.
    async fn keep_up(&self, key: &mut SigningKey, now: Timestamp) -> Result<(), StoreError> {
        let looked_at = *key.looked_at.get_or_insert(now);
        if now.since(looked_at) >= LOOK_EVERY {
            key.looked_at = Some(now);
            let seed = self.secret.seed().await?;
            if seed != key.seed {
                *key = SigningKey {
                    looked_at: Some(now),
                    ..SigningKey::publish(seed, &self.secret).await?
                };
            }
        }
        while let Some(old) = key.superseded.last() {
            self.secret.retire(old, now).await?;
            key.superseded.pop();
        }
        Ok(())
    }
}

impl Need for TokenSigner {
    fn declare(declaration: &mut Declaration) {
        SigningSecret::declare(declaration);
        declaration.var(store::shop::ISSUER);
    }

    async fn wire(wiring: &Wiring) -> Result<Self, StartError> {
        use_ring();
        let secret = SigningSecret::wire(wiring).await?;
        let key = SigningKey::publish(secret.seed().await?, &secret).await?;
        Ok(Self {
            secret,
            key: Mutex::new(key),
            issuer: wiring.env.get(store::shop::ISSUER)?.to_owned(),
        })
    }
}

/// A key's id: the start of its digest.
fn kid(public: &[u8]) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA256, public);
    BASE64URL_NOPAD.encode(&digest.as_ref()[..12])
}

/// Verifies access tokens.
pub struct TokenVerifier {
    keys: Arc<PublicKeys>,
    issuer: String,
}

impl TokenVerifier {
    /// A verifier that reads the public keys when it meets the first token, for routes that nobody has to sign
    /// in for.
    pub(crate) fn unread(wiring: &Wiring) -> Result<Self, StartError> {
        Self::of(PublicKeys::unread(wiring)?, wiring)
    }

    fn of(keys: PublicKeys, wiring: &Wiring) -> Result<Self, StartError> {
        use_ring();
        Ok(Self {
            keys: Arc::new(keys),
            issuer: wiring.env.get(store::shop::ISSUER)?.to_owned(),
        })
    }

    /// Who a token speaks for; nothing if it is forged, expired or of another kind.
    ///
    /// # Errors
    /// 503 if the public keys cannot be read.
    pub async fn verify(&self, token: &str, now: Timestamp) -> Result<Option<Account>, Failure> {
        if token.len() > MOST_CHARACTERS {
            return Ok(None);
        }
        let Ok(header) = decode_header(token) else {
            return Ok(None);
        };
        let (Some(kid), Algorithm::EdDSA, Some(TYPE)) =
            (&header.kid, header.alg, header.typ.as_deref())
        else {
            return Ok(None);
        };
        let Some(key) = self.keys.find(kid, now).await? else {
            return Ok(None);
        };
        Ok(self.read(token, &key, now))
    }

    fn read(&self, token: &str, key: &PublicKey, now: Timestamp) -> Option<Account> {
        let key = DecodingKey::from_ed_components(&key.x).ok()?;
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_issuer(&[&self.issuer]);
        validation.set_audience(&[AUDIENCE]);
        validation.set_required_spec_claims(&["exp", "nbf", "iss", "aud", "sub"]);
        // The library reads the machine's clock; ours is passed in, so the times are checked below.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        let claims = decode::<Claims>(token, &key, &validation).ok()?.claims;
        let leeway = i64::try_from(LEEWAY_S).unwrap_or(0);
        let now = now.as_seconds();
        if now >= claims.exp.saturating_add(leeway) || now < claims.nbf.saturating_sub(leeway) {
            return None;
        }
        let permissions = claims
            .roles
            .iter()
            .flat_map(|role| role.permissions())
            .copied()
            .collect();
        Some(Account {
            user: claims.sub,
            email: claims.email,
            roles: claims.roles,
            permissions,
            session: claims.sid,
            epoch: claims.epoch,
        })
    }
}

impl Need for TokenVerifier {
    fn declare(declaration: &mut Declaration) {
        PublicKeys::declare(declaration);
        declaration.var(store::shop::ISSUER);
    }

    async fn wire(wiring: &Wiring) -> Result<Self, StartError> {
        Self::of(PublicKeys::wire(wiring).await?, wiring)
    }
}
