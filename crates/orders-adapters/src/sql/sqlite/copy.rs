//! Orders that are complete already, many at a time: for seeding and copying.

use std::{collections::HashMap, path::Path};

use diesel::prelude::*;
use orders_domain::{Currency, OrderId, ports::PortError};

use super::{
    super::{
        BulkOrders, Newest, OpenError, StoredEvent, StoredOrder, failure,
        rows::event::{NewEventRow, data},
        schema::revocations,
    },
    Conn,
    commit::Counters,
    connection,
    database::founded,
    events, lists,
    lock::FileLock,
    queries,
};
use crate::SystemClock;

/// A file, while no server has it.
pub struct SqliteCopy {
    conn: Conn,
    /// Of each key that was used again when it was too old: what it has made last. `None` until read.
    used_again: Option<HashMap<(i64, String), i64>>,
    _lock: FileLock,
}

impl SqliteCopy {
    /// Opens the file as [`super::SqliteDatabase::open`] opens it for serving.
    ///
    /// # Errors
    ///
    /// [`OpenError`].
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        let lock = FileLock::take(path)?;
        let mut conn = connection::writer(lock.database())?;
        founded(&mut conn, Currency::USD, &SystemClock)?;
        Ok(Self { conn, used_again: None, _lock: lock })
    }

    /// Whose tokens were revoked, and when, in milliseconds since 1970.
    ///
    /// # Errors
    ///
    /// [`PortError::Unavailable`].
    pub fn revocations(&mut self) -> Result<Vec<(i64, i64)>, PortError> {
        let all = revocations::table.order(revocations::user_id).load(&mut self.conn);
        all.map_err(failure)
    }
}

impl BulkOrders for SqliteCopy {
    fn newest(&mut self) -> Result<Newest, PortError> {
        let counters = Counters::read(&mut self.conn).map_err(failure)?;
        Ok(Newest { order: counters.last_order, date: counters.newest, event: counters.last_event })
    }

    fn add(&mut self, orders: &[StoredOrder]) -> Result<(), PortError> {
        let store = |conn: &mut Conn| {
            for StoredOrder { order, events: stored } in orders {
                queries::insert(conn, order)?;
                for StoredEvent { event, made_by } in stored {
                    let data = data(&event.what)?;
                    events::insert(conn, NewEventRow::stored(event, &data, made_by.as_ref()))?;
                }
            }
            Ok(())
        };
        self.conn.immediate_transaction(store).map_err(failure)
    }

    /// With each key at what it has made last: elsewhere a key stands for one thing only.
    fn stored_after(&mut self, after: Option<OrderId>) -> Result<Vec<StoredOrder>, PortError> {
        let used_again = match &mut self.used_again {
            Some(known) => known,
            none => none.insert(events::used_again(&mut self.conn).map_err(failure)?),
        };
        let mut stored = lists::stored_after(&mut self.conn, after).map_err(failure)?;
        for StoredEvent { event, made_by } in stored.iter_mut().flat_map(|order| &mut order.events) {
            let key = event.origin.actor.user().zip(made_by.as_ref());
            let key = key.map(|(user, made_by)| (user.get(), made_by.key.as_str().to_owned()));
            if key.is_some_and(|key| used_again.get(&key).is_some_and(|last| *last != event.id.get())) {
                *made_by = None;
            }
        }
        Ok(stored)
    }

    fn count(&mut self) -> Result<i64, PortError> {
        lists::count(&mut self.conn).map_err(failure)
    }
}
