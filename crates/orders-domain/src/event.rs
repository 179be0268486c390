//! What happened: the words for it, and who caused it.
//!
//! What is a change's own (from which status, which lines) is in the room of what changed.

pub mod actor;
pub mod kind;

pub use actor::{Actor, Origin, RequestId};
pub use kind::EventType;
