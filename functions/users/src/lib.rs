//! Users: accounts, sessions, profiles, passwords, API keys and the audit trail. Owns the routes below
//! `/users`, `/sessions`, `/email-verifications`, `/password-resets`, `/roles`, `/api-keys` and
//! `/audit-events`; may depend on `domain`, `store` and `edge`; must never know another service's
//! functions.

use edge::{Function, consumer, endpoint};

mod api_key;
mod change_email;
mod change_me;
mod change_password;
mod change_user;
mod checking;
mod create_api_key;
mod create_session;
mod end_session;
mod erase_user;
mod get_me;
mod get_user;
mod issue_password_reset;
mod list_api_keys;
mod list_audit_events;
mod list_roles;
mod list_sessions;
mod list_users;
mod passwords;
mod refresh_session;
mod register_user;
mod replace_me;
mod request_password_reset;
mod reset_password;
mod revoke_api_key;
mod revoke_session;
mod signing_in;
mod user;
mod verified;
mod verify_email;

/// The functions of this service.
pub static FUNCTIONS: &[Function] = &[
    endpoint!(change_email::ChangeEmail),
    endpoint!(change_me::ChangeMe),
    endpoint!(change_password::ChangePassword),
    endpoint!(change_user::ChangeUser),
    endpoint!(create_api_key::CreateApiKey),
    endpoint!(create_session::CreateSession),
    endpoint!(end_session::EndSession),
    endpoint!(erase_user::EraseUser),
    endpoint!(get_me::GetMe),
    endpoint!(get_user::GetUser),
    consumer!(issue_password_reset::IssuePasswordReset),
    endpoint!(list_api_keys::ListApiKeys),
    endpoint!(list_audit_events::ListAuditEvents),
    endpoint!(list_roles::ListRoles),
    endpoint!(list_sessions::ListSessions),
    endpoint!(list_users::ListUsers),
    endpoint!(refresh_session::RefreshSession),
    endpoint!(register_user::RegisterUser),
    endpoint!(replace_me::ReplaceMe),
    endpoint!(request_password_reset::RequestPasswordReset),
    endpoint!(reset_password::ResetPassword),
    endpoint!(revoke_api_key::RevokeApiKey),
    endpoint!(revoke_session::RevokeSession),
    endpoint!(verify_email::VerifyEmail),
];
