//! What somebody wants to order, before its price is known.

use chrono::{DateTime, Utc};

use super::{
    contact::Contact,
    error::{LineFault, LinePart},
    new_order::NewOrder,
};
use crate::{
    id::{ProductId, UserId},
    market::{
        choice::ChosenMarket,
        shown::{NotOnSale, OnSale},
    },
    money::{Currency, Money},
    quantity::Quantity,
};

/// A line as somebody asks for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestedLine {
    /// Its place in the request, from 0, for messages.
    pub index: usize,
    /// Which product.
    pub product: ProductId,
    /// How many pieces.
    pub quantity: Quantity,
}

/// What somebody wants to order: each product once. What it costs is looked up when it is placed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Basket {
    user: UserId,
    lines: Vec<RequestedLine>,
    expected_total: Option<Money>,
    contact: Contact,
    market: ChosenMarket,
    now: DateTime<Utc>,
}

/// Why a basket does not become an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotSold {
    /// The lines cannot become an order.
    Invalid(Vec<LineFault>),
    /// Some of it is sold, but not in this marketplace.
    NotHere(Vec<LineFault>),
    /// The marketplace is not what it was when it was chosen.
    MarketplaceChanged,
    /// It costs something else than its sender thinks.
    PriceChanged {
        /// What it costs now.
        total: Money,
        /// In which currency.
        currency: Currency,
    },
    /// There is not enough of something.
    OutOfStock(Vec<OutOfStock>),
}

/// A line of which there is not enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OutOfStock {
    /// Its place in the request, from 0.
    pub index: usize,
    /// Which product.
    pub product: ProductId,
    /// How many pieces are wanted.
    pub wanted: Quantity,
    /// How many an order could take.
    pub available: i64,
}

impl Basket {
    /// These lines, of which those that name the same product become one, in the order of first appearance.
    ///
    /// # Errors
    ///
    /// Each line that would take the merged quantity past its limit; without a line or with too many, that.
    /// The merged lines come along.
    pub fn new(
        user: UserId,
        lines: &[RequestedLine],
        expected_total: Option<Money>,
        now: DateTime<Utc>,
    ) -> Result<Self, (Vec<RequestedLine>, Vec<LineFault>)> {
        let (merged, mut faults) = merge(lines);
        if faults.is_empty() && !(1..=NewOrder::MAX_LINES).contains(&merged.len()) {
            let reason = NewOrder::refused_count(merged.len());
            faults.push(LineFault { part: LinePart::Whole, reason });
        }
        if faults.is_empty() {
            let (contact, market) = (Contact::default(), ChosenMarket::first());
            Ok(Self { user, lines: merged, expected_total, contact, market, now })
        } else {
            Err((merged, faults))
        }
    }

    /// The same of a customer of whom this is known.
    #[must_use]
    pub fn of(self, contact: Contact) -> Self {
        Self { contact, ..self }
    }

    /// The same in a marketplace.
    #[must_use]
    pub fn sold_in(self, market: ChosenMarket) -> Self {
        Self { market, ..self }
    }

    /// In which marketplace.
    #[must_use]
    pub fn market(&self) -> &ChosenMarket {
        &self.market
    }

    /// Whose it is.
    #[must_use]
    pub fn user(&self) -> UserId {
        self.user
    }

    /// Its lines, each product once.
    #[must_use]
    pub fn lines(&self) -> &[RequestedLine] {
        &self.lines
    }

    /// The products and how many pieces of each.
    pub fn wanted(&self) -> impl Iterator<Item = (ProductId, i64)> {
        self.lines.iter().map(|line| (line.product, line.quantity.get().into()))
    }

    /// The order that it is on these terms. The price is looked at here, the stock is not.
    ///
    /// # Errors
    ///
    /// [`NotSold::Invalid`], [`NotSold::NotHere`], [`NotSold::PriceChanged`].
    pub fn priced(
        &self,
        on_sale: impl Fn(ProductId) -> Result<OnSale, NotOnSale>,
    ) -> Result<NewOrder, NotSold> {
        let (mut picked, mut unsold) = (Vec::with_capacity(self.lines.len()), Vec::new());
        for line in &self.lines {
            match line.on_sale(&on_sale) {
                Ok(sold) => picked.push((line.product, sold, line.quantity)),
                Err(not_sold) => unsold.push(not_sold),
            }
        }
        if !unsold.is_empty() {
            let only_here = unsold.iter().all(|line| matches!(line, Unsold::Here(_)));
            let faults = unsold.into_iter().map(Unsold::into_fault).collect();
            return Err(if only_here { NotSold::NotHere(faults) } else { NotSold::Invalid(faults) });
        }
        let order = NewOrder::priced(self.user, &picked, &self.market, self.now)
            .map_err(|reason| NotSold::Invalid(vec![LineFault { part: LinePart::Whole, reason }]))?;
        match self.expected_total {
            Some(expected) if expected != order.total() => {
                Err(NotSold::PriceChanged { total: order.total(), currency: *order.currency() })
            }
            _ => Ok(order.of(self.contact.clone())),
        }
    }
}

impl RequestedLine {
    /// How it can be ordered.
    ///
    /// # Errors
    ///
    /// If it cannot be, and whether that is so in this marketplace only.
    pub fn on_sale(
        &self,
        on_sale: impl Fn(ProductId) -> Result<OnSale, NotOnSale>,
    ) -> Result<OnSale, Unsold> {
        let fault = |reason| LineFault { part: LinePart::Product(self.index), reason };
        match on_sale(self.product) {
            Err(NotOnSale::Unknown) => Err(Unsold::Anywhere(fault(self.product.unknown()))),
            Err(NotOnSale::NotHere(code)) => Err(Unsold::Here(fault(self.product.not_sold_in(code)))),
            Ok(sold) if !sold.terms.active => Err(Unsold::Anywhere(fault(self.product.not_for_sale()))),
            Ok(sold) => Ok(sold),
        }
    }
}

/// A line that cannot be ordered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unsold {
    /// In no marketplace.
    Anywhere(LineFault),
    /// In this marketplace.
    Here(LineFault),
}

impl Unsold {
    /// What is wrong.
    #[must_use]
    pub fn into_fault(self) -> LineFault {
        match self {
            Self::Anywhere(fault) | Self::Here(fault) => fault,
        }
    }
}

/// One line a product, in the order of first appearance; a line that would take the merged
/// quantity past its limit is a fault.
fn merge(lines: &[RequestedLine]) -> (Vec<RequestedLine>, Vec<LineFault>) {
    let mut merged: Vec<RequestedLine> = Vec::with_capacity(lines.len());
    let mut faults = Vec::new();
    for line in lines {
        match merged.iter_mut().find(|other| other.product == line.product) {
            None => merged.push(*line),
            Some(other) => match other.quantity.plus(line.quantity) {
                Ok(sum) => other.quantity = sum,
                Err(reason) => {
                    faults.push(LineFault { part: LinePart::Quantity(line.index), reason });
                }
            },
        }
    }
    (merged, faults)
}
