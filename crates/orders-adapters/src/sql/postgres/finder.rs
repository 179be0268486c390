//! Orders by their ids. One connection finds them for everybody: those that are asked for at once
//! come with one statement, so a round trip serves many requests.

use std::{collections::HashMap, io, sync::Arc};

use diesel::{QueryResult, prelude::*};
use orders_domain::{Order, OrderId, ports::PortError};

use super::{
    super::{
        failure,
        gather::{Gather, Limits, Unanswered},
        rows::{self, order::whole},
        schema::orders,
        unavailable,
    },
    Conn,
    connection::{Connector, Purpose, Standing, is_lost},
};

/// There is one thread, so it waits for no pile.
const LIMITS: Limits = Limits { batch: 128, queue: 4096, pile: 1 };

type Found = Result<Option<Order>, PortError>;

/// The handle on the thread that finds orders.
#[derive(Debug)]
pub struct Finder(Gather<OrderId, Found>);

impl Finder {
    /// Starts the thread, which connects when it is needed.
    ///
    /// # Errors
    ///
    /// When the system gives no thread.
    pub fn start(connector: Arc<Connector>) -> io::Result<Self> {
        let worker = move || {
            let mut reader = Answerer(Standing::new(connector, Purpose::Read));
            move |ids: Vec<OrderId>| reader.answer(&ids)
        };
        Gather::start("orders-finder", LIMITS, [worker]).map(Self)
    }

    /// The order with this id.
    ///
    /// # Errors
    ///
    /// [`PortError::Busy`], [`PortError::Unavailable`], [`PortError::Corrupt`].
    pub async fn find(&self, id: OrderId) -> Found {
        match self.0.ask(id).await {
            Ok(found) => found,
            Err(Unanswered::Full) => Err(PortError::Busy),
            Err(Unanswered::Dropped) => Err(PortError::Unavailable("the finder dropped the request".into())),
        }
    }
}

struct Answerer(Standing);

impl Answerer {
    fn answer(&mut self, ids: &[OrderId]) -> Vec<Found> {
        let wanted: Vec<_> = ids.iter().map(|id| id.get()).collect();
        match self.find(&wanted) {
            Ok(mut found) => {
                let mut orders = Vec::with_capacity(ids.len());
                for (index, id) in wanted.iter().enumerate() {
                    let wanted_again = wanted[index + 1..].contains(id);
                    orders.push(Ok(if wanted_again { found.get(id).cloned() } else { found.remove(id) }));
                }
                orders
            }
            // One that is corrupt must not hide the others.
            Err(PortError::Corrupt(_)) if ids.len() > 1 => {
                ids.iter().flat_map(|id| self.answer(std::slice::from_ref(id))).collect()
            }
            Err(PortError::Corrupt(cause)) => vec![Err(PortError::Corrupt(cause))],
            Err(error) => {
                let reason = error.to_string();
                ids.iter().map(|_| Err(PortError::Unavailable(reason.as_str().into()))).collect()
            }
        }
    }

    /// Finds them; once more where the connection was lost.
    fn find(&mut self, ids: &[i64]) -> Result<HashMap<i64, Order>, PortError> {
        let conn = self.0.get().map_err(unavailable)?;
        match find_all(conn, ids) {
            Err(error) if is_lost(conn, &error) => {
                self.0.close();
                find_all(self.0.get().map_err(unavailable)?, ids).map_err(failure)
            }
            done => done.map_err(failure),
        }
    }
}

/// The orders with these ids, as far as they exist.
pub fn find_all(conn: &mut Conn, ids: &[i64]) -> QueryResult<HashMap<i64, Order>> {
    let rows = whole(orders::id.eq_any(ids)).load(conn)?;
    let orders = rows::order::orders(rows).map_err(rows::corrupt)?;
    Ok(orders.into_iter().map(|order| (order.id().get(), order)).collect())
}
