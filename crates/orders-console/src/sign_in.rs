//! Who is at the desk: signing in and out.

use actix_web::{HttpResponse, web::Payload};
use askama::Template;
use orders_domain::{User, UserId, ports::SignedIn};

use crate::{
    desk::Door,
    http::{
        cookie::Kind,
        failure::Failure,
        form::Form,
        frame::{Frame, failed, html, lead},
        query::Query,
        served,
        visit::Visit,
    },
};

pub mod provider;

/// One of the users of whom one can choose.
struct Person {
    id: UserId,
    may: String,
}

#[derive(Template)]
#[template(path = "sign_in.html")]
struct Page {
    frame: Frame,
    people: Vec<Person>,
    is_elsewhere: bool,
    to: String,
    link: String,
}

/// The address without a slash leads to the first page.
pub async fn to_first_page(visit: Visit) -> Result<HttpResponse, Failure> {
    Ok(lead(&visit.to("/")))
}

/// The page on which somebody signs in.
pub async fn show(visit: Visit) -> Result<HttpResponse, Failure> {
    let to = page_of(visit.query().get("to").unwrap_or_default()).to_owned();
    let people = match &visit.desk.door {
        Door::Choice(users) => users.iter().map(|user| person(*user)).collect(),
        Door::Provider(_) => Vec::new(),
    };
    let is_elsewhere = matches!(visit.desk.door, Door::Choice(_)) && !visit.is_from_here();
    let link = visit.to(&format!("/sign-in/provider{}", Query::default().but("to", Some(&to)).link()));
    html(200, &Page { frame: Frame::new(&visit, None, "", "Sign in"), people, is_elsewhere, to, link })
}

fn person(user: User) -> Person {
    let count = user.scopes().iter().count();
    let may = match count {
        _ if user.scopes() == orders_domain::Scopes::ALL => "the shop's operator: everything".to_owned(),
        _ if user.scopes() == orders_domain::Scopes::OF_OWN_ORDERS => {
            "a customer: their own orders".to_owned()
        }
        _ => user.scopes().to_string(),
    };
    Person { id: user.id(), may }
}

/// Somebody says who they are, where that is believed.
pub async fn choose(visit: Visit, payload: Payload) -> HttpResponse {
    match chosen(&visit, payload).await {
        Ok(answer) => answer,
        Err(failure) => failed(&visit, None, failure),
    }
}

async fn chosen(visit: &Visit, payload: Payload) -> Result<HttpResponse, Failure> {
    let form = served::read(visit, payload).await?;
    let Door::Choice(users) = &visit.desk.door else {
        return Err(Failure::Refused(403, "Here one signs in at the provider.".to_owned()));
    };
    if !visit.is_from_here() {
        let detail = "Who says who they are is believed on the server's own machine only.";
        return Err(Failure::Refused(403, detail.to_owned()));
    }
    let id = form.text("user");
    let user = users.iter().find(|user| user.id().to_string() == id);
    let user = *user.ok_or_else(|| Failure::Refused(422, "There is no such user here.".to_owned()))?;
    let who = SignedIn { user, at: visit.desk.clock.now() };
    enter(visit, who, form.text("to")).await
}

/// Begins a session and leads to a page.
async fn enter(visit: &Visit, who: SignedIn, to: &str) -> Result<HttpResponse, Failure> {
    // The one before is worth nothing from now on, whosever it was.
    if let Some(before) = Kind::Session.of(visit) {
        visit.desk.sessions.end(&before).await;
    }
    let key = visit.desk.sessions.begin(who).await?;
    let mut answer = lead(&visit.to(page_of(to)));
    Kind::Session.keep(&mut answer, visit, &key)?;
    Ok(answer)
}

/// Ends the session.
pub async fn sign_out(visit: Visit, _: User, _: Form) -> Result<HttpResponse, Failure> {
    if let Some(key) = Kind::Session.of(&visit) {
        visit.desk.sessions.end(&key).await;
    }
    let mut answer = lead(&visit.to("/sign-in?done=signed-out"));
    Kind::Session.forget(&mut answer, &visit)?;
    Ok(answer)
}

/// The page to which somebody wants, if it is one of ours: a path within the console, which leads out of it by no `..`.
fn page_of(to: &str) -> &str {
    let path = to.split(['?', '#']).next().unwrap_or_default();
    let is_dots = |part: &str| matches!(part.to_ascii_lowercase().replace("%2e", ".").as_str(), "." | "..");
    let is_ours = to.starts_with('/')
        && !to.starts_with("//")
        && to.len() <= 1024
        && !path.split('/').any(is_dots)
        && to.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if is_ours { to } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signing_in_leads_to_pages_of_ours_only() {
        for ours in ["/", "/orders/7", "/?status=pending&email=a%40b", "/orders/7?x=/../y"] {
            assert_eq!(page_of(ours), ours);
        }
        for other in [
            "/../evil",
            "/orders/%2E%2e/x",
            "/./x",
            "",
            "orders",
            "//evil.example",
            "https://evil.example",
            "/\\evil.example",
            "/a\r\nb",
            "/ü",
        ] {
            assert_eq!(page_of(other), "/", "{other:?}");
        }
    }
}
