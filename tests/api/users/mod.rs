//! The users' endpoints.

mod change_email;
mod change_me;
mod change_password;
mod change_user;
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
mod refresh_session;
mod register_user;
mod replace_me;
mod request_password_reset;
mod reset_password;
mod revoke_api_key;
mod revoke_session;
mod verify_email;
