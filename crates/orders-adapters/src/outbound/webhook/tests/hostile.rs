//! Receivers that do what they should not.

use std::{
    future,
    sync::atomic::{AtomicU64, Ordering},
};

use tokio::io::AsyncWriteExt;

use super::*;

/// More than lies in the buffers of both ends, and far less than a receiver is ready to send.
const IN_BUFFERS: u64 = 32 << 20;

async fn fails(receiver: &Receiver, patience: Duration) -> String {
    let outcome = sent_within(receiver, patience).await;
    assert_eq!(outcome.verdict, AGAIN);
    let (status, error) = logged(&outcome);
    assert_eq!((status, &outcome.attempt.as_ref().unwrap().body), (None, &None));
    error.unwrap().to_owned()
}

#[tokio::test]
async fn one_that_hangs_is_left_when_patience_ends() {
    let silent = Receiver::doing(|stream| async move {
        let _open = stream;
        future::pending::<()>().await;
    });
    assert_eq!(fails(&silent.await, SHORT).await, "no answer within 0.3 s");
    let slow = Receiver::doing(|mut stream| async move {
        receiver::read(&mut stream).await;
        let mut pulse = tokio::time::interval(SHORT / 10);
        let _ = stream.write_all(b"HTTP/1.1 200 ").await;
        while stream.write_all(b"O").await.is_ok() {
            pulse.tick().await;
        }
    });
    assert_eq!(fails(&slow.await, SHORT).await, "no answer within 0.3 s");
    let always_soon = Receiver::doing(|mut stream| async move {
        receiver::read(&mut stream).await;
        let mut pulse = tokio::time::interval(SHORT / 10);
        while stream.write_all(b"HTTP/1.1 102 Processing\r\n\r\n").await.is_ok() {
            pulse.tick().await;
        }
    });
    assert_eq!(fails(&always_soon.await, SHORT).await, "no answer within 0.3 s");
}

#[tokio::test]
async fn one_that_answers_and_never_ends_has_answered() {
    let receiver = Receiver::doing(|mut stream| async move {
        receiver::read(&mut stream).await;
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nas far as this").await;
        future::pending::<()>().await;
    });
    let outcome = sent_within(&receiver.await, SHORT).await;
    assert_eq!((outcome.verdict.clone(), logged(&outcome)), (Verdict::Done, (Some(200), None)));
    assert_eq!(outcome.attempt.unwrap().body.unwrap().as_str(), "as far as this");
}

#[tokio::test]
async fn one_that_nobody_hears_is_not_there() {
    let receiver = Receiver::content("").await;
    let url = receiver.url();
    let sender = sender(receiver.port(), LONG);
    // Its port is closed when its task has ended.
    receiver.end().await;
    let outcome = sender.send(&endpoint(&sender, &url), &message()).await;
    assert_eq!(logged(&outcome), (None, Some("could not connect")));
}

#[tokio::test]
async fn one_that_speaks_something_else_has_not_answered() {
    let without_answer = "the connection ended without an answer";
    let closing = Receiver::doing(|stream| async move { drop(stream) }).await;
    assert_eq!(fails(&closing, LONG).await, without_answer);
    for bad in [
        "",
        "SSH-2.0-OpenSSH_9.9\r\n",
        "HTTP/1.1 abc\r\n\r\n",
        "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        "\0\0\0\0\r\n\r\n",
    ] {
        assert_eq!(fails(&Receiver::answering(bad).await, LONG).await, without_answer, "{bad:?}");
    }
    let torn = "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab";
    assert_eq!(fails(&Receiver::answering(torn).await, LONG).await, without_answer);
}

/// One that sends this for ever, and how many bytes of it went off before the connection was dropped.
async fn endless(head: &'static str, part: &'static [u8]) -> (Receiver, Arc<AtomicU64>) {
    let sent = Arc::<AtomicU64>::default();
    let counted = Arc::clone(&sent);
    let receiver = Receiver::doing(move |mut stream| {
        let counted = Arc::clone(&counted);
        async move {
            receiver::read(&mut stream).await;
            let _ = stream.write_all(head.as_bytes()).await;
            while stream.write_all(part).await.is_ok() {
                counted.fetch_add(part.len() as u64, Ordering::SeqCst);
            }
        }
    });
    (receiver.await, sent)
}

#[tokio::test]
async fn of_an_endless_answer_a_kilobyte_is_read_and_the_connection_is_dropped() {
    let heads = [
        ("HTTP/1.1 500 So\r\ncontent-length: 9000000000\r\n\r\n", [b'x'; 4096].as_slice()),
        ("HTTP/1.1 500 So\r\n\r\n", &[b'x'; 4096]),
        ("HTTP/1.1 500 So\r\ntransfer-encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
    ];
    for (head, part) in heads {
        let (receiver, bytes) = endless(head, part).await;
        let sender = sender(receiver.port(), LONG);
        let outcome = sender.send(&endpoint(&sender, &receiver.url()), &message()).await;
        assert_eq!((outcome.verdict.clone(), logged(&outcome)), (AGAIN, (Some(500), None)));
        assert_eq!(outcome.attempt.unwrap().body.unwrap().as_str(), "x".repeat(1024));
        // It ends by itself because nobody reads any more, while the sender lives on.
        receiver.idle().await;
        assert!(bytes.load(Ordering::SeqCst) < IN_BUFFERS, "{head:?}: {bytes:?}");
    }
}

#[tokio::test]
async fn an_endless_head_is_no_answer() {
    let (receiver, bytes) = endless("HTTP/1.1 200 OK\r\n", b"x-more: and more\r\n").await;
    assert_eq!(fails(&receiver, LONG).await, "the connection ended without an answer");
    receiver.idle().await;
    assert!(bytes.load(Ordering::SeqCst) < IN_BUFFERS, "{bytes:?}");
}

#[tokio::test]
async fn an_answer_is_not_unpacked() {
    let head = "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 5\r\n\r\n";
    let outcome = sent(&Receiver::answering([head.as_bytes(), b"\x1f\x8bBOM"].concat()).await).await;
    assert_eq!(outcome.attempt.unwrap().body.unwrap().as_str(), "\u{fffd}BOM");
}

#[tokio::test]
async fn one_that_keeps_its_connection_is_sent_more_over_it() {
    let receiver = Receiver::doing(|mut stream| async move {
        while receiver::read(&mut stream).await.is_some() {
            let _ = stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await;
        }
    })
    .await;
    let sender = sender(receiver.port(), LONG);
    let to = endpoint(&sender, &receiver.url());
    for _ in 0..3 {
        assert_eq!(sender.send(&to, &message()).await.verdict, Verdict::Done);
    }
    assert_eq!(receiver.connections(), 1);
}
