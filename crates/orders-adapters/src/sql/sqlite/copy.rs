//! Orders that are complete already, many at a time: for seeding and copying.

use std::{collections::HashMap, path::Path};

use diesel::{connection::SimpleConnection, prelude::*};
use orders_domain::{Currency, OrderId, delivery::KeyId, ports::PortError};

use super::{
    super::{
        BulkOrders, BulkParts, Key, Newest, OpenError, Part, PartRows, StoredEvent, StoredOrder, failure,
        parts::Copied,
        rows::event::{NewEventRow, data},
        schema::revocations,
    },
    Conn,
    commit::Counters,
    connection, copying,
    database::founded,
    events, lists,
    lock::FileLock,
    migrate::existing,
    migrations, queries, shipments, webhooks,
};
use crate::SystemClock;

/// A file, while no server has it or for reading only.
pub struct SqliteCopy {
    conn: Conn,
    /// Of each key that was used again when it was too old: what it has made last. `None` until read.
    used_again: Option<HashMap<(i64, String), i64>>,
    /// Of what is only read there is none.
    _lock: Option<FileLock>,
}

impl SqliteCopy {
    /// Opens the file as [`super::SqliteDatabase::open`] opens it for serving.
    ///
    /// # Errors
    ///
    /// [`OpenError`].
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        Self::open_by(path, Currency::USD)
    }

    /// The same; a new shop has this currency.
    ///
    /// # Errors
    ///
    /// [`OpenError`].
    pub fn open_by(path: &Path, currency: Currency) -> Result<Self, OpenError> {
        let lock = FileLock::take(path)?;
        let mut conn = connection::writer(lock.database())?;
        founded(&mut conn, currency, &SystemClock)?;
        Ok(Self { conn, used_again: None, _lock: Some(lock) })
    }

    /// Opens the file for reading, also while a server has it: as it is at the first look, until the end.
    ///
    /// # Errors
    ///
    /// [`OpenError::Open`], also when there is no such file; [`OpenError::OlderDatabase`] and
    /// [`OpenError::NewerDatabase`] when it has another schema.
    pub fn read(path: &Path) -> Result<Self, OpenError> {
        let unusable = |reason: String| OpenError::Open { database: path.display().to_string(), reason };
        let mut conn = connection::onlooker(&existing(path)?)?;
        migrations::refuse_other(&mut conn)?;
        conn.batch_execute("BEGIN").map_err(|error| unusable(error.to_string()))?;
        Ok(Self { conn, used_again: None, _lock: None })
    }

    pub(super) fn conn(&mut self) -> &mut Conn {
        &mut self.conn
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

    /// With which key its secrets are sealed, if there are any.
    ///
    /// # Errors
    ///
    /// [`PortError`].
    pub fn secrets_key(&mut self) -> Result<Option<KeyId>, PortError> {
        webhooks::key(&mut self.conn).map_err(failure)
    }
}

impl SqliteCopy {
    /// Of each key that was used again when it was too old, what it has made last.
    fn used_again(&mut self) -> QueryResult<&HashMap<(i64, String), i64>> {
        Ok(match &mut self.used_again {
            Some(known) => known,
            none => none.insert(events::used_again(&mut self.conn)?),
        })
    }
}

/// Stores complete orders.
pub fn insert(conn: &mut Conn, orders: &[StoredOrder]) -> QueryResult<()> {
    for stored in orders {
        queries::insert(conn, &stored.order)?;
        shipments::insert(conn, &stored.order, &stored.cancelling())?;
        for StoredEvent { event, made_by } in &stored.events {
            let data = data(&event.what, event.checkpoint.as_deref())?;
            events::insert(conn, NewEventRow::stored(event, &data, made_by.as_ref()))?;
        }
    }
    Ok(())
}

impl BulkParts for SqliteCopy {
    /// With each key at what it has made last: elsewhere a key stands for one thing only.
    fn rows_after(&mut self, part: Part, after: &Key) -> Result<PartRows, PortError> {
        let mut copied = copying::rows_after(&mut self.conn, part, after).map_err(failure)?;
        if let Copied::Events(events) = &mut copied {
            let used_again = self.used_again().map_err(failure)?;
            for event in events {
                let key = event.actor.zip(event.idempotency_key.clone());
                if key.is_some_and(|key| used_again.get(&key).is_some_and(|last| *last != event.id)) {
                    (event.idempotency_key, event.request_fingerprint) = (None, None);
                }
            }
        }
        Ok(PartRows(copied))
    }
}

impl BulkOrders for SqliteCopy {
    fn newest(&mut self) -> Result<Newest, PortError> {
        let counters = Counters::read(&mut self.conn).map_err(failure)?;
        Ok(Newest { order: counters.last_order, date: counters.newest, event: counters.last_event })
    }

    fn add(&mut self, orders: &[StoredOrder]) -> Result<(), PortError> {
        self.conn.immediate_transaction(|conn| insert(conn, orders)).map_err(failure)
    }

    /// With each key at what it has made last: elsewhere a key stands for one thing only.
    fn stored_after(&mut self, after: Option<OrderId>) -> Result<Vec<StoredOrder>, PortError> {
        let mut stored = lists::stored_after(&mut self.conn, after).map_err(failure)?;
        let used_again = self.used_again().map_err(failure)?;
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

    fn last_event(&mut self) -> Result<i64, PortError> {
        events::last(&mut self.conn).map(Option::unwrap_or_default).map_err(failure)
    }
}
