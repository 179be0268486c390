//! Where clients find the server, when that is not at the root of its address.

use std::{fmt, str::FromStr};

use actix_web::{HttpRequest, http::Uri};
use orders_domain::Quoted;
use thiserror::Error;

/// The address under which clients reach the server: a proxy may serve it below a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl {
    url: String,
    path: usize,
}

/// What was given is no address for clients.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{} is not of the form https://shop.example or https://shop.example/path", Quoted(.0))]
pub struct NoPublicUrl(String);

impl PublicUrl {
    /// Its origin: `https://shop.example`.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.url[..self.path]
    }

    /// Its path, without a slash at its end: `""` or `/path`.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.url[self.path..]
    }
}

impl FromStr for PublicUrl {
    type Err = NoPublicUrl;

    fn from_str(text: &str) -> Result<Self, NoPublicUrl> {
        let refused = || NoPublicUrl(text.to_owned());
        let uri: Uri = text.parse().map_err(|_| refused())?;
        let authority = uri.authority().ok_or_else(refused)?.as_str();
        let scheme =
            uri.scheme_str().filter(|scheme| ["http", "https"].contains(scheme)).ok_or_else(refused)?;
        if uri.query().is_some() || text.contains('#') || authority.contains('@') {
            return Err(refused());
        }
        let origin = format!("{scheme}://{authority}");
        let url = format!("{origin}{}", uri.path().trim_end_matches('/'));
        Ok(Self { url, path: origin.len() })
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.url)
    }
}

/// What stands before every path in an answer, as the routes know it.
#[derive(Debug, Clone)]
pub struct PublicPath(pub String);

impl PublicPath {
    /// The one of the server that has the request.
    pub fn of(request: &HttpRequest) -> &str {
        request.app_data::<Self>().map_or("", |path| &path.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_an_origin_and_perhaps_a_path() {
        for (text, path) in [
            ("https://shop.example", ""),
            ("http://shop.example:8080/", ""),
            ("https://shop.example/shop/", "/shop"),
            ("https://shop.example/a/b", "/a/b"),
        ] {
            let url: PublicUrl = text.parse().unwrap();
            assert_eq!((url.path(), url.to_string()), (path, text.trim_end_matches('/').to_owned()));
        }
        for bad in [
            "",
            "/shop",
            "shop.example",
            "ftp://a",
            "https://a/?x",
            "https://a/#x",
            "https://u@a/",
            "https://",
        ] {
            assert!(bad.parse::<PublicUrl>().is_err(), "{bad:?} was taken");
        }
    }
}
