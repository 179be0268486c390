//! How many orders there were, of what worth, and what became of them: as charts, each with its numbers in a table.

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use askama::Template;
use chrono::{DateTime, FixedOffset};
use orders_domain::{
    AnalyticsError, AnsweredReport, AskedReport, KeepingError, Ownership, ProductId, UseCase, User,
    analytics::{Every, Grouping, Top},
};

use self::{asked::Asked, series::Series, shares::Share};
use crate::{
    http::{
        failure::Failure,
        frame::{Frame, html},
        visit::Visit,
    },
    words::{Moment, took},
};

mod asked;
mod chart;
mod scale;
mod series;
mod shares;

/// How many marketplaces and currencies have charts: those with the most orders.
const MOST_DRAWN: usize = 6;

/// How many best sellers of a currency are shown.
const BEST: i64 = 10;

/// A period that can be chosen.
struct Tab {
    href: String,
    days: i64,
    is_here: bool,
}

/// That not all is counted yet.
struct Late {
    until: Option<Moment>,
    age: String,
}

/// What there is to show.
#[derive(Default)]
struct Shown {
    /// The first and the last day.
    first: String,
    last: String,
    late: Option<Late>,
    /// Whether no order was ever counted.
    is_new: bool,
    series: Vec<Series>,
    /// How many marketplaces and currencies there are, those that are not shown among them.
    count: usize,
    statuses: Vec<Share>,
    best: Vec<Share>,
}

impl Shown {
    /// Those with charts.
    fn drawn(&self) -> impl Iterator<Item = &Series> {
        self.series.iter().take(MOST_DRAWN)
    }

    /// How many are without.
    fn undrawn(&self) -> usize {
        self.count.saturating_sub(MOST_DRAWN)
    }

    fn is_empty(&self) -> bool {
        self.series.is_empty() && self.statuses.is_empty()
    }
}

#[derive(Template)]
#[template(path = "figures.html")]
struct Page {
    frame: Frame,
    tabs: Vec<Tab>,
    days: i64,
    zone: String,
    refused: Option<String>,
    shown: Shown,
}

/// The page.
pub async fn show(visit: Visit, user: User) -> Result<HttpResponse, Failure> {
    UseCase::Analyse.check(user, Ownership::Own).map_err(AnalyticsError::from)?;
    let query = visit.query();
    let read = Asked::of(&query);
    let asked = read.as_ref().copied().unwrap_or_default();
    let shown = match read {
        Ok(asked) => shown(&visit, user, asked).await,
        Err(reason) => Err(reason.into()),
    };
    let (shown, refused, status) = match shown {
        Ok(shown) => (shown, None, 200),
        Err(Failure::Refused(422, reason)) => (Shown::default(), Some(reason), 422),
        Err(failure) => return Err(failure),
    };
    let link = |days: i64| {
        let query = query.only(&["tz"]).but("days", Some(&days.to_string()));
        visit.to(&format!("/figures{}", query.link()))
    };
    let tab = |days: i64| Tab { href: link(days), days, is_here: refused.is_none() && days == asked.days };
    let page = Page {
        frame: Frame::new(&visit, Some(user), "/figures", "Figures"),
        tabs: asked::DAYS.into_iter().map(tab).collect(),
        days: asked.days,
        zone: query.get("tz").unwrap_or_else(|| asked.zone.as_str()).to_owned(),
        refused,
        shown,
    };
    html(status, &page)
}

/// Reads what the page shows.
async fn shown(visit: &Visit, user: User, asked: Asked) -> Result<Shown, Failure> {
    let time = asked.time(visit.desk.clock.now())?;
    let analytics = &visit.desk.analytics;
    let report = async |every, grouping| analytics.report(user, AskedReport { time, every, grouping }).await;
    let by_day = match report(Some(Every::Day), Grouping::Orders { by_marketplace: true }).await {
        // The zone and the days are good: what is refused is how much there is.
        Err(AnalyticsError::Invalid(reason)) if reason.what == "to" => {
            let reason =
                "There are too many marketplaces and currencies for so many days: choose fewer days.";
            return Err(Failure::Refused(422, reason.to_owned()));
        }
        by_day => by_day?,
    };
    let statuses = report(None, Grouping::Statuses).await?;
    let top = Some(Top::try_from(BEST)?);
    let best = report(None, Grouping::Products { by_marketplace: false, top }).await?;
    let names = names(visit, &best).await?;
    let days: Vec<_> = by_day.periods.iter().map(|(begin, _)| day(*begin)).collect();
    let is_empty = by_day.report.rows.is_empty() && statuses.report.rows.is_empty();
    let is_new = is_empty && is_new(visit, user).await?;
    let (series, count) = series::of(&by_day.report.rows, &days);
    Ok(Shown {
        first: days.first().cloned().unwrap_or_default(),
        last: days.last().cloned().unwrap_or_default(),
        late: late(&by_day),
        is_new,
        series,
        count,
        statuses: shares::statuses(&statuses.report.rows),
        best: shares::best(&best.report.rows, &names),
    })
}

/// Whether no order was ever counted.
async fn is_new(visit: &Visit, user: User) -> Result<bool, Failure> {
    let time = asked::ever(visit.desk.clock.now())?;
    let grouping = Grouping::Orders { by_marketplace: false };
    let ever = visit.desk.analytics.report(user, AskedReport { time, every: None, grouping }).await?;
    Ok(ever.report.rows.is_empty())
}

/// That not all is counted, if it is so.
fn late(answered: &AnsweredReport) -> Option<Late> {
    answered.report.uncounted_since?;
    let until = answered.report.counted.map(|(_, at)| at.into());
    Some(Late { until, age: took(answered.lag.num_seconds()) })
}

/// What the products are called that are shown; one that is no more has its number only.
async fn names(visit: &Visit, best: &AnsweredReport) -> Result<BTreeMap<ProductId, String>, Failure> {
    let mut names = BTreeMap::new();
    for product in shares::shown(&best.report.rows).filter_map(|row| row.product) {
        if names.contains_key(&product) {
            continue;
        }
        match visit.desk.keeping.product(product).await {
            Ok(offer) => names.insert(product, offer.product.details.name.as_str().to_owned()),
            Err(KeepingError::UnknownProduct(_)) => names.insert(product, format!("Product {product}")),
            Err(error) => return Err(error.into()),
        };
    }
    Ok(names)
}

/// A day by its date.
fn day(begin: DateTime<FixedOffset>) -> String {
    begin.format("%Y-%m-%d").to_string()
}
