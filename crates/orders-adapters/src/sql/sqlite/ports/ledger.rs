//! The one port that writes.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use orders_domain::{
    Idempotency, UserId,
    delivery::{Step, Stepped},
    ports::{Change, Commit, Committed, Ledger, Made, Markets, PortError, Refused},
};

use super::super::{super::writer::Write, SqliteDatabase};

#[async_trait]
impl Ledger for SqliteDatabase {
    async fn commit(&self, work: Commit) -> Result<Committed, Refused> {
        let marketplaces = matches!(work.change, Change::NewMarketplace(_) | Change::Marketplace(_));
        let done = self.writer.commit(Write::Commit(work)).await;
        if marketplaces {
            // Also when nobody knows what was done.
            self.marketplaces.forget();
            // So that the currency of prices is known to who does not wait for it; who needs the rest reads it again.
            drop(self.directory_now().await);
        }
        done
    }

    async fn rehearse(&self, work: Commit) -> Result<Committed, Refused> {
        self.writer.commit(Write::Rehearse(work)).await
    }

    async fn recall(
        &self,
        user: UserId,
        idempotency: Idempotency,
        now: DateTime<Utc>,
    ) -> Result<Option<Made>, Refused> {
        self.writer.recall(user, idempotency, now).await
    }

    async fn step(&self, step: Step) -> Result<Stepped, PortError> {
        self.writer.step(step).await
    }
}
