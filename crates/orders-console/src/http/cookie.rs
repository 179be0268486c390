//! The cookies: who is signed in, and which sign-in was begun. They are worth nothing to the API, which looks at none.

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{self, HeaderValue},
};

use super::{failure::Failure, visit::Visit};

/// Which of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The key of the session.
    Session,
    /// What a sign-in at the provider is known by when it comes back.
    SignIn,
}

/// How long a sign-in may take that was begun, in seconds.
const SIGN_IN_SECONDS: u32 = 600;

impl Kind {
    /// Its name. With the prefix a browser takes it only from this host and over TLS (RFC 6265bis, 4.1.3.2).
    fn name(self, secure: bool) -> &'static str {
        match (self, secure) {
            (Self::Session, true) => "__Host-orders-session",
            (Self::Session, false) => "orders-session",
            (Self::SignIn, true) => "__Host-orders-sign-in",
            (Self::SignIn, false) => "orders-sign-in",
        }
    }

    /// What the browser has sent of it.
    pub fn of(self, visit: &Visit) -> Option<String> {
        sent(&visit.http, self.name(visit.is_secure()))
    }

    /// Has the browser keep it with this value, which needs no escaping.
    ///
    /// # Errors
    ///
    /// When it is no value of a cookie.
    pub fn keep(self, answer: &mut HttpResponse, visit: &Visit, value: &str) -> Result<(), Failure> {
        let age = match self {
            // Until the browser is closed.
            Self::Session => None,
            Self::SignIn => Some(SIGN_IN_SECONDS),
        };
        self.set(answer, visit, value, age)
    }

    /// Has the browser forget it.
    ///
    /// # Errors
    ///
    /// As [`Self::keep`].
    pub fn forget(self, answer: &mut HttpResponse, visit: &Visit) -> Result<(), Failure> {
        self.set(answer, visit, "", Some(0))
    }

    fn set(
        self,
        answer: &mut HttpResponse,
        visit: &Visit,
        value: &str,
        age: Option<u32>,
    ) -> Result<(), Failure> {
        let text = written(self.name(visit.is_secure()), value, visit.is_secure(), age);
        let value = HeaderValue::from_str(&text).map_err(|error| Failure::Bug(error.into()))?;
        answer.headers_mut().append(header::SET_COOKIE, value);
        Ok(())
    }
}

/// A cookie as it is set (RFC 6265bis, 4.1).
fn written(name: &str, value: &str, secure: bool, age: Option<u32>) -> String {
    let age = age.map(|seconds| format!("; Max-Age={seconds}")).unwrap_or_default();
    let secure = if secure { "; Secure" } else { "" };
    format!("{name}={value}; Path=/; HttpOnly; SameSite=Strict{secure}{age}")
}

/// The only cookie of this name. Of several nobody knows which is ours.
fn sent(http: &HttpRequest, name: &str) -> Option<String> {
    only(http.headers().get_all(header::COOKIE).filter_map(|sent| sent.to_str().ok()), name)
}

fn only<'a>(headers: impl Iterator<Item = &'a str>, name: &str) -> Option<String> {
    let pairs = headers.flat_map(|header| header.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let mut found = pairs.filter(|(known, _)| *known == name);
    match (found.next(), found.next()) {
        (Some((_, value)), None) => Some(value.to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_goes_to_no_script_and_with_no_request_of_another_site() {
        assert_eq!(written("a", "b", false, None), "a=b; Path=/; HttpOnly; SameSite=Strict");
        assert_eq!(
            written("a", "", true, Some(0)),
            "a=; Path=/; HttpOnly; SameSite=Strict; Secure; Max-Age=0"
        );
    }

    #[test]
    fn of_two_cookies_of_a_name_none_counts() {
        let read = |headers: &[&'static str]| only(headers.iter().copied(), "a");
        assert_eq!(read(&["x=1; a=2;y=3"]), Some("2".to_owned()));
        for none in [&["x=1"][..], &["a=1; a=2"], &["a=1", "a=2"], &["aa=1"], &[""], &["a"]] {
            assert_eq!(read(none), None, "{none:?}");
        }
    }
}
