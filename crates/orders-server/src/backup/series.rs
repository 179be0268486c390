//! Copies that are made one after the other, with the time in their names.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
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

    /// Deletes all but the newest ones, with their manifests. What has no manifest, or is not as its manifest says,
    /// is left alone and does not count.
    ///
    /// # Errors
    ///
    /// When one cannot be deleted.
    pub fn keep_newest(&self, keep: usize) -> Result<()> {
        for old in self.copies()?.into_iter().skip(keep) {
            for path in [&old, &Manifest::path_of(&old)] {
                fs::remove_file(path).with_context(|| format!("cannot delete {}", path.display()))?;
            }
        }
        Ok(())
    }

    /// All that are there, the newest one first.
    fn copies(&self) -> Result<Vec<PathBuf>> {
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
        Ok(copies.into_iter().rev().map(|(_, path)| path).collect())
    }
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
