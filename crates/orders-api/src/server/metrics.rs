//! What is counted, the route that shows it, and a server of that route alone.
//!
//! The names are those of docs/operations.md. The counters of a route and status are looked up
//! once a thread; after that a request costs two atomic additions.

use std::{
    cell::RefCell, collections::HashMap, future::Future, io, net::TcpListener, sync::Arc, time::Duration,
};

use actix_web::{
    App, HttpResponse, HttpServer,
    http::{
        StatusCode,
        header::{self, HeaderValue},
    },
    middleware::from_fn,
    web::Data,
};
use metrics::{Counter, Histogram, counter, histogram};

use crate::{
    routes::{self, mount},
    server::{DRAIN, edge::edge, gate::RouteName},
};

/// Writes the present numbers in Prometheus' text format.
pub type Render = Arc<dyn Fn() -> String + Send + Sync>;

struct Handles {
    requests: Counter,
    seconds: Histogram,
}

thread_local! {
    static HANDLES: RefCell<HashMap<(RouteName, StatusCode), Handles>> = RefCell::default();
}

/// Counts an answered request.
pub fn answered(route: RouteName, status: StatusCode, took: Duration) {
    HANDLES.with_borrow_mut(|handles| {
        let handles = handles.entry((route, status)).or_insert_with(|| Handles {
            requests: counter!(
                "orders_http_requests_total", "route" => route.0, "status" => status.as_u16().to_string()
            ),
            seconds: histogram!("orders_http_request_seconds", "route" => route.0),
        });
        handles.requests.increment(1);
        handles.seconds.record(took);
    });
}

/// Shows the numbers.
#[utoipa::path(
    get, path = "/metrics", operation_id = "show_metrics", tag = "operations",
    responses((status = 200, description = "Prometheus text", content_type = "text/plain", body = String))
)]
pub async fn show(render: Data<Render>) -> HttpResponse {
    let text = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    HttpResponse::Ok().insert_header((header::CONTENT_TYPE, text)).body(render())
}

/// Serves nothing but `/metrics`, until `stop` is ready.
///
/// # Errors
///
/// When the listener cannot be used.
pub async fn serve_metrics(
    render: Render,
    listener: TcpListener,
    stop: impl Future<Output = ()>,
) -> io::Result<()> {
    let render = Data::new(render);
    let make_app = move || {
        App::new()
            .app_data(render.clone())
            .configure(|config| mount(config, &routes::METRICS))
            .wrap(from_fn(edge))
    };
    let server = HttpServer::new(make_app)
        .workers(1)
        .shutdown_timeout(DRAIN.as_secs())
        .disable_signals()
        .listen(listener)?
        .run();
    let handle = server.handle();
    let stopping = async {
        stop.await;
        handle.stop(true).await;
    };
    futures_util::future::join(server, stopping).await.0
}
