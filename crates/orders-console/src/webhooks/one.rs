//! The page of one webhook: what was sent, and sending it once more.

use actix_web::HttpResponse;
use askama::Template;
use orders_domain::{
    Consumer, Done, EventId, InvalidInput, PageLimit, User, Webhook, WebhookError, WebhookId,
    delivery::{
        Attempt, Delivery, DeliveryState,
        log::{DeliveryFilter, DeliveryQuery, LogPosition},
    },
};

use super::{badge, types};
use crate::{
    http::{
        failure::{Failure, sentence},
        form::Form,
        frame::{Frame, html, lead},
        visit::Visit,
    },
    words::{Badge, Moment},
};

struct Tab {
    href: String,
    name: &'static str,
    is_here: bool,
}

struct Try {
    at: Moment,
    what: String,
    took: String,
}

struct Row {
    event: EventId,
    badge: Badge,
    next: Option<Moment>,
    tries: Vec<Try>,
    tries_are: String,
}

#[derive(Template)]
#[template(path = "webhook.html")]
struct Page {
    frame: Frame,
    id: WebhookId,
    origin: String,
    types: String,
    badge: Badge,
    can_send: bool,
    created: Moment,
    tabs: Vec<Tab>,
    rows: Vec<Row>,
    next: Option<String>,
    refused: Option<String>,
    after: String,
    until: String,
}

/// The states of deliveries, as people read them.
const STATES: [(DeliveryState, &str, &str); 4] = [
    (DeliveryState::Pending, "Waiting", "busy"),
    (DeliveryState::Done, "Arrived", "good"),
    (DeliveryState::Dead, "Given up", "bad"),
    (DeliveryState::Skipped, "Left out", "gone"),
];

/// The page.
pub async fn show(visit: Visit, user: User) -> Result<HttpResponse, Failure> {
    render(&visit, user, None, &Form::default()).await
}

async fn render(
    visit: &Visit,
    user: User,
    refused: Option<(u16, String)>,
    form: &Form,
) -> Result<HttpResponse, Failure> {
    let id: WebhookId = visit.part("id")?;
    let webhook = visit.desk.webhooks.find(user, id).await?;
    let query = visit.query();
    let state = query.get("state").map(str::parse::<DeliveryState>).transpose()?;
    let after = query.get("after").map(str::parse::<EventId>).transpose()?;
    let asked = DeliveryQuery {
        filter: DeliveryFilter { consumer: Some(Consumer::Webhook(id)), state },
        after: after.map(|event| LogPosition { event: Some(event), consumer: None }),
        limit: PageLimit::DEFAULT,
    };
    let log = visit.desk.webhooks.log(user, asked).await?;
    let link = |name: &str, value: Option<&str>| {
        visit.to(&format!("/webhooks/{id}{}", query.only(&["state"]).but(name, value).link()))
    };
    let all = Tab { href: link("state", None), name: "All", is_here: state.is_none() };
    let tabs = STATES.into_iter().map(|(of, name, _)| Tab {
        href: link("state", Some(of.as_str())),
        name,
        is_here: state == Some(of),
    });
    let last = log.deliveries.last().map(|last| last.event.to_string()).filter(|_| log.more);
    let (status, refused) = refused.unzip();
    let page = Page {
        frame: Frame::new(visit, Some(user), "/webhooks", format!("Webhook {id}")),
        id,
        origin: webhook.details.url.origin().to_owned(),
        types: types(&webhook),
        badge: badge(webhook.details.state),
        can_send: !webhook.is_deleted(),
        created: webhook.created_at.into(),
        tabs: std::iter::once(all).chain(tabs).collect(),
        rows: log.deliveries.iter().map(row).collect(),
        next: last.map(|last| link("after", Some(&last))),
        refused,
        after: form.text("after").to_owned(),
        until: form.text("until").to_owned(),
    };
    html(status.unwrap_or(200), &page)
}

fn row(delivery: &Delivery) -> Row {
    let (_, word, class) =
        STATES.into_iter().find(|(state, ..)| *state == delivery.state).unwrap_or(STATES[0]);
    Row {
        event: delivery.event,
        badge: Badge { word, class },
        next: delivery.next_at.map(Moment::from),
        tries: delivery.attempts.iter().map(tried).collect(),
        tries_are: match delivery.attempts.len() {
            1 => "1 try".to_owned(),
            count => format!("{count} tries"),
        },
    }
}

fn tried(attempt: &Attempt) -> Try {
    let what = match (attempt.status, &attempt.error) {
        (Some(status), None) => format!("answered {status}"),
        (Some(status), Some(error)) => format!("answered {status}: {error}"),
        (None, Some(error)) => error.clone(),
        (None, None) => "no answer".to_owned(),
    };
    Try { at: attempt.at.into(), what, took: format!("{} ms", attempt.millis()) }
}

/// Sends an event once more.
pub async fn retry(visit: Visit, user: User, form: Form) -> Result<HttpResponse, Failure> {
    let id: WebhookId = visit.part("id")?;
    let event: EventId = form.text("event").parse()?;
    let done = visit.desk.webhooks.retry(user, id, event, visit.request(user, &form)?).await;
    answered(&visit, user, &form, done, "retried").await
}

/// Sends the events after one once more.
pub async fn replay(visit: Visit, user: User, form: Form) -> Result<HttpResponse, Failure> {
    let id: WebhookId = visit.part("id")?;
    let (after, until) = match range(&form) {
        Ok(range) => range,
        Err(reason) => {
            return render(&visit, user, Some((422, sentence(&reason.to_string()))), &form).await;
        }
    };
    let done = visit.desk.webhooks.replay(user, id, (after, until), visit.request(user, &form)?).await;
    answered(&visit, user, &form, done, "replayed").await
}

/// After which event, up to which; 0 is the beginning.
fn range(form: &Form) -> Result<(Option<EventId>, Option<EventId>), InvalidInput> {
    let after = match form.text("after") {
        "" => return Err(InvalidInput::new("after", "is empty: say after which event, 0 for all of them")),
        "0" => None,
        after => Some(after.parse()?),
    };
    Ok((after, form.maybe("until")?))
}

async fn answered(
    visit: &Visit,
    user: User,
    form: &Form,
    done: Result<Done<Webhook>, WebhookError>,
    word: &str,
) -> Result<HttpResponse, Failure> {
    match done.map_err(Failure::from) {
        Ok(done) => Ok(lead(&visit.to(&format!("/webhooks/{}?done={word}", done.made().id)))),
        Err(Failure::Refused(status @ (409 | 422), detail)) => {
            render(visit, user, Some((status, detail)), form).await
        }
        Err(other) => Err(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_replay_begins_after_an_event_or_at_the_beginning() {
        let of = |text: &str| range(&Form::of(text.as_bytes()).unwrap());
        assert_eq!(of("after=0&until="), Ok((None, None)));
        assert_eq!(of("after=7&until=9"), Ok((7.try_into().ok(), 9.try_into().ok())));
        for bad in ["after=&until=9", "after=x", "after=7&until=0"] {
            assert!(of(bad).is_err(), "{bad}");
        }
    }
}
