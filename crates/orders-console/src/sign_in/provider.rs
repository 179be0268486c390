//! Signing in at the provider: there, and back.
//!
//! Our cookies go only with requests that begin at pages of ours (`SameSite=Strict`), and who comes back from the provider begins at
//! one of its. So the address of the return shows a page that leads on at once, by a link of ours, to where the cookie comes along.

use std::sync::Arc;

use actix_web::HttpResponse;
use askama::Template;
use orders_domain::ports::{Challenge, IdentityProvider, SignedIn};

use super::{enter, page_of};
use crate::{
    desk::Door,
    http::{
        cookie::Kind,
        failure::Failure,
        frame::{Frame, html, lead},
        query::Query,
        visit::Visit,
    },
};

/// What stands between the parts of the cookie; none of them has it.
const BETWEEN: char = '.';

fn provider(visit: &Visit) -> Result<Arc<dyn IdentityProvider>, Failure> {
    match &visit.desk.door {
        Door::Provider(provider) => Ok(Arc::clone(provider)),
        Door::Choice(_) => Err(Failure::missing("There is no page at this address.")),
    }
}

/// Where the provider sends people back to.
fn back_to(visit: &Visit) -> String {
    format!("{}{}", visit.origin(), visit.to("/sign-in/return"))
}

/// Leads to the provider.
pub async fn go(visit: Visit) -> Result<HttpResponse, Failure> {
    let begun = provider(&visit)?.begin(&back_to(&visit)).await.map_err(no_provider)?;
    let Challenge { state, nonce, verifier } = begun.challenge;
    let query = visit.query();
    let to: String =
        form_urlencoded::byte_serialize(page_of(query.get("to").unwrap_or("/")).as_bytes()).collect();
    let value = [state, nonce, verifier, to.replace(BETWEEN, "%2E")].join(&BETWEEN.to_string());
    let mut answer = lead(&begun.address);
    Kind::SignIn.keep(&mut answer, &visit, &value)?;
    Ok(answer)
}

fn no_provider(error: orders_domain::ports::PortError) -> Failure {
    Failure::Unavailable(
        "The provider at which one signs in does not answer. Try again in a moment.",
        error.into(),
    )
}

#[derive(Template)]
#[template(path = "signing_in.html")]
struct Page {
    frame: Frame,
    next: String,
}

/// Somebody comes back from the provider.
pub async fn come_back(visit: Visit) -> Result<HttpResponse, Failure> {
    provider(&visit)?;
    let answer = visit.query().only(&["code", "state", "error"]);
    let next = visit.to(&format!("/sign-in/finish{}", answer.link()));
    html(200, &Page { frame: Frame::new(&visit, None, "", "Signing in"), next })
}

/// Redeems the code with which somebody has come back.
pub async fn finish(visit: Visit) -> Result<HttpResponse, Failure> {
    let provider = provider(&visit)?;
    let query = visit.query();
    let begun = Kind::SignIn.of(&visit).as_deref().and_then(begun);
    let Some((challenge, to)) = begun.filter(|(challenge, _)| query.get("state") == Some(&challenge.state))
    else {
        return refused(&visit, "This sign-in was begun too long ago, or elsewhere. Begin again.");
    };
    let code = match (query.get("code"), query.get("error")) {
        (Some(code), None) => code,
        (_, Some("access_denied")) => return refused(&visit, "The provider has not let you in."),
        _ => return refused(&visit, "The provider could not sign you in. Try again, or ask who runs it."),
    };
    // Whoever is made a stranger while the provider answers is one.
    let at = visit.desk.clock.now();
    let user = provider.finish(code, &challenge, &back_to(&visit)).await.map_err(no_provider)?;
    let Some(user) = user else {
        return refused(&visit, "What the provider sent stands for nobody here. Begin again.");
    };
    let mut answer = enter(&visit, SignedIn { user, at }, &to).await?;
    Kind::SignIn.forget(&mut answer, &visit)?;
    Ok(answer)
}

/// The same challenge counts once.
fn refused(visit: &Visit, detail: &str) -> Result<HttpResponse, Failure> {
    let mut answer = crate::http::frame::failed(visit, None, Failure::Refused(403, detail.to_owned()));
    Kind::SignIn.forget(&mut answer, visit)?;
    Ok(answer)
}

/// What was begun, and to which page it leads.
fn begun(cookie: &str) -> Option<(Challenge, String)> {
    let mut parts = cookie.split(BETWEEN).map(str::to_owned);
    let (state, nonce, verifier, to) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let to = Query::of(&format!("to={to}")).text("to");
    let is_whole = parts.next().is_none() && [&state, &nonce, &verifier].iter().all(|part| !part.is_empty());
    is_whole.then_some((Challenge { state, nonce, verifier }, to))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_begun_is_read_whole_or_not_at_all() {
        let (challenge, to) = begun("s.n.v.%2Forders%2F7%3Fa%3D1%2E5").unwrap();
        assert_eq!(
            (&*challenge.state, &*challenge.nonce, &*challenge.verifier, &*to),
            ("s", "n", "v", "/orders/7?a=1.5")
        );
        for bad in ["", "s.n.v", ".n.v.x", "s.n.v.x.y"] {
            assert!(begun(bad).is_none(), "{bad:?}");
        }
    }
}
