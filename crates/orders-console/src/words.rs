//! Amounts, times and states as people read them.

use std::fmt::Write;

use chrono::{DateTime, Utc};
use orders_domain::{Actor, Currency, Fulfillment, Money, OrderStatus, ShipmentStatus};

/// A moment: as a machine reads it, and as people do.
pub struct Moment {
    /// RFC 3339.
    pub machine: String,
    /// To the minute, in UTC.
    pub people: String,
}

impl From<DateTime<Utc>> for Moment {
    fn from(at: DateTime<Utc>) -> Self {
        Self {
            machine: at.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string(),
            people: at.format("%Y-%m-%d %H:%M").to_string(),
        }
    }
}

/// A state: its word, and the class of its colour, which says nothing that the word does not.
pub struct Badge {
    /// The word.
    pub word: &'static str,
    /// `new`, `busy`, `sent`, `good`, `gone`, `bad`.
    pub class: &'static str,
}

impl From<OrderStatus> for Badge {
    fn from(status: OrderStatus) -> Self {
        let (word, class) = match status {
            OrderStatus::Pending => ("Pending", "new"),
            OrderStatus::Processing => ("Processing", "busy"),
            OrderStatus::Shipped => ("Shipped", "sent"),
            OrderStatus::Delivered => ("Delivered", "good"),
            OrderStatus::Cancelled => ("Cancelled", "gone"),
        };
        Self { word, class }
    }
}

impl From<ShipmentStatus> for Badge {
    fn from(status: ShipmentStatus) -> Self {
        let (word, class) = match status {
            ShipmentStatus::Planned => ("Planned", "busy"),
            ShipmentStatus::Shipped => ("Shipped", "sent"),
            ShipmentStatus::Delivered => ("Delivered", "good"),
            ShipmentStatus::Cancelled => ("Cancelled", "gone"),
        };
        Self { word, class }
    }
}

/// How far the parcels of an order are.
pub fn fulfillment(fulfillment: Fulfillment) -> &'static str {
    match fulfillment {
        Fulfillment::Unfulfilled => "Nothing sent",
        Fulfillment::PartiallyShipped => "Partly sent",
        Fulfillment::Shipped => "All sent",
        Fulfillment::PartiallyDelivered => "Partly arrived",
        Fulfillment::Delivered => "All arrived",
    }
}

/// An amount with all digits of its currency and its code.
pub fn amount(money: Money, currency: Currency) -> String {
    format!("{} {currency}", money.decimal(currency))
}

/// Who has caused something.
pub fn actor(actor: Actor) -> String {
    match actor {
        Actor::User(user) => format!("User {user}"),
        Actor::Worker => "The worker".to_owned(),
        Actor::Cli => "The command line".to_owned(),
        Actor::System => "The program".to_owned(),
    }
}

/// `1 piece`, `2 pieces`.
pub fn counted(count: u64, one: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {one}s") }
}

/// How long something took: `45 s`, `1 h 30 min`, `2 d 3 h`; of more than two units the first two.
pub fn took(seconds: i64) -> String {
    let units = [(86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")];
    let first = units.iter().position(|(length, _)| seconds >= *length).unwrap_or(units.len() - 1);
    let (mut rest, mut parts) = (seconds, Vec::new());
    for (length, unit) in units.into_iter().skip(first).take(2) {
        let count = rest / length;
        rest %= length;
        if count > 0 || seconds == 0 {
            parts.push(format!("{count} {unit}"));
        }
    }
    parts.join(" ")
}

/// The link to write to an address: what would say more of the mail than to whom is spelled out (RFC 6068, section 2).
pub fn mailto(address: &str) -> String {
    let mut link = "mailto:".to_owned();
    for letter in address.chars() {
        match letter {
            '%' | '?' | '&' | '#' | '/' => drop(write!(link, "%{:02X}", u32::from(letter))),
            letter => link.push(letter),
        }
    }
    link
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_have_all_digits_and_moments_are_of_utc() {
        assert_eq!(amount(Money::try_from(15_392).unwrap(), Currency::USD), "153.92 USD");
        let moment = Moment::from(DateTime::from_timestamp_millis(1_795_000_000_123).unwrap());
        assert_eq!((&*moment.machine, &*moment.people), ("2026-11-18T11:06:40.123Z", "2026-11-18 11:06"));
        assert_eq!((counted(1, "piece"), counted(0, "piece")), ("1 piece".to_owned(), "0 pieces".to_owned()));
    }

    #[test]
    fn a_link_to_an_address_says_nothing_else_of_the_mail() {
        assert_eq!(mailto("ada@example.org"), "mailto:ada@example.org");
        let said = "mailto:a%3Fbcc=x%2540y%26subject=z%23@b.example";
        assert_eq!(mailto("a?bcc=x%40y&subject=z#@b.example"), said);
    }

    #[test]
    fn a_duration_has_two_units_at_most() {
        for (seconds, said) in [
            (0, "0 s"),
            (45, "45 s"),
            (90, "1 min 30 s"),
            (3_600, "1 h"),
            (183_845, "2 d 3 h"),
            (86_460, "1 d"),
        ] {
            assert_eq!(took(seconds), said);
        }
    }
}
