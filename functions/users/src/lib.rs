//! Users: accounts, sessions and profiles. Owns the routes below `/users` and `/sessions`; may depend
//! on `domain`, `store` and `edge`; must never know another service's functions.

use edge::{Function, endpoint};

mod create_session;
mod get_me;
mod passwords;
mod register_user;
mod replace_me;
mod user;

/// The functions of this service.
pub static FUNCTIONS: &[Function] = &[
    endpoint!(create_session::CreateSession),
    endpoint!(get_me::GetMe),
    endpoint!(register_user::RegisterUser),
    endpoint!(replace_me::ReplaceMe),
];
