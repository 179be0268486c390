//! How a command that looks beside a server leaves the processors to it.

use std::io;

/// The lowest priority there is.
const LOWEST: i32 = 19;

/// From now on this thread, and those it begins, have the processors when nobody else wants them. For what holds no lock that
/// others wait for.
///
/// # Errors
///
/// When the system refuses.
pub fn lower() -> io::Result<()> {
    rustix::process::nice(LOWEST)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn it_is_the_lowest_of_the_thread_alone() {
        let of_a_thread = || rustix::process::getpriority_process(None).unwrap();
        let before = of_a_thread();
        let lowered = std::thread::spawn(move || {
            super::lower().unwrap();
            of_a_thread()
        });
        assert_eq!(lowered.join().unwrap(), super::LOWEST);
        assert_eq!(of_a_thread(), before);
    }
}
