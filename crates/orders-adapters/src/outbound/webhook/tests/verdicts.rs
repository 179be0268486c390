//! What answers mean.

use super::*;

/// What comes of an answer with this status and these further lines.
async fn of(status: u16, lines: &str) -> Outcome {
    let answer = format!("HTTP/1.1 {status} So\r\ncontent-length: 2\r\nconnection: close\r\n{lines}\r\nhi");
    let outcome = sent(&Receiver::answering(answer).await).await;
    let attempt = outcome.attempt.as_ref().unwrap();
    assert_eq!(attempt.status, Some(status));
    outcome
}

fn again(seconds: Option<u64>, overloaded: bool) -> Verdict {
    Verdict::Again { retry_after: seconds.map(Duration::from_secs), overloaded }
}

#[tokio::test]
async fn two_hundreds_are_success_and_gone_is_gone() {
    for status in [200, 201, 202, 299] {
        let outcome = of(status, "").await;
        assert_eq!((outcome.verdict.clone(), logged(&outcome).1), (Verdict::Done, None));
        assert_eq!(outcome.attempt.unwrap().body.unwrap().as_str(), "hi");
    }
    assert_eq!(of(410, "").await.verdict, Verdict::Gone);
}

#[tokio::test]
async fn what_a_receiver_cannot_bear_slows_it_and_all_else_is_tried_again() {
    for status in [429, 502, 504] {
        assert_eq!(of(status, "").await.verdict, again(None, true), "{status}");
    }
    for status in [400, 401, 403, 404, 409, 413, 418, 500, 503, 599, 999] {
        let outcome = of(status, "").await;
        assert_eq!((outcome.verdict.clone(), logged(&outcome).1), (AGAIN, None), "{status}");
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = Receiver::content("").await;
    for status in [300, 301, 302, 303, 307, 308] {
        let outcome = of(status, &format!("location: {}\r\nretry-after: 7\r\n", elsewhere.url())).await;
        assert_eq!(outcome.verdict, again(Some(7), false));
        assert_eq!(logged(&outcome), (Some(status), Some("a redirect is not followed")));
    }
    assert_eq!(elsewhere.connections(), 0);
}

#[tokio::test]
async fn a_receiver_says_for_how_long_it_wants_to_be_left_alone() {
    let in_a_minute = "Sun, 22 Nov 2026 10:01:00 GMT";
    assert_eq!(httpdate::fmt_http_date((at() + chrono::TimeDelta::milliseconds(59_877)).into()), in_a_minute);
    let until = Some(Duration::from_millis(59_877));
    let verdict = of(503, &format!("Retry-After: {in_a_minute}\r\n")).await.verdict;
    assert_eq!(verdict, Verdict::Again { retry_after: until, overloaded: false });
    for (said, heard) in [("120", Some(120)), (" 0 ", Some(0)), ("99999999999", Some(99_999_999_999))] {
        assert_eq!(of(429, &format!("retry-after: {said}\r\n")).await.verdict, again(heard, true), "{said}");
    }
}

#[tokio::test]
async fn nonsense_in_place_of_a_pause_is_ignored() {
    let huge = "9".repeat(40);
    let past = "Sun, 22 Nov 2026 09:59:00 GMT";
    for said in [
        "",
        "soon",
        "-1",
        "+5",
        "1.5",
        "5 s",
        "0x10",
        "\u{ff15}",
        past,
        "Sun, 99 Nov 2026 10:01:00 GMT",
        &huge,
    ] {
        assert_eq!(of(503, &format!("retry-after: {said}\r\n")).await.verdict, AGAIN, "{said:?}");
    }
}
