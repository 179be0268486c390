//! Whether a form was sent by a page of ours.
//!
//! A browser says so itself, in headers that no page can set: `Sec-Fetch-Site` (Fetch Metadata), and `Origin` (Fetch, 3.2), which older
//! ones send alone. Where neither is there nobody says so.

use actix_web::http::header::{self, HeaderMap};

/// Whether the request was sent by a page of this origin.
pub fn is_own(headers: &HeaderMap, own: &str) -> bool {
    let mut sites = headers.get_all("sec-fetch-site");
    match (sites.next(), sites.next()) {
        (Some(site), None) => return site.as_bytes() == b"same-origin",
        (Some(_), Some(_)) => return false,
        (None, _) => {}
    }
    let mut origins = headers.get_all(header::ORIGIN);
    match (origins.next(), origins.next()) {
        (Some(origin), None) => origin.as_bytes().eq_ignore_ascii_case(own.as_bytes()),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};

    use super::*;

    fn judged(sent: &[(&'static str, &'static str)]) -> bool {
        let mut headers = HeaderMap::new();
        for (name, value) in sent {
            headers.append(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        is_own(&headers, "https://shop.example")
    }

    #[test]
    fn a_form_counts_when_the_browser_says_that_it_is_ours() {
        assert!(judged(&[("sec-fetch-site", "same-origin")]));
        assert!(judged(&[("origin", "https://shop.example")]));
        assert!(judged(&[("sec-fetch-site", "same-origin"), ("origin", "https://shop.example")]));
    }

    #[test]
    fn and_no_other() {
        for sent in [
            &[][..],
            &[("sec-fetch-site", "cross-site")],
            &[("sec-fetch-site", "same-site")],
            &[("sec-fetch-site", "none")],
            &[("sec-fetch-site", "cross-site"), ("origin", "https://shop.example")],
            &[("sec-fetch-site", "same-origin"), ("sec-fetch-site", "same-origin")],
            &[("origin", "null")],
            &[("origin", "http://shop.example")],
            &[("origin", "https://shop.example.evil.example")],
            &[("origin", "https://shop.example"), ("origin", "https://evil.example")],
        ] {
            assert!(!judged(sent), "{sent:?}");
        }
    }
}
