//! What every page keeps to: axe finds nothing, nothing comes from elsewhere, nothing is refused by the policy, and nothing is wider than a phone.

use serde_json::{Value, json};

use super::{chromium::Chromium, flows::sign_in, shop::Shop};

/// Every kind of page.
pub fn pages(shop: &Shop) -> Vec<(&'static str, String)> {
    vec![
        ("orders", "/console/".to_owned()),
        ("orders-filtered", "/console/?status=shipped&userId=1".to_owned()),
        ("orders-none", "/console/?status=delivered".to_owned()),
        ("orders-refused", "/console/?productId=9&userId=1".to_owned()),
        ("order", "/console/orders/3".to_owned()),
        ("order-shipped", "/console/orders/1".to_owned()),
        ("plan", "/console/orders/3/plan".to_owned()),
        ("products", "/console/products".to_owned()),
        ("product", format!("/console/products/{}", shop.product)),
        ("webhooks", "/console/webhooks".to_owned()),
        ("webhook", "/console/webhooks/1".to_owned()),
        ("figures", "/console/figures?days=7&tz=Europe/Berlin".to_owned()),
        ("figures-refused", "/console/figures?days=8".to_owned()),
        ("health", "/console/health".to_owned()),
        ("missing", "/console/orders/999".to_owned()),
        ("sign-in", "/console/sign-in".to_owned()),
    ]
}

/// The program that looks for what keeps people out; `None`, with a line that says so, where it is not.
#[expect(clippy::print_stderr, reason = "who runs the tests is told what was not")]
#[expect(
    clippy::disallowed_methods,
    reason = "whether a missing program is a failure is for who runs the tests to say"
)]
fn axe() -> Option<String> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/node_modules/axe-core/axe.min.js");
    let found = std::fs::read_to_string(path).ok();
    if found.is_none() {
        assert!(std::env::var("CI").is_err(), "{path} is missing: npm ci --prefix examples");
        eprintln!("skipped: examples/node_modules has no axe-core");
    }
    found
}

/// What axe finds on the page that is shown.
async fn found(browser: &Chromium, axe: &str) -> Value {
    browser.run(&format!("{axe}; return true")).await;
    browser
        .run_until_called(
            "const done = arguments[0]; \
             axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']}) \
                .then(r => done(r.violations.map(v => [v.id, v.nodes.map(n => n.html + ' ' + n.failureSummary)])), e => done(String(e)))",
        )
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn axe_finds_nothing_on_any_page_light_or_dark_wide_or_narrow() {
    let (Some(axe), Some(browser)) = (axe(), Chromium::start().await) else { return };
    let shop = Shop::open().await;
    sign_in(&browser, &shop.server.url).await;
    for (name, path) in pages(&shop) {
        for (width, dark) in [(1280, false), (1280, true), (390, false), (390, true)] {
            browser.width(width).await;
            browser.dark(dark).await;
            browser.goto(&format!("{}{path}", shop.server.url)).await;
            browser.run("document.querySelectorAll('details').forEach(d => d.open = true)").await;
            assert_eq!(found(&browser, &axe).await, json!([]), "{name} {width} dark: {dark}");
            let wide = browser.run("return document.documentElement.scrollWidth").await;
            assert!(wide.as_u64() <= Some(width.into()), "{name} is {wide} wide at {width}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_page_loads_anything_from_elsewhere_or_is_refused_anything() {
    let Some(browser) = Chromium::start().await else { return };
    let shop = Shop::open().await;
    sign_in(&browser, &shop.server.url).await;
    for (name, path) in pages(&shop) {
        browser.goto(&format!("{}{path}", shop.server.url)).await;
        let loaded = browser.loaded().await;
        let foreign = loaded.iter().find(|url| !url.starts_with(&format!("{}/console/", shop.server.url)));
        assert_eq!(foreign, None, "{name}");
        assert!(loaded.len() <= 5, "{name} loads {loaded:?}");
        assert_eq!(browser.refused().await, json!([]), "{name}");
    }
}
