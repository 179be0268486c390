//! Of which subjects something is pending.

use diesel::QueryResult;
use orders_domain::Subject;

use super::{Conn, deliveries};

/// Those among these.
pub fn among(conn: &mut Conn, name: &str, subjects: &[&Subject]) -> QueryResult<Vec<Subject>> {
    let mut waiting = Vec::new();
    for subject in subjects {
        let (kind, number) = subject.parts();
        if deliveries::earliest(conn, name, (&kind, number))?.is_some() {
            waiting.push((*subject).clone());
        }
    }
    Ok(waiting)
}
