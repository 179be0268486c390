//! Figures, and what is counted to them.

use diesel::{
    QueryableByName,
    sql_types::{BigInt, Nullable, Text},
};
use orders_domain::{
    InvalidInput, MarketplaceCode, OrderEvent, OrderProduct, OrderProductId,
    analytics::{CountedOrder, Figures, Grouping, ReportRow, RollupKey, Uncounted},
};

use super::moment;

/// What a stretch adds to a row: kind, length, first quarter, marketplace, currency, product, figures.
#[derive(Debug)]
pub struct RollupRow<'a> {
    pub kind: &'static str,
    pub span: i64,
    pub quarter: i64,
    pub marketplace: &'a str,
    pub currency: &'a str,
    pub product: i64,
    pub figures: [i64; 7],
}

impl<'a> RollupRow<'a> {
    /// Of figures that are added to a stretch of this length.
    pub fn of(span: i64, key: &'a RollupKey, figures: &Figures) -> Self {
        Self {
            kind: key.of.kind(),
            span,
            quarter: key.quarter.get(),
            marketplace: key.marketplace.as_str(),
            currency: key.currency.code(),
            product: key.of.product(),
            figures: figures.numbers(),
        }
    }
}

/// A line of an order, with what the order is counted by.
#[derive(Debug, QueryableByName)]
pub struct FactsRow {
    #[diesel(sql_type = BigInt)]
    pub id: i64,
    #[diesel(sql_type = BigInt)]
    order_date: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    placed_at: Option<i64>,
    #[diesel(sql_type = Text)]
    currency: String,
    #[diesel(sql_type = Nullable<Text>)]
    marketplace: Option<String>,
    #[diesel(sql_type = BigInt)]
    product_id: i64,
    #[diesel(sql_type = BigInt)]
    price: i64,
    #[diesel(sql_type = BigInt)]
    quantity: i64,
}

/// The lines of these orders, by order and line.
pub fn facts<'a>(orders: impl Iterator<Item = &'a i64>) -> String {
    let ids: Vec<_> = orders.map(ToString::to_string).collect();
    format!(
        "SELECT orders.id, order_date, placed_at, currency, marketplace, product_id, price, quantity \
         FROM orders JOIN order_products AS line ON line.id > (orders.id - 1) * {block} AND line.id <= orders.id * {block} \
         WHERE orders.id IN ({}) ORDER BY line.id",
        ids.join(", "),
        block = OrderProductId::BLOCK
    )
}

impl FactsRow {
    /// The order whose lines these are.
    pub fn order(lines: &[Self]) -> Result<CountedOrder, InvalidInput> {
        let first = lines.first().ok_or_else(|| InvalidInput::new("order", "has no lines"))?;
        let marketplace = first.marketplace.as_deref().map_or(Ok(MarketplaceCode::DEFAULT), str::parse)?;
        let line = |row: &Self| {
            Ok(OrderProduct::new(row.product_id.try_into()?, row.price.try_into()?, row.quantity.try_into()?))
        };
        Ok(CountedOrder {
            marketplace,
            currency: first.currency.parse()?,
            placed_at: moment(first.placed_at.unwrap_or(first.order_date))?,
            is_imported: first.placed_at.is_some(),
            lines: lines.iter().map(line).collect::<Result<_, InvalidInput>>()?,
        })
    }
}

/// Events of an order that are to be counted, with what is told before them.
pub fn uncounted(
    order: CountedOrder,
    told: Option<Vec<OrderEvent>>,
    events: Option<Vec<OrderEvent>>,
) -> Uncounted {
    Uncounted { order, told: told.unwrap_or_default(), events: events.unwrap_or_default() }
}

/// Figures as a report's statement gives them.
#[derive(Debug, QueryableByName)]
pub struct FiguresRow {
    #[diesel(sql_type = BigInt)]
    period: i64,
    #[diesel(sql_type = Text)]
    currency: String,
    #[diesel(sql_type = Text)]
    marketplace: String,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = BigInt)]
    product_id: i64,
    #[diesel(sql_type = BigInt)]
    orders: i64,
    #[diesel(sql_type = BigInt)]
    units: i64,
    #[diesel(sql_type = BigInt)]
    gross_high: i64,
    #[diesel(sql_type = BigInt)]
    gross_low: i64,
    #[diesel(sql_type = BigInt)]
    cancelled: i64,
    #[diesel(sql_type = BigInt)]
    shipped: i64,
    #[diesel(sql_type = BigInt)]
    timed: i64,
    #[diesel(sql_type = BigInt)]
    ship_high: i64,
    #[diesel(sql_type = BigInt)]
    ship_low: i64,
}

impl FiguresRow {
    /// The row of a report that is told apart so.
    pub fn read(self, grouping: Grouping) -> Result<ReportRow, InvalidInput> {
        let marketplace = grouping.is_by_marketplace().then(|| self.marketplace.parse()).transpose()?;
        let (mut product, mut status) = (None, None);
        match grouping {
            Grouping::Orders { .. } => {}
            Grouping::Statuses => status = Some(self.kind.parse()?),
            Grouping::Products { .. } => product = Some(self.product_id.try_into()?),
        }
        let figures = Figures {
            orders: self.orders,
            units: self.units,
            gross: joined(self.gross_high, self.gross_low),
            cancelled: self.cancelled,
            shipped: self.shipped,
            timed: self.timed,
            ship_seconds: joined(self.ship_high, self.ship_low),
        };
        let period = usize::try_from(self.period).unwrap_or_default();
        Ok(ReportRow { period, currency: self.currency.parse()?, marketplace, product, status, figures })
    }
}

/// A sum of both halves, which stops at the end of its range.
fn joined(high: i64, low: i64) -> i64 {
    let sum = (i128::from(high) << 32) + i128::from(low);
    i64::try_from(sum).unwrap_or(i64::MAX)
}
