//! What the staff does, in a browser: with and without script, and by keyboard alone.

use super::{chromium::Chromium, shop::Shop};

/// Signs in as the operator, by keyboard.
pub async fn sign_in(browser: &Chromium, url: &str) {
    browser.goto(&format!("{url}/")).await;
    browser.until("document.querySelector('.people')").await;
    browser.enter_at("button[value='100']").await;
    browser.until("location.pathname === '/console/'").await;
}

/// All of an order's way, by keyboard.
async fn walk(browser: &Chromium, shop: &Shop) {
    let url = &shop.server.url;
    sign_in(browser, url).await;
    browser.write_at("#find", "3\n").await;
    browser.until("location.pathname === '/console/orders/3'").await;
    browser.enter_at("a[href$='/plan']").await;
    browser.until("location.pathname.endsWith('/plan')").await;
    browser.enter_at("main form button.primary").await;
    browser.until("document.querySelector('.notice.good')?.textContent.includes('planned')").await;
    browser.write_at("#provider-1", "DHL").await;
    browser.write_at("#tracking-1", "A1").await;
    browser.enter_at("form[action$='/parcels/1'] button[value='shipped']").await;
    browser.until("document.querySelector('.notice.good')?.textContent.includes('parcel was changed')").await;
    browser.enter_at("section[aria-labelledby='cancelled'] summary").await;
    browser.write_at("#cancel-1", "1").await;
    browser.write_at("#cancel-note", "broken on the way").await;
    browser.enter_at("form[action$='/cancellations'] button").await;
    browser
        .until("document.querySelector('.notice.good')?.textContent.includes('pieces were cancelled')")
        .await;
    browser.goto(&format!("{url}/console/products/{}", shop.product)).await;
    browser.enter_at("article summary").await;
    browser.write_at("#count-berlin", "20").await;
    browser.enter_at("form[action$='/count'] button").await;
    browser.until("document.querySelector('.notice.good')?.textContent.includes('count was entered')").await;
    browser.enter_at("article summary").await;
    browser.write_at("#moved-berlin", "4").await;
    browser.enter_at("form[action$='/delivery'] button").await;
    browser
        .until("document.querySelector('.notice.good')?.textContent.includes('pieces were entered')")
        .await;
    browser.goto(&format!("{url}/console/webhooks/1")).await;
    browser.enter_at("form[action$='/retry'] button").await;
    browser.until("document.querySelector('.notice.good')?.textContent.includes('once more')").await;
    browser.enter_at(".who button").await;
    browser.until("location.pathname === '/console/sign-in'").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_is_done_by_keyboard() {
    let Some(browser) = Chromium::start().await else { return };
    let shop = Shop::open().await;
    walk(&browser, &shop).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn and_without_script() {
    let Some(browser) = Chromium::start().await else { return };
    let shop = Shop::open().await;
    browser.without_script().await;
    walk(&browser, &shop).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn new_orders_come_in_by_themselves_and_what_has_the_focus_keeps_it() {
    let Some(browser) = Chromium::start().await else { return };
    let shop = Shop::open().await;
    sign_in(&browser, &shop.server.url).await;
    browser.until("!document.querySelector('.live').hidden").await;
    browser.tab_to("a[href='/console/orders/5']").await;
    shop.server.place(2, &[(9, 3)]).await;
    browser.until("document.querySelector('tbody th').textContent === '6'").await;
    browser.until("document.querySelector('[data-told]').textContent === '1 new order'").await;
    browser.until("document.activeElement.getAttribute('href') === '/console/orders/5'").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_of_an_order_says_when_somebody_else_has_changed_it() {
    let Some(browser) = Chromium::start().await else { return };
    let shop = Shop::open().await;
    sign_in(&browser, &shop.server.url).await;
    browser.goto(&format!("{}/console/orders/5", shop.server.url)).await;
    browser.until("document.querySelector('[data-changed]').hidden").await;
    let body = serde_json::json!({"status": "processing"});
    shop.server.operator(reqwest::Method::PATCH, "/orders/5/status", Some(&body)).send().await.unwrap();
    browser.until("!document.querySelector('[data-changed]').hidden").await;
    browser.enter_at("main form button.primary").await;
    browser
        .until("document.querySelector('.notice.bad')?.textContent.includes('Pending → Processing')")
        .await;
    browser.until("document.activeElement.matches('.notice.bad')").await;
}
