//! Whose tokens were revoked.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use orders_domain::{
    UserId,
    ports::{PortError, Revocations},
};

use super::super::{super::rows, PostgresDatabase, pool::Readers, revocations};

#[async_trait]
impl Revocations for PostgresDatabase {
    async fn revoked_at(&self, user: UserId) -> Result<Option<DateTime<Utc>>, PortError> {
        let look = move |readers: &Readers| readers.read(|conn| revocations::revoked_at(conn, user));
        let revoked = self.read(look).await?;
        revoked.map(rows::moment).transpose().map_err(PortError::corrupt)
    }
}
