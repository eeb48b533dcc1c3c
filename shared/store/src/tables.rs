//! The tables: one per service, each with string keys `pk` and `sk`, on demand, with point-in-time
//! recovery and expiry on `expiresAt`. What each holds is written at the top of its module.

use crate::env::Var;

/// A table.
#[derive(Debug, PartialEq, Eq)]
pub struct Table {
    /// Its short name: the service's.
    pub name: &'static str,
    /// The variable that holds its full name.
    pub var: Var,
    /// Its global secondary indexes.
    pub indexes: &'static [Index],
    /// Whether events leave it: its stream feeds the outbox relay.
    pub stream: bool,
}

/// A global secondary index.
#[derive(Debug, PartialEq, Eq)]
pub struct Index {
    /// Its name.
    pub name: &'static str,
    /// The attribute of its partition key.
    pub pk: &'static str,
    /// The attribute of its sort key.
    pub sk: &'static str,
    /// What it copies.
    pub projection: Projection,
}

/// What an index copies of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Projection {
    /// Keys alone: a change of state costs no index write.
    KeysOnly,
    /// The whole item.
    All,
}

/// Partitions of an index that may see more than 500 writes a second.
pub const SHARDS: u8 = 4;

/// People, their credentials and sessions.
pub static USERS: Table = Table {
    name: "users",
    var: Var::new("USERS_TABLE", "the name of the users table"),
    indexes: &[EVERY_AUDIT],
    stream: true,
};

/// Products, the categories they are found in, and who owns which SKU and slug.
pub static CATALOG: Table = Table {
    name: "catalog",
    var: Var::new("CATALOG_TABLE", "the name of the catalogue table"),
    indexes: &[
        BY_STATUS,
        BY_NAME,
        BY_PRICE,
        BY_CATEGORY,
        BY_CATEGORY_NAME,
        BY_CATEGORY_PRICE,
    ],
    stream: false,
};

/// Stock levels, holds and the ledger of movements.
pub static INVENTORY: Table = Table {
    name: "inventory",
    var: Var::new("INVENTORY_TABLE", "the name of the inventory table"),
    indexes: &[DUE],
    stream: true,
};

/// Carts.
pub static CARTS: Table = Table {
    name: "carts",
    var: Var::new("CARTS_TABLE", "the name of the carts table"),
    indexes: &[BY_CUSTOMER],
    stream: false,
};

/// Zones, promotions, and how often those were used.
pub static PRICING: Table = Table {
    name: "pricing",
    var: Var::new("PRICING_TABLE", "the name of the pricing table"),
    indexes: &[DUE],
    stream: false,
};

/// Orders.
pub static ORDERS: Table = Table {
    name: "orders",
    var: Var::new("ORDERS_TABLE", "the name of the orders table"),
    indexes: &[BY_CUSTOMER, EVERY_ORDER, DUE],
    stream: true,
};

/// Payments.
pub static PAYMENTS: Table = Table {
    name: "payments",
    var: Var::new("PAYMENTS_TABLE", "the name of the payments table"),
    indexes: &[DUE],
    stream: true,
};

/// In-app notifications, and which mail was sent.
pub static NOTIFICATIONS: Table = Table {
    name: "notifications",
    var: Var::new("NOTIFICATIONS_TABLE", "the name of the notifications table"),
    indexes: &[],
    stream: false,
};

/// What every function may read: the public keys that verify tokens.
pub static PLATFORM: Table = Table {
    name: "platform",
    var: Var::new("PLATFORM_TABLE", "the name of the platform table"),
    indexes: &[],
    stream: false,
};

/// How often callers call, and when API keys were last used.
pub static USAGE: Table = Table {
    name: "usage",
    var: Var::new("USAGE_TABLE", "the name of the usage table"),
    indexes: &[],
    stream: false,
};

/// The built-in test provider's own books; an outside service in all but name.
pub static TEST_PROVIDER: Table = Table {
    name: "test-provider",
    var: Var::new(
        "TEST_PROVIDER_TABLE",
        "the name of the test provider's table",
    ),
    indexes: &[],
    stream: false,
};

/// Every table.
pub static TABLES: [&Table; 11] = [
    &USERS,
    &CATALOG,
    &INVENTORY,
    &CARTS,
    &PRICING,
    &ORDERS,
    &PAYMENTS,
    &NOTIFICATIONS,
    &PLATFORM,
    &USAGE,
    &TEST_PROVIDER,
];

/// The whole audit trail, sharded, newest first.
pub const EVERY_AUDIT: Index = Index {
    name: "everyAudit",
    pk: "auditPk",
    sk: "auditSk",
    projection: Projection::All,
};

/// Products of one status, newest first.
pub const BY_STATUS: Index = Index {
    name: "byStatus",
    pk: "statusPk",
    sk: "statusSk",
    projection: Projection::All,
};

/// Products of one status, by name.
pub const BY_NAME: Index = Index {
    name: "byName",
    pk: "statusPk",
    sk: "nameSk",
    projection: Projection::All,
};

/// Products of one status, by price.
pub const BY_PRICE: Index = Index {
    name: "byPrice",
    pk: "statusPk",
    sk: "priceSk",
    projection: Projection::All,
};

/// Products of one category and status, newest first. Many such partitions are read for one page: keys
/// are enough to tell what is on it.
pub const BY_CATEGORY: Index = Index {
    name: "byCategory",
    pk: "categoryPk",
    sk: "statusSk",
    projection: Projection::KeysOnly,
};

/// Products of one category and status, by name.
pub const BY_CATEGORY_NAME: Index = Index {
    name: "byCategoryName",
    pk: "categoryPk",
    sk: "nameSk",
    projection: Projection::KeysOnly,
};

/// Products of one category and status, by price.
pub const BY_CATEGORY_PRICE: Index = Index {
    name: "byCategoryPrice",
    pk: "categoryPk",
    sk: "priceSk",
    projection: Projection::KeysOnly,
};

/// A customer's own, newest first: their carts, or their orders of one status.
pub const BY_CUSTOMER: Index = Index {
    name: "byCustomer",
    pk: "customerPk",
    sk: "customerSk",
    projection: Projection::KeysOnly,
};

/// All orders of one status, sharded, newest first.
pub const EVERY_ORDER: Index = Index {
    name: "everyOrder",
    pk: "everyPk",
    sk: "everySk",
    projection: Projection::KeysOnly,
};

/// What a sweeper must look at: sparse, sharded, by the instant it falls due.
pub const DUE: Index = Index {
    name: "due",
    pk: "duePk",
    sk: "dueSk",
    projection: Projection::KeysOnly,
};
