//! Messages, as many in a call as SQS takes.

use std::{borrow::Cow, collections::HashSet};

use orders_domain::delivery::endpoint::QueueMessage;

/// The attribute with the event's id, and its type.
pub const ATTRIBUTE: &str = "event";
const ATTRIBUTE_TYPE: &str = "String";

/// The most messages in a call.
const MOST: usize = 10;

/// The most bytes of a call, and of a message: bodies, and names, types and values of attributes.
pub const MOST_BYTES: usize = 1024 * 1024;

/// A message that no queue takes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("event {event} makes a message of {bytes} bytes, and the queue takes {MOST_BYTES}")]
pub struct TooLong {
    event: String,
    bytes: usize,
}

/// The batches in which messages are put, in their order.
///
/// SQS may take some messages of a batch and refuse others. So that nothing is put after a refused message of its
/// group, a batch for a FIFO queue has one message of each group.
pub struct Batches<'a> {
    left: &'a [QueueMessage],
    is_fifo: bool,
}

impl<'a> Batches<'a> {
    pub fn of(messages: &'a [QueueMessage], is_fifo: bool) -> Self {
        Self { left: messages, is_fifo }
    }
}

impl<'a> Iterator for Batches<'a> {
    type Item = Result<Vec<&'a QueueMessage>, TooLong>;

    fn next(&mut self) -> Option<Self::Item> {
        let (mut batch, mut bytes, mut groups) = (Vec::new(), 0, HashSet::new());
        while let [message, left @ ..] = self.left {
            let size = size(message);
            if size > MOST_BYTES && batch.is_empty() {
                self.left = &[];
                return Some(Err(TooLong { event: message.event.to_string(), bytes: size }));
            }
            bytes += size;
            let comes_next = self.is_fifo && !groups.insert(&message.group);
            if batch.len() == MOST || bytes > MOST_BYTES || comes_next {
                break;
            }
            batch.push(message);
            self.left = left;
        }
        (!batch.is_empty()).then_some(Ok(batch))
    }
}

fn size(message: &QueueMessage) -> usize {
    let attribute = ATTRIBUTE.len() + ATTRIBUTE_TYPE.len() + message.event.to_string().len();
    carried(&message.body).len() + attribute
}

/// A body of JSON as SQS carries it: without the characters that XML 1.0 has not, of which JSON leaves two as they
/// are. They can only stand in strings, where their escapes mean the same.
pub fn carried(body: &str) -> Cow<'_, str> {
    if body.contains(['\u{fffe}', '\u{ffff}']) {
        body.replace('\u{fffe}', "\\ufffe").replace('\u{ffff}', "\\uffff").into()
    } else {
        body.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(event: i64, group: &str, bytes: usize) -> QueueMessage {
        QueueMessage { event: event.try_into().unwrap(), group: group.to_owned(), body: "x".repeat(bytes) }
    }

    fn batches(messages: &[QueueMessage], is_fifo: bool) -> Vec<Vec<i64>> {
        let events = |batch: Vec<&QueueMessage>| batch.iter().map(|message| message.event.get()).collect();
        Batches::of(messages, is_fifo).map(|batch| events(batch.unwrap())).collect()
    }

    #[test]
    fn a_batch_has_ten_messages_and_a_mebibyte_at_most() {
        let small: Vec<_> = (1..=23).map(|event| message(event, "orders/1", 10)).collect();
        let expected = [(1..=10).collect(), (11..=20).collect(), (21..=23).collect::<Vec<_>>()];
        assert_eq!(batches(&small, false), expected);
        assert_eq!(batches(&[], false), Vec::<Vec<i64>>::new());
        // The attribute has 12 bytes.
        let half = MOST_BYTES / 2 - 12;
        let fit = [message(1, "a", half), message(2, "b", half), message(3, "c", 1)];
        assert_eq!(batches(&fit, false), [vec![1, 2], vec![3]]);
        let over = [message(1, "a", half), message(2, "b", half + 1)];
        assert_eq!(batches(&over, false), [vec![1], vec![2]]);
    }

    #[test]
    fn for_a_fifo_queue_a_group_is_once_in_a_batch_and_the_order_stays() {
        let groups = ["a", "b", "a", "c", "c", "a"];
        let messages: Vec<_> = (1..).zip(groups).map(|(event, group)| message(event, group, 1)).collect();
        assert_eq!(batches(&messages, true), [vec![1, 2], vec![3, 4], vec![5, 6]]);
        assert_eq!(batches(&messages, false), [vec![1, 2, 3, 4, 5, 6]]);
    }

    #[test]
    fn what_sqs_cannot_carry_is_written_as_json_can() {
        assert_eq!(carried(r#"{"a":"ä"}"#), r#"{"a":"ä"}"#);
        let odd = serde_json::json!({"a": "\u{fffe}b\u{ffff}\0"}).to_string();
        assert_eq!(carried(&odd), r#"{"a":"\ufffeb\uffff\u0000"}"#);
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&carried(&odd)).unwrap()["a"],
            "\u{fffe}b\u{ffff}\0"
        );
    }

    #[test]
    fn what_no_queue_takes_is_said_after_what_is_before_it() {
        let messages = [message(1, "a", 1), message(2, "b", MOST_BYTES), message(3, "c", 1)];
        let mut batches = Batches::of(&messages, false);
        assert_eq!(batches.next().unwrap().unwrap(), [&messages[0]]);
        let error = batches.next().unwrap().unwrap_err();
        assert_eq!(
            error.to_string(),
            "event 2 makes a message of 1048588 bytes, and the queue takes 1048576"
        );
        assert_eq!(batches.next(), None);
    }
}
