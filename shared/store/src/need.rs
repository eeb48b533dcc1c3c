//! What a function needs: each handle declares its variables and grants, and is wired from the
//! environment and one AWS configuration.

use std::fmt;

use crate::aws::Aws;
use crate::env::{Env, Missing, Var};
use crate::error::StoreError;
use crate::grant::Grant;
use crate::outside::Outside;
use crate::sign::Sign;

/// The variables, grants and signs of a function.
#[derive(Debug, Clone, Default)]
pub struct Declaration {
    /// The variables it reads, each once.
    pub vars: Vec<Var>,
    /// What it may do.
    pub grants: Vec<Grant>,
    /// The signs of trouble it may give.
    pub signs: Vec<&'static Sign>,
}

impl Declaration {
    /// Adds a variable.
    pub fn var(&mut self, var: Var) {
        if !self.vars.contains(&var) {
            self.vars.push(var);
        }
    }

    /// Adds a grant.
    pub fn grant(&mut self, grant: Grant) {
        if !self.grants.contains(&grant) {
            self.grants.push(grant);
        }
    }

    /// Adds a sign of trouble.
    pub fn sign(&mut self, sign: &'static Sign) {
        if !self.signs.contains(&sign) {
            self.signs.push(sign);
        }
    }
}

/// What handles are wired from.
pub struct Wiring {
    /// The function's environment.
    pub env: Env,
    /// Its AWS clients.
    pub aws: Aws,
    /// Its way to services that are not AWS's.
    pub outside: Outside,
}

/// Why a function cannot start.
#[derive(Debug)]
pub enum StartError {
    /// The environment is incomplete.
    Missing(Missing),
    /// A variable's value cannot be used.
    Unusable(Var, String),
    /// Something that is read at the start could not be read.
    Unreadable(StoreError),
}

impl From<Missing> for StartError {
    fn from(missing: Missing) -> Self {
        Self::Missing(missing)
    }
}

impl From<StoreError> for StartError {
    fn from(error: StoreError) -> Self {
        Self::Unreadable(error)
    }
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(missing) => missing.fmt(f),
            Self::Unusable(var, why) => write!(f, "{}: {why}", var.name),
            Self::Unreadable(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for StartError {}

/// One handle.
pub trait Need: Sized + Send + Sync + 'static {
    /// Adds its variables and grants.
    fn declare(declaration: &mut Declaration);

    /// Makes it.
    fn wire(wiring: &Wiring) -> impl Future<Output = Result<Self, StartError>> + Send;
}

/// All that a function needs: a tuple of handles.
pub trait Needs: Sized + Send + Sync + 'static {
    /// Adds the variables and grants of each.
    fn declare(declaration: &mut Declaration);

    /// Makes each.
    fn wire(wiring: &Wiring) -> impl Future<Output = Result<Self, StartError>> + Send;
}

macro_rules! tuple {
    ($($need:ident)*) => {
        impl<$($need: Need),*> Needs for ($($need,)*) {
            fn declare(_declaration: &mut Declaration) {
                $($need::declare(_declaration);)*
            }

            async fn wire(_wiring: &Wiring) -> Result<Self, StartError> {
                Ok(($($need::wire(_wiring).await?,)*))
            }
        }
    };
}

tuple!();
tuple!(A);
tuple!(A B);
tuple!(A B C);
tuple!(A B C D);
tuple!(A B C D E);
tuple!(A B C D E F);
tuple!(A B C D E F G);
tuple!(A B C D E F G H);
