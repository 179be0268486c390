//! What open pages are told as it happens.

use std::time::Duration;

use reqwest::{Method, Response};

use crate::{desk::Person, support::Server};

/// One who listens, and what they have heard that they did not look at.
struct Listener(Response, String);

impl Listener {
    async fn of(person: &Person, path: &str) -> Self {
        let response = person.request(Method::GET, path).send().await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self(response, String::new())
    }

    /// The next event, without comments; `None` at the end.
    async fn next(&mut self) -> Option<String> {
        loop {
            while let Some((event, rest)) = self.1.split_once("\n\n") {
                let (event, rest) = (event.to_owned(), rest.to_owned());
                self.1 = rest;
                if event.contains("data:") {
                    return Some(event);
                }
            }
            let chunk = tokio::time::timeout(Duration::from_secs(30), self.0.chunk()).await.unwrap();
            self.1.push_str(std::str::from_utf8(&chunk.unwrap()?).unwrap());
        }
    }
}

/// Where the page that is shown now begins to listen.
async fn since(person: &Person) -> String {
    let page = person.get("/console/").await;
    page.text.split("data-live=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_page_hears_the_numbers_of_orders_that_come_or_change_after_it_was_made() {
    let server = Server::start();
    server.place(1, &[(9, 7)]).await;
    let person = Person::signed_in(&server, 100).await;
    let mut listener = Listener::of(&person, &since(&person).await).await;
    server.place(1, &[(9, 7)]).await;
    let heard = listener.next().await.unwrap();
    assert!(heard.ends_with("event: orders\ndata: 2"), "{heard}");
    // What is no order's is not told.
    server.add_place("berlin").await;
    server.user(1, Method::PATCH, "/orders/1/cancel").send().await.unwrap();
    let heard = listener.next().await.unwrap();
    assert!(heard.ends_with("event: orders\ndata: 1"), "{heard}");
    // A browser that comes again says what it has heard last.
    let id = heard.split("id: ").nth(1).unwrap().split('\n').next().unwrap();
    let request = person.request(Method::GET, "/console/live?since=0").header("last-event-id", id);
    let mut again = Listener(request.send().await.unwrap(), String::new());
    server.place(1, &[(9, 7)]).await;
    assert!(again.next().await.unwrap().ends_with("data: 3"));
}

#[tokio::test]
async fn who_says_no_event_hears_what_happens_from_now_on() {
    let server = Server::start();
    server.place(1, &[(9, 7)]).await;
    let person = Person::signed_in(&server, 100).await;
    let mut listener = Listener::of(&person, "/console/live?since=soon").await;
    server.place(1, &[(9, 7)]).await;
    assert!(listener.next().await.unwrap().ends_with("data: 2"));
}

#[tokio::test]
async fn listening_ends_with_the_server_and_does_not_hold_it() {
    let mut server = Server::start();
    let person = Person::signed_in(&server, 100).await;
    let mut listener = Listener::of(&person, &since(&person).await).await;
    server.signal("TERM");
    assert_eq!(listener.next().await, None);
    assert!(server.ends_within(Duration::from_secs(4)).success());
}

#[tokio::test]
async fn listening_ends_with_the_session() {
    let server = Server::start();
    let person = Person::signed_in(&server, 100).await;
    let mut listener = Listener::of(&person, &since(&person).await).await;
    person.send("/console/sign-out", &[]).await;
    server.place(1, &[(9, 7)]).await;
    assert_eq!(listener.next().await, None);
}
