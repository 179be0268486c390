//! How far a long command has come.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// A bar of so many orders, which shows itself only on a terminal.
pub fn bar(orders: u64, verb: &'static str) -> ProgressBar {
    let style = ProgressStyle::with_template(
        "{msg} {bar:40} {human_pos} of {human_len} orders, {per_sec}, {eta} left",
    );
    let bar = ProgressBar::new(orders).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.set_message(verb);
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}
