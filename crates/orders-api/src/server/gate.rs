//! What stands before each route: its name for the metrics, who is asking, and the rate limit.

use actix_web::{
    Error, HttpMessage, ResponseError,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{ConnectionType, StatusCode, header},
    middleware::Next,
    web::Data,
};

use form_urlencoded::parse;
use orders_domain::{Audience, OrderError, Ownership, UseCase};

use crate::{
    http::{
        accept::{self, Media},
        error::ApiError,
        parameters,
    },
    server::{
        auth::{Auth, CurrentUser, ListedFor},
        host,
        payload::Incoming,
        rate_limit::{Asker, RateLimit},
    },
};

/// Who may pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anyone, without limit: what operators and documents need.
    Open,
    /// Anyone, within the rate limit.
    Anyone,
    /// An authenticated user who may do this, within the rate limit.
    User(UseCase),
}

/// A route as metrics and logs name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RouteName(pub &'static str);

impl RouteName {
    /// The pattern of its path, if it is a route that there is.
    pub fn pattern(self) -> Option<&'static str> {
        self.0.split_once(' ').map(|(_, path)| path).filter(|path| path.starts_with('/'))
    }
}

/// Which route a request has come to, what it brought, and who asks: one note for all of it.
#[derive(Debug)]
pub struct AtRoute {
    /// The route's name.
    pub name: RouteName,
    /// The body, if there is one.
    pub incoming: Option<Incoming>,
    /// Who asks, once they are let in.
    pub asker: Option<CurrentUser>,
}

/// What a route takes in its query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Query {
    /// Nothing: no parameter is known.
    None,
    /// What the handler reads.
    Read,
}

/// What a route asks of every request.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    name: RouteName,
    /// Who may pass.
    pub access: Access,
    query: Query,
    /// Whether the handler reads a body.
    pub reads_body: bool,
    /// In which forms it answers, the usual one first.
    pub offers: &'static [Media],
    /// The parameter with which the asker is looked at also where strangers may ask.
    personal: Option<&'static str>,
}

impl Rule {
    /// A route without parameters and body that answers JSON, named by its method and its path.
    pub const fn new(name: &'static str, access: Access) -> Self {
        let (query, offers) = (Query::None, &[Media::Json]);
        Self { name: RouteName(name), access, query, reads_body: false, offers, personal: None }
    }

    /// The same with a handler that reads the query.
    pub const fn reading_query(self) -> Self {
        Self { query: Query::Read, ..self }
    }

    /// The same with a handler that reads a body.
    pub const fn reading_body(self) -> Self {
        Self { reads_body: true, ..self }
    }

    /// Its method; GET stands for HEAD too.
    pub fn method(&self) -> &'static str {
        self.name.0.split_once(' ').map_or("", |(method, _)| method)
    }

    /// Its path, with the names of its variable parts.
    pub fn path(&self) -> &'static str {
        self.name.pattern().unwrap_or_default()
    }

    /// The same with these forms of answers.
    pub const fn offering(self, offers: &'static [Media]) -> Self {
        Self { offers, ..self }
    }

    /// The same with a parameter about persons, with which strangers may not ask what they may ask without.
    pub const fn knowing_who_asks_with(self, parameter: &'static str) -> Self {
        Self { personal: Some(parameter), ..self }
    }

    /// Whether a query asks about persons.
    fn is_personal(&self, query: &str) -> bool {
        self.personal.is_some_and(|personal| parse(query.as_bytes()).any(|(name, _)| name == personal))
    }

    /// Judges what can be judged before the handler, once the asker is let in.
    fn judge(&self, request: &ServiceRequest) -> Result<(), ApiError> {
        match self.query {
            Query::None => parameters::none(request.query_string())?,
            Query::Read => parameters::bounded(request.query_string())?,
        }
        // What operators and browsers fetch has one form each, whatever they say.
        if self.access != Access::Open {
            let media = accept::choose(request.headers(), self.offers)?;
            if self.offers.len() > 1 {
                request.extensions_mut().insert(media);
            }
        }
        Ok(())
    }
}

/// Names the route, finds out who is asking and how often they do, and lets them in or not.
///
/// # Errors
///
/// None of its own: a refusal is a response, so that everything around it treats it as one.
pub async fn gate(
    rule: &Rule,
    mut request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let incoming = Incoming::of(&mut request);
    request.extensions_mut().insert(AtRoute { name: rule.name, incoming: incoming.clone(), asker: None });
    let mut response = match admit(rule, &request).await.and_then(|()| rule.judge(&request)) {
        Ok(()) => next.call(request).await?,
        Err(error) => {
            let response = error.error_response();
            request.into_response(response)
        }
    };
    if response.status() == StatusCode::UNAUTHORIZED
        && !response.headers().contains_key(header::WWW_AUTHENTICATE)
        && let Some(auth) = response.request().app_data::<Data<Auth>>()
    {
        let challenge = auth.challenge();
        response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    }
    // Where no tokens are used, none with more scopes would help.
    if response.status() == StatusCode::FORBIDDEN
        && response.request().app_data::<Data<Auth>>().is_some_and(|auth| auth.is_bare_header())
    {
        response.headers_mut().remove(header::WWW_AUTHENTICATE);
    }
    // What was refused before its body was read.
    if incoming.is_some_and(|incoming| incoming.is_unread()) {
        response.response_mut().head_mut().set_connection_type(ConnectionType::Close);
    }
    Ok(response)
}

async fn admit(rule: &Rule, request: &ServiceRequest) -> Result<(), ApiError> {
    host::check(request)?;
    let access = rule.access;
    if access == Access::Open {
        return Ok(());
    }
    let limit = request.app_data::<Data<RateLimit>>();
    let address = || limit.and_then(|_| RateLimit::address_of(request)).map(Asker::Address);
    let asker = match access {
        Access::User(use_case) => {
            let auth = request.app_data::<Data<Auth>>().ok_or(ApiError::Internal(None))?;
            if auth.opens(use_case) && !rule.is_personal(request.query_string()) {
                request.extensions_mut().insert(ListedFor(Audience::Anyone));
                None
            } else {
                // Whoever has shown too many credentials that stand for nobody is not looked at: to
                // verify one costs more than to serve many requests.
                if let (Some(limit), Some(address)) = (limit, address()) {
                    limit.check_exhausted(address)?;
                }
                Some(auth.resolve(request.headers()).await.map(|user| CurrentUser { user, use_case }))
            }
        }
        Access::Open | Access::Anyone => None,
    };
    if let Some(limit) = limit {
        let counted = match &asker {
            Some(Ok(asker)) => Some(Asker::User(asker.user.id())),
            _ => address(),
        };
        counted.map_or(Ok(()), |counted| limit.check(counted))?;
    }
    if let Some(asker) = asker.transpose()? {
        // What is done with one order is for the ownership guard to judge.
        if !asker.use_case.is_of_one_order() {
            asker.use_case.check(asker.user, Ownership::Own).map_err(OrderError::from)?;
        }
        if let Some(at) = request.extensions_mut().get_mut::<AtRoute>() {
            at.asker = Some(asker);
        }
    }
    Ok(())
}
