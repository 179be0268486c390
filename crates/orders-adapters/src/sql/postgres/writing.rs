//! What a batch comes to: first the statement that writes it, then what is left to say of keys.

use diesel::{QueryResult, connection::SimpleConnection, result::Error};
use orders_domain::{
    OrderId,
    ports::{Insertion, PortError},
};

use super::{
    super::{
        rows,
        writer::{Outcome, Outcomes, Write},
    },
    Conn,
    batch::{Batch, Written},
    connection::is_lost,
    finder,
    keys::{self, Asked, Known},
};

/// How often a key is looked at again, should it change hands between two looks.
const LOOKS: usize = 4;

/// Changes nothing, and fails where nothing can be changed. The message, which nobody reads, has the
/// transaction flushed to disk.
const PROBE: &str =
    "UPDATE orders SET version = version WHERE FALSE; SELECT pg_logical_emit_message(true, 'orders', '')";

/// Writes the batch.
///
/// # Errors
///
/// When nothing of it was written; a failure after that is in the outcomes.
pub fn write(conn: &mut Conn, writes: &[Write]) -> QueryResult<Outcomes> {
    if writes.iter().any(|write| matches!(write, Write::Probe)) {
        conn.batch_execute(PROBE)?;
    }
    let mut answers = Answers { writes, said: writes.iter().map(|_| None).collect() };
    answers.write_once(conn, (0..writes.len()).collect())?;
    if let Err(error) = answers.settle_keys(conn) {
        answers.fail_the_rest(error);
    }
    let silent = || Err(PortError::Unavailable("the key keeps changing hands".into()));
    Ok(answers.said.into_iter().map(|said| said.unwrap_or_else(silent)).collect())
}

/// The outcomes, as they become known.
struct Answers<'a> {
    writes: &'a [Write],
    said: Vec<Option<Result<Outcome, PortError>>>,
}

impl Answers<'_> {
    /// Writes the insertions and changes among these. Of the insertions, those whose key is taken
    /// are left open.
    fn write_once(&mut self, conn: &mut Conn, indices: Vec<usize>) -> QueryResult<()> {
        let mut batch = Batch::default();
        let (mut insertions, mut changes) = (Vec::new(), Vec::new());
        for index in indices {
            match &self.writes[index] {
                Write::Insert { order, idempotency } => {
                    if batch.insert(order, idempotency.as_ref()) {
                        insertions.push(index);
                    }
                }
                Write::Update { order, .. } => changes.push((order.id(), index)),
                // It has come through before.
                Write::Probe => self.said[index] = Some(Ok(Outcome::Done)),
                Write::Replay { .. } => {}
            }
        }
        changes.sort_unstable();
        for (_, index) in &changes {
            self.said[*index] = Some(Ok(Outcome::Stale));
            if let Write::Update { order, seen } = &self.writes[*index] {
                batch.change(order, *seen);
            }
        }
        if batch.is_empty() {
            return Ok(());
        }
        for written in batch.write(conn)? {
            match written {
                Written::Inserted { place, id, date } => {
                    let outcome = inserted(id, date)?;
                    if let Some(index) = insertions.get(place) {
                        self.said[*index] = Some(Ok(outcome));
                    }
                }
                Written::Changed { place } => {
                    if let Some((_, index)) = changes.get(place) {
                        self.said[*index] = Some(Ok(Outcome::Done));
                    }
                }
            }
        }
        Ok(())
    }

    /// The open writes that come with a key.
    fn open(&self) -> Vec<(usize, Asked<'_>)> {
        let open = self.said.iter().zip(self.writes).enumerate().filter(|(_, (said, _))| said.is_none());
        open.filter_map(|(index, (_, write))| match write {
            Write::Insert { order, idempotency: Some(idempotency) } => {
                Some((index, Asked { user: order.user(), idempotency, now: order.ordered_at() }))
            }
            Write::Replay { user, idempotency, now } => {
                Some((index, Asked { user: *user, idempotency, now: *now }))
            }
            _ => None,
        })
        .collect()
    }

    /// Says of each key what it has made. A key that is free again, or too old, makes an order now.
    fn settle_keys(&mut self, conn: &mut Conn) -> Result<(), PortError> {
        for _ in 0..LOOKS {
            let open = self.open();
            if open.is_empty() {
                return Ok(());
            }
            let (indices, asked): (Vec<_>, Vec<_>) = open.into_iter().unzip();
            let known = keys::find(conn, &asked).map_err(unwritten)?;
            let (mut made, mut expired, mut again) = (Vec::new(), Vec::new(), Vec::new());
            for (place, index) in indices.into_iter().enumerate() {
                let is_replay = matches!(self.writes[index], Write::Replay { .. });
                match known.get(&place) {
                    Some(Known::Made(id)) => made.push((index, *id)),
                    Some(Known::Reused) => {
                        self.said[index] = Some(Ok(Outcome::Known(Insertion::KeyReused)));
                    }
                    _ if is_replay => self.said[index] = Some(Ok(Outcome::Done)),
                    Some(Known::Expired(id)) => {
                        expired.push(*id);
                        again.push(index);
                    }
                    None => again.push(index),
                }
            }
            self.replay(conn, &made)?;
            if !expired.is_empty() {
                keys::free(conn, &expired).map_err(unwritten)?;
            }
            self.write_once(conn, again).map_err(|error| after_writing(conn, error))?;
        }
        Ok(())
    }

    /// Answers with the orders that the keys have made.
    fn replay(&mut self, conn: &mut Conn, made: &[(usize, i64)]) -> Result<(), PortError> {
        if made.is_empty() {
            return Ok(());
        }
        let ids: Vec<_> = made.iter().map(|(_, id)| *id).collect();
        let orders = finder::find_all(conn, &ids).map_err(unwritten)?;
        for (index, id) in made {
            if let Some(order) = orders.get(id) {
                let insertion = Insertion::Replayed(order.clone().as_placed());
                self.said[*index] = Some(Ok(Outcome::Known(insertion)));
            }
        }
        Ok(())
    }

    fn fail_the_rest(&mut self, error: PortError) {
        let (reason, unknown) = (error.to_string(), matches!(error, PortError::Unknown(_)));
        for said in self.said.iter_mut().filter(|said| said.is_none()) {
            let cause = reason.as_str().into();
            *said =
                Some(Err(if unknown { PortError::Unknown(cause) } else { PortError::Unavailable(cause) }));
        }
    }
}

fn inserted(id: i64, date: i64) -> QueryResult<Outcome> {
    let bad = |error: orders_domain::InvalidInput| Error::DeserializationError(error.into());
    Ok(Outcome::Inserted(OrderId::try_from(id).map_err(bad)?, rows::moment(date).map_err(bad)?))
}

/// A failure of something that writes no order.
fn unwritten(error: Error) -> PortError {
    PortError::Unavailable(error.into())
}

/// A failure of something that may have written an order.
fn after_writing(conn: &mut Conn, error: Error) -> PortError {
    if matches!(error, Error::DeserializationError(_)) || is_lost(conn, &error) {
        PortError::Unknown(error.into())
    } else {
        PortError::Unavailable(error.into())
    }
}
