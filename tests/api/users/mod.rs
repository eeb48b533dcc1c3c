//! The endpoints of users.

mod create_session;
mod get_me;
mod register_user;
mod replace_me;
