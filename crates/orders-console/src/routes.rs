//! Which page is where.

use std::sync::Arc;

use actix_web::web::{Data, ServiceConfig, get, post, resource};

use crate::{
    assets,
    desk::Desk,
    figures, health,
    http::served::{change, fallback, no_page, open, other_method, page},
    orders, products, sign_in, webhooks,
};

/// Where the pages begin.
pub const PATH: &str = "/console";

/// Where the files are that pages are made with.
pub const FILES: &str = "/console/assets/";

/// Every route with its method, as numbers and logs name it.
pub const ROUTES: &[&str] = &[
    "GET /console/",
    "GET /console",
    "GET /console/find",
    "GET /console/live",
    "GET /console/orders/{id}",
    "GET /console/orders/{id}/raw",
    "GET /console/orders/{id}/plan",
    "POST /console/orders/{id}/plan",
    "POST /console/orders/{id}/status",
    "POST /console/orders/{id}/parcels",
    "POST /console/orders/{id}/parcels/{number}",
    "POST /console/orders/{id}/cancel",
    "POST /console/orders/{id}/cancellations",
    "GET /console/products",
    "GET /console/products/{id}",
    "POST /console/products/{id}/count",
    "POST /console/products/{id}/delivery",
    "GET /console/webhooks",
    "GET /console/webhooks/{id}",
    "POST /console/webhooks/{id}/retry",
    "POST /console/webhooks/{id}/replay",
    "GET /console/figures",
    "GET /console/health",
    "GET /console/sign-in",
    "POST /console/sign-in",
    "GET /console/sign-in/provider",
    "GET /console/sign-in/return",
    "GET /console/sign-in/finish",
    "POST /console/sign-out",
    "GET /console/assets/{file}",
];

/// Sets the pages up below [`PATH`].
#[must_use]
pub fn set_up(desk: Desk) -> Arc<dyn Fn(&mut ServiceConfig) + Send + Sync> {
    let desk = Data::new(desk);
    Arc::new(move |config| {
        config.app_data(desk.clone());
        let mut at = |path: &str, route| {
            config.service(resource(path.to_owned()).route(route).default_service(fallback(other_method)));
        };
        at("", open(sign_in::to_first_page));
        at("/", page(orders::list::show));
        at("/find", page(orders::find::find));
        at("/live", page(orders::live::follow));
        at("/orders/{id}", page(orders::one::show));
        at("/orders/{id}/raw", page(orders::one::raw));
        at("/orders/{id}/status", change(orders::actions::advance));
        at("/orders/{id}/parcels", change(orders::parcels::ship));
        at("/orders/{id}/parcels/{number}", change(orders::parcels::change));
        at("/orders/{id}/cancel", change(orders::actions::cancel));
        at("/orders/{id}/cancellations", change(orders::actions::cancel_parts));
        at("/products", page(products::list::show));
        at("/products/{id}", page(products::one::show));
        at("/products/{id}/count", change(products::stock::count));
        at("/products/{id}/delivery", change(products::stock::deliver));
        at("/webhooks", page(webhooks::list));
        at("/webhooks/{id}", page(webhooks::one::show));
        at("/webhooks/{id}/retry", change(webhooks::one::retry));
        at("/webhooks/{id}/replay", change(webhooks::one::replay));
        at("/figures", page(figures::show));
        at("/health", page(health::show));
        at("/sign-in/provider", open(sign_in::provider::go));
        at("/sign-in/return", open(sign_in::provider::come_back));
        at("/sign-in/finish", open(sign_in::provider::finish));
        at("/sign-out", change(sign_in::sign_out));
        at("/assets/{file}", get().to(assets::file));
        config.service(
            resource("/orders/{id}/plan")
                .route(page(orders::plan::preview))
                .route(change(orders::plan::plan))
                .default_service(fallback(other_method)),
        );
        config.service(
            resource("/sign-in")
                .route(open(sign_in::show))
                .route(post().to(sign_in::choose))
                .default_service(fallback(other_method)),
        );
        config.default_service(fallback(no_page));
    })
}
