//! Orders as CSV (RFC 4180): a row for each line of an order.

use std::{borrow::Cow, mem};

use csv::{Terminator, Writer, WriterBuilder};
use orders_domain::{Currency, Money, Order, market::listing::Model};

use crate::http::writing::moment;

/// The columns, in their order.
pub const HEADER: [&str; 20] = [
    "orderId",
    "userId",
    "orderDate",
    "updatedAt",
    "status",
    "fulfillment",
    "marketplace",
    "currency",
    "total",
    "currentTotal",
    "lineId",
    "productId",
    "name",
    "model",
    "price",
    "quantity",
    "shippingProvider",
    "trackingNumber",
    "externalId",
    "placedAt",
];

/// Writes orders as rows.
pub struct Rows {
    out: Writer<Vec<u8>>,
    /// Whether texts are left as they are.
    raw: bool,
}

impl Rows {
    /// Without any rows yet.
    pub fn new(raw: bool) -> Self {
        let out = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(Vec::new());
        Self { out, raw }
    }

    /// Writes the names of the columns.
    ///
    /// # Errors
    ///
    /// None in memory.
    pub fn header(&mut self) -> csv::Result<()> {
        self.out.write_record(HEADER)
    }

    /// Writes the lines of an order.
    ///
    /// # Errors
    ///
    /// None in memory.
    pub fn order(&mut self, order: &Order) -> csv::Result<()> {
        let currency = *order.currency();
        let decimal = |amount: Money| amount.decimal(currency);
        let (provider, number) = match order.tracking() {
            Some(tracking) => (tracking.provider(), tracking.number()),
            None => ("", ""),
        };
        let (provider, number) = (self.text(provider).into_owned(), self.text(number).into_owned());
        let imported = order.imported();
        let external = imported.map_or("", |imported| imported.external_id.as_str());
        let external = self.text(external).into_owned();
        let placed_there = imported.map(|imported| moment(imported.placed_at)).unwrap_or_default();
        let (id, user) = (order.id().to_string(), order.user().to_string());
        let (placed, updated) = (moment(order.ordered_at()), moment(order.updated_at()));
        let (total, current_total) = (decimal(order.total()), decimal(order.current_total()));
        for (line_id, line) in order.lines() {
            let shown = line.shown();
            let name = shown.map_or("", |shown| shown.name.as_str());
            let model = shown.and_then(|shown| shown.model.as_ref()).map_or("", Model::as_str);
            let row: [Cow<'_, str>; 20] = [
                (&id).into(),
                (&user).into(),
                (&placed).into(),
                (&updated).into(),
                order.status().as_str().into(),
                order.fulfillment().as_str().into(),
                self.text(order.sold_in().marketplace.as_str()).into_owned().into(),
                Currency::code(&currency).into(),
                (&total).into(),
                (&current_total).into(),
                line_id.to_string().into(),
                line.product().to_string().into(),
                self.text(name),
                self.text(model),
                decimal(line.price()).into(),
                line.quantity().get().to_string().into(),
                (&provider).into(),
                (&number).into(),
                (&external).into(),
                (&placed_there).into(),
            ];
            self.out.write_record(row.iter().map(|cell| cell.as_bytes()))?;
        }
        Ok(())
    }

    /// What is written until now, and no more of it.
    ///
    /// # Errors
    ///
    /// None in memory.
    pub fn take(&mut self) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
        let written = mem::replace(self, Self::new(self.raw));
        Ok(written.out.into_inner().map_err(|error| error.error().to_string())?)
    }

    /// A text of somebody else's: unless it is to be raw, with an apostrophe before what a spreadsheet would run.
    fn text<'a>(&self, text: &'a str) -> Cow<'a, str> {
        if !self.raw && text.starts_with(RUN) { format!("'{text}").into() } else { text.into() }
    }
}

/// With what a cell begins that is a formula, or the end of one cell and the beginning of the next.
const RUN: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use std::sync::Arc;

    use orders_domain::{
        NameFrom, OrderProduct, OrderRecord, Progress, Shown, SoldIn, Version,
        catalogue::product::ProductName, order::contact::Contact,
    };

    use super::*;

    #[test]
    fn what_a_spreadsheet_would_run_gets_an_apostrophe_unless_it_is_raw() {
        let (guarded, raw) = (Rows::new(false), Rows::new(true));
        for begins in ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"] {
            let text = format!("{begins}cmd|' /C calc'!A0");
            assert_eq!(guarded.text(&text), format!("'{text}"));
            assert_eq!(raw.text(&text), text);
        }
        for harmless in ["", "USPS", "1=2", "'=1", "−1", " =1"] {
            assert_eq!(guarded.text(harmless), harmless);
        }
    }

    /// The rows of an order of one line at this price.
    fn rows(price: i64, currency: &str) -> String {
        let price = Money::try_from(price).unwrap();
        let line = OrderProduct::new(9.try_into().unwrap(), price, 1.try_into().unwrap());
        let shown = Shown {
            name: ProductName::parse("=a, \"b\"").unwrap(),
            name_from: NameFrom { marketplace: None, locale: "de".parse().unwrap() },
            model: Model::parse("L-5").ok(),
        };
        let record = OrderRecord {
            id: 7.try_into().unwrap(),
            user: 1.try_into().unwrap(),
            ordered_at: DateTime::UNIX_EPOCH,
            updated_at: DateTime::UNIX_EPOCH,
            currency: currency.parse().unwrap(),
            sold_in: SoldIn { marketplace: "de".parse().unwrap(), ..SoldIn::BEFORE },
            lines: vec![line.shown_as(Arc::new(shown))],
            progress: Progress::PLACED,
            contact: Contact::default(),
            imported: None,
            version: Version::FIRST,
        };
        let mut rows = Rows::new(false);
        rows.order(&Order::restore(record).unwrap()).unwrap();
        String::from_utf8(rows.take().unwrap()).unwrap()
    }

    #[test]
    fn amounts_have_all_digits_of_their_currency() {
        for (currency, price, amount) in [
            ("USD", 1999, "19.99"),
            ("JPY", 1999, "1999"),
            ("KWD", 1999, "1.999"),
            ("CLF", 1999, "0.1999"),
            ("KWD", i64::MAX, "9223372036854775.807"),
        ] {
            let begins = "7,1,1970-01-01T00:00:00.000Z,1970-01-01T00:00:00.000Z,pending,unfulfilled";
            let name = r#""'=a, ""b""",L-5"#;
            let expected =
                format!("{begins},de,{currency},{amount},{amount},601,9,{name},{amount},1,,,,\r\n");
            assert_eq!(rows(price, currency), expected);
        }
    }

    #[test]
    fn rows_end_with_a_return_and_are_taken_once() {
        let mut rows = Rows::new(false);
        rows.header().unwrap();
        let header = String::from_utf8(rows.take().unwrap()).unwrap();
        assert_eq!(
            header,
            "orderId,userId,orderDate,updatedAt,status,fulfillment,marketplace,currency,total,currentTotal,\
             lineId,productId,name,model,price,quantity,shippingProvider,trackingNumber,externalId,placedAt\r\n"
        );
        assert_eq!(rows.take().unwrap(), b"");
    }
}
