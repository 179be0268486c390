//! The page of one product: what there is of it where, and what changed that.

use std::fmt::Display;

use actix_web::HttpResponse;
use askama::Template;
use orders_domain::{
    KeepingError, OrderId, Ownership, PageLimit, ProductId, UseCase, User, Version,
    catalogue::product::StockPolicy,
    stock::{StockLevel, movement::Movement},
};

use crate::{
    http::{
        failure::Failure,
        form::Form,
        frame::{Frame, html},
        visit::Visit,
    },
    words::{Moment, amount},
};

/// How many movements a page shows.
const MOVEMENTS: i64 = 100;

/// What somebody is told at the top of a product's page.
#[derive(Default)]
pub struct Notice {
    /// The status of the answer; 200 without a notice.
    pub status: Option<u16>,
    /// What is so.
    pub title: String,
    /// More of it.
    pub detail: String,
    /// What they have filled in.
    pub form: Form,
}

struct Level {
    place: String,
    on_hand: i64,
    reserved: i64,
    available: String,
    backorder: i64,
    version: String,
    short: i64,
}

struct Move {
    at: Moment,
    place: String,
    what: &'static str,
    change: String,
    on_hand: i64,
    reserved: i64,
    order: Option<OrderId>,
    reason: String,
}

#[derive(Template)]
#[template(path = "product.html")]
#[expect(clippy::struct_excessive_bools, reason = "each is asked by the template")]
struct Page {
    frame: Frame,
    id: ProductId,
    name: String,
    sku: String,
    price: String,
    policy: &'static str,
    is_counted: bool,
    is_active: bool,
    sees_stock: bool,
    may_keep: bool,
    levels: Vec<Level>,
    moves: Vec<Move>,
    next: Option<String>,
    is_first: bool,
    notice: Notice,
}

impl Page {
    /// What was typed into a field of a form that is shown again; otherwise this.
    fn typed(&self, form: &str, place: &str, field: &str, usual: impl Display) -> String {
        let again = &self.notice.form;
        let is_again = again.text("form") == form && again.text("place") == place;
        if self.notice.status.is_some() && is_again {
            again.text(field).to_owned()
        } else {
            usual.to_string()
        }
    }

    /// The version of a level that its count was filled in for: of one that is shown again that of before, unless it was told
    /// that there is another.
    fn seen(&self, place: &str, version: &str) -> String {
        if self.notice.status == Some(412) {
            version.to_owned()
        } else {
            self.typed("count", place, "version", version)
        }
    }

    /// Whether one of a place's forms is shown again.
    fn is_again(&self, place: &str) -> bool {
        self.notice.status.is_some() && self.notice.form.text("place") == place
    }
}

/// How a product is counted, in words.
pub fn policy(policy: StockPolicy) -> &'static str {
    match policy {
        StockPolicy::Untracked => "Not counted",
        StockPolicy::Deny => "Only what is there",
        StockPolicy::Backorder => "Can be ordered ahead",
    }
}

/// The page.
pub async fn show(visit: Visit, user: User) -> Result<HttpResponse, Failure> {
    render(&visit, user, Notice::default()).await
}

/// The page, with what somebody is told.
pub async fn render(visit: &Visit, user: User, notice: Notice) -> Result<HttpResponse, Failure> {
    let id: ProductId = visit.part("id")?;
    let keeping = &visit.desk.keeping;
    let offer = keeping.product(id).await?;
    let details = &offer.product.details;
    let query = visit.query();
    let after = query.get("after").map(str::parse).transpose()?;
    let limit = PageLimit::try_from(MOVEMENTS)?;
    // Of products that are fixed nothing is kept.
    let levels = match keeping.levels(user, id).await {
        Ok(levels) => Some(levels),
        Err(KeepingError::MissingScope(_) | KeepingError::UnknownProduct(_) | KeepingError::Fixed) => None,
        Err(error) => return Err(error.into()),
    };
    let (moves, more) = match &levels {
        Some(_) => keeping.movements(user, id, after, limit).await?,
        None => (Vec::new(), false),
    };
    let last = moves.last().map(|last| last.id.to_string()).filter(|_| more);
    let page = Page {
        frame: Frame::new(visit, Some(user), "/products", details.name.as_str()),
        id,
        name: details.name.as_str().to_owned(),
        sku: details.sku.as_ref().map(|sku| sku.as_str().to_owned()).unwrap_or_default(),
        price: amount(details.price, details.currency),
        policy: policy(details.policy),
        is_counted: details.policy.is_tracked(),
        is_active: details.active,
        sees_stock: levels.is_some(),
        may_keep: UseCase::KeepStock.check(user, Ownership::Own).is_ok(),
        levels: levels.iter().flatten().map(level).collect(),
        moves: moves.iter().map(moved).collect(),
        next: last.map(|last| visit.to(&format!("/products/{id}?after={last}"))),
        is_first: after.is_none(),
        notice,
    };
    html(page.notice.status.unwrap_or(200), &page)
}

fn level(level: &StockLevel) -> Level {
    Level {
        place: level.location.to_string(),
        on_hand: level.level.on_hand,
        reserved: level.level.reserved,
        available: level.available.map_or_else(|| "—".to_owned(), |pieces| pieces.to_string()),
        backorder: level.level.backorder_limit,
        version: level
            .level
            .version
            .map(Version::get)
            .map_or_else(String::new, |version| version.to_string()),
        short: level.level.short(),
    }
}

fn moved(movement: &Movement) -> Move {
    use orders_domain::stock::movement::MovementKind as Kind;

    let what = match movement.kind {
        Kind::Received => "Received",
        Kind::Added => "Counted, more",
        Kind::Removed => "Removed",
        Kind::Reserved => "Reserved",
        Kind::Released => "Released",
        Kind::Shipped => "Shipped",
        Kind::Returned => "Returned",
        Kind::MovedOut => "Moved out",
        Kind::MovedIn => "Moved in",
    };
    let on_hand = movement.kind.on_hand(movement.quantity);
    let change = if on_hand == 0 {
        format!("{} held", signed(movement.kind.reserved(movement.quantity)))
    } else {
        signed(on_hand)
    };
    Move {
        at: movement.at.into(),
        place: movement.location.to_string(),
        what,
        change,
        on_hand: movement.on_hand_after,
        reserved: movement.reserved_after,
        order: movement.order,
        reason: movement.reason.as_ref().map(|reason| reason.as_str().to_owned()).unwrap_or_default(),
    }
}

/// A number with its sign.
fn signed(number: i64) -> String {
    if number < 0 { format!("−{}", number.unsigned_abs()) } else { format!("+{number}") }
}
