//! What is asked for in the query of figures.

use chrono::{DateTime, Utc};
use orders_domain::{
    AskedReport, InvalidInput, Quoted,
    analytics::{By, Every, Grouping, Timespan, Top},
    market::time_zone::TimeZone,
};
use utoipa::IntoParams;

use crate::http::{
    error::ApiError,
    faults::Faults,
    parameters::{self, moment},
};

/// The query parameters of every figure, for the document.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "the schema of what `Asked` reads")]
pub struct TimeParams {
    /// From this moment on, which is on a quarter of an hour (RFC 3339). From 1972 on.
    #[param(example = "2026-10-24T22:00:00Z")]
    from: DateTime<Utc>,
    /// Up to this moment, which is on a quarter of an hour and not counted any more (RFC 3339).
    #[param(example = "2026-10-26T23:00:00Z")]
    to: DateTime<Utc>,
    /// The time zone whose hours, days, weeks and months are counted, by its name in the IANA database.
    #[param(example = "Europe/Berlin", default = "UTC", nullable = false)]
    tz: Option<String>,
    /// Into what the time is cut; without it, not at all. At most 10,000 of them.
    #[param(pattern = "^(hour|day|week|month)$", example = "day", nullable = false)]
    every: Option<String>,
}

/// Those of figures of orders.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "the schema of what `Asked::orders` reads")]
pub struct OrdersReportParams {
    /// By what figures are told apart beside the currency.
    #[param(pattern = "^(marketplace|status|product)$", example = "marketplace", nullable = false)]
    by: Option<String>,
}

/// Those of best sellers.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "the schema of what `Asked::products` reads")]
pub struct ProductsReportParams {
    /// `marketplace`: the best sellers of each.
    #[param(pattern = "^marketplace$", nullable = false)]
    by: Option<String>,
    /// How many products of each period and currency.
    #[param(minimum = 1, maximum = 1000, default = 20, example = 20, nullable = false)]
    top: Option<i64>,
}

/// What somebody asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked {
    pub report: AskedReport,
}

/// What was read so far.
#[derive(Default)]
struct Read {
    from: Option<DateTime<Utc>>,
    to: Option<DateTime<Utc>>,
    zone: Option<TimeZone>,
    every: Option<Every>,
    by: Option<By>,
    top: Option<Top>,
}

impl Asked {
    /// Reads the query of figures of orders.
    ///
    /// # Errors
    ///
    /// 400 for parameters that do not parse or are repeated, 422 for unknown and missing ones and values that cannot be;
    /// all of them at once.
    pub fn orders(query: &str) -> Result<Self, ApiError> {
        Self::read(query, &By::ALL, |Read { by, .. }| match by {
            None => Grouping::Orders { by_marketplace: false },
            Some(By::Marketplace) => Grouping::Orders { by_marketplace: true },
            Some(By::Status) => Grouping::Statuses,
            Some(By::Product) => Grouping::Products { by_marketplace: false, top: None },
        })
    }

    /// Reads the query of best sellers.
    ///
    /// # Errors
    ///
    /// As [`Self::orders`].
    pub fn products(query: &str) -> Result<Self, ApiError> {
        Self::read(query, &[By::Marketplace], |Read { by, top, .. }| {
            let top = top.or_else(|| Top::DEFAULT.try_into().ok());
            Grouping::Products { by_marketplace: by.is_some(), top }
        })
    }

    fn read(query: &str, allowed: &[By], grouping: impl FnOnce(&Read) -> Grouping) -> Result<Self, ApiError> {
        let (mut faults, mut read) = (Faults::default(), Read::default());
        let (mut has_from, mut has_to) = (false, false);
        let has_top = allowed.len() == 1;
        parameters::each(query, &mut faults, |name, value, pointer, faults| match name {
            "from" => (has_from, read.from) = (true, bound("from", value, pointer, faults)),
            "to" => (has_to, read.to) = (true, bound("to", value, pointer, faults)),
            "tz" => read.zone = valid(value.parse().map_err(named), pointer, faults),
            "every" => read.every = valid(value.parse(), pointer, faults),
            "by" => match value.parse::<By>() {
                Ok(by) if !allowed.contains(&by) => {
                    faults.invalid(pointer, format_args!("by {} is not marketplace", Quoted(value)));
                }
                by => read.by = valid(by, pointer, faults),
            },
            "top" if has_top => read.top = parameters::limit_of("top", value, pointer, faults),
            _ => parameters::unknown(name, faults),
        });
        for (name, is_there) in [("from", has_from), ("to", has_to)] {
            if !is_there {
                faults.invalid(format_args!("/{name}"), format_args!("{name} is missing"));
            }
        }
        let mut time = None;
        if let (Some(from), Some(to)) = (read.from, read.to) {
            let asked = Timespan::new(from, to, read.zone.unwrap_or(TimeZone::UTC));
            time = valid(asked, "/to".to_owned(), &mut faults);
        }
        faults.into_result()?;
        let time = time.ok_or(ApiError::Internal(None))?;
        Ok(Self { report: AskedReport { time, every: read.every, grouping: grouping(&read) } })
    }
}

/// A moment at which figures can begin or end.
fn bound(name: &'static str, value: &str, pointer: String, faults: &mut Faults) -> Option<DateTime<Utc>> {
    let moment = moment(value, &pointer, faults)?;
    valid(Timespan::bound(name, moment), pointer, faults).map(|_| moment)
}

/// What is said of a time zone, which the parameter calls otherwise than marketplaces do.
fn named(reason: InvalidInput) -> InvalidInput {
    InvalidInput::new("tz", reason.reason)
}

/// A value that the domain takes or not.
fn valid<T>(parsed: Result<T, InvalidInput>, pointer: String, faults: &mut Faults) -> Option<T> {
    parsed.map_err(|reason| faults.invalid(pointer, reason)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(query: &str) -> Vec<(String, String)> {
        match Asked::orders(query).unwrap_err() {
            ApiError::Malformed { faults, .. } | ApiError::Invalid { faults, .. } => {
                faults.into_iter().map(|fault| (fault.pointer, fault.detail)).collect()
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_query_is_read_with_all_that_can_be_said() {
        let time = "from=2026-10-24T22:00:00Z&to=2026-10-27T00:00:00%2B01:00";
        let asked = Asked::orders(&format!("{time}&tz=Europe/Berlin&every=day&by=status")).unwrap().report;
        assert_eq!((asked.every, asked.grouping), (Some(Every::Day), Grouping::Statuses));
        assert_eq!(asked.time.periods(Every::Day).unwrap().len(), 2);
        let best = Asked::products(&format!("{time}&by=marketplace&top=5")).unwrap().report.grouping;
        assert_eq!(best, Grouping::Products { by_marketplace: true, top: 5.try_into().ok() });
        let usual = Asked::products(time).unwrap().report.grouping;
        assert_eq!(usual, Grouping::Products { by_marketplace: false, top: 20.try_into().ok() });
    }

    #[test]
    fn every_fault_is_named_with_its_value() {
        let query = "from=2026-10-24T22:07:00Z&to=soon&tz=Europe/Atlantis&every=year&by=user&top=7";
        let expected = [
            ("/from", "from 2026-10-24T22:07:00Z is not on a quarter of an hour"),
            ("/to", "\"soon\" is not a moment in RFC 3339, such as 2026-11-22T10:00:00Z"),
            ("/tz", "tz \"Europe/Atlantis\" is not a time zone's name such as Europe/Berlin or UTC"),
            ("/every", "every \"year\" is not one of hour, day, week, month"),
            ("/by", "by \"user\" is not one of marketplace, status, product"),
            ("/top", "the parameter \"top\" is not known here"),
        ];
        let found = faults(query);
        assert_eq!(found.iter().map(|(p, d)| (p.as_str(), d.as_str())).collect::<Vec<_>>(), expected);
        assert_eq!(
            faults(""),
            [("/from", "from is missing"), ("/to", "to is missing")]
                .map(|(p, d)| (p.to_owned(), d.to_owned()))
        );
    }
}
