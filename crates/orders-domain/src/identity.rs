//! Who somebody is and what they may do.

pub mod access;
pub mod ports;
pub mod scope;
pub mod sign_in;
pub mod user;

pub use access::{Ownership, Refusal, UseCase};
pub use scope::{Scope, Scopes};
pub use user::User;
