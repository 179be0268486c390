//! What the pages are made with.

use std::sync::Arc;

use orders_domain::{
    AnalyticsService, KeepingService, Order, OrderService, User, WebhookService,
    ports::{Clock, IdentityProvider, Sessions},
};
use tokio::sync::Semaphore;

/// Writes an order as the API shows it, for those who want to see that.
pub type OrderText = Arc<dyn Fn(&Order) -> Vec<u8> + Send + Sync>;

/// The program's numbers in the text format of Prometheus.
pub type Numbers = Arc<dyn Fn() -> String + Send + Sync>;

/// How many pages may follow what happens at once.
const MOST_FOLLOWERS: usize = 500;

/// How somebody comes in.
#[derive(Clone)]
pub enum Door {
    /// They say which of these users they are, and are believed: on this machine only.
    Choice(Vec<User>),
    /// They sign in at a provider, which sends them back.
    Provider(Arc<dyn IdentityProvider>),
}

/// What all pages share.
pub struct Desk {
    /// The use cases of orders.
    pub(crate) orders: OrderService,
    /// Those of products and stock.
    pub(crate) keeping: KeepingService,
    /// Those of webhooks.
    pub(crate) webhooks: WebhookService,
    /// Those of what was counted.
    pub(crate) analytics: AnalyticsService,
    pub(crate) sessions: Arc<dyn Sessions>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) door: Door,
    pub(crate) public: Option<Public>,
    pub(crate) version: &'static str,
    pub(crate) order_text: OrderText,
    pub(crate) numbers: Numbers,
    pub(crate) followers: Arc<Semaphore>,
}

/// Where browsers reach the server, if it is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Public {
    /// `https://shop.example`.
    pub origin: String,
    /// What stands before every path: `""` or `/path`.
    pub path: String,
}

impl Desk {
    /// A desk over these use cases.
    #[must_use]
    pub fn new(
        (orders, webhooks): (OrderService, WebhookService),
        (door, sessions): (Door, Arc<dyn Sessions>),
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            keeping: orders.keeping(),
            analytics: orders.analytics(),
            orders,
            webhooks,
            sessions,
            clock,
            door,
            public: None,
            version: env!("CARGO_PKG_VERSION"),
            order_text: Arc::new(|_| Vec::new()),
            numbers: Arc::new(String::new),
            followers: Arc::new(Semaphore::new(MOST_FOLLOWERS)),
        }
    }

    /// Has orders shown as the API does where they are wanted raw.
    #[must_use]
    pub fn with_order_text(self, order_text: OrderText) -> Self {
        Self { order_text, ..self }
    }

    /// Shows some of the program's numbers on the page about its health.
    #[must_use]
    pub fn with_numbers(self, numbers: Numbers) -> Self {
        Self { numbers, ..self }
    }

    /// Says of which version the program is.
    #[must_use]
    pub fn of_version(self, version: &'static str) -> Self {
        Self { version, ..self }
    }

    /// Is reached at this address: an origin such as `https://shop.example`, and a path without a slash at its end.
    #[must_use]
    pub fn at(self, origin: &str, path: &str) -> Self {
        Self { public: Some(Public { origin: origin.to_owned(), path: path.to_owned() }), ..self }
    }

    /// What stands before the path of every page.
    pub(crate) fn base(&self) -> String {
        let path = self.public.as_ref().map_or("", |public| &public.path);
        format!("{path}{}", crate::PATH)
    }
}
