//! Folders that are there only while something is made in them, also where the command is told to end.

use std::{
    ffi::{OsStr, OsString},
    fs,
    io::{self, Write, stderr},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tempfile::{Builder, TempDir};

use crate::{backup::file, interrupt::Interrupt};

/// How often it is tried to delete one, in which something may be made meanwhile.
const TRIES: u32 = 100;

/// Those of one command.
#[derive(Debug, Clone, Default)]
pub struct Rooms(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    made: Vec<PathBuf>,
    /// Whether what the command is for is done.
    is_done: bool,
}

impl Rooms {
    /// From now on a command that is told to end takes them away, unless it is done.
    ///
    /// # Errors
    ///
    /// When the system refuses.
    pub fn listen() -> io::Result<Self> {
        let rooms = Self::default();
        let known = rooms.clone();
        Interrupt::listen()?.then(move || {
            let state = known.state();
            if state.take_away() {
                let _ = writeln!(stderr(), "error: interrupted");
                std::process::exit(1);
            }
        })?;
        Ok(rooms)
    }

    /// A folder beside a file, which begins with a point and this name.
    ///
    /// # Errors
    ///
    /// When it cannot be made.
    pub fn beside(&self, path: &Path, name: impl AsRef<OsStr>) -> io::Result<TempDir> {
        let mut state = self.state();
        let mut prefix = OsString::from(".");
        prefix.push(name);
        prefix.push(".");
        let room = Builder::new().prefix(&prefix).suffix(".part").tempdir_in(file::folder(path))?;
        state.made.push(room.path().to_owned());
        Ok(room)
    }

    /// Does what the command is for; if that succeeds, it is too late to tell it to end.
    ///
    /// # Errors
    ///
    /// As `act`.
    pub fn done_by<T, E>(&self, act: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        let mut state = self.state();
        let done = act();
        state.is_done = done.is_ok();
        done
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Deletes all that was made, unless the command is done; whether it was not.
    fn take_away(&self) -> bool {
        if !self.is_done {
            for room in &self.made {
                let is_gone = || match fs::remove_dir_all(room) {
                    Ok(()) => true,
                    Err(error) => error.kind() == io::ErrorKind::NotFound,
                };
                let _ = (0..TRIES).any(|_| is_gone());
            }
        }
        !self.is_done
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_go_unless_it_is_done() {
        let folder = tempfile::tempdir().unwrap();
        let (rooms, path) = (Rooms::default(), folder.path().join("orders.sqlite"));
        let room = rooms.beside(&path, "orders.sqlite").unwrap();
        let name = room.path().file_name().unwrap().to_str().unwrap();
        assert!(name.starts_with(".orders.sqlite."), "{name}");
        assert_eq!(room.path().extension().unwrap(), "part");
        fs::write(room.path().join("some"), "").unwrap();
        rooms.done_by(|| Err::<(), _>("no room")).unwrap_err();
        assert!(rooms.state().take_away() && !room.path().exists());

        let kept = rooms.beside(&path, "orders.sqlite").unwrap();
        rooms.done_by(|| Ok::<_, ()>(())).unwrap();
        assert!(!rooms.state().take_away() && kept.path().exists());
    }
}
