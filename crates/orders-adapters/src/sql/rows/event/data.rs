//! What an event says, as its column has it.

use std::{borrow::Cow, fmt::Write};

use diesel::{QueryResult, result::Error};
use orders_domain::{
    Became, EventType, Facts, Fulfillment, Happening, InvalidInput, OrderProduct, OrderStatus, ProductId,
    Progress, Quantity, ShipmentNumber, ShipmentStatus, ShippingProvider, Tracking, TrackingNumber,
};
use serde::{Deserialize, Serialize};

use super::super::{
    facts::{Read, Written},
    progress::{NewParcel, Pieces, ProgressData, parts_of, pieces_of},
    proposal::ProposalData,
};

/// `data` as it is stored.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Data<'a> {
    /// Of a placed order: products and how many pieces of each.
    #[serde(skip_serializing_if = "Option::is_none")]
    lines: Option<Vec<(i64, i64)>>,
    #[serde(skip_serializing_if = "Option::is_none", borrow)]
    from: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none", borrow)]
    to: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none", borrow)]
    status: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none", borrow)]
    shipping_provider: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none", borrow)]
    tracking_number: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<i64>,
    /// What the order was and became, where `from` and `to` are something else's.
    #[serde(skip_serializing_if = "Option::is_none", borrow)]
    became: Option<(Cow<'a, str>, Cow<'a, str>)>,
    #[serde(skip_serializing_if = "Option::is_none", borrow)]
    fulfillment: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none", borrow)]
    shipment: Option<NewParcel<'a>>,
    #[serde(skip_serializing_if = "Option::is_none", borrow)]
    reason: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parts: Option<Pieces>,
    #[serde(skip_serializing_if = "Option::is_none", borrow)]
    proposal: Option<ProposalData<'a>>,
    /// How far the order had come.
    #[serde(skip_serializing_if = "Option::is_none", borrow)]
    checkpoint: Option<ProgressData<'a>>,
}

impl<'a> Data<'a> {
    fn of(what: &'a Happening) -> Self {
        match what {
            Happening::Placed { lines } => {
                let line =
                    |(product, quantity): &(ProductId, Quantity)| (product.get(), quantity.get().into());
                Self { lines: Some(lines.iter().map(line).collect()), ..Self::default() }
            }
            Happening::Tracked { number, tracking, status } => Self {
                status: Some(status.as_str().into()),
                number: number.map(ShipmentNumber::get),
                ..Self::tracked(Some(tracking))
            },
            Happening::Moved(became) => Self {
                from: Some(became.from.as_str().into()),
                to: Some(became.to.as_str().into()),
                ..Self::fulfilled(became.fulfillment)
            },
            Happening::Migrated { status, tracking } => {
                Self { to: Some(status.as_str().into()), ..Self::tracked(tracking.as_ref()) }
            }
            Happening::Planned { first, proposal, fulfillment } => Self {
                number: Some(first.get()),
                proposal: Some(ProposalData::of(proposal)),
                ..Self::fulfilled(*fulfillment)
            },
            Happening::ShipmentCreated { number, shipment, became } => Self {
                number: Some(number.get()),
                shipment: Some(NewParcel::of(shipment)),
                ..Self::led_to(*became)
            },
            Happening::ShipmentChanged { number, from, to, tracking, became } => {
                let Self { shipping_provider, tracking_number, .. } = Self::tracked(tracking.as_ref());
                Self {
                    number: Some(number.get()),
                    from: Some(from.as_str().into()),
                    to: Some(to.as_str().into()),
                    shipping_provider,
                    tracking_number,
                    ..Self::led_to(*became)
                }
            }
            Happening::PartiallyCancelled { number, reason, parts, became } => Self {
                number: i64::try_from(*number).ok(),
                reason: Some(reason.as_str().into()),
                parts: Some(pieces_of(parts)),
                ..Self::led_to(*became)
            },
            Happening::ContactChanged { fulfillment } => Self::fulfilled(*fulfillment),
        }
    }

    fn tracked(tracking: Option<&'a Tracking>) -> Self {
        Self {
            shipping_provider: tracking.map(|tracking| tracking.provider().into()),
            tracking_number: tracking.map(|tracking| tracking.number().into()),
            ..Self::default()
        }
    }

    fn fulfilled(fulfillment: Fulfillment) -> Self {
        Self { fulfillment: Some(fulfillment.as_str().into()), ..Self::default() }
    }

    fn led_to(became: Became) -> Self {
        let moved = (became.from.as_str().into(), became.to.as_str().into());
        Self { became: Some(moved), ..Self::fulfilled(became.fulfillment) }
    }

    /// What happened, of this type, and how far the order had come if it says so.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`] when a part is missing.
    pub fn happening(mut self, kind: EventType) -> Result<(Happening, Option<Box<Progress>>), InvalidInput> {
        let checkpoint = self.checkpoint.take().map(Progress::try_from).transpose()?.map(Box::new);
        Ok((self.what(kind)?, checkpoint))
    }

    fn what(self, kind: EventType) -> Result<Happening, InvalidInput> {
        let missing = |what| InvalidInput::new("data", format!("of {kind} has no {what}"));
        let tracking = match (&self.shipping_provider, &self.tracking_number) {
            (Some(provider), Some(number)) => {
                Some(Tracking::new(ShippingProvider::parse(provider)?, TrackingNumber::parse(number)?))
            }
            _ => None,
        };
        let status =
            |word: &Option<Cow<'_, str>>, what| word.as_deref().ok_or_else(|| missing(what))?.parse();
        let parcel_status = |word: &Option<Cow<'_, str>>, what| {
            word.as_deref().ok_or_else(|| missing(what))?.parse::<ShipmentStatus>()
        };
        let number = self.number.map(ShipmentNumber::try_from);
        let fulfillment = self.fulfillment.as_deref().map(str::parse::<Fulfillment>).transpose()?;
        let became = || -> Result<Became, InvalidInput> {
            let (from, to) = self.became.as_ref().ok_or_else(|| missing("became"))?;
            let fulfillment = fulfillment.ok_or_else(|| missing("fulfillment"))?;
            Ok(Became { from: from.parse()?, to: to.parse()?, fulfillment })
        };
        Ok(match kind {
            EventType::Placed => {
                let lines = self.lines.ok_or_else(|| missing("lines"))?;
                let line = |(product, quantity): (i64, i64)| Ok((product.try_into()?, quantity.try_into()?));
                Happening::Placed { lines: lines.into_iter().map(line).collect::<Result<_, InvalidInput>>()? }
            }
            EventType::Tracked => Happening::Tracked {
                number: number.transpose()?,
                tracking: tracking.ok_or_else(|| missing("shipment"))?,
                status: status(&self.status, "status")?,
            },
            EventType::Migrated => Happening::Migrated { status: status(&self.to, "to")?, tracking },
            EventType::Cancelled | EventType::PartiallyCancelled if self.parts.is_some() => {
                Happening::PartiallyCancelled {
                    number: usize::try_from(self.number.unwrap_or_default())
                        .map_err(|_| missing("number"))?,
                    reason: self.reason.as_deref().ok_or_else(|| missing("reason"))?.parse()?,
                    became: became()?,
                    parts: parts_of(self.parts.unwrap_or_default())?,
                }
            }
            EventType::Processing | EventType::Shipped | EventType::Delivered | EventType::Cancelled => {
                let (from, to) = (status(&self.from, "from")?, status(&self.to, "to")?);
                // Where that is not said, an order had but one parcel.
                let fulfillment = fulfillment.unwrap_or(match to {
                    OrderStatus::Shipped => Fulfillment::Shipped,
                    OrderStatus::Delivered => Fulfillment::Delivered,
                    _ => Fulfillment::Unfulfilled,
                });
                Happening::Moved(Became { from, to, fulfillment })
            }
            EventType::Planned => Happening::Planned {
                first: number.transpose()?.ok_or_else(|| missing("number"))?,
                proposal: Box::new(self.proposal.ok_or_else(|| missing("proposal"))?.try_into()?),
                fulfillment: fulfillment.ok_or_else(|| missing("fulfillment"))?,
            },
            EventType::ShipmentCreated => Happening::ShipmentCreated {
                number: number.transpose()?.ok_or_else(|| missing("number"))?,
                became: became()?,
                shipment: Box::new(self.shipment.ok_or_else(|| missing("shipment"))?.try_into()?),
            },
            EventType::ShipmentChanged => Happening::ShipmentChanged {
                number: number.transpose()?.ok_or_else(|| missing("number"))?,
                from: parcel_status(&self.from, "from")?,
                to: parcel_status(&self.to, "to")?,
                tracking,
                became: became()?,
            },
            EventType::ContactChanged => {
                Happening::ContactChanged { fulfillment: fulfillment.ok_or_else(|| missing("fulfillment"))? }
            }
            _ => return Err(InvalidInput::new("data", format!("of {kind} is not of an order"))),
        })
    }
}

/// What happened, as its column has it, and how far the order had come where that is to be said.
///
/// # Errors
///
/// None that can occur: texts and numbers can be written.
pub fn data(what: &Happening, checkpoint: Option<&Progress>) -> QueryResult<String> {
    let data = Data { checkpoint: checkpoint.map(ProgressData::of), ..Data::of(what) };
    serde_json::to_string(&data).map_err(|error| Error::SerializationError(error.into()))
}

/// `data` of an event of anything but an order.
#[derive(Deserialize)]
pub struct Other {
    pub said: Read,
    pub made: Read,
}

/// What is told of anything but an order, and what is kept with it, as their column has them.
///
/// # Errors
///
/// None that can occur: texts and numbers can be written.
pub fn data_of_other(said: &Facts, made: &Facts) -> QueryResult<String> {
    #[derive(Serialize)]
    struct Other<'a> {
        said: Written<'a>,
        made: Written<'a>,
    }
    let other = Other { said: Written(said), made: Written(made) };
    serde_json::to_string(&other).map_err(|error| Error::SerializationError(error.into()))
}

/// What placing an order comes to: [`data`] of [`Happening::placing`], made from the lines at once.
pub fn data_of_placing(lines: &[OrderProduct]) -> String {
    let mut data = String::with_capacity(12 + 8 * lines.len());
    data.push_str(r#"{"lines":["#);
    for (index, line) in lines.iter().enumerate() {
        let comma = if index == 0 { "" } else { "," };
        let _ = write!(data, "{comma}[{},{}]", line.product(), line.quantity().get());
    }
    data.push_str("]}");
    data
}

#[cfg(test)]
mod tests;
