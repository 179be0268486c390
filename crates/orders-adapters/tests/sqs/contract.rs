//! What SQS promises, as far as its stand-in keeps it.

use aws_sdk_sqs::{Client, config::Region, types::QueueAttributeName};
use orders_adapters::outbound::queue::SqsQueue;
use orders_domain::delivery::ports::Queue;

use crate::{config, message, sqs_server::SqsServer};

/// A new queue, and its URL.
async fn created(server: &SqsServer, name: &str, is_fifo: bool) -> (SqsQueue, Client, String) {
    let config = config();
    let builder = aws_sdk_sqs::config::Builder::from(&config).endpoint_url(server.url());
    let client = Client::from_conf(builder.region(Region::from_static("us-east-1")).build());
    let mut call = client.create_queue().queue_name(name);
    if is_fifo {
        call = call.attributes(QueueAttributeName::FifoQueue, "true");
    }
    let url = call.send().await.unwrap().queue_url.unwrap();
    (SqsQueue::with(&url, &config).unwrap(), client, url)
}

/// How many messages are there, seen or not.
async fn count(client: &Client, url: &str) -> u32 {
    let names = [
        QueueAttributeName::ApproximateNumberOfMessages,
        QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
    ];
    let call = client.get_queue_attributes().queue_url(url).set_attribute_names(Some(names.to_vec()));
    let all = call.send().await.unwrap().attributes.unwrap();
    names.iter().map(|name| all[name].parse::<u32>().unwrap()).sum()
}

#[tokio::test]
async fn what_is_published_is_received_with_its_event_and_forgotten_once() {
    let Some(server) = SqsServer::start() else { return };
    let (queue, client, url) = created(&server, "orders", false).await;
    let messages: Vec<_> =
        (1..=23).map(|event| message(event, &format!("orders/{}", event % 3 + 1))).collect();
    queue.publish(&messages).await.unwrap();
    assert_eq!(count(&client, &url).await, 23);
    let mut events = Vec::new();
    while events.len() < 23 {
        let received = queue.receive().await.unwrap();
        assert!(!received.is_empty() && received.len() <= 10, "{received:?}");
        for one in received {
            events.push(one.event.unwrap().get());
            queue.forget(&one.receipt).await.unwrap();
        }
    }
    events.sort_unstable();
    assert_eq!(events, (1..=23).collect::<Vec<_>>());
    assert_eq!(count(&client, &url).await, 0);
}

#[tokio::test]
async fn a_fifo_queue_keeps_the_order_and_drops_what_comes_again() {
    let Some(server) = SqsServer::start() else { return };
    let (queue, client, url) = created(&server, "orders.fifo", true).await;
    let messages: Vec<_> = (1..=5).map(|event| message(event, "orders/1")).collect();
    queue.publish(&messages[..3]).await.unwrap();
    queue.publish(&messages).await.unwrap();
    assert_eq!(count(&client, &url).await, 5);
    let mut events = Vec::new();
    while events.len() < 5 {
        for one in queue.receive().await.unwrap() {
            events.push(one.event.unwrap().get());
            queue.forget(&one.receipt).await.unwrap();
        }
    }
    assert_eq!(events, [1, 2, 3, 4, 5]);
}

#[tokio::test]
async fn a_queue_that_is_not_there_is_a_failure() {
    let Some(server) = SqsServer::start() else { return };
    let queue = SqsQueue::with(&format!("{}/123456789012/nowhere", server.url()), &config()).unwrap();
    assert!(queue.publish(&[message(1, "orders/1")]).await.is_err());
    assert!(queue.receive().await.is_err());
}
