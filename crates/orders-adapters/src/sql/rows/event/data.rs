//! What an event says, as its column has it.

use std::{borrow::Cow, fmt::Write};

use diesel::{QueryResult, result::Error};
use orders_domain::{
    EventType, Facts, Happening, InvalidInput, OrderProduct, OrderShipment, ProductId, Quantity,
    ShippingProvider, TrackingNumber,
};
use serde::{Deserialize, Serialize};

use super::super::facts::{Read, Written};

/// `data` as it is stored.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Data<'a> {
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
}

impl<'a> Data<'a> {
    fn of(what: &'a Happening) -> Self {
        let shipped = |shipment: &'a OrderShipment| Self {
            shipping_provider: Some(shipment.provider().into()),
            tracking_number: Some(shipment.tracking_number().into()),
            ..Self::default()
        };
        match what {
            Happening::Placed { lines } => {
                let line =
                    |(product, quantity): &(ProductId, Quantity)| (product.get(), quantity.get().into());
                Self { lines: Some(lines.iter().map(line).collect()), ..Self::default() }
            }
            Happening::Tracked { shipment, status } => {
                Self { status: Some(status.as_str().into()), ..shipped(shipment) }
            }
            Happening::Moved { from, to } => {
                Self { from: Some(from.as_str().into()), to: Some(to.as_str().into()), ..Self::default() }
            }
            Happening::Migrated { status, shipment } => Self {
                to: Some(status.as_str().into()),
                ..shipment.as_ref().map(shipped).unwrap_or_default()
            },
        }
    }

    /// What happened, of this type.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`] when a part is missing.
    pub fn happening(self, kind: EventType) -> Result<Happening, InvalidInput> {
        let missing = |what| InvalidInput::new("data", format!("of {kind} has no {what}"));
        let shipment = match (&self.shipping_provider, &self.tracking_number) {
            (Some(provider), Some(number)) => {
                Some(OrderShipment::new(ShippingProvider::parse(provider)?, TrackingNumber::parse(number)?))
            }
            _ => None,
        };
        let status =
            |word: &Option<Cow<'_, str>>, what| word.as_deref().ok_or_else(|| missing(what))?.parse();
        Ok(match kind {
            EventType::Placed => {
                let lines = self.lines.ok_or_else(|| missing("lines"))?;
                let line = |(product, quantity): (i64, i64)| Ok((product.try_into()?, quantity.try_into()?));
                Happening::Placed { lines: lines.into_iter().map(line).collect::<Result<_, InvalidInput>>()? }
            }
            EventType::Tracked => Happening::Tracked {
                shipment: shipment.ok_or_else(|| missing("shipment"))?,
                status: status(&self.status, "status")?,
            },
            EventType::Migrated => Happening::Migrated { status: status(&self.to, "to")?, shipment },
            EventType::Processing | EventType::Shipped | EventType::Delivered | EventType::Cancelled => {
                Happening::Moved { from: status(&self.from, "from")?, to: status(&self.to, "to")? }
            }
            _ => return Err(InvalidInput::new("data", format!("of {kind} is not of an order"))),
        })
    }
}

/// What happened, as its column has it.
///
/// # Errors
///
/// None that can occur: texts and numbers can be written.
pub fn data(what: &Happening) -> QueryResult<String> {
    serde_json::to_string(&Data::of(what)).map_err(|error| Error::SerializationError(error.into()))
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
mod tests {
    use super::*;
    use crate::sample::{at, new_order, parcel};
    use orders_domain::{EventType, OrderStatus};

    #[test]
    fn what_is_written_of_a_happening_is_read_as_the_same() {
        let order = new_order(1, at(0)).with_id(1.try_into().unwrap());
        let lines: Vec<_> = order.lines().map(|(_, line)| *line).collect();
        let placing = Happening::placing(&order);
        assert_eq!(data_of_placing(&lines), data(&placing).unwrap());
        let moved = |to| Happening::Moved { from: OrderStatus::Pending, to };
        let migrated = |shipment| Happening::Migrated { status: OrderStatus::Shipped, shipment };
        for what in [
            placing,
            Happening::Tracked { shipment: parcel("\"1\"\u{7ff}"), status: OrderStatus::Processing },
            moved(OrderStatus::Processing),
            moved(OrderStatus::Cancelled),
            migrated(None),
            migrated(Some(parcel("1"))),
        ] {
            let written = data(&what).unwrap();
            let read: Data<'_> = serde_json::from_str(&written).unwrap();
            assert_eq!(read.happening(what.event_type()), Ok(what), "{written}");
        }
    }

    #[test]
    fn data_that_lacks_a_part_is_no_happening() {
        for kind in EventType::ALL {
            assert!(Data::default().happening(kind).is_err(), "{kind}");
        }
    }
}
