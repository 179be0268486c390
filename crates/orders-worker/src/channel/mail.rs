//! To customers, by mail.

use std::sync::Arc;

use async_trait::async_trait;
use orders_domain::{
    Consumer, Event, EventType, Happening, Order, OrderProduct, OrderStatus, ShipmentStatus, Storage,
    Subject, What,
    delivery::{
        Outcome, Schedule, Verdict,
        endpoint::{Notice, Template},
    },
    failure::with_causes,
    ports::{Mailer, Offer, PortError},
};

use super::Channel;

/// How many mails at once.
const AT_ONCE: usize = 4;

/// Writes to the customers of parcels that are on their way.
pub struct ToCustomers {
    pub storage: Storage,
    pub mailer: Arc<dyn Mailer>,
    pub schedule: Schedule,
}

/// What is to be written because of an event, if anything.
enum Writing {
    Notice(Box<Notice>),
    Nothing,
}

impl ToCustomers {
    async fn writing(&self, event: &Event) -> Result<Writing, PortError> {
        let Subject::Order(id) = event.subject else { return Ok(Writing::Nothing) };
        // What is known of the customer is so now; what became of the order is so since the event.
        let (now, then) =
            (self.storage.orders.find(id).await?, self.storage.orders.at_version(id, event.version).await?);
        let email = now.and_then(|order| order.contact().email.clone());
        let (Some(to), Some(order)) = (email, then) else { return Ok(Writing::Nothing) };
        let parcels = if let What::Order(
            Happening::ShipmentCreated { number, .. } | Happening::ShipmentChanged { number, .. },
        ) = &event.what
        {
            vec![*number]
        } else {
            // By the order's own status all that was planned went out at once.
            let sent = order.shipments().iter().filter(|parcel| parcel.shipped_at == Some(event.at));
            sent.map(|parcel| parcel.number).collect()
        };
        if parcels.is_empty() {
            return Ok(Writing::Nothing);
        }
        let names = self.names(&order).await?;
        let template =
            if order.status() == OrderStatus::Shipped { Template::Fulfilled } else { Template::Shipped };
        let trace = event.origin.trace;
        Ok(Writing::Notice(Box::new(Notice { event: event.id, trace, template, to, order, parcels, names })))
    }

    /// What the products of an order were called when it was placed; of what was not kept then, what they are called
    /// now.
    async fn names(&self, order: &Order) -> Result<Vec<Option<String>>, PortError> {
        let shown = |line: &OrderProduct| line.shown().map(|shown| shown.name.as_str().to_owned());
        let names: Vec<_> = order.lines().map(|(_, line)| shown(line)).collect();
        if names.iter().all(Option::is_some) {
            return Ok(names);
        }
        let products: Vec<_> = order.lines().map(|(_, line)| line.product()).collect();
        let offers = self.storage.catalogue.find(&products).await?;
        let now = |offer: Option<Offer>| offer.map(|offer| offer.product.details.name.as_str().to_owned());
        Ok(names.into_iter().zip(offers).map(|(name, offer)| name.or_else(|| now(offer))).collect())
    }
}

#[async_trait]
impl Channel for ToCustomers {
    fn consumer(&self) -> Consumer {
        Consumer::Mail
    }

    fn types(&self) -> Vec<EventType> {
        vec![EventType::Shipped, EventType::ShipmentCreated, EventType::ShipmentChanged]
    }

    /// Those by which a parcel goes out, now and not in what was brought in.
    fn wants(&self, event: &Event) -> bool {
        if event.is_history() {
            return false;
        }
        let What::Order(what) = &event.what else { return false };
        match what {
            Happening::Moved(became) => became.to == OrderStatus::Shipped,
            Happening::ShipmentCreated { shipment, .. } => shipment.status == ShipmentStatus::Shipped,
            Happening::ShipmentChanged { from, to, .. } => from != to && *to == ShipmentStatus::Shipped,
            _ => false,
        }
    }

    fn schedule(&self) -> &Schedule {
        &self.schedule
    }

    fn logs_done(&self) -> bool {
        true
    }

    fn at_once(&self) -> usize {
        AT_ONCE
    }

    async fn send(&self, event: &Event) -> Outcome {
        match self.writing(event).await {
            Ok(Writing::Notice(notice)) => self.mailer.send(&notice).await,
            Ok(Writing::Nothing) => Outcome { attempt: None, verdict: Verdict::Skipped },
            Err(error) => {
                tracing::warn!(event = %event.id, error = with_causes(&error), "a mail could not be written");
                Outcome { attempt: None, verdict: Verdict::Again { retry_after: None, overloaded: false } }
            }
        }
    }
}
