//! The commands that are about the program itself: completions, manual pages, whether a server is well.

use std::{
    io::{Write, stdout},
    time::Duration,
};

use anyhow::{Context, Result, bail};
use clap::CommandFactory;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    runtime,
    time::timeout,
};

use crate::config::{Cli, CompletionsSettings, HealthSettings, ManSettings, ServerUrl};

/// Prints the completions of a shell.
///
/// # Errors
///
/// When stdout cannot be written.
pub fn completions(settings: &CompletionsSettings) -> Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(settings.shell, &mut Cli::command(), "orders", &mut script);
    Ok(stdout().lock().write_all(&script)?)
}

/// Prints the manual page, or puts one for each command into a folder.
///
/// # Errors
///
/// When stdout, the folder or a page cannot be written.
pub fn man(settings: &ManSettings) -> Result<()> {
    // The command `help` would have a page of its own that says nothing.
    let command = Cli::command().disable_help_subcommand(true);
    let Some(folder) = &settings.folder else {
        let mut page = Vec::new();
        clap_mangen::Man::new(command).render(&mut page)?;
        return Ok(stdout().lock().write_all(&page)?);
    };
    std::fs::create_dir_all(folder)
        .with_context(|| format!("cannot create the folder {}", folder.display()))?;
    let written = clap_mangen::generate_to(command, folder);
    written.with_context(|| format!("cannot write the pages into {}", folder.display()))
}

/// Asks a server whether it is well.
///
/// # Errors
///
/// When it does not say so within the time, as a line that says what it did instead.
pub fn health(settings: &HealthSettings) -> Result<()> {
    let server = settings.server();
    let limit = Duration::from_millis(settings.timeout_ms.into());
    let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
    let asked = runtime.block_on(async { timeout(limit, status(&server)).await });
    // A name that is still being looked up is not waited for.
    runtime.shutdown_background();
    let ServerUrl { host, port, path } = server;
    let place = format!("http://{host}:{port}{path}");
    match asked {
        Ok(Ok(200)) => Ok(()),
        Ok(Ok(status)) => bail!("{place} answers {status}"),
        Ok(Err(error)) => Err(error).with_context(|| format!("{place} does not answer")),
        Err(_) => bail!("{place} does not answer within {} ms", settings.timeout_ms),
    }
}

/// The status with which a server answers a GET.
async fn status(server: &ServerUrl) -> Result<u16> {
    let ServerUrl { host, port, path } = server;
    let mut stream = TcpStream::connect(format!("{host}:{port}")).await?;
    let request = format!("GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    // `HTTP/1.1 200`: the rest does not matter.
    let mut start = [0; 12];
    stream.read_exact(&mut start).await?;
    let status = std::str::from_utf8(&start).ok().and_then(|start| start.strip_prefix("HTTP/1."));
    status.and_then(|rest| rest.get(2..)?.parse().ok()).context("it does not speak HTTP/1")
}
