//! One who follows the feed, whatever becomes of the server.

use reqwest::Method;
use serde_json::Value;

use crate::support::Server;

/// The shop's operator.
const OPERATOR: i64 = 100;

/// What was told of, in the order in which it was.
#[derive(Debug, Default)]
pub struct Follower {
    seen: Vec<i64>,
}

impl Follower {
    /// Follows the stream from where it was until the server is gone.
    pub async fn follow(mut self, server: &Server) -> Self {
        let last = self.seen.last().map_or("0".to_owned(), i64::to_string);
        let request = server.user(OPERATOR, Method::GET, "/events").header("accept", "text/event-stream");
        let Ok(mut stream) = request.header("last-event-id", last).send().await else { return self };
        assert_eq!(stream.status(), 200);
        let mut rest = String::new();
        while let Ok(Some(bytes)) = stream.chunk().await {
            rest.push_str(std::str::from_utf8(&bytes).unwrap());
            // What was cut off in the middle of an event is told again.
            while let Some((event, more)) = rest.split_once("\n\n") {
                if let Some(id) = event.lines().find_map(|line| line.strip_prefix("id: ")) {
                    self.saw(id.parse().unwrap());
                }
                rest = more.to_owned();
            }
        }
        self
    }

    fn saw(&mut self, id: i64) {
        assert!(self.seen.last().is_none_or(|last| *last < id), "{id} after {:?}", self.seen.last());
        self.seen.push(id);
    }

    /// Reads what is left, and asserts that what was told of is what there is.
    pub async fn assert_has_seen_all(&mut self, server: &Server) {
        let all = read(server, 0).await;
        let rest = read(server, self.seen.last().copied().unwrap_or(0)).await;
        for id in rest {
            self.saw(id);
        }
        assert_eq!(self.seen, all);
    }
}

/// The ids of the events after one.
async fn read(server: &Server, after: i64) -> Vec<i64> {
    let path = format!("/events?after={after}");
    let request = server.user(OPERATOR, Method::GET, &path).header("accept", "application/x-ndjson");
    let text = request.send().await.unwrap().text().await.unwrap();
    let id =
        |line: &str| serde_json::from_str::<Value>(line).unwrap()["id"].as_str().unwrap().parse().unwrap();
    text.lines().map(id).collect()
}
