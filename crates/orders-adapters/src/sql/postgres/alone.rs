//! Commits that have a transaction of their own: what the shop's people change, what is done by a message, and what is
//! taken back.

use diesel::{Connection, QueryResult, result::Error};
use orders_domain::ports::{Commit, PortError, Refused};

use super::{
    super::writer::Outcome,
    Conn, changing, inbox,
    writing::{Answers, unwritten},
};

impl Answers<'_> {
    /// Does one in a transaction of its own, of which nothing stays if it is refused or known.
    pub fn keep(&mut self, conn: &mut Conn, index: usize, work: &Commit) -> QueryResult<Outcome> {
        let mut came_of_it = None;
        let kept = conn.transaction::<(), Error, _>(|conn| {
            let outcome = self.keep_alone(conn, index, work)?;
            let stays = matches!(outcome, Outcome::Placed(..) | Outcome::Changed | Outcome::Made(_));
            came_of_it = Some(outcome);
            if stays { Ok(()) } else { Err(Error::RollbackTransaction) }
        });
        match (kept, came_of_it) {
            (Ok(()) | Err(Error::RollbackTransaction), Some(outcome)) => Ok(outcome),
            (Err(error), _) => Err(error),
            (Ok(()), None) => Err(Error::BrokenTransactionManager),
        }
    }

    /// Does one with the message by which it is done. To be called in a transaction.
    fn keep_alone(&mut self, conn: &mut Conn, index: usize, work: &Commit) -> QueryResult<Outcome> {
        if let Some(handled) = work.handled
            && !inbox::keep(conn, handled, work.now)?
        {
            return Ok(Outcome::Refused(Refused::Handled));
        }
        if changing::is_kept(work) {
            return changing::keep(conn, work);
        }
        self.said[index] = None;
        self.write_once(conn, vec![index])?;
        // Nothing of it stays, whatever is wrong.
        let broken = |error: PortError| Error::QueryBuilderError(error.to_string().into());
        self.settle_keys(conn, |open| *open == index).map_err(broken)?;
        match self.said[index].take() {
            Some(Ok(outcome)) => Ok(outcome),
            Some(Err(error)) => Err(broken(error)),
            None => Err(broken(PortError::Unavailable("the key keeps changing hands".into()))),
        }
    }

    /// Does one and takes it back.
    pub fn rehearse(&mut self, conn: &mut Conn, index: usize) -> Result<(), PortError> {
        let taken_back = conn.transaction::<(), Error, _>(|conn| {
            if let Some(work) = changing::of(&self.writes[index]) {
                self.said[index] = Some(Ok(self.keep_alone(conn, index, work)?));
                return Err(Error::RollbackTransaction);
            }
            self.write_once(conn, vec![index])?;
            if let Err(error) = self.settle_keys(conn, |open| *open == index) {
                self.said[index] = Some(Err(error));
            }
            Err(Error::RollbackTransaction)
        });
        match taken_back {
            Err(Error::RollbackTransaction) | Ok(()) => Ok(()),
            Err(error) => Err(unwritten(error)),
        }
    }
}
