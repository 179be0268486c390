//! Finding an order by whatever somebody has of it.

use actix_web::HttpResponse;
use orders_domain::{OrderError, OrderId, UseCase, User, UserId};

use super::list::product_of;
use crate::http::{failure::Failure, frame::lead, query::Query, visit::Visit};

/// What somebody may have written.
#[derive(Debug, PartialEq, Eq)]
enum Written<'a> {
    /// Nothing.
    Nothing,
    /// A number: of an order, or else a carrier's.
    Number(OrderId, &'a str),
    /// A customer's address.
    Email(&'a str),
    /// `user 7`.
    User(UserId),
    /// A word: a product's SKU, or else a carrier's number.
    Word(&'a str),
}

fn written(text: &str) -> Written<'_> {
    let text = text.trim();
    if text.is_empty() {
        return Written::Nothing;
    }
    if let Ok(id) = text.strip_prefix('#').unwrap_or(text).parse() {
        return Written::Number(id, text);
    }
    if text.contains('@') {
        return Written::Email(text);
    }
    let rest = text.get(..4).filter(|word| word.eq_ignore_ascii_case("user")).map(|_| &text[4..]);
    match rest.map(|rest| rest.trim_start_matches([' ', ':', '#']).parse()) {
        Some(Ok(user)) => Written::User(user),
        _ => Written::Word(text),
    }
}

/// Leads to the order, or to the list of those that it can be.
pub async fn find(visit: Visit, user: User) -> Result<HttpResponse, Failure> {
    let query = visit.query();
    let list = |name: &str, value: &str| {
        lead(&visit.to(&format!("/{}", Query::default().but(name, Some(value)).link())))
    };
    Ok(match written(query.get("q").unwrap_or_default()) {
        Written::Nothing => lead(&visit.to("/")),
        Written::Number(id, text) => match visit.desk.orders.owned(user, UseCase::Show, id).await {
            Ok(_) => lead(&visit.to(&format!("/orders/{id}"))),
            Err(OrderError::NotOwned) => list("trackingNumber", text),
            Err(error) => return Err(error.into()),
        },
        Written::Email(text) => list("email", text),
        Written::User(id) => list("userId", &id.to_string()),
        Written::Word(text) => match product_of(&visit.desk.keeping, text).await? {
            Some(_) => list("sku", text),
            None => list("trackingNumber", text),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_told_apart_by_its_form() {
        let id = |id: i64| OrderId::try_from(id).unwrap();
        let user = |id: i64| Written::User(UserId::try_from(id).unwrap());
        assert_eq!(written("  "), Written::Nothing);
        assert_eq!(written(" #7 "), Written::Number(id(7), "#7"));
        assert_eq!(written("23987239825"), Written::Number(id(23_987_239_825), "23987239825"));
        assert_eq!(written("ada@example.org"), Written::Email("ada@example.org"));
        assert_eq!(written("User 7"), user(7));
        assert_eq!(written("user:7"), user(7));
        for word in ["MUG-BLUE", "007", "user", "users 7", "1Z999AA10123456784", "ümlaut"] {
            assert_eq!(written(word), Written::Word(word));
        }
    }
}
