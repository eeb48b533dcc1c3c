//! The environment, read once: every variable is declared here, and all that is missing is named
//! at once.

use std::collections::HashMap;
use std::fmt;

/// An environment variable that some function reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Var {
    /// The variable's name.
    pub name: &'static str,
    /// What it holds, for the documentation.
    pub holds: &'static str,
}

impl Var {
    /// A variable named `name` that holds `holds`.
    #[must_use]
    pub const fn new(name: &'static str, holds: &'static str) -> Self {
        Self { name, holds }
    }
}

/// The AWS region the function runs in; set by Lambda.
pub const REGION: Var = Var::new("AWS_REGION", "the AWS region, set by Lambda");
/// The access key of the function's role; set by Lambda.
pub const ACCESS_KEY_ID: Var =
    Var::new("AWS_ACCESS_KEY_ID", "the role's access key, set by Lambda");
/// The secret key of the function's role; set by Lambda.
pub const SECRET_ACCESS_KEY: Var = Var::new(
    "AWS_SECRET_ACCESS_KEY",
    "the role's secret key, set by Lambda",
);
/// The session token of the function's role; set by Lambda, absent with long-lived keys.
pub const SESSION_TOKEN: Var = Var::new(
    "AWS_SESSION_TOKEN",
    "the role's session token, set by Lambda",
);
/// Replaces the DynamoDB endpoint; only for the local store.
pub const DYNAMODB_ENDPOINT: Var = Var::new(
    "AWS_ENDPOINT_URL_DYNAMODB",
    "a DynamoDB endpoint other than AWS's",
);
/// Replaces the SQS endpoint; only for the local store.
pub const SQS_ENDPOINT: Var = Var::new("AWS_ENDPOINT_URL_SQS", "an SQS endpoint other than AWS's");
/// Replaces the SES endpoint; only for the local store.
pub const SES_ENDPOINT: Var =
    Var::new("AWS_ENDPOINT_URL_SESV2", "an SES endpoint other than AWS's");
/// Replaces the Secrets Manager endpoint; only for the local store.
pub const SECRETS_ENDPOINT: Var = Var::new(
    "AWS_ENDPOINT_URL_SECRETS_MANAGER",
    "a Secrets Manager endpoint other than AWS's",
);

/// Roots that are trusted besides those of AWS's endpoints, as the AWS CLI and SDKs know it; for networks that
/// inspect what passes.
pub const CA_BUNDLE: Var = Var::new(
    "AWS_CA_BUNDLE",
    "a file of certificates in PEM that are trusted besides AWS's own",
);

/// The variables that the runtime sets, which no template needs to.
pub const FROM_RUNTIME: [Var; 3] = [REGION, ACCESS_KEY_ID, SECRET_ACCESS_KEY];

/// The environment of one function.
#[derive(Debug, Clone, Default)]
pub struct Env(HashMap<String, String>);

/// Variables that are needed and absent or empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing(pub Vec<Var>);

impl Env {
    /// The process environment, as it stands now.
    #[must_use]
    pub fn from_process() -> Self {
        #[expect(
            clippy::disallowed_methods,
            reason = "this is the one place that reads the environment"
        )]
        Self(std::env::vars().collect())
    }

    /// An environment made by hand, for functions that share a process.
    pub fn new(vars: impl IntoIterator<Item = (String, String)>) -> Self {
        Self(vars.into_iter().collect())
    }

    /// The value of `var`, unless absent or empty.
    #[must_use]
    pub fn optional(&self, var: Var) -> Option<&str> {
        self.0
            .get(var.name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }

    /// The value of `var`.
    ///
    /// # Errors
    /// [`Missing`] with that one variable.
    pub fn get(&self, var: Var) -> Result<&str, Missing> {
        self.optional(var).ok_or_else(|| Missing(vec![var]))
    }

    /// Checks that each of `vars` is present.
    ///
    /// # Errors
    /// [`Missing`] with all that are not.
    pub fn require(&self, vars: impl IntoIterator<Item = Var>) -> Result<(), Missing> {
        let missing: Vec<Var> = vars
            .into_iter()
            .filter(|var| self.optional(*var).is_none())
            .collect();
        if missing.is_empty() {
            Ok(())
        } else {
            Err(Missing(missing))
        }
    }
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "missing environment variables:")?;
        for var in &self.0 {
            write!(f, " {} ({});", var.name, var.holds)?;
        }
        Ok(())
    }
}

impl std::error::Error for Missing {}

#[cfg(test)]
mod tests {
    use super::{Env, Missing, REGION, SQS_ENDPOINT};

    #[test]
    fn all_missing_variables_are_named_at_once() {
        let env = Env::new([("AWS_REGION".to_owned(), String::new())]);
        let missing = env.require([REGION, SQS_ENDPOINT]);
        assert_eq!(missing, Err(Missing(vec![REGION, SQS_ENDPOINT])));
    }
}
