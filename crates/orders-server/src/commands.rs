//! The commands of the command line.

use std::{
    io::{Write, stdout},
    num::NonZeroUsize,
    sync::Arc,
    time::Duration,
};

use anyhow::{Context, Result};
use metrics_exporter_prometheus::PrometheusHandle;
use orders_adapters::{StaticInventory, StatusCounter, SystemClock, sql::Forgotten};
use orders_api::{Api, RateLimit, Render, ServerOptions};
use orders_domain::{OrderService, plural::Counted};
use tokio::signal::unix::{SignalKind, signal};

use crate::{
    authentication, banner,
    config::{AuthMode, CatalogueMode, ForgetSettings, MigrateAction, MigrateSettings, ServeSettings},
    listen, observe,
    storage::{self, Storage},
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
    let may_be_reached = settings.allow_insecure_auth || settings.auth.auth == AuthMode::Jwt;
    let address = listen::address(&settings.host, settings.port, may_be_reached)?;
    let listener = listen::listener(address)?;
    let database = settings.storage.database.parse()?;
    let Storage { ports, revocations, record_use, close } =
        storage::open(&settings.storage, &database, settings.shop.currency)?;

    let render = render(metrics.clone(), record_use);
    if let Some(asked) = settings.shop.currency
        && settings.catalogue == CatalogueMode::Database
    {
        let kept = ports.catalogue.currency();
        if asked != kept {
            tracing::warn!(%kept, %asked, "the database was made with another currency, which it keeps");
        }
    }
    let mut service =
        OrderService::new(ports, Arc::new(SystemClock)).observed_by(Arc::new(StatusCounter::default()));
    if settings.catalogue == CatalogueMode::Static {
        service = service.at_fixed_prices(Arc::new(StaticInventory::default()));
    }
    let system = actix_web::rt::System::new();
    let auth = system.block_on(authentication::auth(&settings.auth, revocations))?;
    let origins = settings.cors_origins.0.iter().map(|origin| origin.0.clone()).collect();
    let mut api = Api::new(service, auth).with_cors(origins);
    if settings.auth.auth == AuthMode::Header && !settings.allow_insecure_auth {
        api = api.on_loopback_only();
    }
    if let Some(url) = settings.public_url {
        api = api.at(url);
    }
    if let Some(source) = settings.events_source {
        api = api.with_events_source(source);
    }
    if settings.no_docs {
        api = api.without_page();
    }
    if let Some(per_second) = settings.rate_limit {
        api = api.with_rate_limit(RateLimit::new(per_second, settings.behind_proxy));
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
        banner::print(listener.local_addr()?, &database).context("cannot write to stdout")?;
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
            Ok(())
        };
        let numbers = async {
            match metrics_listener {
                Some(listener) => orders_api::serve_metrics(render, listener, until_told()).await,
                None => Ok(()),
            }
        };
        tokio::try_join!(orders_api::serve(api, listener, options, until_told()), numbers, stopping)?;
        anyhow::Ok(())
    });
    storage::close(close);
    served?;
    tracing::info!("stopped");
    Ok(())
}

fn render(metrics: PrometheusHandle, record_use: Box<dyn Fn() + Send + Sync>) -> Render {
    Arc::new(move || {
        record_use();
        metrics.render()
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

/// Brings the database to this program's schema, or says or changes where it is.
///
/// # Errors
///
/// When the database cannot be opened or a migration fails.
pub fn migrate(settings: &MigrateSettings) -> Result<()> {
    let database = &settings.database;
    let mut out = stdout().lock();
    match settings.action {
        MigrateAction::Status => {
            for state in storage::migration_status(database)? {
                writeln!(out, "{} {}", if state.applied { "applied" } else { "missing" }, state.name)?;
            }
        }
        MigrateAction::Up => {
            let applied = storage::migrate_up(database)?;
            for migration in &applied {
                writeln!(out, "applied {migration}")?;
            }
            if applied.is_empty() {
                writeln!(out, "nothing to do")?;
            }
        }
        MigrateAction::Down => match storage::migrate_down(database, settings.lose_orders)? {
            Some(migration) => writeln!(out, "took back {migration}")?,
            None => writeln!(out, "nothing to do")?,
        },
    }
    Ok(())
}

/// Forgets what is known of a customer, and says what it left.
///
/// # Errors
///
/// When the database cannot be opened or written.
pub fn forget(settings: &ForgetSettings) -> Result<()> {
    let Forgotten { emptied, left } = storage::forget(&settings.database, settings.user)?;
    let mut out = stdout().lock();
    let (ended, open) = (Counted(emptied, "order"), Counted(left, "order"));
    let have = |count| if count == 1 { "has" } else { "have" };
    let keep = if left == 1 { "keeps" } else { "keep" };
    writeln!(
        out,
        "emptied what was known of user {} in {ended} that {} ended",
        settings.user,
        have(emptied)
    )?;
    Ok(writeln!(out, "left {open} that {} not ended, and {keep} it until then", have(left))?)
}

/// Prints the OpenAPI document.
///
/// # Errors
///
/// When stdout cannot be written.
pub fn openapi() -> Result<()> {
    Ok(writeln!(stdout().lock(), "{:#}", orders_api::document())?)
}
