//! What a batch comes to: first the statement that writes it, then what is left to say of keys.

use chrono::{DateTime, Utc};
use diesel::{Connection, QueryResult, connection::SimpleConnection, result::Error};
use orders_domain::{
    OrderId,
    ports::{Change, Commit, Made, PortError, Refused},
};

use super::{
    super::{
        failure, rows,
        writer::{Outcome, Outcomes, Write},
    },
    Conn,
    batch::{Added, Batch, Written},
    changing,
    connection::is_lost,
    finder, history,
    keys::{self, Asked, Known},
    selling::{self, Decisions},
    steps,
};

/// How often a key is looked at again, should it change hands between two looks.
const LOOKS: usize = 4;

/// Changes nothing, and fails where nothing can be changed. The message, which nobody reads, has the
/// transaction flushed to disk.
const PROBE: &str =
    "UPDATE orders SET version = version WHERE FALSE; SELECT pg_logical_emit_message(true, 'orders', '')";

/// Writes the batch, and rehearses what is to be rehearsed once that is done.
///
/// # Errors
///
/// When nothing of it was written; a failure after that is in the outcomes.
pub fn write(conn: &mut Conn, writes: &[Write]) -> QueryResult<Outcomes> {
    if writes.iter().any(|write| matches!(write, Write::Probe)) {
        conn.batch_execute(PROBE)?;
    }
    let mut answers = Answers { writes, said: writes.iter().map(|_| None).collect() };
    let by_itself =
        |index: &usize| changing::of(&writes[*index]).is_some() || matches!(writes[*index], Write::Step(_));
    let in_earnest = |index: &usize| !matches!(writes[*index], Write::Rehearse(_)) && !by_itself(index);
    answers.write_once(conn, (0..writes.len()).filter(in_earnest).collect())?;
    if let Err(error) = answers.settle_keys(conn, in_earnest) {
        answers.fail_the_rest(error, in_earnest);
    }
    for index in (0..writes.len()).filter(|index| !in_earnest(index)) {
        match &writes[index] {
            Write::Commit(work) => {
                let done = changing::patiently(conn, |conn| answers.keep(conn, index, work));
                answers.said[index] = Some(done);
            }
            Write::Step(step) => answers.said[index] = Some(steps::take_patiently(conn, step)),
            Write::Rehearse(_) | Write::Recall { .. } | Write::Probe => {
                if let Err(error) = answers.rehearse(conn, index) {
                    answers.said[index] = Some(Err(error));
                }
            }
        }
    }
    let silent = || Err(PortError::Unavailable("the key keeps changing hands".into()));
    Ok(answers.said.into_iter().map(|said| said.unwrap_or_else(silent)).collect())
}

/// The outcomes, as they become known.
pub struct Answers<'a> {
    pub writes: &'a [Write],
    pub said: Vec<Option<Result<Outcome, PortError>>>,
}

impl Answers<'_> {
    /// Writes the commits among these. Those whose key is taken are left open.
    pub fn write_once(&mut self, conn: &mut Conn, mut indices: Vec<usize>) -> QueryResult<()> {
        // Locks are taken in the order of the orders.
        indices.sort_by_key(|index| match &self.writes[*index] {
            Write::Commit(Commit { change: Change::Order(changed), .. }) => Some(changed.order().id()),
            _ => None,
        });
        if selling::needs_stock(self.writes, &indices) {
            return conn.transaction(|conn| {
                let decisions = selling::decide(conn, self.writes, &indices)?;
                self.write_decided(conn, &indices, decisions)
            });
        }
        self.write_decided(conn, &indices, Decisions::default())
    }

    fn write_decided(&mut self, conn: &mut Conn, indices: &[usize], decisions: Decisions) -> QueryResult<()> {
        let Decisions { sold, moves, levels, refused, known } = decisions;
        for (index, outcome) in refused {
            self.said[index] = Some(Ok(outcome));
        }
        let mut batch = Batch::with_levels(levels);
        let (mut orders, mut changes) = (Vec::new(), Vec::new());
        for index in indices {
            if self.said[*index].is_some() || known.contains(index) {
                continue;
            }
            match &self.writes[*index] {
                Write::Commit(work) | Write::Rehearse(work) => {
                    let sold = sold.get(index);
                    let moves = sold.map(|sold| &sold.moves).or_else(|| moves.get(index));
                    let moves = moves.map(Vec::as_slice).unwrap_or_default();
                    match batch.add(work, sold.map(|sold| &sold.order), moves)? {
                        Added::Order => orders.push(*index),
                        Added::Change => changes.push(*index),
                        Added::Not => {}
                    }
                }
                // It has come through before.
                Write::Probe => self.said[*index] = Some(Ok(Outcome::Nothing)),
                Write::Recall { .. } | Write::Step(_) => {}
            }
        }
        if batch.is_empty() {
            return Ok(());
        }
        // Without a key there is but one reason for a change not to be made.
        for index in &changes {
            if let Write::Commit(Commit { made_by: None, .. })
            | Write::Rehearse(Commit { made_by: None, .. }) = &self.writes[*index]
            {
                self.said[*index] = Some(Ok(Outcome::Refused(Refused::Stale)));
            }
        }
        for written in batch.write(conn)? {
            match written {
                Written::Placed { place, id, date } => {
                    let (id, date) = placed(id, date)?;
                    if let Some(index) = orders.get(place) {
                        let outcome = match sold.get(index) {
                            Some(sold) => {
                                let order = sold.order.clone().not_before(date).with_id(id);
                                Outcome::Made(Made::Order(order))
                            }
                            None => Outcome::Placed(id, date),
                        };
                        self.said[*index] = Some(Ok(outcome));
                    }
                }
                Written::Changed { place } => {
                    if let Some(index) = changes.get(place) {
                        self.said[*index] = Some(Ok(Outcome::Changed));
                    }
                }
            }
        }
        Ok(())
    }

    /// The open writes that come with a key, of those that are looked at now.
    fn open(&self, now: impl Fn(&usize) -> bool) -> Vec<(usize, Asked<'_>)> {
        let open = self.said.iter().zip(self.writes).enumerate().filter(|(_, (said, _))| said.is_none());
        open.filter(|(index, _)| now(index))
            .filter_map(|(index, (_, write))| match write {
                Write::Commit(work) | Write::Rehearse(work) => {
                    let (user, idempotency) = work.origin.actor.user().zip(work.made_by.as_ref())?;
                    Some((index, Asked { user, idempotency, now: work.now }))
                }
                Write::Recall { user, idempotency, now } => {
                    Some((index, Asked { user: *user, idempotency, now: *now }))
                }
                Write::Step(_) | Write::Probe => None,
            })
            .collect()
    }

    /// Says of each key what it has made. A key that is free again, or too old, makes something now.
    pub fn settle_keys(&mut self, conn: &mut Conn, now: impl Fn(&usize) -> bool) -> Result<(), PortError> {
        for _ in 0..LOOKS {
            let open = self.open(&now);
            if open.is_empty() {
                return Ok(());
            }
            let (indices, asked): (Vec<_>, Vec<_>) = open.into_iter().unzip();
            let known = keys::find(conn, &asked).map_err(unwritten)?;
            let (mut made, mut expired, mut again) = (Vec::new(), Vec::new(), Vec::new());
            let mut others = Vec::new();
            for (place, index) in indices.into_iter().enumerate() {
                match (known.get(&place), &self.writes[index]) {
                    (Some(Known::MadeOrder(order, version)), _) => made.push((index, *order, *version)),
                    (Some(Known::Made(event)), _) => others.push((index, *event)),
                    (Some(Known::Reused), _) => {
                        self.said[index] = Some(Ok(Outcome::Refused(Refused::KeyReused)));
                    }
                    (_, Write::Recall { .. }) => self.said[index] = Some(Ok(Outcome::Nothing)),
                    (Some(Known::Expired(event)), _) => {
                        expired.push(*event);
                        again.push(index);
                    }
                    (None, _) => again.push(index),
                }
            }
            self.recall(conn, &made)?;
            for (index, event) in others {
                let made = history::made(conn, event).map_err(failure)?;
                self.said[index] = Some(Ok(Outcome::Known(made)));
            }
            if !expired.is_empty() {
                keys::free(conn, &expired).map_err(unwritten)?;
            }
            let changes: Vec<_> = again.iter().copied().filter(|index| self.is_change(*index)).collect();
            self.write_once(conn, again).map_err(|error| after_writing(conn, error))?;
            // Its key is nobody's, so it was its version.
            for index in changes {
                self.said[index].get_or_insert(Ok(Outcome::Refused(Refused::Stale)));
            }
        }
        Ok(())
    }

    fn is_change(&self, index: usize) -> bool {
        let (Write::Commit(work) | Write::Rehearse(work)) = &self.writes[index] else { return false };
        matches!(work.change, Change::Order(_))
    }

    /// Answers with the orders as the keys have made them.
    fn recall(&mut self, conn: &mut Conn, made: &[(usize, i64, i64)]) -> Result<(), PortError> {
        if made.is_empty() {
            return Ok(());
        }
        let ids: Vec<_> = made.iter().map(|(_, id, _)| *id).collect();
        let orders = finder::find_all(conn, &ids).map_err(failure)?;
        for (index, id, version) in made {
            if let Some(order) = orders.get(id) {
                let order = history::as_of(conn, order.clone(), *version).map_err(failure)?;
                self.said[*index] = Some(Ok(Outcome::Known(Made::Order(order))));
            }
        }
        Ok(())
    }

    fn fail_the_rest(&mut self, error: PortError, among: impl Fn(&usize) -> bool) {
        let (reason, unknown) = (error.to_string(), matches!(error, PortError::Unknown(_)));
        let rest = self.said.iter_mut().enumerate().filter(|(index, said)| among(index) && said.is_none());
        for (_, said) in rest {
            let cause = reason.as_str().into();
            *said =
                Some(Err(if unknown { PortError::Unknown(cause) } else { PortError::Unavailable(cause) }));
        }
    }
}

fn placed(id: i64, date: i64) -> QueryResult<(OrderId, DateTime<Utc>)> {
    let id = OrderId::try_from(id).map_err(rows::corrupt)?;
    Ok((id, rows::moment(date).map_err(rows::corrupt)?))
}

/// A failure of something that writes no order.
pub fn unwritten(error: Error) -> PortError {
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
