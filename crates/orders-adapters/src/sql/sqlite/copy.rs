//! Orders that are complete already, many at a time: for seeding and copying.

use std::path::Path;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use orders_domain::{OrderId, ports::PortError};

use super::{
    super::{BulkOrders, OpenError, StoredOrder, failure, schema::revocations},
    Conn, connection, lists,
    lock::FileLock,
    migrations,
    store::{Counters, insert_order},
};

/// A file, while no server has it.
pub struct SqliteCopy {
    conn: Conn,
    _lock: FileLock,
}

impl SqliteCopy {
    /// Opens the file as [`super::SqliteOrders::open`] opens it for serving.
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
    fn newest(&mut self) -> Result<(i64, DateTime<Utc>), PortError> {
        let counters = Counters::read(&mut self.conn).map_err(failure)?;
        Ok((counters.last_id, counters.newest))
    }

    fn add(&mut self, orders: &[StoredOrder]) -> Result<(), PortError> {
        let store = |conn: &mut Conn| {
            orders.iter().try_for_each(|stored| insert_order(conn, &stored.order, stored.made_by.as_ref()))
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
