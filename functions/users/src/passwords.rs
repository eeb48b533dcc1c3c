//! Password hashes: argon2id, salted, in PHC format.

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{Error, PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use domain::clock::Entropy;
use domain::password::Password;
use edge::Failure;

// The OWASP Password Storage Cheat Sheet's parameters for argon2id.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;
const SALT_BYTES: usize = 16;

/// A hash with the same parameters that no password is known for. Where there is no account, it is
/// verified against, so that the time an answer takes does not tell which addresses have one.
const NOBODYS: &str = concat!(
    "$argon2id$v=19$m=19456,t=2,p=1$",
    "AAAAAAAAAAAAAAAAAAAAAA$",
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
);

fn argon2id() -> Result<Argon2<'static>, Failure> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(Failure::internal)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// The hash to keep of a password.
pub(crate) fn hash(password: &Password, entropy: &dyn Entropy) -> Result<String, Failure> {
    let mut salt = [0; SALT_BYTES];
    entropy.fill(&mut salt);
    let hash: PasswordHash = argon2id()?
        .hash_password_with_salt(password.reveal().as_bytes(), &salt)
        .map_err(Failure::internal)?;
    Ok(hash.to_string())
}

/// Whether a password is the one that a hash was made of; without a hash it is not, after as much
/// work.
pub(crate) fn verify(password: &str, hash: Option<&str>) -> Result<bool, Failure> {
    let kept = PasswordHash::new(hash.unwrap_or(NOBODYS)).map_err(Failure::internal)?;
    match argon2id()?.verify_password(password.as_bytes(), &kept) {
        Ok(()) => Ok(hash.is_some()),
        Err(Error::PasswordInvalid) => Ok(false),
        Err(error) => Err(Failure::internal(error)),
    }
}
