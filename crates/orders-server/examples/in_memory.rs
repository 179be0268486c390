//! The API on another storage adapter, without metrics: `cargo run --release --example in_memory`, then
//! as in README.md.

use std::{net::TcpListener, sync::Arc};

use anyhow::Context;
use orders_adapters::{MemoryDatabase, StaticUsers, SystemClock};
use orders_api::{Api, Auth, AuthScheme, ServerOptions};
use orders_domain::{OrderService, Storage};

#[actix_web::main]
async fn main() -> anyhow::Result<()> {
    let storage = Storage::of(Arc::new(MemoryDatabase::default()));
    let service = OrderService::new(storage, Arc::new(SystemClock));
    let api = Api::new(service, Auth::new(AuthScheme::Header, Arc::new(StaticUsers)));
    let listener = TcpListener::bind("127.0.0.1:3000").context("cannot listen on 127.0.0.1:3000")?;
    let interrupted = async {
        // Without the signal it serves until it is killed.
        let _ = tokio::signal::ctrl_c().await;
    };
    Ok(orders_api::serve(api, listener, ServerOptions::default(), interrupted).await?)
}
