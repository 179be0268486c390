//! Orders that are complete already, many at a time: for seeding and copying.

use std::path::Path;

use diesel::prelude::*;
use orders_domain::{OrderId, ports::PortError};

use super::{
    super::{
        BulkOrders, Newest, OpenError, StoredEvent, StoredOrder, failure,
        rows::event::{NewEventRow, data},
        schema::revocations,
    },
    Conn,
    commit::Counters,
    connection, events, lists,
    lock::FileLock,
    migrations, queries,
};

/// A file, while no server has it.
pub struct SqliteCopy {
    conn: Conn,
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
        migrations::run(&mut conn)?;
        Ok(Self { conn, _lock: lock })
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

    fn stored_after(&mut self, after: Option<OrderId>) -> Result<Vec<StoredOrder>, PortError> {
        lists::stored_after(&mut self.conn, after).map_err(failure)
    }

    fn count(&mut self) -> Result<i64, PortError> {
        lists::count(&mut self.conn).map_err(failure)
    }
}
