//! Requests, forms and pages: what knows no capability.

pub mod cookie;
pub mod failure;
pub mod form;
pub mod frame;
pub mod origin;
pub mod query;
pub mod served;
pub mod visit;
