//! A function as the registry knows it: one value per Lambda binary, from which its handling,
//! environment, policy, template, documentation and local routing all come.

use std::any::TypeId;

use domain::machine::Moves;
use futures_util::future::BoxFuture;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use store::{Declaration, Needs, StartError, Wiring};

use crate::consumer::{Consumer, Source};
use crate::endpoint::{Endpoint, Nothing};
use crate::fields::names_of;
use crate::route::{HTTP_TIMEOUT_S, Route};
use crate::runner::http::{self, HttpRunner};
use crate::runner::messages::MessageRunner;
pub use crate::runner::messages::{BatchReply, ItemFailure};
pub use crate::runner::{Crash, Raw, Running, Surroundings};
use crate::serve::Served;
use crate::shape::{Shape, schema};

/// The longest a consumer may work on a batch, in seconds.
const MESSAGES_TIMEOUT_S: u16 = 30;

/// One Lambda function.
#[derive(Clone, Copy)]
pub struct Function {
    /// The service it belongs to.
    pub service: &'static str,
    /// The module it stands in.
    pub module: &'static str,
    /// What starts it.
    pub trigger: Trigger,
    /// Its memory in MB.
    pub memory_mb: u16,
    /// The longest it may run, in seconds.
    pub timeout_s: u16,
    /// One line about it.
    pub summary: &'static str,
    /// What it moves from one status to another.
    pub moves: &'static [Moves],
    /// What it reads from the environment and may do.
    pub declare: fn() -> Declaration,
    /// Starts it.
    pub start: fn(String, Wiring, Surroundings) -> Starting,
}

/// A function that is starting.
pub type Starting = BoxFuture<'static, Result<Box<dyn Running>, StartError>>;

/// What starts a function.
#[derive(Clone, Copy)]
pub enum Trigger {
    /// A request.
    Http {
        /// Its route.
        route: Route,
        /// The schemas of what it takes and answers.
        describe: fn(&mut SchemaGenerator, &mut SchemaGenerator) -> Description,
    },
    /// Messages.
    Messages(Source),
}

/// The schemas of a route. Those of path and query are inline.
pub struct Description {
    /// The parameters of its path.
    pub path: Schema,
    /// The parameters of its query.
    pub query: Schema,
    /// Its body, if it has one.
    pub body: Option<Schema>,
    /// Whether a body must be sent.
    pub body_required: bool,
    /// What it answers, if it answers anything.
    pub reply: Option<Schema>,
    /// The fields of what it answers, or of each item of a list.
    pub fields: Vec<String>,
}

impl Function {
    /// A function that answers a route.
    #[must_use]
    pub const fn http<E: Endpoint>(service: &'static str, module: &'static str) -> Self {
        Self {
            service,
            module,
            trigger: Trigger::Http {
                route: E::ROUTE,
                describe: describe::<E>,
            },
            memory_mb: E::ROUTE.memory_mb,
            timeout_s: HTTP_TIMEOUT_S,
            summary: E::ROUTE.summary,
            moves: E::MOVES,
            declare: declare_http::<E>,
            start: start_http::<E>,
        }
    }

    /// A function that deals with messages.
    #[must_use]
    pub const fn messages<C: Consumer>(service: &'static str, module: &'static str) -> Self {
        Self {
            service,
            module,
            trigger: Trigger::Messages(C::SOURCE),
            memory_mb: C::MEMORY_MB,
            timeout_s: MESSAGES_TIMEOUT_S,
            summary: C::SUMMARY,
            moves: C::MOVES,
            declare: declare_messages::<C>,
            start: start_messages::<C>,
        }
    }

    /// Its name, which is also its binary's and its event's: `orders-create-order`.
    #[must_use]
    pub fn name(&self) -> String {
        name(self.service, self.module)
    }

    /// What its binary needs of it.
    #[must_use]
    pub const fn served(&self) -> Served {
        Served {
            service: self.service,
            module: self.module,
            declare: self.declare,
            start: self.start,
        }
    }

    /// Its name in the templates: `OrdersCreateOrderFunction`.
    #[must_use]
    pub fn logical_id(&self) -> String {
        let words = self.service.split('-').chain(self.module.split('_'));
        let camel: String = words.map(capitalised).collect();
        format!("{camel}Function")
    }

    /// The operation's id: `createOrder`.
    #[must_use]
    pub fn operation_id(&self) -> String {
        let mut words = self.module.split('_');
        let first = words.next().unwrap_or_default().to_owned();
        words.map(capitalised).fold(first, |id, word| id + &word)
    }

    /// The route, if a request starts it.
    #[must_use]
    pub const fn route(&self) -> Option<&Route> {
        match &self.trigger {
            Trigger::Http { route, .. } => Some(route),
            Trigger::Messages(_) => None,
        }
    }

    /// The source, if messages start it.
    #[must_use]
    pub const fn source(&self) -> Option<&Source> {
        match &self.trigger {
            Trigger::Http { .. } => None,
            Trigger::Messages(source) => Some(source),
        }
    }

    /// Whether `binary` is the name of this function's binary; usable in constants.
    #[must_use]
    pub const fn is_named(&self, binary: &str) -> bool {
        let (service, module, binary) = (
            self.service.as_bytes(),
            self.module.as_bytes(),
            binary.as_bytes(),
        );
        if binary.len() != service.len() + 1 + module.len() {
            return false;
        }
        let mut index = 0;
        while index < binary.len() {
            let expected = if index < service.len() {
                service[index]
            } else if index == service.len() {
                b'-'
            } else {
                match module[index - service.len() - 1] {
                    b'_' => b'-',
                    byte => byte,
                }
            };
            if binary[index] != expected {
                return false;
            }
            index += 1;
        }
        true
    }
}

pub(crate) fn name(service: &str, module: &str) -> String {
    format!("{service}-{}", module.replace('_', "-"))
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    match letters.next() {
        Some(first) => first.to_ascii_uppercase().to_string() + letters.as_str(),
        None => String::new(),
    }
}

fn declare_http<E: Endpoint>() -> Declaration {
    let mut declaration = Declaration::default();
    http::declare(&E::ROUTE, &mut declaration);
    E::Needs::declare(&mut declaration);
    declaration
}

fn declare_messages<C: Consumer>() -> Declaration {
    let mut declaration = Declaration::default();
    C::Needs::declare(&mut declaration);
    declaration
}

fn start_http<E: Endpoint>(name: String, wiring: Wiring, surroundings: Surroundings) -> Starting {
    Box::pin(async move {
        wiring.env.require(declare_http::<E>().vars)?;
        let runner = HttpRunner::<E>::start(name, &wiring, surroundings).await?;
        Ok(Box::new(runner) as Box<dyn Running>)
    })
}

fn start_messages<C: Consumer>(
    name: String,
    wiring: Wiring,
    surroundings: Surroundings,
) -> Starting {
    Box::pin(async move {
        wiring.env.require(declare_messages::<C>().vars)?;
        let runner = MessageRunner::<C>::start(name, &wiring, surroundings).await?;
        Ok(Box::new(runner) as Box<dyn Running>)
    })
}

fn describe<E: Endpoint>(
    inputs: &mut SchemaGenerator,
    outputs: &mut SchemaGenerator,
) -> Description {
    let is_nothing = |id: TypeId| id == TypeId::of::<Nothing>();
    Description {
        path: E::Path::json_schema(inputs),
        query: E::Query::json_schema(inputs),
        body: (!is_nothing(TypeId::of::<E::Body>())).then(|| schema::<E::Body>(inputs)),
        body_required: !Shape::of::<E::Body>().is_satisfied_by_nothing(),
        reply: (!is_nothing(TypeId::of::<E::Reply>())).then(|| schema::<E::Reply>(outputs)),
        fields: names_of::<E::Reply>(),
    }
}

/// An index line: the endpoint of a module of this service.
#[macro_export]
macro_rules! endpoint {
    ($module:ident::$endpoint:ident) => {
        $crate::Function::http::<$module::$endpoint>(env!("CARGO_PKG_NAME"), stringify!($module))
    };
}

/// An index line: the consumer of a module of this service.
#[macro_export]
macro_rules! consumer {
    ($module:ident::$consumer:ident) => {
        $crate::Function::messages::<$module::$consumer>(
            env!("CARGO_PKG_NAME"),
            stringify!($module),
        )
    };
}
