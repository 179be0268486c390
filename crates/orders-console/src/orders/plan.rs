//! How what is open of an order would leave, before it is planned so.

use actix_web::HttpResponse;
use askama::Template;
use orders_domain::{NewShipment, Order, OrderId, Proposal, UseCase, User, shipment::planner::Criterion};

use super::{
    actions::answered,
    owned,
    shown::{contents, pieces, weight},
};
use crate::{
    http::{
        failure::{Failure, sentence},
        form::Form,
        frame::{Frame, html},
        visit::Visit,
    },
    words::counted,
};

struct Parcel {
    from: String,
    weight: String,
    contents: Vec<String>,
    reasons: Vec<String>,
}

struct Other {
    places: String,
    parcels: String,
    lost_by: &'static str,
}

#[derive(Template)]
#[template(path = "plan.html")]
struct Page {
    frame: Frame,
    id: OrderId,
    version: i64,
    parcels: Vec<Parcel>,
    unplaced: Vec<String>,
    unplaced_pieces: String,
    is_exact: bool,
    others: Vec<Other>,
}

/// What would be planned. Nothing is changed.
pub async fn preview(visit: Visit, user: User) -> Result<HttpResponse, Failure> {
    let order = owned(&visit, user, UseCase::Ship).await?;
    let now = order.order().clone();
    let (_, proposal) = visit.desk.orders.plan(order, visit.rehearsal(user, true)).await?;
    let Proposal { parcels, unplaced, exact, alternatives } = proposal;
    let others = alternatives.iter().map(|other| Other {
        places: other.places.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
        parcels: counted(u64::try_from(other.parcels).unwrap_or_default(), "parcel"),
        lost_by: lost(other.lost_by),
    });
    let page = Page {
        frame: Frame::new(&visit, Some(user), "/", format!("Plan of order {}", now.id())),
        id: now.id(),
        version: now.version().get(),
        parcels: parcels.iter().map(|parcel| parcel_of(&now, parcel)).collect(),
        unplaced_pieces: pieces(&unplaced),
        unplaced: contents(&now, &unplaced),
        is_exact: exact,
        others: others.collect(),
    };
    html(200, &page)
}

fn lost(by: Criterion) -> &'static str {
    match by {
        Criterion::Unplaced => "it leaves more pieces without a place",
        Criterion::Parcels => "it takes more parcels",
        Criterion::Borders => "more of its parcels cross a border",
        Criterion::Distance => "its parcels travel farther",
        Criterion::Priority => "its places stand farther behind",
    }
}

fn parcel_of(order: &Order, parcel: &NewShipment) -> Parcel {
    Parcel {
        from: parcel.from.as_ref().map(|from| from.code.to_string()).unwrap_or_default(),
        weight: weight(parcel.weight),
        contents: contents(order, &parcel.parts),
        reasons: parcel.reasons.iter().map(|reason| sentence(&reason.detail)).collect(),
    }
}

/// Plans what is open.
pub async fn plan(visit: Visit, user: User, form: Form) -> Result<HttpResponse, Failure> {
    let (seen, expected) = form.seen()?;
    let order = owned(&visit, user, UseCase::Ship).await?.only_if(expected);
    let done = visit.desk.orders.plan(order, visit.request(user, &form)?).await;
    answered(&visit, user, form, (seen, "planned"), done.map(|(done, _)| done)).await
}
