//! What records what is done, for those who follow traces.

use crate::{delivery::Outcome, event::TraceContext};

/// Records what is done as spans of traces.
pub trait Tracer: Send + Sync {
    /// A request begins, of which its caller says this; `None` when it is not recorded.
    fn request(&self, caller: Option<TraceContext>) -> Option<Box<dyn Span>>;

    /// What is done in the trace of a span begins; `None` when it is not recorded.
    fn below(&self, parent: TraceContext, work: Work) -> Option<Box<dyn Span>>;

    /// Sends on what is recorded, and records nothing more. It takes a few seconds at most, and is not for where a
    /// future is polled.
    fn close(&self);
}

/// What is done because of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// Something is stored: from the queue to the disk.
    Commit,
    /// What storing would come to is found out.
    Rehearsal,
    /// An event is sent to a webhook, once.
    Webhook,
    /// A mail is sent, once.
    Mail,
}

/// Something that is recorded while it is done. One that is dropped before its end is recorded without saying what came
/// of it.
pub trait Span: Send {
    /// What is passed on to whatever comes of it.
    fn context(&self) -> TraceContext;

    /// It ends, and came to this.
    fn end(self: Box<Self>, came: Came<'_>);
}

/// What something came to that was recorded.
#[derive(Debug, Clone, Copy)]
pub enum Came<'a> {
    /// A request is answered.
    Answered {
        /// Its method.
        method: &'a str,
        /// The pattern of its path, if it has come to a route.
        route: Option<&'static str>,
        /// The status.
        status: u16,
    },
    /// Storage has answered, if only that it refuses, or has failed.
    Stored {
        /// Whether it has failed.
        failed: bool,
    },
    /// It was tried.
    Tried {
        /// What the event or the message is called.
        event: &'a str,
        /// What came of it.
        outcome: &'a Outcome,
    },
}
