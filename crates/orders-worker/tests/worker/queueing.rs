//! A queue that gives everything twice and in no order.

use std::{collections::VecDeque, sync::Arc, sync::Mutex};

use async_trait::async_trait;
use orders_domain::{
    Actor, EventId, EventType,
    delivery::endpoint::{QueueMessage, Received},
    ports::{EventFilter, EventLimit, PortError, Queue},
};

use super::shop::shops;

#[derive(Default)]
struct Twice {
    waiting: Mutex<VecDeque<Received>>,
    published: Mutex<Vec<EventId>>,
    forgotten: Mutex<Vec<String>>,
    fails: Mutex<u32>,
}

#[async_trait]
impl Queue for Twice {
    async fn publish(&self, messages: &[QueueMessage]) -> Result<(), PortError> {
        {
            let mut fails = self.fails.lock().unwrap();
            if *fails > 0 {
                *fails -= 1;
                return Err(PortError::Unavailable("the queue is away".into()));
            }
        }
        let mut waiting = self.waiting.lock().unwrap();
        for message in messages {
            self.published.lock().unwrap().push(message.event);
            for copy in 0..2 {
                let received =
                    Received { receipt: format!("{}/{copy}", message.event), event: Some(message.event) };
                // The later ones first.
                waiting.push_front(received);
            }
        }
        Ok(())
    }

    async fn receive(&self) -> Result<Vec<Received>, PortError> {
        let mut waiting = self.waiting.lock().unwrap();
        let count = waiting.len().min(10);
        Ok(waiting.drain(..count).collect())
    }

    async fn forget(&self, receipt: &str) -> Result<(), PortError> {
        self.forgotten.lock().unwrap().push(receipt.to_owned());
        Ok(())
    }
}

#[tokio::test]
async fn every_event_is_published_and_each_order_is_planned_once_however_often_its_message_comes() {
    for shop in shops() {
        let queue = Arc::new(Twice::default());
        *queue.fails.lock().unwrap() = 1;
        let worker = shop.worker().with_fulfilment(Arc::clone(&shop.orders)).with_queue(queue.clone());
        worker.open().await.unwrap();
        for _ in 0..25 {
            shop.order().await;
        }
        // What the work itself makes happen is published the next time.
        for _ in 0..3 {
            let (_told, stop) = orders_worker::Stop::new();
            worker.clone().work_off(stop).await;
        }
        let all =
            shop.storage.feed.events(EventFilter::default(), None, EventLimit::MAX).await.unwrap().events;
        let published = queue.published.lock().unwrap().clone();
        assert_eq!(published, all.iter().map(|event| event.id).collect::<Vec<_>>());
        let by_worker = |what| {
            all.iter()
                .filter(|event| event.event_type() == what && event.origin.actor == Actor::Worker)
                .count()
        };
        assert_eq!((by_worker(EventType::Planned), by_worker(EventType::Processing)), (25, 25));
        assert_eq!(queue.forgotten.lock().unwrap().len(), 2 * published.len());
    }
}
