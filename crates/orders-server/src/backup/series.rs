//! Copies that are made one after the other, with the time in their names.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use chrono::{DateTime, NaiveDateTime, Utc};

use super::{file, manifest::Manifest};

/// The time in a name, in UTC.
const TIME: &str = "%Y%m%dT%H%M%SZ";

/// `STEM-TIME.EXTENSION` in a folder.
pub struct Series {
    folder: PathBuf,
    stem: String,
    /// With its point, or nothing.
    extension: String,
}

impl Series {
    /// Those of which this file names the folder and the two ends.
    ///
    /// # Errors
    ///
    /// When it names no file, or is not UTF-8.
    pub fn of(path: &Path) -> Result<Self> {
        let text = |part: Option<&std::ffi::OsStr>| part.map(|part| part.to_str().map(str::to_owned));
        let unusable = || format!("{} cannot be a backup's name", path.display());
        let stem = text(path.file_stem()).flatten().with_context(unusable)?;
        let extension = text(path.extension()).unwrap_or(Some(String::new())).with_context(unusable)?;
        let extension = if extension.is_empty() { extension } else { format!(".{extension}") };
        Ok(Self { folder: file::folder(path).to_owned(), stem, extension })
    }

    /// The one of this moment.
    pub fn at(&self, time: DateTime<Utc>) -> PathBuf {
        self.folder.join(format!("{}-{}{}", self.stem, time.format(TIME), self.extension))
    }

    /// Of which moment the one of this name is, if it is one.
    pub fn time_in(&self, name: &str) -> Option<NaiveDateTime> {
        let text = name.strip_prefix(&self.stem)?.strip_prefix('-')?.strip_suffix(&self.extension)?;
        let time = NaiveDateTime::parse_from_str(text, TIME).ok()?;
        (time.format(TIME).to_string() == text).then_some(time)
    }

    /// Deletes all but the newest ones up to the one that was just made, with their manifests. What has no manifest,
    /// or is not as its manifest says, is left alone and does not count. Neither does what has a later time: the clock
    /// was ahead, and it is not known which of them is newer.
    ///
    /// # Errors
    ///
    /// When some cannot be deleted; the others are then all the same.
    pub fn keep_newest(&self, keep: usize, made: &Path) -> Result<()> {
        let made = made.file_name().and_then(|name| self.time_in(name.to_str()?));
        let copies = self.copies()?.into_iter().filter(|(time, _)| Some(*time) <= made);
        delete(copies.skip(keep).map(|(_, path)| path))
    }

    /// All that are there, the newest one first.
    fn copies(&self) -> Result<Vec<(NaiveDateTime, PathBuf)>> {
        let unreadable = || format!("cannot read the folder {}", self.folder.display());
        let mut copies = Vec::new();
        for entry in fs::read_dir(&self.folder).with_context(unreadable)? {
            let name = entry.with_context(unreadable)?.file_name();
            let Some((name, time)) = name.to_str().and_then(|name| Some((name, self.time_in(name)?))) else {
                continue;
            };
            let path = self.folder.join(name);
            if Manifest::read(&path).is_ok_and(|manifest| manifest.file == name && manifest.is_of(&path)) {
                copies.push((time, path));
            }
        }
        copies.sort_unstable();
        copies.reverse();
        Ok(copies)
    }
}

/// Deletes copies with their manifests.
fn delete(copies: impl Iterator<Item = PathBuf>) -> Result<()> {
    let mut failures = Vec::new();
    for copy in copies {
        let both = [Manifest::path_of(&copy), copy];
        // A copy that stays keeps its manifest.
        let failure = both.iter().rev().find_map(|path| Some((path, fs::remove_file(path).err()?)));
        failures.extend(failure.map(|(path, error)| format!("cannot delete {}: {error}", path.display())));
    }
    ensure!(failures.is_empty(), "{}", failures.join("; "));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_in_a_name_is_the_one_that_was_put_there() {
        let time: DateTime<Utc> = "2026-11-28T07:30:09.5Z".parse().unwrap();
        for (file, expected) in [
            ("/b/orders.sqlite", "/b/orders-20261128T073009Z.sqlite"),
            ("/b/orders", "/b/orders-20261128T073009Z"),
            ("/b/a.b.c", "/b/a.b-20261128T073009Z.c"),
        ] {
            let series = Series::of(Path::new(file)).unwrap();
            let path = series.at(time);
            assert_eq!(path, Path::new(expected));
            let found = series.time_in(path.file_name().unwrap().to_str().unwrap()).unwrap();
            assert_eq!(found.and_utc().timestamp(), time.timestamp());
        }
        assert!(Series::of(Path::new("/b/..")).is_err());
    }

    /// The names of copies that are left of those of these days, once that of one of them was made.
    fn left(days: &[u32], made: u32, keep: usize) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let name = |day: &u32| format!("orders-202611{day:02}T000000Z");
        for name in days.iter().map(name) {
            let manifest = serde_json::json!({"file": name, "sha256": "0".repeat(64), "bytes": 0, "schema": "",
                "version": "", "orders": 0, "lastEvent": 0, "time": ""});
            let copy = folder.path().join(name);
            fs::write(Manifest::path_of(&copy), manifest.to_string()).unwrap();
            fs::write(copy, "").unwrap();
        }
        let series = Series::of(&folder.path().join("orders")).unwrap();
        series.keep_newest(keep, &folder.path().join(name(&made))).unwrap();
        let copies = series.copies().unwrap();
        let name = |path: &Path| path.file_name().unwrap().to_str().unwrap()[13..15].to_owned();
        copies.iter().map(|(_, path)| name(path)).collect()
    }

    #[test]
    fn those_of_a_clock_that_was_ahead_neither_count_nor_go() {
        assert_eq!(left(&[1, 2, 3, 4], 4, 2), ["04", "03"]);
        assert_eq!(left(&[1, 2, 3, 28, 29], 3, 2), ["29", "28", "03", "02"]);
        assert_eq!(left(&[1, 28, 29], 1, 1), ["29", "28", "01"]);
        assert_eq!(left(&[3, 28, 29, 30], 30, 2), ["30", "29"]);
    }

    #[test]
    fn one_that_cannot_be_deleted_keeps_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let [stuck, old] = ["stuck", "old"].map(|name| folder.path().join(name));
        fs::create_dir(&stuck).unwrap();
        for file in [Manifest::path_of(&stuck), Manifest::path_of(&old), old.clone()] {
            fs::write(file, "").unwrap();
        }
        let error = delete([stuck.clone(), old.clone()].into_iter()).unwrap_err().to_string();
        assert!(error.contains("/stuck: ") && !error.contains("/old"), "{error}");
        assert!(Manifest::path_of(&stuck).exists());
        assert!(!old.exists() && !Manifest::path_of(&old).exists());
    }

    #[test]
    fn names_of_others_have_no_time() {
        let series = Series::of(Path::new("orders.sqlite")).unwrap();
        for name in [
            "orders.sqlite",
            "orders-.sqlite",
            "orders-20261128.sqlite",
            "orders-eu-20261128T073009Z.sqlite",
            "orders-20261128T073009Z.sqlite.manifest.json",
            "orders-20261328T073009Z.sqlite",
            "orders-2026112T8073009Z.sqlite",
            "orders-+0261128T073009Z.sqlite",
            "old-orders-20261128T073009Z.sqlite",
        ] {
            assert_eq!(series.time_in(name), None, "{name}");
        }
    }
}
