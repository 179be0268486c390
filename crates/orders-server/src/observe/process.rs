//! What the process takes, by the names that Prometheus' clients agree on. It is read when it is asked for; elsewhere
//! than on Linux nothing is known of it.

/// Each number, its kind and what it is.
pub const NUMBERS: [(&str, &str, &str); 7] = [
    ("process_cpu_seconds_total", "counter", "User and system time of the process, in seconds"),
    ("process_resident_memory_bytes", "gauge", "Memory of the process that is in RAM"),
    ("process_virtual_memory_bytes", "gauge", "Memory that the process has asked for"),
    ("process_open_fds", "gauge", "Open file descriptors"),
    ("process_max_fds", "gauge", "The most file descriptors that may be open"),
    ("process_threads", "gauge", "Threads of the process"),
    ("process_start_time_seconds", "gauge", "When the process began, in seconds since 1970"),
];

/// The numbers of now in Prometheus' text format.
#[cfg(target_os = "linux")]
pub fn render() -> String {
    use std::fmt::Write;

    let mut text = String::new();
    for ((name, kind, about), value) in NUMBERS.iter().zip(read().unwrap_or_default()) {
        if let Some(value) = value {
            // To a text nothing fails to be written.
            let _ = write!(text, "# HELP {name} {about}\n# TYPE {name} {kind}\n{name} {value}\n\n");
        }
    }
    text
}

/// Nothing is known of it.
#[cfg(not(target_os = "linux"))]
pub fn render() -> String {
    String::new()
}

/// The numbers of now, in their order; those that the system does not tell are not there.
#[cfg(target_os = "linux")]
#[expect(clippy::cast_precision_loss, reason = "Prometheus knows no other numbers")]
fn read() -> procfs::ProcResult<[Option<f64>; NUMBERS.len()]> {
    use procfs::{
        WithCurrentSystemInfo,
        process::{LimitValue, Process},
    };

    let process = Process::myself()?;
    let stat = process.stat()?;
    let ticks = procfs::ticks_per_second() as f64;
    let seconds = |count: u64| count as f64 / ticks;
    let most = process.limits().ok().map(|limits| match limits.max_open_files.soft_limit {
        LimitValue::Value(most) => most as f64,
        LimitValue::Unlimited => f64::INFINITY,
    });
    let began = procfs::boot_time_secs().ok().map(|booted| booted as f64 + seconds(stat.starttime));
    Ok([
        Some(seconds(stat.utime + stat.stime)),
        Some(stat.rss_bytes().get() as f64),
        Some(stat.vsize as f64),
        process.fd_count().ok().map(|count| count as f64),
        most,
        Some(stat.num_threads as f64),
        began,
    ])
}
