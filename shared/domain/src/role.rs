//! What people may do: permissions, and the roles that bundle them.

use crate::value::word_enum;

word_enum! {
    /// Leave to do one kind of thing to what belongs to others.
    ///
    /// What belongs to oneself needs none: a customer reads their own orders without `orders:read`.
    pub enum Permission {
        /// See every order.
        OrdersRead => "orders:read",
        /// Cancel, fulfil and refund every order.
        OrdersWrite => "orders:write",
        /// See drafts and archived products.
        CatalogRead => "catalog:read",
        /// Change products and categories.
        CatalogWrite => "catalog:write",
        /// See stock levels and movements in full.
        StockRead => "stock:read",
        /// Adjust stock.
        StockWrite => "stock:write",
        /// See zones and promotions.
        PricingRead => "pricing:read",
        /// Change zones and promotions.
        PricingWrite => "pricing:write",
        /// See every payment.
        PaymentsRead => "payments:read",
        /// Capture, void and refund payments.
        PaymentsWrite => "payments:write",
        /// See every user.
        UsersRead => "users:read",
        /// Change users, their roles and their status.
        UsersWrite => "users:write",
        /// See who did what in the audit trail.
        AuditRead => "audit:read",
        /// See API keys.
        ApiKeysRead => "api-keys:read",
        /// Make and revoke API keys.
        ApiKeysWrite => "api-keys:write",
        /// See every notification.
        NotificationsRead => "notifications:read",
        /// Publish what others wrote.
        ContentPublish => "content:publish",
    }
}

word_enum! {
    /// A bundle of permissions that a user carries.
    pub enum Role {
        /// Buys; acts on what is theirs alone.
        Customer => "customer",
        /// Keeps the catalogue and its stock.
        Editor => "editor",
        /// Watches over what is published.
        Moderator => "moderator",
        /// Helps customers with orders and payments.
        Support => "support",
        /// May do everything.
        Admin => "admin",
    }
}

impl Role {
    /// What the role permits.
    #[must_use]
    pub const fn permissions(self) -> &'static [Permission] {
        match self {
            Self::Customer => &[],
            Self::Editor => &[
                Permission::CatalogRead,
                Permission::CatalogWrite,
                Permission::StockRead,
                Permission::StockWrite,
                Permission::PricingRead,
                Permission::PricingWrite,
                Permission::ContentPublish,
            ],
            Self::Moderator => &[
                Permission::CatalogRead,
                Permission::UsersRead,
                Permission::ContentPublish,
            ],
            Self::Support => &[
                Permission::OrdersRead,
                Permission::OrdersWrite,
                Permission::CatalogRead,
                Permission::StockRead,
                Permission::PricingRead,
                Permission::PaymentsRead,
                Permission::PaymentsWrite,
                Permission::UsersRead,
                Permission::NotificationsRead,
            ],
            Self::Admin => Permission::ALL,
        }
    }
}
