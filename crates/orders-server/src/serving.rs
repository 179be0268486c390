//! Serving requests, and working off what happened.

use std::{num::NonZeroUsize, sync::Arc, time::Duration};

use anyhow::{Context, Result};
use metrics_exporter_prometheus::PrometheusHandle;
use orders_adapters::{DatabaseUrl, StaticInventory, StatusCounter, SystemClock};
use orders_api::{Api, Auth, RateLimit, Render, ServerOptions, WebhookService};
use orders_domain::{self as domain, OrderService, ports::Tracer};
use orders_worker::{Stop, Worker};
use tokio::signal::unix::{SignalKind, signal};

use crate::{
    authentication, banner,
    config::{AuthMode, CatalogueMode, Role, ServeSettings},
    console,
    delivery::{self, AtWork, Outbound},
    listen, observe,
    storage::{self, Storage},
    traces,
};

/// How often the numbers gathered since are folded together, so that they take no more memory.
const UPKEEP: Duration = Duration::from_secs(1);

/// Serves until told to stop.
///
/// # Errors
///
/// When it cannot start.
pub fn serve(settings: ServeSettings) -> Result<()> {
    observe::log(settings.log_format, &settings.log)?;
    let metrics = observe::metrics()?;
    // A worker says whether it is well, and nothing that needs a user.
    let is_worker = settings.role == Role::Worker;
    let may_be_reached = is_worker || !trusts_only_this_machine(&settings);
    let address = listen::address(&settings.host, settings.port, may_be_reached)?;
    let listener = listen::listener(address)?;
    let database = settings.storage.database.parse()?;
    let tracer = traces::tracer(&settings.traces)?;
    let Storage { ports, revocations, record_use, close } =
        storage::open(&settings.storage, &database, settings.shop.currency)?;
    let ports = traces::traced(ports, tracer.as_ref());

    let render = render(metrics.clone(), record_use);
    if let Some(asked) = settings.shop.currency
        && settings.catalogue == CatalogueMode::Database
    {
        let kept = ports.catalogue.currency();
        if asked != kept {
            tracing::warn!(%kept, %asked, "the database was made with another currency, which it keeps");
        }
    }
    let system = actix_web::rt::System::new();
    let (auth, entrance) =
        system.block_on(authentication::auth(&settings.auth, &settings.console, revocations))?;
    let entrance = entrance.filter(|_| !is_worker);
    let has_console = entrance.is_some();
    let (outbound, worker) = system.block_on(outbound(&settings, &database, &ports, tracer.as_ref()))?;
    let mut api =
        api(&settings, order_service(&settings, ports.clone()), outbound.webhooks(ports.clone()), auth);
    if let Some(entrance) = entrance {
        let services = (order_service(&settings, ports.clone()), outbound.webhooks(ports.clone()));
        api = api.with_face(console::face(&settings, entrance, services, Arc::clone(&render)));
    }
    if let Some(tracer) = &tracer {
        api = api.traced_by(Arc::clone(tracer));
    }
    let metrics_listener = settings.metrics_addr.map(listen::listener).transpose()?;
    if metrics_listener.is_none() {
        api = api.with_metrics(Arc::clone(&render));
    }
    let defaults = ServerOptions::default();
    let options = ServerOptions {
        workers: settings
            .workers
            .and_then(|workers| NonZeroUsize::new(workers.into()))
            .unwrap_or(defaults.workers),
        max_connections: settings.max_connections.get(),
        keep_alive: Duration::from_secs(settings.keep_alive_seconds.into()),
    };

    let served = system.block_on(async move {
        actix_web::rt::spawn(upkeep(metrics));
        let stop = stop_signal()?;
        api.check().await?;
        delivery::open(&worker).await?;
        let at_work = if settings.role == Role::Api { None } else { Some(AtWork::begin(worker)?) };
        let page = !settings.no_docs && !is_worker;
        banner::print(listener.local_addr()?, &database, (has_console, page))
            .context("cannot write to stdout")?;
        let (told, heard) = tokio::sync::watch::channel(false);
        let until_told = || {
            let mut heard = heard.clone();
            async move {
                // The other end is only gone when this process is.
                let _ = heard.wait_for(|told| *told).await;
            }
        };
        let stopping = async {
            stop.await;
            told.send_replace(true);
            if let Some(at_work) = &at_work {
                at_work.stop();
            }
            Ok(())
        };
        let numbers = async {
            match metrics_listener {
                Some(listener) => orders_api::serve_metrics(render, listener, until_told()).await,
                None => Ok(()),
            }
        };
        let serving =
            tokio::try_join!(orders_api::serve(api, listener, options, until_told()), numbers, stopping);
        if let Some(at_work) = at_work {
            at_work.ended().await;
        }
        serving?;
        anyhow::Ok(())
    });
    storage::close(close);
    if let Some(tracer) = tracer {
        tracer.close();
    }
    served?;
    tracing::info!("stopped");
    Ok(())
}

/// What is served, as the settings say.
fn api(settings: &ServeSettings, service: OrderService, webhooks: WebhookService, auth: Auth) -> Api {
    let origins = settings.cors_origins.0.iter().map(|origin| origin.0.clone()).collect();
    let mut api = Api::new(service, auth).with_webhooks(webhooks).with_cors(origins);
    if settings.role == Role::Worker {
        api = api.health_only();
    } else if trusts_only_this_machine(settings) {
        api = api.on_loopback_only();
    }
    if let Some(url) = settings.public_url.clone() {
        api = api.at(url);
    }
    api = api.with_events_source(settings.source());
    if settings.no_docs {
        api = api.without_page();
    }
    if settings.behind_proxy {
        api = api.behind_proxy();
    }
    if let Some(per_second) = settings.rate_limit {
        api = api.with_rate_limit(RateLimit::new(per_second));
    }
    api
}

/// Whether everybody is believed who they say they are, so that nobody but this machine may ask.
fn trusts_only_this_machine(settings: &ServeSettings) -> bool {
    settings.auth.auth == AuthMode::Header && !settings.allow_insecure_auth
}

/// To whom something is sent, and who does it.
async fn outbound(
    settings: &ServeSettings,
    database: &DatabaseUrl,
    ports: &domain::Storage,
    tracer: Option<&Arc<dyn Tracer>>,
) -> Result<(Outbound, Worker)> {
    let may_print = trusts_only_this_machine(settings);
    let outbound = Outbound::open(&settings.delivery, database, ports, may_print, tracer).await?;
    let source = settings.source();
    let service = order_service(settings, ports.clone());
    let worker = outbound.worker(&settings.delivery, ports, source, service)?;
    Ok((outbound, worker))
}

/// The use cases of orders, at the prices that the settings say.
fn order_service(settings: &ServeSettings, ports: domain::Storage) -> OrderService {
    let service =
        OrderService::new(ports, Arc::new(SystemClock)).observed_by(Arc::new(StatusCounter::default()));
    match settings.catalogue {
        CatalogueMode::Static => service.at_fixed_prices(Arc::new(StaticInventory::default())),
        CatalogueMode::Database => service,
    }
}

/// Works off what happened, and ends.
///
/// # Errors
///
/// When it cannot start.
pub fn work_off(settings: &ServeSettings) -> Result<()> {
    observe::log(settings.log_format, &settings.log)?;
    let database = settings.storage.database.parse()?;
    let tracer = traces::tracer(&settings.traces)?;
    let Storage { ports, close, .. } = storage::open(&settings.storage, &database, settings.shop.currency)?;
    let ports = traces::traced(ports, tracer.as_ref());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let worked = runtime.block_on(async {
        let stop = stop_signal()?;
        let (_, worker) = outbound(settings, &database, &ports, tracer.as_ref()).await?;
        delivery::open(&worker).await?;
        let (told, heard) = Stop::new();
        tokio::select! {
            () = async {
                stop.await;
                told.send_replace(true);
                std::future::pending::<()>().await;
            } => Ok(()),
            is_well = worker.work_off(heard) => {
                anyhow::ensure!(is_well, "not everything could be worked off: the log says why");
                Ok(())
            }
        }
    });
    storage::close(close);
    if let Some(tracer) = tracer {
        tracer.close();
    }
    worked
}

fn render(metrics: PrometheusHandle, record_use: Box<dyn Fn() + Send + Sync>) -> Render {
    Arc::new(move || {
        record_use();
        metrics.render() + &observe::process::render()
    })
}

async fn upkeep(metrics: PrometheusHandle) {
    let mut ticks = tokio::time::interval(UPKEEP);
    loop {
        ticks.tick().await;
        metrics.run_upkeep();
    }
}

/// Ready at the first SIGTERM or SIGINT.
fn stop_signal() -> std::io::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("stopping: finishing the requests that were read");
    })
}
