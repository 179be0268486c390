//! What somebody asks of the figures, and what is answered.

use std::{fmt, str::FromStr};

use chrono::{DateTime, Utc};

use super::{figures::Figures, periods::Period};
use crate::{
    code::MarketplaceCode,
    id::{EventId, ProductId},
    invalid::{InvalidInput, list},
    money::Currency,
    number::whole_number,
    order::status::OrderStatus,
    quoted::Quoted,
};

whole_number! {
    /// How many products of a period and a currency are shown: 1 to 1,000.
    Top, "top", 1 to 1000
}

impl Top {
    /// As many as are shown to somebody who did not say.
    pub const DEFAULT: i64 = 20;
}

/// By what figures are told apart, beside the period and the currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// By the marketplace in which orders were placed.
    Marketplace,
    /// By the status to which they came.
    Status,
    /// By the product.
    Product,
}

impl By {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Marketplace, Self::Status, Self::Product];

    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Marketplace => "marketplace",
            Self::Status => "status",
            Self::Product => "product",
        }
    }
}

impl fmt::Display for By {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for By {
    type Err = InvalidInput;

    fn from_str(word: &str) -> Result<Self, InvalidInput> {
        let found = Self::ALL.into_iter().find(|by| by.as_str() == word);
        found.ok_or_else(|| {
            InvalidInput::new("by", format!("{} is not one of {}", Quoted(word), list(&Self::ALL)))
        })
    }
}

/// What is counted in a report, and by what it is told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grouping {
    /// Orders, all of a currency together or by marketplace.
    Orders {
        /// Whether by marketplace.
        by_marketplace: bool,
    },
    /// Orders that came to a status, by that.
    Statuses,
    /// Products; only the best sellers of a period and a currency, or all.
    Products {
        /// Whether by marketplace too; then they are the best sellers of each.
        by_marketplace: bool,
        /// How many.
        top: Option<Top>,
    },
}

impl Grouping {
    /// Whether rows are told apart by marketplace.
    #[must_use]
    pub fn is_by_marketplace(self) -> bool {
        matches!(self, Self::Orders { by_marketplace: true } | Self::Products { by_marketplace: true, .. })
    }
}

/// What somebody asks of the figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportQuery {
    /// The periods, ascending.
    pub periods: Vec<Period>,
    /// By what they are told apart.
    pub grouping: Grouping,
}

impl ReportQuery {
    /// How many rows a report has at most; a store gives one more where there are more.
    pub const MOST_ROWS: usize = 10_000;
}

/// Figures of a period and a currency. Sums over currencies there are none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReportRow {
    /// Which of the periods, from 0.
    pub period: usize,
    /// The currency.
    pub currency: Currency,
    /// The marketplace, if they are told apart by it.
    pub marketplace: Option<MarketplaceCode>,
    /// The product, if they are told apart by it.
    pub product: Option<ProductId>,
    /// The status, if they are told apart by it.
    pub status: Option<OrderStatus>,
    /// The figures, of which some are not 0.
    pub figures: Figures,
}

impl ReportRow {
    /// By what rows ascend: period, currency, marketplace, status in the order of life; of products the best sellers
    /// come first, by pieces, then by what they cost, then by number.
    #[must_use]
    pub fn rank(&self) -> impl Ord + use<> {
        let Figures { units, gross, .. } = self.figures;
        let best = self.product.map(|product| (-units, -gross, product));
        (self.period, self.currency, self.marketplace, self.status, best)
    }
}

/// What is answered, all of it as of one moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// The rows, by [`ReportRow::rank`]; a period without any is left out.
    pub rows: Vec<ReportRow>,
    /// The newest event that is counted, and when it was.
    pub counted: Option<(EventId, DateTime<Utc>)>,
    /// When the first event was that is not counted, if there is one.
    pub uncounted_since: Option<DateTime<Utc>>,
}
