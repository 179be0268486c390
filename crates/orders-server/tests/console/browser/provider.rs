//! Signing in at a provider that is another site, in a browser that sends our cookies with no request of another site.

#![cfg(feature = "jwt")]

use super::chromium::Chromium;
use crate::{provider::Provider, support::Server};

async fn come_in(browser: &Chromium) {
    let provider = Provider::start(7, "orders:admin events:read");
    let server = Server::start_with(&provider.settings());
    browser.goto(&format!("{}/console/health", server.url)).await;
    browser.until("location.pathname === '/console/sign-in'").await;
    browser.enter_at("main a.primary").await;
    browser.until("location.hostname === 'localhost' && document.querySelector('#allow')").await;
    browser.enter_at("#allow").await;
    browser.until("location.pathname === '/console/health'").await;
    browser.until("document.querySelector('.who').textContent.includes('User 7')").await;
    assert_eq!(browser.refused().await, serde_json::json!([]));
    // A link of another site leads to the page, and the browser comes without its cookie.
    browser.enter_at(".who button").await;
    browser.until("location.pathname === '/console/sign-in'").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_comes_back_from_another_site_signed_in() {
    let Some(browser) = Chromium::start().await else { return };
    come_in(&browser).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn and_without_script() {
    let Some(browser) = Chromium::start().await else { return };
    browser.without_script().await;
    come_in(&browser).await;
}
