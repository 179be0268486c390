//! The table of types.

use super::*;
use crate::event::Actor;

#[test]
fn the_table_lists_every_type_at_its_own_row() {
    for (index, kind) in EventType::ALL.into_iter().enumerate() {
        assert_eq!(TYPES[index].0, kind);
        assert_eq!(kind.as_str().parse(), Ok(kind));
        let (subject, what) = kind.parts();
        assert_eq!(format!("{subject}.{what}"), kind.as_str());
        assert_eq!(EventType::of_parts(subject, what), Ok(kind));
        assert!(kind.caused_by().iter().all(|actor| Actor::KINDS.contains(actor)));
    }
}

#[test]
fn an_unknown_word_is_refused_with_the_known_ones() {
    let error = "order.lost".parse::<EventType>().unwrap_err().to_string();
    assert!(error.starts_with(r#"type "order.lost" is not one of order.placed, order.tracked"#), "{error}");
}
