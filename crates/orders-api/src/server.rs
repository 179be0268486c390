//! The HTTP server over the routes.

use std::{
    future::Future, io, net::TcpListener, panic::AssertUnwindSafe, pin::pin, sync::Arc, time::Duration,
};

use actix_web::{
    App, HttpServer,
    middleware::{Condition, from_fn},
    test::init_service,
    web::Data,
};
use futures_util::FutureExt;
use orders_domain::{AnalyticsService, KeepingService, OrderService, WebhookService, ports::Tracer};

use crate::{
    docs::Documents,
    events::{EventsSource, Streams, Tail},
    http::public_url::{PublicPath, PublicUrl},
    openapi,
    routes::{self, mount},
};
use auth::Auth;
use connections::{HEAD_PATIENCE, Watch};
use edge::{edge, refused_preflights};
use ending::Stop;
use face::{Entry, Face};
use host::LoopbackOnly;
use metrics::Render;
pub use options::ServerOptions;
use proxy::BehindProxy;
use rate_limit::RateLimit;

pub mod asking;
pub mod auth;
pub mod connections;
mod cors;
pub mod edge;
pub mod ending;
pub mod face;
pub mod gate;
pub mod host;
pub mod metrics;
mod options;
pub mod ownership;
pub mod payload;
pub mod proxy;
pub mod rate_limit;
pub mod trace;

/// How long requests that were read may take to finish once the server is told to stop.
const DRAIN: Duration = Duration::from_secs(7);

/// The routes over an [`Api`], as each worker has them. A macro, since their type cannot be named.
macro_rules! app {
    ($api:expr) => {{
        let api = &$api;
        let mut app = App::new()
            .app_data(api.service.clone())
            .app_data(api.keeping.clone())
            .app_data(api.webhooks.clone())
            .app_data(api.analytics.clone())
            .app_data(api.auth.clone())
            .app_data(api.documents.clone())
            .app_data(api.source.clone())
            .app_data(api.streams.clone())
            .app_data(api.tail.clone());
        if let Some(limit) = &api.rate_limit {
            app = app.app_data(limit.clone());
        }
        if let Some(tracer) = &api.tracer {
            app = app.app_data(tracer.clone());
        }
        if let Some(path) = &api.public_path {
            app = app.app_data(path.clone());
        }
        if let Some(mark) = api.behind_proxy {
            app = app.app_data(mark);
        }
        if api.loopback_only {
            app = app.app_data(LoopbackOnly::default());
        }
        // First what is asked for most: routes are tried in their order.
        if !api.health_only {
            app = app.configure(|config| routes::API.into_iter().for_each(|table| mount(config, table)));
        }
        app = app.configure(|config| mount(config, &routes::HEALTH)).configure(routes::no_route);
        if let Some(render) = &api.metrics {
            app = app.app_data(render.clone()).configure(|config| mount(config, &routes::METRICS));
        }
        if api.page && !api.health_only {
            app = app.configure(|config| mount(config, &routes::PAGE));
        }
        if let Some(entry) = api.entry().filter(|_| !api.health_only) {
            app = app.app_data(Data::new(entry)).configure(|config| mount(config, &routes::ENTRY));
        }
        if let Some(face) = api.face.as_ref().filter(|_| !api.health_only) {
            app = app.configure(|config| face.mount(config));
        }
        app.wrap(cors::of(&api.cors_origins))
            .wrap(Condition::new(!api.cors_origins.is_empty(), from_fn(refused_preflights)))
            .wrap(from_fn(edge))
    }};
}

/// What is served.
#[derive(Clone)]
pub struct Api {
    service: Data<OrderService>,
    keeping: Data<KeepingService>,
    webhooks: Data<WebhookService>,
    analytics: Data<AnalyticsService>,
    auth: Data<Auth>,
    rate_limit: Option<Data<RateLimit>>,
    cors_origins: Vec<String>,
    metrics: Option<Data<Render>>,
    tracer: Option<Data<dyn Tracer>>,
    documents: Data<Documents>,
    source: Data<EventsSource>,
    streams: Data<Streams>,
    tail: Data<Tail>,
    public_path: Option<PublicPath>,
    behind_proxy: Option<BehindProxy>,
    loopback_only: bool,
    face: Option<Face>,
    page: bool,
    health_only: bool,
}

impl Api {
    /// The routes over these use cases, for users whom this authentication knows.
    #[must_use]
    pub fn new(service: OrderService, auth: Auth) -> Self {
        Self {
            webhooks: Data::new(service.webhooks()),
            analytics: Data::new(service.analytics()),
            keeping: Data::new(service.keeping()),
            service: Data::new(service),
            auth: Data::new(auth),
            rate_limit: None,
            cors_origins: Vec::new(),
            metrics: None,
            tracer: None,
            documents: Documents::of(&openapi::document()),
            source: Data::default(),
            streams: Data::default(),
            tail: Data::default(),
            public_path: None,
            behind_proxy: None,
            loopback_only: false,
            face: None,
            page: true,
            health_only: false,
        }
    }

    /// Limits how often each user or address may ask.
    #[must_use]
    pub fn with_rate_limit(self, limit: RateLimit) -> Self {
        Self { rate_limit: Some(Data::new(limit)), ..self }
    }

    /// Takes what proxies write into headers for true: `X-Forwarded-For` and `CloudFront-Viewer-Country`.
    #[must_use]
    pub fn behind_proxy(self) -> Self {
        Self { behind_proxy: Some(BehindProxy), ..self }
    }

    /// Lets the pages of these origins (`https://shop.example`) read answers.
    #[must_use]
    pub fn with_cors(self, origins: Vec<String>) -> Self {
        Self { cors_origins: origins, ..self }
    }

    /// Shows numbers at `/metrics`.
    #[must_use]
    pub fn with_metrics(self, render: Render) -> Self {
        Self { metrics: Some(Data::new(render)), ..self }
    }

    /// Has requests recorded in traces.
    #[must_use]
    pub fn traced_by(self, tracer: Arc<dyn Tracer>) -> Self {
        Self { tracer: Some(Data::from(tracer)), ..self }
    }

    /// Has links lead to where clients reach the server, when that is not the root of its address.
    #[must_use]
    pub fn at(self, url: PublicUrl) -> Self {
        Self {
            documents: Documents::of(&openapi::document_at(&url)),
            public_path: Some(PublicPath(url.path().to_owned())),
            ..self
        }
    }

    /// Has events say that they come from here.
    #[must_use]
    pub fn with_events_source(self, source: EventsSource) -> Self {
        Self { source: Data::new(source), ..self }
    }

    /// Answers only requests whose host is this machine itself, since whoever is asked for by another
    /// name may be asked by a stranger's page.
    #[must_use]
    pub fn on_loopback_only(self) -> Self {
        Self { loopback_only: true, ..self }
    }

    /// Has these use cases of webhooks, which can send.
    #[must_use]
    pub fn with_webhooks(self, webhooks: WebhookService) -> Self {
        Self { webhooks: Data::new(webhooks), ..self }
    }

    /// Says whether the process is well, and nothing else: for one that only works off what happened.
    #[must_use]
    pub fn health_only(self) -> Self {
        Self { health_only: true, ..self }
    }

    /// Serves another face beside the API, to which `/` leads.
    #[must_use]
    pub fn with_face(self, face: Face) -> Self {
        Self { face: Some(face), ..self }
    }

    /// Where `/` leads, if anywhere.
    fn entry(&self) -> Option<Entry> {
        let face = self.face.as_ref().map(Face::address);
        face.or_else(|| self.page.then(|| "docs/".to_owned())).map(Entry)
    }

    /// Leaves the page at `/docs/` out.
    #[must_use]
    pub fn without_page(self) -> Self {
        Self { page: false, ..self }
    }

    /// Sets up what each worker will, to be called before anybody is told that it serves: workers that
    /// cannot begin would leave a process that listens and never answers.
    ///
    /// # Errors
    ///
    /// When the routes cannot be set up.
    pub async fn check(&self) -> io::Result<()> {
        let set_up = AssertUnwindSafe(async { init_service(app!(*self)).await }).catch_unwind().await;
        set_up.map(drop).map_err(|_| io::Error::other("the routes cannot be set up"))
    }
}

/// Serves until `stop` is ready, then finishes the requests that were read, for 7 seconds at most.
///
/// # Errors
///
/// When the listener cannot be used.
pub async fn serve(
    api: Api,
    listener: TcpListener,
    options: ServerOptions,
    stop: impl Future<Output = ()>,
) -> io::Result<()> {
    let watch = Watch::default();
    let watch_new = watch.clone();
    let (last_answers, endings) = Stop::new();
    let make_app = move || app!(api).app_data(endings.of_this_worker());
    let server = HttpServer::new(make_app)
        .on_connect(move |stream, data| watch_new.connected(stream, data))
        .workers(options.workers.get())
        .max_connections(options.max_connections.div_ceil(options.workers.get()))
        .backlog(4096)
        // An answer that takes more than one write is not held back until the client has acknowledged the first.
        .tcp_nodelay(true)
        .keep_alive(options.keep_alive)
        .client_request_timeout(HEAD_PATIENCE)
        .shutdown_timeout(DRAIN.as_secs())
        .disable_signals()
        .listen(listener)?
        .run();
    let handle = server.handle();
    let stopping = async {
        stop.await;
        last_answers.nears();
        let mut stopped = pin!(handle.stop(true));
        tokio::select! {
            () = &mut stopped => return,
            () = last_answers.after_a_while() => {}
        }
        stopped.await;
    };
    tokio::select! {
        (result, ()) = futures_util::future::join(server, stopping) => result,
        never = watch.run(options.keep_alive) => match never {},
    }
}
