//! What a receiver's answer means.

use std::time::Duration;

use chrono::{DateTime, Utc};
use orders_domain::delivery::{Attempt, Excerpt, Outcome, Verdict};
use reqwest::{Response, StatusCode, header::RETRY_AFTER};

/// An answer, as far as it is of interest.
pub struct Answer {
    status: StatusCode,
    /// What `Retry-After` says, whatever that is.
    retry_after: Option<String>,
    /// Its beginning.
    body: Vec<u8>,
}

impl Answer {
    /// Reads the beginning of an answer. What follows is not read: the connection is dropped.
    ///
    /// The head counts, so a body that breaks off, or takes too long, is as long as it has come.
    pub async fn read(mut response: Response) -> Self {
        let retry_after = response.headers().get(RETRY_AFTER);
        let retry_after = retry_after.and_then(|value| value.to_str().ok()).map(str::to_owned);
        let mut body = Vec::new();
        while body.len() <= Excerpt::MAX_BYTES {
            let Ok(Some(part)) = response.chunk().await else { break };
            let room = Excerpt::MAX_BYTES + 1 - body.len();
            body.extend_from_slice(&part[..part.len().min(room)]);
        }
        Self { status: response.status(), retry_after, body }
    }

    /// What it means for a message of this moment.
    pub fn outcome(&self, at: DateTime<Utc>, took: Duration) -> Outcome {
        let again = |overloaded| {
            let retry_after = self.retry_after.as_deref().and_then(|value| pause(value, at));
            Verdict::Again { retry_after, overloaded }
        };
        let verdict = match self.status {
            status if status.is_success() => Verdict::Done,
            StatusCode::GONE => Verdict::Gone,
            StatusCode::TOO_MANY_REQUESTS | StatusCode::BAD_GATEWAY | StatusCode::GATEWAY_TIMEOUT => {
                again(true)
            }
            _ => again(false),
        };
        let error = self.status.is_redirection().then(|| "a redirect is not followed".to_owned());
        let (status, body) = (Some(self.status.as_u16()), Excerpt::of(&self.body));
        Outcome { attempt: Some(Attempt { at, took, status, body, error }), verdict }
    }
}

/// How long a receiver wants to be left alone: seconds, or until a moment (RFC 9110, 10.2.3). `None` for anything
/// else, and for what has passed.
fn pause(value: &str, at: DateTime<Utc>) -> Option<Duration> {
    let value = value.trim();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        return value.parse().ok().map(Duration::from_secs);
    }
    let until = DateTime::<Utc>::from(httpdate::parse_http_date(value).ok()?);
    (until - at).to_std().ok()
}
