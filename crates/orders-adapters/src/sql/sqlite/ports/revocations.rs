//! Whose tokens were revoked.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use orders_domain::{
    UserId,
    ports::{PortError, Revocations},
};

use super::super::{super::rows, SqliteDatabase, revocations};

#[async_trait]
impl Revocations for SqliteDatabase {
    async fn revoked_at(&self, user: UserId) -> Result<Option<DateTime<Utc>>, PortError> {
        let revoked = self.readers.inline(move |conn| revocations::revoked_at(conn, user)).await?;
        revoked.map(rows::moment).transpose().map_err(PortError::corrupt)
    }
}
