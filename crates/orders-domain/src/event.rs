//! What happened: the words for it, and who caused it.
//!
//! What is a change's own (from which status, which lines) is in the room of what changed.

pub mod actor;
pub mod facts;
pub mod kind;
pub mod subject;
pub mod trace;

pub use actor::{Actor, Origin, RequestId};
pub use facts::{Fact, Facts};
pub use kind::EventType;
pub use subject::Subject;
pub use trace::TraceContext;
