//! Settings of copies: taking them, putting them back, comparing what is in databases.

use std::{num::NonZeroUsize, path::PathBuf, str::FromStr, time::Duration};

use clap::Args;

use super::{DatabaseSettings, value};

/// What is copied, and where to.
#[derive(Debug, Args)]
pub struct BackupSettings {
    /// The copy, which must not be there yet; its manifest is `FILE.manifest.json`
    #[arg(value_name = "FILE", value_parser = value::path)]
    pub file: PathBuf,
    /// Go on, and make a copy each time this has passed (`30m`, `1h`, `1d`): of `orders.sqlite` the file
    /// `orders-20261128T073000Z.sqlite`, by the time in UTC
    #[arg(long, value_name = "TIME", value_parser = value::parsed::<Every>)]
    pub every: Option<Every>,
    /// With `--every`: how many copies are kept; those of the same name that are older are deleted, with their
    /// manifests [default: all]
    #[arg(long, value_name = "N", requires = "every", value_parser = value::parsed::<NonZeroUsize>)]
    pub keep: Option<NonZeroUsize>,
    /// Print the manifest
    #[arg(long)]
    pub json: bool,
    /// Where the orders are kept
    #[command(flatten)]
    pub database: DatabaseSettings,
}

/// What is put back, and where to.
#[derive(Debug, Args)]
pub struct RestoreSettings {
    /// The copy, as `orders backup` has made it
    #[arg(value_name = "FILE", value_parser = value::path)]
    pub file: PathBuf,
    /// The database that it becomes, which must not be there yet
    #[arg(long, value_name = "NEW", required_unless_present = "check", value_parser = value::path)]
    pub to: Option<PathBuf>,
    /// Only look whether the copy could be put back
    #[arg(long, conflicts_with = "to")]
    pub check: bool,
    /// Take a copy that was made in another way, and has no manifest
    #[arg(long)]
    pub without_manifest: bool,
    /// Take a copy also where what is stored does not agree with itself, as `orders doctor` finds it
    #[arg(long)]
    pub accept_differences: bool,
}

/// What is digested.
#[derive(Debug, Args)]
pub struct DigestSettings {
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// Where the orders are kept
    #[command(flatten)]
    pub database: DatabaseSettings,
}

/// A time between two of many: a whole number of seconds, minutes, hours or days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Every(pub Duration);

impl FromStr for Every {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let refused = || format!("{text:?} is no time such as 90s, 30m, 1h or 1d, of 366 days at most");
        let (number, unit) = text.split_at_checked(text.len().saturating_sub(1)).ok_or_else(refused)?;
        let seconds = match unit {
            "s" => 1,
            "m" => 60,
            "h" => 60 * 60,
            "d" => 24 * 60 * 60,
            _ => return Err(refused()),
        };
        let number: u32 = number
            .bytes()
            .all(|byte| byte.is_ascii_digit())
            .then(|| number.parse().ok())
            .flatten()
            .ok_or_else(refused)?;
        match u64::from(number) * seconds {
            seconds @ 1..=31_622_400 => Ok(Self(Duration::from_secs(seconds))),
            _ => Err(refused()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_has_a_whole_number_and_a_unit() {
        for (text, seconds) in [("1s", 1), ("90s", 90), ("30m", 1800), ("1h", 3600), ("366d", 31_622_400)] {
            assert_eq!(text.parse(), Ok(Every(Duration::from_secs(seconds))), "{text}");
        }
        for bad in ["", "h", "1", "0s", "-1h", "+1h", "1.5h", "1w", "1 h", "367d", "1ä", "99999999999d"] {
            let refused = bad.parse::<Every>().unwrap_err();
            assert!(refused.contains(&format!("{bad:?}")), "{refused}");
        }
    }
}
