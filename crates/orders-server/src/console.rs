//! The pages for the shop's staff, beside the API.

use std::sync::Arc;

use orders_adapters::SystemClock;
use orders_api::{Face, Render, order_text};
use orders_console::{Desk, FILES, PATH, ROUTES, set_up};
use orders_domain::{OrderService, WebhookService};

use crate::{authentication::Entrance, config::ServeSettings};

/// The pages, for who comes in here.
pub fn face(
    settings: &ServeSettings,
    entrance: Entrance,
    services: (OrderService, WebhookService),
    render: Render,
) -> Face {
    let Entrance { door, sessions } = entrance;
    let mut desk = Desk::new(services, (door, sessions), Arc::new(SystemClock))
        .with_order_text(Arc::new(order_text))
        .with_numbers(Arc::new(move || render()))
        .of_version(env!("ORDERS_VERSION"));
    if let Some(url) = &settings.public_url {
        desk = desk.at(url.origin(), url.path());
    }
    Face::new(PATH, FILES, ROUTES, set_up(desk))
}
