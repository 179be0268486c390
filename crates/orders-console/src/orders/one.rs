//! The page of one order.

use std::fmt::Display;

use actix_web::{HttpResponse, http::header};
use askama::Template;
use orders_domain::{
    Order, OrderId, OrderStatus, OwnedOrder, Ownership, UseCase, User,
    shipment::cancellation::CancellationReason,
};

use super::{
    history, live, owned,
    shown::{Cancelled, Line, Parcel, address, cancellations, lines, parcel_of},
};
use crate::{
    http::{
        failure::Failure,
        form::Form,
        frame::{Frame, head, html},
        visit::Visit,
    },
    words::{Badge, Moment, amount, fulfillment, mailto},
};

/// What somebody is told at the top of an order's page.
#[derive(Default)]
pub struct Notice {
    /// The status of the answer; 200 without a notice.
    pub status: Option<u16>,
    /// What is so.
    pub title: String,
    /// More of it.
    pub detail: String,
    /// What happened meanwhile.
    pub happened: Vec<history::Line>,
    /// What they have filled in.
    pub form: Form,
}

/// A status to which a button leads.
struct Next {
    word: &'static str,
    label: &'static str,
}

/// What this user may do with the order as it is.
struct May {
    ship: bool,
    cancel: bool,
    plan: bool,
}

struct Place {
    code: String,
    name: String,
}

#[derive(Template)]
#[template(path = "order.html")]
struct Page {
    frame: Frame,
    id: OrderId,
    version: i64,
    badge: Badge,
    parcels_are: &'static str,
    user: String,
    placed: Moment,
    updated: Moment,
    marketplace: String,
    external: Option<String>,
    total: String,
    current_total: String,
    is_reduced: bool,
    lines: Vec<Line>,
    has_open: bool,
    parcels: Vec<Parcel>,
    cancellations: Vec<Cancelled>,
    email: Option<(String, String)>,
    address: Vec<String>,
    next: Vec<Next>,
    may: May,
    can_cancel_all: bool,
    places: Vec<Place>,
    reasons: Vec<&'static str>,
    history: Vec<history::Line>,
    notice: Notice,
    live: Option<String>,
}

impl Page {
    /// What was typed into a field of a form that is shown again; otherwise this.
    fn typed(&self, form: &str, field: &str, usual: impl Display) -> String {
        if self.is_again(form) { self.notice.form.text(field).to_owned() } else { usual.to_string() }
    }

    /// The version that a form was filled in for: of one that is shown again that of before, unless what has happened since
    /// was told with it.
    fn seen(&self, form: &str) -> i64 {
        let before = || self.notice.form.text("version").parse().ok();
        let is_told = !self.is_again(form) || self.notice.status == Some(412);
        if is_told { self.version } else { before().unwrap_or(self.version) }
    }

    /// Whether this was chosen in a form that is shown again.
    fn is_chosen(&self, form: &str, field: &str, value: impl AsRef<str>) -> bool {
        self.is_again(form) && self.notice.form.text(field) == value.as_ref()
    }

    /// The same of a number of pieces of a line.
    fn typed_pieces(&self, form: &str, place: impl Display, usual: impl Display) -> String {
        let field = format!("line-{place}");
        if self.is_again(form) { self.notice.form.text(&field).to_owned() } else { usual.to_string() }
    }

    /// Whether a form is shown again.
    fn is_again(&self, form: &str) -> bool {
        self.notice.status.is_some() && self.notice.form.text("form") == form
    }
}

/// An order that is looked at.
pub struct Seen {
    /// It.
    pub order: OwnedOrder,
    /// Where the page listens from.
    live: Option<String>,
}

/// Looks at the order. What happens to it from then on is heard of.
pub async fn look(visit: &Visit, user: User) -> Result<Seen, Failure> {
    let live = live::since(visit, user).await?;
    Ok(Seen { order: owned(visit, user, UseCase::Show).await?, live })
}

/// The page.
pub async fn show(visit: Visit, user: User) -> Result<HttpResponse, Failure> {
    let seen = look(&visit, user).await?;
    render(&visit, user, seen, Notice::default()).await
}

/// The order as the API shows it.
pub async fn raw(visit: Visit, user: User) -> Result<HttpResponse, Failure> {
    let order = owned(&visit, user, UseCase::Show).await?;
    let text = (visit.desk.order_text)(order.order());
    Ok(head(200).insert_header((header::CONTENT_TYPE, "application/json")).body(text))
}

/// The page, with what somebody is told.
pub async fn render(
    visit: &Visit,
    user: User,
    Seen { order: owned, live }: Seen,
    notice: Notice,
) -> Result<HttpResponse, Failure> {
    let order = owned.order();
    let may = |use_case: UseCase| use_case.check(user, Ownership::of(user.id(), Some(order.user()))).is_ok();
    let is_open = !order.open().is_empty() && !order.status().is_final();
    let next = if may(UseCase::Advance) { next(order) } else { Vec::new() };
    let lines = lines(order);
    let can_cancel = may(UseCase::Cancel) && !order.status().is_final();
    let may = May {
        ship: may(UseCase::Ship),
        cancel: can_cancel && lines.iter().any(|line| line.left > 0),
        plan: may(UseCase::Ship) && is_open,
    };
    let title = format!("Order {}", order.id());
    let page = Page {
        frame: Frame::new(visit, Some(user), "/", title),
        id: order.id(),
        version: order.version().get(),
        badge: order.status().into(),
        parcels_are: fulfillment(order.fulfillment()),
        user: order.user().to_string(),
        placed: order.ordered_at().into(),
        updated: order.updated_at().into(),
        marketplace: order.sold_in().marketplace.to_string(),
        external: order.imported().map(|imported| imported.external_id.as_str().to_owned()),
        total: amount(order.total(), *order.currency()),
        current_total: amount(order.current_total(), *order.currency()),
        is_reduced: order.current_total() != order.total(),
        has_open: is_open,
        parcels: order.shipments().iter().map(|parcel| parcel_of(order, parcel)).collect(),
        cancellations: cancellations(order),
        email: order
            .contact()
            .email
            .as_ref()
            .map(|email| (email.as_str().to_owned(), mailto(email.as_str()))),
        address: address(order),
        can_cancel_all: may.cancel && order.allowed().contains(&OrderStatus::Cancelled),
        places: if may.ship && is_open { places(visit, user).await } else { Vec::new() },
        reasons: CancellationReason::ALL.into_iter().map(CancellationReason::as_str).collect(),
        history: history::after(visit, &owned, None).await?,
        live,
        lines,
        next,
        may,
        notice,
    };
    html(page.notice.status.unwrap_or(200), &page)
}

/// The places from which a parcel can leave, as far as this user may see them.
async fn places(visit: &Visit, user: User) -> Vec<Place> {
    let places = visit.desk.keeping.locations(user).await.unwrap_or_default();
    let active = places.into_iter().filter(|place| place.details.active);
    active
        .map(|place| Place { code: place.code.to_string(), name: place.details.name.as_str().to_owned() })
        .collect()
}

fn next(order: &Order) -> Vec<Next> {
    let label = |status: OrderStatus| match status {
        OrderStatus::Processing => Some("Start processing"),
        OrderStatus::Shipped => Some("Ship all of it"),
        OrderStatus::Delivered => Some("It has arrived"),
        // That has a form of its own.
        OrderStatus::Pending | OrderStatus::Cancelled => None,
    };
    let allowed = order.allowed().into_iter();
    allowed.filter_map(|status| Some(Next { word: status.as_str(), label: label(status)? })).collect()
}
