//! The one port that writes.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use orders_domain::{
    Idempotency, UserId,
    delivery::{Step, Stepped},
    ports::{Change, Commit, Committed, Ledger, Made, Markets, PortError, Refused},
};

use super::super::{super::writer::Write, PostgresDatabase, changing, database::within};

#[async_trait]
impl Ledger for PostgresDatabase {
    async fn commit(&self, work: Commit) -> Result<Committed, Refused> {
        let writer = if changing::is_alone(&work) { &self.keeper } else { &self.writer };
        let marketplaces = matches!(work.change, Change::NewMarketplace(_) | Change::Marketplace(_));
        let done = within(self.patience(), PortError::Unknown, writer.commit(Write::Commit(work))).await;
        if marketplaces {
            // Also when nobody knows what was done.
            self.marketplaces.forget();
            // So that the currency of prices is known to who does not wait for it; who needs the rest reads it again.
            drop(self.directory_now().await);
        }
        done
    }

    async fn rehearse(&self, work: Commit) -> Result<Committed, Refused> {
        within(self.patience(), PortError::Unavailable, self.rehearser.commit(Write::Rehearse(work))).await
    }

    async fn recall(
        &self,
        user: UserId,
        idempotency: Idempotency,
        now: DateTime<Utc>,
    ) -> Result<Option<Made>, Refused> {
        let recalling = self.writer.recall(user, idempotency, now);
        within(self.patience(), PortError::Unavailable, recalling).await
    }

    async fn step(&self, step: Step) -> Result<Stepped, PortError> {
        within(self.patience(), PortError::Unknown, self.stepper.step(step)).await
    }
}
