//! How far a long command has come.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// A bar of so many orders, which shows itself only on a terminal.
pub fn bar(orders: u64, verb: &'static str) -> ProgressBar {
    bar_of(orders, verb, "orders")
}

/// A bar of so many things, which shows itself only on a terminal.
pub fn bar_of(count: u64, verb: &'static str, things: &str) -> ProgressBar {
    let template =
        format!("{{msg}} {{bar:40}} {{human_pos}} of {{human_len}} {things}, {{per_sec}}, {{eta}} left");
    styled(count, verb, &template)
}

fn styled(length: u64, verb: &'static str, template: &str) -> ProgressBar {
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    let bar = ProgressBar::new(length).with_style(style);
    bar.set_message(verb);
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

/// A bar of so many bytes of a file, which shows itself only on a terminal.
pub fn of_bytes(bytes: u64, verb: &'static str) -> ProgressBar {
    styled(bytes, verb, "{msg} {bar:40} {bytes} of {total_bytes}, {bytes_per_sec}, {eta} left")
}
