//! A queue that does not do as it should.

use orders_adapters::outbound::queue::SqsQueue;
use orders_domain::{EventId, delivery::ports::Queue, failure::with_causes, ports::PortError};
use serde_json::json;

use crate::{
    config, message,
    service::{Answer, Service, error, taken},
};

fn queue(service: &Service, name: &str) -> SqsQueue {
    SqsQueue::with(&service.queue(name), &config()).unwrap()
}

fn unavailable(error: PortError) -> String {
    assert!(matches!(error, PortError::Unavailable(_)), "{error:?}");
    with_causes(&error)
}

#[tokio::test]
async fn a_throttled_call_is_tried_again_and_a_few_times_only() {
    for (status, code) in
        [(400, "RequestThrottled"), (400, "ThrottlingException"), (500, "InternalError"), (503, "x")]
    {
        let service = Service::answering(move |number, call| match number {
            0 | 1 => error(status, code),
            _ => taken(call, &[]),
        });
        let service = service.await;
        queue(&service, "orders").publish(&[message(1, "orders/1")]).await.unwrap();
        assert_eq!(service.put(), [[1], [1], [1]], "{code}");

        let service = Service::answering(move |_, _| error(status, code)).await;
        let failure = queue(&service, "orders").publish(&[message(1, "orders/1")]).await;
        unavailable(failure.unwrap_err());
        assert_eq!(service.calls().len(), 3, "{code}");
    }
}

#[tokio::test]
async fn a_call_that_is_wrong_is_not_tried_again() {
    let service = Service::answering(|_, _| error(400, "QueueDoesNotExist")).await;
    let queue = queue(&service, "orders");
    unavailable(queue.publish(&[message(1, "orders/1")]).await.unwrap_err());
    unavailable(queue.receive().await.unwrap_err());
    unavailable(queue.forget("receipt").await.unwrap_err());
    assert_eq!(service.calls().len(), 3);
}

#[tokio::test]
async fn a_batch_that_is_taken_in_part_is_a_failure() {
    let service = Service::answering(|_, call| taken(call, &[3, 7])).await;
    let messages: Vec<_> = (1..=25).map(|event| message(event, "orders/1")).collect();
    let error = queue(&service, "orders").publish(&messages).await.unwrap_err();
    assert!(unavailable(error).contains("the queue refuses 2 of 10 messages: InternalError"));
    assert_eq!(service.put(), [(1..=10).collect::<Vec<_>>()]);
    let silent = Service::answering(|_, _| (200, r#"{"Successful":[],"Failed":[]}"#.to_owned())).await;
    let error = queue(&silent, "orders").publish(&messages).await.unwrap_err();
    assert!(unavailable(error).contains("does not say what became of each message"));
}

#[tokio::test]
async fn into_a_fifo_queue_nothing_is_put_after_a_refused_message_of_its_group() {
    let service = Service::answering(|number, call| taken(call, if number == 1 { &[0] } else { &[] })).await;
    let groups = ["orders/1", "orders/2", "orders/1", "orders/3", "orders/1", "orders/2"];
    let messages: Vec<_> = (1..).zip(groups).map(|(event, group)| message(event, group)).collect();
    let queue = queue(&service, "orders.fifo");
    unavailable(queue.publish(&messages).await.unwrap_err());
    assert_eq!(service.put(), [[1, 2], [3, 4]]);
    let entry = &service.calls()[1]["Entries"][0];
    assert_eq!(
        (&entry["MessageGroupId"], &entry["MessageDeduplicationId"]),
        (&json!("orders/1"), &json!("3"))
    );
    // Whoever was told puts all again.
    queue.publish(&messages).await.unwrap();
    assert_eq!(service.put()[2..], [[1, 2], [3, 4], [5, 6]]);
}

#[tokio::test]
async fn garbage_in_place_of_an_answer_is_a_failure() {
    for garbage in ["", "{", "<html>", "[1]", "\0\u{ff}"] {
        let service = Service::answering(move |_, _| -> Answer { (200, garbage.to_owned()) }).await;
        let queue = queue(&service, "orders");
        unavailable(queue.publish(&[message(1, "orders/1")]).await.unwrap_err());
    }
}

#[tokio::test]
async fn a_message_whose_event_cannot_be_told_is_received_nonetheless() {
    let with = |receipt: &str, event: &str| {
        let attributes = json!({"event": {"DataType": "String", "StringValue": event}});
        json!({"ReceiptHandle": receipt, "Body": "{}", "MessageAttributes": attributes})
    };
    let answer = json!({"Messages": [
        with("a", "7"), with("b", "seven"), with("c", "0"), {"ReceiptHandle": "d", "Body": "not json"},
        {"Body": "without a receipt"},
    ]});
    let service = Service::answering(move |_, _| (200, answer.to_string())).await;
    let received = queue(&service, "orders").receive().await.unwrap();
    let told: Vec<_> =
        received.iter().map(|one| (one.receipt.as_str(), one.event.map(EventId::get))).collect();
    assert_eq!(told, [("a", Some(7)), ("b", None), ("c", None), ("d", None)]);
    let asked = &service.calls()[0];
    assert_eq!(asked["MaxNumberOfMessages"], 10);
    assert_eq!((&asked["WaitTimeSeconds"], &asked["VisibilityTimeout"]), (&json!(20), &json!(180)));
}

#[tokio::test]
async fn nothing_is_put_without_a_message_and_too_long_a_message_is_said() {
    let service = Service::answering(|_, call| taken(call, &[])).await;
    let queue = queue(&service, "orders");
    queue.publish(&[]).await.unwrap();
    let mut long = message(2, "orders/1");
    long.body = "x".repeat(1 << 20);
    let error = queue.publish(&[message(1, "orders/1"), long]).await.unwrap_err();
    assert!(unavailable(error).contains("event 2 makes a message of"));
    assert_eq!(service.put(), [[1]]);
}

#[tokio::test]
async fn waiting_for_messages_can_be_given_up() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/1/orders", listener.local_addr().unwrap());
    let queue = SqsQueue::with(&url, &config()).unwrap();
    // Nobody answers; once the call is here the one who waits leaves.
    let asked = async {
        let (stream, _) = listener.accept().await.unwrap();
        stream.readable().await.unwrap();
    };
    tokio::select! {
        answer = queue.receive() => panic!("{answer:?}"),
        () = asked => {}
    }
    assert!(format!("{queue:?}").contains("/1/orders"));
}
