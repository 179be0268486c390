//! How a change is asked for: by whom, under which key, and whether in earnest.

use actix_web::{
    FromRequest, HttpMessage, HttpRequest, HttpResponse,
    dev::Payload,
    http::{
        Method,
        header::{HeaderName, HeaderValue},
    },
    web::Data,
};
use futures_util::future::{Ready, ready};
use orders_domain::{
    Actor, Done, Fingerprint, Idempotency, IdempotencyKey, KeepingService, Order, OrderService, Origin,
    Request, RequestId, TraceContext, User, Webhook, WebhookService,
    ports::{Made, PortError},
};
use utoipa::IntoParams;

use crate::{
    http::{error::ApiError, faults::Faults, idempotency, json::Json, parameters},
    server::{auth::CurrentUser, edge::Named, payload::UnreadBody},
};

/// Marks the answer of a dry run.
pub const DRY_RUN: HeaderName = HeaderName::from_static("orders-dry-run");

/// The parameter of every change, for the document.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "the schema of what `parameters::dry_run` reads")]
pub struct DryRunParam {
    /// Answer as if it were done, and do nothing.
    #[param(rename = "dryRun", nullable = false)]
    dry_run: Option<bool>,
}

/// What a request says of itself, beside its body.
#[derive(Debug)]
pub struct Asking {
    /// Who asks.
    pub user: User,
    key: Option<IdempotencyKey>,
    rehearsal: bool,
    id: Option<RequestId>,
    trace: Option<TraceContext>,
    method: Method,
    path: String,
}

impl FromRequest for Asking {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::of(request, parameters::dry_run))
    }
}

impl Asking {
    /// What a request says of itself whose query says whether it is a dry run as this reads it.
    ///
    /// # Errors
    ///
    /// 401, 400 for a key of the wrong form, and what the reader refuses the query for.
    pub fn of(
        request: &HttpRequest,
        dry_run: impl FnOnce(&str) -> Result<bool, ApiError>,
    ) -> Result<Self, ApiError> {
        let CurrentUser { user, .. } = CurrentUser::of(request)?;
        let key = idempotency::key(request.headers())?;
        let (id, trace) = match request.extensions().get() {
            Some(Named { id, trace }) => (id.to_str().ok().and_then(|id| id.parse().ok()), *trace),
            None => (None, None),
        };
        // What says which request it is counts only together with a key.
        let path = if key.is_some() { request.uri().path().to_owned() } else { String::new() };
        let rehearsal = dry_run(request.query_string())?;
        Ok(Self { user, key, rehearsal, id, trace, method: request.method().clone(), path })
    }

    /// The request as a use case takes it, with the bytes of its body.
    #[must_use]
    pub fn with_body(self, body: &[u8]) -> Request {
        let fingerprint = |asking: &Self| idempotency::fingerprint(&asking.method, &asking.path, body);
        self.asked(fingerprint)
    }

    /// The same of a request that its body alone tells from those with the same key.
    #[must_use]
    pub fn known_by_body(self, body: &[u8]) -> Request {
        self.asked(|_| idempotency::fingerprint_of_body(body))
    }

    fn asked(self, fingerprint: impl FnOnce(&Self) -> Fingerprint) -> Request {
        let fingerprint = self.key.is_some().then(|| fingerprint(&self));
        let Self { user, key, rehearsal, id, trace, .. } = self;
        let idempotency = key.zip(fingerprint).map(|(key, fingerprint)| Idempotency { key, fingerprint });
        let origin = Origin { actor: Actor::User(user.id()), request: id, trace };
        Request { origin, idempotency, rehearsal }
    }
}

/// What an earlier request with the same key has done, or this refusal: a key is asked for before
/// anything that a request says is judged.
///
/// # Errors
///
/// The refusal; 422 when the key stands for another request, 503.
pub async fn recalled(
    service: &OrderService,
    user: User,
    request: &Request,
    refusal: ApiError,
) -> Result<Done<Order>, ApiError> {
    service.recalled(user, request).await?.ok_or(refusal)
}

/// Knows what a request's key has done already.
pub trait Recalls<T> {
    /// What it has made.
    ///
    /// # Errors
    ///
    /// 422 when the key stands for another request, 503.
    async fn recall(&self, asker: User, request: &Request) -> Result<Option<Done<T>>, ApiError>;
}

impl<T: TryFrom<Made, Error = PortError>> Recalls<T> for KeepingService {
    async fn recall(&self, asker: User, request: &Request) -> Result<Option<Done<T>>, ApiError> {
        Ok(self.recalled(asker, request).await?)
    }
}

impl Recalls<Webhook> for WebhookService {
    async fn recall(&self, asker: User, request: &Request) -> Result<Option<Done<Webhook>>, ApiError> {
        Ok(self.recalled(asker, request).await?)
    }
}

/// What came of a change that was asked for.
#[derive(Debug)]
pub struct Answered<T> {
    /// The thing.
    pub done: Done<T>,
    rehearsal: bool,
}

impl<T> Answered<T> {
    /// That this was done, or would be.
    pub fn of(done: Done<T>, rehearsal: bool) -> Self {
        Self { done, rehearsal }
    }

    /// The answer, marked as a replay or a dry run where it is one.
    pub fn mark(&self, mut answer: HttpResponse) -> HttpResponse {
        mark(&mut answer, &self.done, self.rehearsal);
        answer
    }
}

/// Reads from a body what is to become of a thing, and has it done.
///
/// # Errors
///
/// What the body or the use case is refused for, unless the key has done it before.
pub async fn keep<W, T, E>(
    service: &Data<impl Recalls<T>>,
    asking: Asking,
    body: UnreadBody,
    read: impl FnOnce((Json<'_>, Faults)) -> Result<W, ApiError>,
    make: impl AsyncFnOnce(User, W, Request) -> Result<Done<T>, E>,
) -> Result<Answered<T>, ApiError>
where
    E: Into<ApiError>,
{
    let bytes = body.json_bytes().await?;
    let user = asking.user;
    let request = asking.with_body(&bytes);
    let rehearsal = request.rehearsal;
    let done = match Json::parse(&bytes).and_then(read) {
        Ok(wanted) => make(user, wanted, request).await.map_err(Into::into)?,
        Err(refusal) => service.recall(user, &request).await?.ok_or(refusal)?,
    };
    Ok(Answered { done, rehearsal })
}

/// Says of an answer that it was given before, or that nothing was done for it.
pub fn mark(answer: &mut HttpResponse, done: &Done<impl Sized>, rehearsal: bool) {
    let yes = HeaderValue::from_static("true");
    if let Done::Before(_) = done {
        answer.headers_mut().insert(idempotency::REPLAYED, yes.clone());
    }
    if rehearsal {
        answer.headers_mut().insert(DRY_RUN, yes);
    }
}
