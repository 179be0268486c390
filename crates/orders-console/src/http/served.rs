//! How a page is served: who may see it, and what comes of a failure.

use std::future::Future;

use actix_web::{
    HttpResponse, Route,
    guard::{Any, Get, Head},
    web::{self, Payload},
};
use form_urlencoded::byte_serialize;
use orders_domain::User;

use super::{
    failure::Failure,
    form::Form,
    frame::{failed, lead},
    origin,
    visit::Visit,
};

/// A page that anyone may see.
pub fn open<F, Fut>(handler: F) -> Route
where
    F: Fn(Visit) -> Fut + Clone + 'static,
    Fut: Future<Output = Result<HttpResponse, Failure>> + 'static,
{
    fallback(handler).guard(Any(Get()).or(Head()))
}

/// What answers where nothing else does, whatever the method.
pub fn fallback<F, Fut>(handler: F) -> Route
where
    F: Fn(Visit) -> Fut + Clone + 'static,
    Fut: Future<Output = Result<HttpResponse, Failure>> + 'static,
{
    web::route().to(move |visit: Visit| {
        let answer = handler(visit.clone());
        async move { answer.await.unwrap_or_else(|failure| failed(&visit, None, failure)) }
    })
}

/// A page for who is signed in.
pub fn page<F, Fut>(handler: F) -> Route
where
    F: Fn(Visit, User) -> Fut + Clone + 'static,
    Fut: Future<Output = Result<HttpResponse, Failure>> + 'static,
{
    web::route().guard(Any(Get()).or(Head())).to(move |visit: Visit| {
        let handler = handler.clone();
        async move {
            let user = match visit.user().await {
                Ok(user) => user,
                Err(Failure::SignIn) => {
                    return to_sign_in(
                        &visit,
                        visit.http.uri().path_and_query().map_or("", |to| to.as_str()),
                    );
                }
                Err(failure) => return failed(&visit, None, failure),
            };
            handler(visit.clone(), user).await.unwrap_or_else(|failure| failed(&visit, Some(user), failure))
        }
    })
}

/// What a form asks for: of a page of ours only, and for who is signed in.
pub fn change<F, Fut>(handler: F) -> Route
where
    F: Fn(Visit, User, Form) -> Fut + Clone + 'static,
    Fut: Future<Output = Result<HttpResponse, Failure>> + 'static,
{
    web::post().to(move |visit: Visit, payload: Payload| {
        let handler = handler.clone();
        async move {
            let form = match read(&visit, payload).await {
                Ok(form) => form,
                Err(failure) => return failed(&visit, None, failure),
            };
            let user = match visit.user().await {
                Ok(user) => user,
                Err(Failure::SignIn) => return to_sign_in(&visit, ""),
                Err(failure) => return failed(&visit, None, failure),
            };
            handler(visit.clone(), user, form)
                .await
                .unwrap_or_else(|failure| failed(&visit, Some(user), failure))
        }
    })
}

/// The form that a page of ours has sent. It is read before it is judged: a body that nobody has read would be in the way of the next
/// request.
///
/// # Errors
///
/// 403 for one of somebody else's page; as [`Form::read`].
pub async fn read(visit: &Visit, payload: Payload) -> Result<Form, Failure> {
    let form = Form::read(payload).await?;
    if origin::is_own(visit.http.headers(), &visit.origin()) {
        return Ok(form);
    }
    let detail = "The form does not come from a page of this console, so nothing was changed.";
    Err(Failure::Refused(403, detail.to_owned()))
}

/// Leads to where one signs in, and from there to this page.
fn to_sign_in(visit: &Visit, page: &str) -> HttpResponse {
    // Below the path at which a proxy serves it the page has another address, so what is kept is the part of ours.
    let page = page.strip_prefix(crate::PATH).unwrap_or_default();
    let to: String = byte_serialize(page.as_bytes()).collect();
    lead(&if to.is_empty() { visit.to("/sign-in") } else { visit.to(&format!("/sign-in?to={to}")) })
}

/// No page is there.
pub async fn no_page(_: Visit) -> Result<HttpResponse, Failure> {
    Err(Failure::missing("There is no page at this address."))
}

/// A page is there, but not for this method.
pub async fn other_method(_: Visit) -> Result<HttpResponse, Failure> {
    Err(Failure::Refused(405, "This address does not take such a request.".to_owned()))
}
