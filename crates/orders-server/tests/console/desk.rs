//! Somebody at the pages, without a browser: cookies are kept, and forms are sent as browsers send them.

use std::{collections::BTreeMap, sync::Mutex};

use reqwest::{Client, Method, RequestBuilder, Response, redirect::Policy};

use crate::support::Server;

/// Somebody who looks at pages.
pub struct Person {
    url: String,
    client: Client,
    cookies: Mutex<BTreeMap<String, String>>,
}

/// What they got.
pub struct Page {
    pub status: u16,
    pub text: String,
    pub headers: reqwest::header::HeaderMap,
}

impl Page {
    /// A header, or an empty text.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// Where the answer leads.
    pub fn leads_to(&self) -> &str {
        assert_eq!(self.status, 303, "{}", self.text);
        self.header("location")
    }

    /// The page, which has this in it.
    #[track_caller]
    pub fn has(self, parts: &[&str]) -> Self {
        for part in parts {
            assert!(self.text.contains(part), "{part:?} is missing in {}", self.text);
        }
        self
    }

    /// What a hidden field of the form that goes to this page has.
    pub fn field(&self, action: &str, name: &str) -> String {
        let form = self.text.split("<form").find(|form| form.contains(&format!("action=\"{action}\"")));
        let form = form.unwrap_or_else(|| panic!("no form goes to {action}: {}", self.text));
        let field = form.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap();
        field.split('"').next().unwrap().to_owned()
    }
}

impl Person {
    /// Somebody who is not signed in.
    pub fn at(server: &Server) -> Self {
        let client = Client::builder().redirect(Policy::none()).build().unwrap();
        Self { url: server.url.clone(), client, cookies: Mutex::default() }
    }

    /// One of the static users, signed in.
    pub async fn signed_in(server: &Server, user: i64) -> Self {
        let person = Self::at(server);
        let page = person.send("/console/sign-in", &[("user", &user.to_string()), ("to", "/")]).await;
        assert_eq!(page.leads_to(), "/console/");
        person
    }

    /// A request with their cookies.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let url = if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", self.url) };
        let cookies = self.cookies.lock().unwrap();
        let cookies: Vec<_> = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = self.client.request(method, url);
        if cookies.is_empty() { request } else { request.header("cookie", cookies.join("; ")) }
    }

    /// The answer to a request, with the cookies that come with it kept.
    pub async fn answer(&self, request: RequestBuilder) -> Page {
        let response: Response = request.send().await.unwrap();
        for cookie in response.headers().get_all("set-cookie") {
            let (name, rest) = cookie.to_str().unwrap().split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            let mut cookies = self.cookies.lock().unwrap();
            if rest.contains("Max-Age=0") {
                cookies.remove(name);
            } else {
                cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Page { status, headers, text: response.text().await.unwrap() }
    }

    /// A page.
    pub async fn get(&self, path: &str) -> Page {
        self.answer(self.request(Method::GET, path)).await
    }

    /// What comes of a form.
    pub async fn send(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        let request = self.form(path, fields).header("sec-fetch-site", "same-origin");
        self.answer(request).await
    }

    /// A form without a word of where it comes from.
    pub fn form(&self, path: &str, fields: &[(&str, &str)]) -> RequestBuilder {
        let body: Vec<_> =
            fields.iter().map(|(name, value)| format!("{}={}", escaped(name), escaped(value))).collect();
        self.request(Method::POST, path)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body.join("&"))
    }

    /// The cookie of this name.
    pub fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.lock().unwrap().get(name).cloned()
    }

    /// Has the cookie of this name.
    pub fn with_cookie(&self, name: &str, value: &str) {
        self.cookies.lock().unwrap().insert(name.to_owned(), value.to_owned());
    }
}

fn escaped(text: &str) -> String {
    let each = text.bytes().map(|byte| {
        if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") }
    });
    each.collect()
}
