//! Listening to a connection.

use std::{
    mem,
    sync::{Arc, Mutex},
};

use diesel::connection::{Connection, InstrumentationEvent};

use super::Conn;

/// What was heard of a connection.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Heard {
    /// The statements that were run, without their bound values; not those of transactions.
    pub run: Vec<String>,
    /// The statements that were prepared to be kept.
    pub kept: Vec<String>,
}

/// Listens to a connection.
#[derive(Debug, Clone, Default)]
pub struct Trace(Arc<Mutex<Heard>>);

impl Trace {
    /// Listens from now on.
    pub fn of(conn: &mut Conn) -> Self {
        let trace = Self::default();
        let heard = trace.0.clone();
        conn.set_instrumentation(move |event: InstrumentationEvent<'_>| {
            let mut heard = heard.lock().unwrap();
            match event {
                InstrumentationEvent::StartQuery { query, .. } => {
                    let text = query.to_string();
                    let sql = text.split(" -- binds:").next().unwrap_or(&text);
                    if !["BEGIN", "COMMIT", "SAVEPOINT", "RELEASE"].iter().any(|word| sql.starts_with(word)) {
                        heard.run.push(sql.to_owned());
                    }
                }
                InstrumentationEvent::CacheQuery { sql, .. } => heard.kept.push(sql.to_owned()),
                _ => {}
            }
        });
        trace
    }

    /// What was heard since the last time.
    pub fn take(&self) -> Heard {
        mem::take(&mut self.0.lock().unwrap())
    }
}
