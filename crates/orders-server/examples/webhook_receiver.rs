//! A receiver of webhooks that checks signatures:
//! `SECRETS="whsec_…" PORT=3211 cargo run --example webhook_receiver`.
//!
//! SECRETS are one or more, with spaces between: the old and the new one while a secret is being changed.

#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "it shows what came, and has no other settings"
)]

use std::{env, net::TcpListener, sync::Arc, time::SystemTime};

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use anyhow::Context;
use aws_lc_rs::hmac::{HMAC_SHA256, Key, verify};
use base64::prelude::{BASE64_STANDARD, Engine as _};
use serde_json::Value;

/// The event, if one of the keys has signed it within the last five minutes.
fn genuine(keys: &[Key], request: &HttpRequest, body: &[u8]) -> Option<Value> {
    let header = |name| request.headers().get(name)?.to_str().ok();
    let (id, sent) = (header("webhook-id")?, header("webhook-timestamp")?);
    let now = SystemTime::UNIX_EPOCH.elapsed().ok()?.as_secs();
    if now.abs_diff(sent.parse().ok()?) > 300 {
        return None; // Too old: somebody may have kept it.
    }
    let signed = [format!("{id}.{sent}.").as_bytes(), body].concat();
    let is_of = |signature: &[u8]| keys.iter().any(|key| verify(key, &signed, signature).is_ok());
    let signatures = header("webhook-signature")?.split(' ').filter_map(|one| one.strip_prefix("v1,"));
    signatures.flat_map(|one| BASE64_STANDARD.decode(one)).find(|one| is_of(one))?;
    serde_json::from_slice(body).ok()
}

/// Takes messages that are signed with one of these secrets. The body is taken byte for byte as it came.
pub(crate) async fn serve(listener: TcpListener, secrets: &str) -> anyhow::Result<()> {
    let key = |secret: &str| {
        let bytes = secret.strip_prefix("whsec_").and_then(|secret| BASE64_STANDARD.decode(secret).ok());
        bytes.map(|bytes| Key::new(HMAC_SHA256, &bytes)).context("a secret is not whsec_ and base64")
    };
    let keys: Arc<[Key]> = secrets.split_whitespace().map(key).collect::<Result<_, _>>()?;
    let receive = move |request: HttpRequest, body: web::Bytes| {
        let event = genuine(&keys, &request, &body);
        async move {
            let Some(event) = event else { return HttpResponse::Unauthorized().finish() };
            let [id, kind, subject] =
                ["id", "type", "subject"].map(|name| event[name].as_str().unwrap_or_default());
            println!("{id} {kind} {subject}");
            HttpResponse::NoContent().finish()
        }
    };
    let app = move || App::new().default_service(web::post().to(receive.clone()));
    Ok(HttpServer::new(app).listen(listener)?.run().await?)
}

#[actix_web::main]
async fn main() -> anyhow::Result<()> {
    let setting = |name| env::var(name).with_context(|| format!("{name} is not set"));
    let listener = TcpListener::bind(format!("127.0.0.1:{}", setting("PORT")?))?;
    serve(listener, &setting("SECRETS")?).await
}
