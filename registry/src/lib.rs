//! The index of all functions, and everything that is made of it.
//!
//! It owns the list of services, each function's policy and environment, the templates, the API's
//! description, the pages of its documentation, the one about the state machines, and the routers. It
//! may depend on every service, `edge`, `store` and `domain`. It must never know what a function does:
//! only what it declares.

pub mod delivery;
pub mod environment;
pub mod gateway;
pub mod generated;
pub mod machines;
pub mod manifests;
pub mod naming;
pub mod openapi;
pub mod pages;
pub mod policy;
pub mod postman;
pub mod router;
pub mod templates;

use edge::Function;

/// A service: a package of functions, and a nested stack.
#[derive(Clone, Copy)]
pub struct Service {
    /// Its name, which is also its package's.
    pub name: &'static str,
    /// What it is about, in one line.
    pub summary: &'static str,
    /// Its functions.
    pub functions: &'static [Function],
}

/// Every service.
pub static SERVICES: &[Service] = &[
    Service {
        name: "users",
        summary: "People, their credentials and sessions.",
        functions: users::FUNCTIONS,
    },
    Service {
        name: "catalog",
        summary: "Products, their variants and prices.",
        functions: catalog::FUNCTIONS,
    },
    Service {
        name: "inventory",
        summary: "Stock levels, holds and the ledger of movements.",
        functions: inventory::FUNCTIONS,
    },
    Service {
        name: "carts",
        summary: "What guests and customers think of buying.",
        functions: carts::FUNCTIONS,
    },
    Service {
        name: "pricing",
        summary: "Tax zones, shipping zones, promotions, and what a basket comes to.",
        functions: pricing::FUNCTIONS,
    },
    Service {
        name: "orders",
        summary: "Placing, reading and cancelling orders.",
        functions: orders::FUNCTIONS,
    },
    Service {
        name: "payments",
        summary: "Charging orders, and giving back what was charged for nothing.",
        functions: payments::FUNCTIONS,
    },
    Service {
        name: "notifications",
        summary: "What customers are told, in the app and by mail.",
        functions: notifications::FUNCTIONS,
    },
    Service {
        name: "platform",
        summary: "Health, keys, documentation, and the way events leave.",
        functions: platform::FUNCTIONS,
    },
];

/// Every function of every service.
pub fn functions() -> impl Iterator<Item = &'static Function> {
    SERVICES.iter().flat_map(|service| service.functions)
}
