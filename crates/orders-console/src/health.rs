//! How the program is: whether it can read and write, what waits, and which version it is.

use actix_web::HttpResponse;
use askama::Template;
use orders_domain::{User, WebhookError, delivery::Reached, failure::with_causes, ports::PortError};

use crate::{
    http::{
        failure::Failure,
        frame::{Frame, html},
        visit::Visit,
    },
    words::Badge,
};

struct Part {
    name: &'static str,
    badge: Badge,
}

struct Row {
    consumer: String,
    events: i64,
    lag: String,
    badge: Badge,
}

struct Number {
    name: &'static str,
    value: String,
}

#[derive(Template)]
#[template(path = "health.html")]
struct Page {
    frame: Frame,
    parts: Vec<Part>,
    sees_lag: bool,
    rows: Vec<Row>,
    numbers: Vec<Number>,
    version: &'static str,
}

/// From how many seconds on a consumer is said to be late.
const LATE_SECONDS: i64 = 60;

/// The page.
pub async fn show(visit: Visit, user: User) -> Result<HttpResponse, Failure> {
    let health = visit.desk.orders.health().await;
    let reached = match visit.desk.webhooks.reached(user).await {
        Ok(reached) => Some(reached),
        Err(WebhookError::MissingScope(_)) => None,
        // The page about what does not work is shown when it does not.
        Err(WebhookError::Unavailable(_)) => Some(Vec::new()),
        Err(error) => return Err(error.into()),
    };
    let page = Page {
        frame: Frame::new(&visit, Some(user), "/health", "Health"),
        parts: vec![part("Reading orders", &health.reads), part("Writing orders", &health.writes)],
        sees_lag: reached.is_some(),
        rows: reached.iter().flatten().map(row).collect(),
        // They are the staff's: where numbers have a port of their own, they are not everybody's.
        numbers: if reached.is_some() { numbers(&(visit.desk.numbers)()) } else { Vec::new() },
        version: if reached.is_some() { visit.desk.version } else { "" },
    };
    html(200, &page)
}

fn part(name: &'static str, works: &Result<(), PortError>) -> Part {
    let badge = match works {
        Ok(()) => Badge { word: "Works", class: "good" },
        Err(error) => {
            tracing::warn!(error = with_causes(error), "{name} does not work");
            Badge { word: "Does not work", class: "bad" }
        }
    };
    Part { name, badge }
}

fn row(reached: &Reached) -> Row {
    let seconds = reached.lag.num_seconds();
    let lag = match seconds {
        0..120 => format!("{seconds} s"),
        120..7200 => format!("{} min", seconds / 60),
        _ => format!("{} h", seconds / 3600),
    };
    let badge = if reached.events == 0 {
        Badge { word: "Up to date", class: "good" }
    } else if seconds < LATE_SECONDS {
        Badge { word: "Working", class: "busy" }
    } else {
        Badge { word: "Late", class: "bad" }
    };
    Row { consumer: reached.consumer.to_string(), events: reached.events, lag, badge }
}

/// The program's numbers that are shown: their names in its text, and for people.
const NUMBERS: [(&str, &str); 4] = [
    ("orders_write_queue_depth", "Writes that wait"),
    ("orders_read_connections", "Open connections for reading"),
    ("process_resident_memory_bytes", "Memory, bytes"),
    ("process_open_fds", "Open files"),
];

/// Some of the numbers in a text in the format of Prometheus: those without labels.
fn numbers(text: &str) -> Vec<Number> {
    let find = |(key, name): (&str, &'static str)| {
        let value = text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(' '))?;
        Some(Number { name, value: value.to_owned() })
    };
    NUMBERS.into_iter().filter_map(find).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_found_by_their_whole_names() {
        let text = "# TYPE orders_write_queue_depth gauge\norders_write_queue_depth 3\norders_read_connections_idle 2\n";
        let found = numbers(text);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].name, &*found[0].value), ("Writes that wait", "3"));
    }
}
