//! Of which subjects something is pending.

use diesel::QueryResult;
use orders_domain::Subject;

use super::{Conn, settling};

/// Those among these.
pub fn among(conn: &mut Conn, name: &str, subjects: &[&Subject]) -> QueryResult<Vec<Subject>> {
    let mut waiting = Vec::new();
    for subject in subjects {
        if settling::earliest(conn, name, subject)?.is_some() {
            waiting.push((*subject).clone());
        }
    }
    Ok(waiting)
}
