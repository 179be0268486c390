//! In which languages a client reads (RFC 9110, section 12.5.4): the one place that looks at `Accept-Language`.

use std::{borrow::Cow, cell::RefCell, cmp::Reverse, collections::HashMap};

use actix_web::http::header::{self, HeaderMap, HeaderValue};
use orders_domain::{Languages, Locale};

/// How many elements of a header are looked at. Nobody reads so many languages.
const LOOKED_AT: usize = 64;

/// How many headers are remembered with what they say.
const REMEMBERED: usize = 256;

/// The longest header that is, in bytes.
const REMEMBERED_BYTES: usize = 200;

/// Qualities are counted in thousandths.
const BEST: u16 = 1000;

thread_local! {
    /// What headers say: to find out who stands in for whom takes longer than to show a product, and most clients
    /// send one of a few.
    static KNOWN: RefCell<HashMap<Box<[u8]>, Languages>> = RefCell::default();
}

/// The languages that a client reads, the best first; none if it says nothing.
#[must_use]
pub fn languages(headers: &HeaderMap) -> Languages {
    let mut values = headers.get_all(header::ACCEPT_LANGUAGE).map(HeaderValue::as_bytes);
    let Some(first) = values.next() else { return Languages::default() };
    // Several lines are one list (RFC 9110, section 5.3).
    let text = values.fold(Cow::Borrowed(first), |mut all, next| {
        all.to_mut().extend_from_slice(b",");
        all.to_mut().extend_from_slice(next);
        all
    });
    if text.len() > REMEMBERED_BYTES {
        return read(&text);
    }
    if let Some(known) = KNOWN.with_borrow(|known| known.get(&*text).cloned()) {
        return known;
    }
    let languages = read(&text);
    KNOWN.with_borrow_mut(|known| {
        if known.len() >= REMEMBERED {
            known.clear();
        }
        known.insert(text.into(), languages.clone());
    });
    languages
}

/// The languages of a list of ranges. The star stands for all others, of which none is better than another, so it
/// says nothing; what is of another form is passed over.
fn read(text: &[u8]) -> Languages {
    let elements = text.split(|byte| *byte == b',').filter_map(|element| std::str::from_utf8(element).ok());
    let mut ranges: Vec<_> = elements.filter(|element| !is_blank(element)).take(LOOKED_AT).collect();
    ranges.retain(|range| weighed(range).is_some());
    // Of two that are alike the first one.
    ranges.sort_by_key(|range| Reverse(weighed(range).map(|(_, quality)| quality)));
    let weighed = ranges.into_iter().filter_map(weighed);
    let (wanted, unwanted): (Vec<_>, Vec<_>) = weighed.partition(|(_, quality)| *quality > 0);
    let unwanted: Vec<_> = unwanted.into_iter().filter_map(|(range, _)| locale(range)).collect();
    let wanted = wanted.into_iter().filter_map(|(range, _)| locale(range));
    let wanted: Vec<_> = wanted.filter(|one| !unwanted.contains(one)).take(Languages::MOST).collect();
    Languages::of(&wanted)
}

fn is_blank(element: &str) -> bool {
    element.trim_matches([' ', '\t']).is_empty()
}

/// A range and how much it is wanted; `None` for what has another form.
fn weighed(element: &str) -> Option<(&str, u16)> {
    let mut parts = element.split(';').map(|part| part.trim_matches([' ', '\t']));
    let range = parts.next().filter(|range| !range.is_empty())?;
    let quality = match (parts.next(), parts.next()) {
        (None, _) => BEST,
        (Some(weight), None) => {
            let (name, value) = weight.split_once('=')?;
            if !name.eq_ignore_ascii_case("q") {
                return None;
            }
            quality(value)?
        }
        (Some(_), Some(_)) => return None,
    };
    Some((range, quality))
}

/// `qvalue` of section 12.4.2: from 0 to 1 with up to three decimals.
fn quality(text: &str) -> Option<u16> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    if decimals.len() > 3 || !decimals.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let thousandths: u16 = format!("{decimals:0<3}").parse().ok()?;
    match (whole, thousandths) {
        ("0", thousandths) => Some(thousandths),
        ("1", 0) => Some(BEST),
        _ => None,
    }
}

/// The language of a range: what is said behind it of calendars and the like is no matter here.
fn locale(range: &str) -> Option<Locale> {
    let mut end = 0;
    for subtag in range.split('-') {
        // A single letter begins an extension (RFC 5646, section 2.2.6).
        if subtag.len() == 1 {
            break;
        }
        end += subtag.len() + 1;
    }
    range.get(..end.saturating_sub(1))?.parse().ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(lines: &[&[u8]]) -> Languages {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(header::ACCEPT_LANGUAGE, HeaderValue::from_bytes(line).unwrap());
        }
        languages(&headers)
    }

    fn chain(lines: &[&str]) -> Vec<String> {
        let lines: Vec<_> = lines.iter().map(|line| line.as_bytes()).collect();
        of(&lines).chain().iter().map(Locale::to_string).collect()
    }

    #[test]
    fn languages_come_by_their_quality_and_those_that_are_alike_as_they_are_named() {
        for (lines, expected) in [
            (&["de"][..], &["de"][..]),
            (&["de-AT, fr;q=0.5, it;q=0.9"], &["de-AT", "de", "it", "fr"]),
            (&["fr;q=0.5", "de;q=0.5"], &["fr", "de"]),
            (&["fr ; q=0.123 ,\tde;Q=0.124"], &["de", "fr"]),
            (&["*;q=0.9, de;q=0.1"], &["de"]),
            (&["de;q=0, fr"], &["fr"]),
            (&["de, fr, de;q=0.000"], &["fr"]),
            (&["de;q=1.000"], &["de"]),
            (&["en-au"], &["en-AU", "en-001", "en"]),
            (&["de-DE-u-co-phonebk"], &["de-DE", "de"]),
            (&["iw"], &["he"]),
        ] {
            assert_eq!(chain(lines), expected, "{lines:?}");
        }
    }

    #[test]
    fn what_is_no_range_is_passed_over() {
        let odd = [
            "",
            " , ,",
            "*",
            "de;q=2",
            "de;q=1.001",
            "de;q=0.1234",
            "de;q=",
            "de;q=x",
            "de;q=-1",
            "de;p=1",
            "de;",
            "de;q=1;x",
            "d",
            "x-private",
            "german!",
            "de_;q=1",
            ";q=1",
            "und",
            "=",
            "-",
            "de-",
        ];
        for line in odd {
            assert_eq!(of(&[line.as_bytes()]), Languages::default(), "{line:?}");
            assert_eq!(chain(&[line, "fr"]), ["fr"], "{line:?}");
        }
        assert_eq!(of(&[b"d\xffe, \xc3\xa4, fr;q=0.5\xa0"]), Languages::default());
        assert_eq!(of(&[b"\xff, fr"]).best().map(Locale::as_str), Some("fr"));
    }

    #[test]
    fn sixteen_languages_count_and_long_headers_are_not_remembered() {
        let all: Vec<_> = ('a'..='z').map(|letter| format!("e{letter}")).collect();
        let long = all.join(" , ") + &",".repeat(REMEMBERED_BYTES);
        assert_eq!(chain(&[&long]).len(), Languages::MOST);
        let before = KNOWN.with_borrow(HashMap::len);
        assert_eq!(chain(&[&long]), chain(&[&all.join(",")]));
        assert_eq!(KNOWN.with_borrow(HashMap::len), before + 1);
    }

    #[test]
    fn what_is_remembered_is_bounded_and_the_same() {
        let first = of(&[b"de-AT;q=0.7"]);
        for number in 0..3 * REMEMBERED {
            of(&[format!("de, x{number}").as_bytes()]);
            assert!(KNOWN.with_borrow(HashMap::len) <= REMEMBERED);
        }
        assert_eq!(of(&[b"de-AT;q=0.7"]), first);
        assert_eq!(of(&[b"de-AT;q=0.7"]), first);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read(bytes in proptest::collection::vec(b' '..=255_u8, 0..300)) {
            let bytes: Vec<u8> = bytes.into_iter().filter(|byte| *byte != 127).collect();
            prop_assert!(of(&[&bytes]).chain().len() <= 8 * Languages::MOST);
        }

        #[test]
        fn any_ranges_are_read(text in "([a-zA-Z]{1,9}(-[a-zA-Z0-9]{1,9}){0,4}(;q=[01](\\.[0-9]{0,4})?)?[, ]{0,2}){0,20}") {
            prop_assert!(of(&[text.as_bytes()]).chain().len() <= 8 * Languages::MOST);
        }
    }
}
