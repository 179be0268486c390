//! Counting what is there, and entering what came or is gone.

use actix_web::HttpResponse;
use orders_domain::{
    Done, Expected, InvalidInput, KeepingError, ProductId, User, Version,
    stock::{
        keeping::{Keeping, Kept, StockChange},
        level::{BackorderLimit, OnHand},
        movement::{Pieces, Reason},
    },
};

use super::one::{self, Notice};
use crate::http::{
    failure::{Failure, sentence},
    form::Form,
    frame::lead,
    visit::Visit,
};

/// Somebody has counted. It counts if nobody else has seen to the level since.
pub async fn count(visit: Visit, user: User, form: Form) -> Result<HttpResponse, Failure> {
    keep(visit, user, form, counted, "counted").await
}

/// Pieces came, came back, or are gone.
pub async fn deliver(visit: Visit, user: User, form: Form) -> Result<HttpResponse, Failure> {
    keep(visit, user, form, delivered, "delivery").await
}

fn counted(form: &Form) -> Result<Keeping, InvalidInput> {
    let limit = if form.text("backorder").is_empty() {
        None
    } else {
        Some(BackorderLimit::try_from(form.number("backorder")?)?)
    };
    // A level that nobody had seen to has no version: nobody may have seen to it since.
    let expected = match form.maybe::<Version>("version")? {
        Some(version) => Expected::OneOf(vec![version]),
        None => Expected::Absent,
    };
    Ok(Keeping::Count {
        at: form.text("place").parse()?,
        on_hand: OnHand::try_from(form.number("pieces")?)?,
        backorder_limit: limit,
        expected,
    })
}

fn delivered(form: &Form) -> Result<Keeping, InvalidInput> {
    Ok(Keeping::Deliver {
        at: form.text("place").parse()?,
        kind: form.text("kind").parse()?,
        pieces: Pieces::try_from(form.number("pieces")?)?,
    })
}

async fn keep(
    visit: Visit,
    user: User,
    form: Form,
    read: fn(&Form) -> Result<Keeping, InvalidInput>,
    word: &str,
) -> Result<HttpResponse, Failure> {
    let product: ProductId = visit.part("id")?;
    let what = read(&form).and_then(|what| Ok((what, Reason::parse(form.text("reason"))?)));
    let (what, reason) = match what {
        Ok(read) => read,
        Err(refused) => return again(&visit, user, form, (422, sentence(&refused.to_string()))).await,
    };
    let change = StockChange { product, what, reason };
    let done: Result<Done<Kept>, _> =
        visit.desk.keeping.keep(user, change, visit.request(user, &form)?).await;
    match done {
        Ok(_) => Ok(lead(&visit.to(&format!("/products/{product}?done={word}")))),
        Err(KeepingError::Changed) => {
            let detail = "Somebody else has counted, or entered pieces, since you opened this page. The levels below are those of now; \
                what you filled in is still there.";
            again(&visit, user, form, (412, detail.to_owned())).await
        }
        Err(error) => match Failure::from(error) {
            Failure::Refused(status @ (409 | 422), detail) => {
                again(&visit, user, form, (status, detail)).await
            }
            other => Err(other),
        },
    }
}

/// The product's page with why nothing was done.
async fn again(
    visit: &Visit,
    user: User,
    form: Form,
    (status, detail): (u16, String),
) -> Result<HttpResponse, Failure> {
    let title = "Not done".to_owned();
    one::render(visit, user, Notice { status: Some(status), title, detail, form }).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_meets_the_version_that_was_shown() {
        let of = |text: &str| counted(&Form::of(text.as_bytes()).unwrap());
        let Ok(Keeping::Count { expected, backorder_limit, .. }) =
            of("place=berlin&pieces=5&version=3&backorder=")
        else {
            panic!("it is a count")
        };
        assert_eq!(expected, Expected::OneOf(vec!["3".parse().unwrap()]));
        assert_eq!(backorder_limit, None);
        assert!(matches!(
            of("place=berlin&pieces=5&version="),
            Ok(Keeping::Count { expected: Expected::Absent, .. })
        ));
        for bad in [
            "place=&pieces=5",
            "place=berlin&pieces=-1",
            "place=berlin&pieces=x",
            "place=berlin&pieces=1&version=0",
        ] {
            assert!(of(bad).is_err(), "{bad}");
        }
    }
}
