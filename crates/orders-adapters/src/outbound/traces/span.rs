//! A span, and what is said in it: which route, which event and what came of it. Of who asked, what was asked and to
//! whom is sent, nothing.

use opentelemetry::{
    KeyValue, StringValue,
    trace::{Span as _, Status},
};
use opentelemetry_sdk::trace::Span;
use orders_domain::{
    TraceContext,
    delivery::{Outcome, Verdict},
    ports::{Came, Span as Recorded, Work},
};

/// The methods that are said as they are; a caller may have thought up others.
const METHODS: [&str; 9] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE"];

/// A span that is recorded.
pub struct RecordedSpan {
    span: Span,
    context: TraceContext,
    /// What it is, if it is not a request.
    work: Option<Work>,
}

impl RecordedSpan {
    /// This span, unless it is not recorded.
    pub fn of(span: Span, work: Option<Work>) -> Option<Self> {
        if !span.is_recording() {
            return None;
        }
        let of = span.span_context();
        let context =
            TraceContext::new(of.trace_id().to_bytes(), of.span_id().to_bytes(), of.is_sampled()).ok()?;
        Some(Self { span, context, work })
    }

    fn say(&mut self, name: &'static str, value: impl Into<opentelemetry::Value>) {
        self.span.set_attribute(KeyValue::new(name, value));
    }

    fn fail(&mut self, how: impl Into<StringValue>) {
        self.say("error.type", how.into());
        self.span.set_status(Status::error(""));
    }

    fn answered(&mut self, method: &str, route: Option<&'static str>, status: u16) {
        let method = METHODS.iter().find(|known| **known == method).copied().unwrap_or("_OTHER");
        self.say("http.request.method", method);
        self.say("http.response.status_code", i64::from(status));
        match route {
            Some(route) => {
                self.span.update_name(format!("{method} {route}"));
                self.say("http.route", route);
            }
            None => self.span.update_name(method),
        }
        if status >= 500 {
            self.fail(status.to_string());
        }
    }

    fn tried(&mut self, event: &str, outcome: &Outcome) {
        self.say("orders.event.id", event.to_owned());
        let status = outcome.attempt.as_ref().and_then(|attempt| attempt.status);
        match (self.work, status) {
            (Some(Work::Webhook), Some(status)) => self.say("http.response.status_code", i64::from(status)),
            (_, Some(status)) => self.say("smtp.response.status_code", i64::from(status)),
            (_, None) => {}
        }
        match outcome.verdict {
            Verdict::Done | Verdict::Skipped => {}
            Verdict::Again { .. } => self.fail("again"),
            Verdict::Gone => self.fail("gone"),
            Verdict::Never => self.fail("never"),
        }
    }
}

impl Recorded for RecordedSpan {
    fn context(&self) -> TraceContext {
        self.context
    }

    fn end(mut self: Box<Self>, came: Came<'_>) {
        match came {
            Came::Answered { method, route, status } => self.answered(method, route, status),
            Came::Stored { failed: true } => self.fail("storage"),
            Came::Stored { failed: false } => {}
            Came::Tried { event, outcome } => self.tried(event, outcome),
        }
        self.span.end();
    }
}
