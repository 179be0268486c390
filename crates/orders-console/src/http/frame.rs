//! What all pages have around them, and the headers of their answers.

use actix_web::{
    HttpResponse, HttpResponseBuilder,
    http::{
        StatusCode,
        header::{self, HeaderName, HeaderValue},
    },
};
use askama::Template;
use orders_domain::{Ownership, UseCase, User};
use uuid::Uuid;

use super::{
    failure::{Failure, Said},
    visit::Visit,
};
use crate::assets;

/// What a page may do: load what is ours, send forms to us, and be within no other page.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
);

/// A line of the menu.
pub struct Entry {
    /// The address.
    pub href: String,
    /// What it is called.
    pub name: &'static str,
    /// Whether the page is below it.
    pub is_here: bool,
}

/// What stands around a page.
pub struct Frame {
    /// What the page is called.
    pub title: String,
    /// What stands before each address.
    pub base: String,
    /// The name of the style sheet's file.
    pub style: &'static str,
    /// That of the script's file.
    pub script: &'static str,
    /// That of the icon's file.
    pub icon: &'static str,
    /// The menu; nothing for who is not signed in.
    pub menu: Vec<Entry>,
    /// Who is signed in.
    pub user: String,
    /// What was done by the form that led here.
    pub done: Option<&'static str>,
    /// By what a form is known however often it is sent.
    pub key: String,
}

/// The rooms of the menu: where, what it is called, and what it takes to see it.
const ROOMS: [(&str, &str, Option<UseCase>); 5] = [
    ("/", "Orders", Some(UseCase::List)),
    ("/products", "Products", None),
    ("/figures", "Figures", Some(UseCase::Analyse)),
    ("/webhooks", "Webhooks", Some(UseCase::KeepWebhooks)),
    ("/health", "Health", None),
];

/// What forms have done, by the word for it in the address that they lead to.
const DONE: [(&str, &str); 12] = [
    ("status", "The status was changed."),
    ("planned", "The parcels were planned."),
    ("shipment", "The parcel was made."),
    ("parcel", "The parcel was changed."),
    ("cancelled", "The order was cancelled."),
    ("cancellation", "The pieces were cancelled."),
    ("counted", "The count was entered."),
    ("delivery", "The pieces were entered."),
    ("retried", "The event will be sent once more."),
    ("replayed", "The events will be sent once more."),
    ("signed-out", "You are signed out."),
    ("same", "It was so already: nothing was changed."),
];

impl Frame {
    /// That of a page in a room of the menu, for this user.
    pub fn new(visit: &Visit, user: Option<User>, room: &str, title: impl Into<String>) -> Self {
        let base = visit.desk.base();
        let is_open = |use_case: Option<UseCase>, user: User| {
            use_case.is_none_or(|use_case| {
                [Ownership::Own, Ownership::Foreign].iter().any(|whose| use_case.check(user, *whose).is_ok())
            })
        };
        let menu = user.into_iter().flat_map(|user| {
            ROOMS
                .into_iter()
                .filter(move |(_, _, use_case)| is_open(*use_case, user))
                .map(|(path, name, _)| Entry { href: format!("{base}{path}"), name, is_here: path == room })
        });
        let done =
            visit.query().get("done").and_then(|word| DONE.into_iter().find(|(known, _)| *known == word));
        Self {
            title: title.into(),
            menu: menu.collect(),
            style: assets::STYLE.name(),
            script: assets::SCRIPT.name(),
            icon: assets::ICON.name(),
            user: user.map(|user| user.id().to_string()).unwrap_or_default(),
            done: done.map(|(_, said)| said),
            key: Uuid::new_v4().simple().to_string(),
            base: visit.desk.base(),
        }
    }
}

/// A page as an answer.
///
/// # Errors
///
/// When it cannot be written.
pub fn html(status: u16, page: &impl Template) -> Result<HttpResponse, Failure> {
    let text = page.render()?;
    Ok(head(status).content_type("text/html; charset=utf-8").body(text))
}

/// The head of an answer for a browser: what is in it may be personal, so nothing keeps it.
pub fn head(status: u16) -> HttpResponseBuilder {
    let mut head = HttpResponse::build(StatusCode::from_u16(status).unwrap_or(StatusCode::OK));
    let header = |name: &'static str, value| (HeaderName::from_static(name), HeaderValue::from_static(value));
    head.insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        .insert_header(header("referrer-policy", "same-origin"))
        .insert_header(header("cross-origin-opener-policy", "same-origin"))
        .insert_header(header("cross-origin-resource-policy", "same-origin"))
        .insert_header(header("cache-control", "private, no-store"));
    head
}

/// Leads to another page of ours, which is asked for by GET.
pub fn lead(to: &str) -> HttpResponse {
    head(303).insert_header((header::LOCATION, to)).finish()
}

#[derive(Template)]
#[template(path = "failure.html")]
struct FailurePage<'a> {
    frame: Frame,
    detail: &'a str,
    status: u16,
    request: String,
}

/// The page about a failure, for whoever is signed in.
pub fn failed(visit: &Visit, user: Option<User>, failure: Failure) -> HttpResponse {
    let Said { status, title, detail, cause } = failure.said();
    let request = visit.request_id();
    if let Some(cause) = cause {
        let error = orders_domain::failure::with_causes(&*cause);
        tracing::error!(request_id = request, error, "a page of the console failed");
    }
    let frame = Frame { done: None, ..Frame::new(visit, user, "", title) };
    let page = FailurePage { frame, detail: &detail, status, request };
    html(status, &page).unwrap_or_else(|_| head(500).body("the page cannot be written"))
}
