//! What is done with an order as a whole, and what comes of a form about one.

use std::str::FromStr;

use actix_web::HttpResponse;
use orders_domain::{
    Done, InvalidInput, Order, OrderError, OrderStatus, Part, Quantity, Quoted, UseCase, User, Version,
    shipment::cancellation::{CancellationReason, Note},
};

use super::{
    history,
    one::{self, Notice},
    owned,
};
use crate::http::{
    failure::{Failure, sentence},
    form::Form,
    frame::lead,
    visit::Visit,
};

/// Moves it to another status.
pub async fn advance(visit: Visit, user: User, form: Form) -> Result<HttpResponse, Failure> {
    let (seen, expected) = form.seen()?;
    let to = OrderStatus::from_str(form.text("status"))?;
    let order = owned(&visit, user, UseCase::Advance).await?.only_if(expected);
    let done = visit.desk.orders.advance(order, to, visit.request(user, &form)?).await;
    answered(&visit, user, form, (seen, "status"), done).await
}

/// Cancels all of it.
pub async fn cancel(visit: Visit, user: User, form: Form) -> Result<HttpResponse, Failure> {
    let (seen, expected) = form.seen()?;
    let order = owned(&visit, user, UseCase::Cancel).await?.only_if(expected);
    let done = visit.desk.orders.cancel(order, visit.request(user, &form)?).await;
    answered(&visit, user, form, (seen, "cancelled"), done).await
}

/// Cancels some pieces of it.
pub async fn cancel_parts(visit: Visit, user: User, form: Form) -> Result<HttpResponse, Failure> {
    let (seen, expected) = form.seen()?;
    let order = owned(&visit, user, UseCase::Cancel).await?.only_if(expected);
    let asked = match pieces_to_cancel(&form) {
        Ok(asked) => asked,
        Err(reason) => return refused(&visit, user, form, reason).await,
    };
    let done = visit.desk.orders.cancel_parts(order, asked, visit.request(user, &form)?).await;
    answered(&visit, user, form, (seen, "cancellation"), done).await
}

fn pieces_to_cancel(form: &Form) -> Result<(CancellationReason, Vec<Part>, Option<Note>), InvalidInput> {
    let parts = parts(form)?;
    if parts.is_empty() {
        return Err(InvalidInput::new("nothing", "is to be cancelled: say how many pieces of which line"));
    }
    let note = match form.text("note") {
        "" => None,
        note => Some(Note::parse(note)?),
    };
    Ok((form.text("reason").parse()?, parts, note))
}

/// How many pieces of which lines a form is about; those of which none are is left out.
pub fn parts(form: &Form) -> Result<Vec<Part>, InvalidInput> {
    let mut parts: Vec<Part> = Vec::new();
    for (line, pieces) in form.each("line-").filter(|(_, pieces)| !matches!(*pieces, "" | "0")) {
        let line =
            line.parse().map_err(|_| InvalidInput::new("line", format!("{} is none", Quoted(line))))?;
        let refused = || Quantity::refused(Quoted(pieces));
        let quantity = pieces.parse::<i64>().map_err(|_| refused()).and_then(Quantity::try_from)?;
        if parts.iter().all(|part| part.line != line) {
            parts.push(Part { line, quantity });
        }
    }
    Ok(parts)
}

/// What comes of a form about an order that was seen at a version: the order's page, with the word for what was done, or with why not. Who
/// has seen an older version than there is is told what happened since, and what they have filled in stays.
pub async fn answered(
    visit: &Visit,
    user: User,
    form: Form,
    (seen, word): (Version, &str),
    done: Result<Done<Order>, OrderError>,
) -> Result<HttpResponse, Failure> {
    let refused = match done {
        Ok(done) => {
            let order = done.made();
            let word = if order.version() == seen { "same" } else { word };
            return Ok(lead(&visit.to(&format!("/orders/{}?done={word}", order.id()))));
        }
        Err(OrderError::Changed) => None,
        Err(error) => match Failure::from(error) {
            Failure::Refused(status @ (409 | 422), detail) => Some((status, detail)),
            other => return Err(other),
        },
    };
    let now = one::look(visit, user).await?;
    let notice = match refused {
        Some((status, detail)) => notice(status, detail, form),
        None => Notice {
            status: Some(412),
            title: "Not done: the order has changed since you opened it".to_owned(),
            detail: "This is what happened meanwhile. Below is the order as it is now; what you filled in is still there."
                .to_owned(),
            happened: history::after(visit, &now.order, Some(seen)).await?,
            form,
        },
    };
    one::render(visit, user, now, notice).await
}

/// The order's page again, with why a form cannot be meant so.
pub async fn refused(
    visit: &Visit,
    user: User,
    form: Form,
    reason: InvalidInput,
) -> Result<HttpResponse, Failure> {
    let now = one::look(visit, user).await?;
    one::render(visit, user, now, notice(422, sentence(&reason.to_string()), form)).await
}

fn notice(status: u16, detail: String, form: Form) -> Notice {
    Notice { status: Some(status), title: "Not done".to_owned(), detail, happened: Vec::new(), form }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pieces_of_a_form_are_those_that_are_not_none() {
        let of = |text: &str| parts(&Form::of(text.as_bytes()).unwrap());
        let found = of("line-0=&line-1=0&line-2=3&line-2=4&x=1").unwrap();
        assert_eq!(found, [Part { line: 2, quantity: Quantity::of(3).unwrap() }]);
        for bad in ["line-x=1", "line-0=-1", "line-0=many", "line-300=1", "line-0=100001"] {
            assert!(of(bad).is_err(), "{bad}");
        }
    }
}
