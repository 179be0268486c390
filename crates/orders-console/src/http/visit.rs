//! A request as the pages see it.

use std::{net::SocketAddr, str::FromStr};

use actix_web::{
    FromRequest, HttpMessage, HttpRequest,
    dev::Payload,
    http::{
        header::{self, HeaderValue},
        uri::Authority,
    },
    web::Data,
};
use futures_util::future::{Ready, ready};
use orders_domain::{
    Actor, Fingerprint, Idempotency, InvalidInput, Origin, Request, RequestId, TraceContext, User,
    ports::SignedIn,
};
use sha2::{Digest, Sha256};

use super::{cookie::Kind, failure::Failure, form::Form, query::Query};
use crate::desk::{Desk, Public};

/// What proxies say of whom they ask for (RFC 7239, RFC 9110, and what was usual before).
const FORWARDED: [&str; 5] = ["forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip"];

/// A request and what it is answered with.
#[derive(Clone)]
pub struct Visit {
    /// What pages share.
    pub desk: Data<Desk>,
    /// The request.
    pub http: HttpRequest,
}

impl FromRequest for Visit {
    type Error = actix_web::Error;
    type Future = Ready<Result<Self, Self::Error>>;

    fn from_request(http: &HttpRequest, _: &mut Payload) -> Self::Future {
        let missing = || actix_web::error::ErrorInternalServerError("the console is not set up");
        let desk = http.app_data::<Data<Desk>>().cloned().ok_or_else(missing);
        ready(desk.map(|desk| Self { desk, http: http.clone() }))
    }
}

impl Visit {
    /// Who is signed in.
    ///
    /// # Errors
    ///
    /// When that cannot be found out now.
    pub async fn session(&self) -> Result<Option<SignedIn>, Failure> {
        match Kind::Session.of(self) {
            Some(key) => Ok(self.desk.sessions.find(&key).await?),
            None => Ok(None),
        }
    }

    /// Who is signed in, where somebody has to be.
    ///
    /// # Errors
    ///
    /// [`Failure::SignIn`]; when it cannot be found out now.
    pub async fn user(&self) -> Result<User, Failure> {
        self.session().await?.map(|who| who.user).ok_or(Failure::SignIn)
    }

    /// What the browser takes the server's name for.
    fn host(&self) -> &str {
        let sent = self.http.headers().get(header::HOST).and_then(|host| host.to_str().ok());
        self.http.uri().authority().map(Authority::as_str).or(sent).unwrap_or_default()
    }

    /// The origin of these pages, as browsers name it: where the server is reached, or else what it is called by the request.
    pub fn origin(&self) -> String {
        match &self.desk.public {
            Some(Public { origin, .. }) => origin.clone(),
            None => format!("http://{}", self.host()),
        }
    }

    /// Whether cookies go over TLS only: everywhere but on this machine itself.
    pub fn is_secure(&self) -> bool {
        match &self.desk.public {
            Some(Public { origin, .. }) => origin.starts_with("https://") || !is_here(authority(origin)),
            None => !is_here(self.host()),
        }
    }

    /// Whether the request comes from this machine and is for it, without a proxy between, as far as that tells of itself.
    pub fn is_from_here(&self) -> bool {
        let peer = self.http.peer_addr().map(|peer: SocketAddr| peer.ip().to_canonical());
        let is_forwarded = FORWARDED.iter().any(|name| self.header(name).is_some());
        let is_public =
            self.desk.public.as_ref().is_some_and(|Public { origin, .. }| !is_here(authority(origin)));
        peer.is_some_and(|peer| peer.is_loopback()) && is_here(self.host()) && !is_forwarded && !is_public
    }

    /// The address of a page: `/orders/7`.
    pub fn to(&self, page: &str) -> String {
        format!("{}{page}", self.desk.base())
    }

    /// What is asked for in the address.
    pub fn query(&self) -> Query {
        Query::of(self.http.query_string())
    }

    /// A variable part of the path.
    ///
    /// # Errors
    ///
    /// 404 for what is no spelling of such a thing.
    pub fn part<T: FromStr<Err = InvalidInput>>(&self, name: &str) -> Result<T, Failure> {
        let text = self.http.match_info().get(name).unwrap_or_default();
        text.parse().map_err(|_| Failure::missing("There is no page at this address."))
    }

    /// How a form asks for a change: by this user, once however often the form is sent.
    ///
    /// # Errors
    ///
    /// When the form's key is none.
    pub fn request(&self, user: User, form: &Form) -> Result<Request, Failure> {
        let idempotency = form.maybe("key")?.map(|key| {
            let told =
                Sha256::new().chain_update(self.http.path()).chain_update([0]).chain_update(&form.text);
            Idempotency { key, fingerprint: Fingerprint(told.finalize().into()) }
        });
        Ok(Request { idempotency, ..self.rehearsal(user, false) })
    }

    /// How this user asks for something without a form, in earnest or not.
    pub fn rehearsal(&self, user: User, rehearsal: bool) -> Request {
        let extensions = self.http.extensions();
        let origin = Origin {
            actor: Actor::User(user.id()),
            request: extensions.get::<RequestId>().cloned(),
            trace: extensions.get::<TraceContext>().copied(),
        };
        Request { origin, idempotency: None, rehearsal }
    }

    /// What the request is called.
    pub fn request_id(&self) -> String {
        self.http.extensions().get::<RequestId>().map(|id| id.as_str().to_owned()).unwrap_or_default()
    }

    /// A header of the request.
    pub fn header(&self, name: &str) -> Option<&HeaderValue> {
        self.http.headers().get(name)
    }
}

/// Host and port of an origin.
fn authority(origin: &str) -> &str {
    origin.split_once("://").map_or(origin, |(_, authority)| authority)
}

/// Whether a host, perhaps with a port, is this machine itself.
fn is_here(host: &str) -> bool {
    let name = match host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, _)) => address,
        None => host.split_once(':').map_or(host, |(name, _)| name),
    };
    let last = name.strip_suffix('.').unwrap_or(name).rsplit('.').next().unwrap_or_default();
    last.eq_ignore_ascii_case("localhost") || name.parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_here() {
        for host in ["localhost:3000", "shop.localhost", "127.0.0.1:3000", "127.1.2.3", "[::1]:3000", "[::1]"]
        {
            assert!(is_here(host), "{host}");
        }
        for host in
            ["", "shop.example", "localhost.evil.example", "127.0.0.1.evil.example", "0.0.0.0", "[::2]"]
        {
            assert!(!is_here(host), "{host}");
        }
        assert_eq!(authority("https://shop.example:8443"), "shop.example:8443");
    }
}
