//! Amounts of money in the minor unit of a currency.

use std::{fmt, str::FromStr};

use crate::{invalid::InvalidInput, quoted::Quoted};

/// An amount in the currency's minor unit: `1999` is 19.99 USD. Never negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Money(i64);

impl Money {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// The number of minor units.
    #[must_use]
    pub fn minor_units(self) -> i64 {
        self.0
    }

    /// The sum, or `None` past the range of an `i64`.
    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// The amount as a decimal with all digits of the currency's minor unit: `19.99` USD, `1999` JPY.
    #[must_use]
    pub fn decimal(self, currency: Currency) -> String {
        match currency.exponent() {
            0 => self.0.to_string(),
            digits => {
                let (one, width) = (10_i64.pow(digits), digits as usize);
                format!("{}.{:0width$}", self.0 / one, self.0 % one)
            }
        }
    }

    /// The amount so many times, or `None` past the range of an `i64`.
    #[must_use]
    pub fn checked_mul(self, times: u32) -> Option<Self> {
        self.0.checked_mul(i64::from(times)).map(Self)
    }
}

impl TryFrom<i64> for Money {
    type Error = InvalidInput;

    fn try_from(minor_units: i64) -> Result<Self, InvalidInput> {
        if minor_units >= 0 {
            Ok(Self(minor_units))
        } else {
            Err(InvalidInput::new("amount", format!("{minor_units} is negative")))
        }
    }
}

/// A currency by its ISO 4217 code: three upper-case ASCII letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency([u8; 3]);

impl Currency {
    /// The United States dollar; its minor unit is the cent.
    pub const USD: Self = Self(*b"USD");

    /// The three letters.
    #[must_use]
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// How many decimals its minor unit makes, after ISO 4217: 2 for most, 0 for the yen, 3 for the dinars, 4 for
    /// the Unidad de Fomento. Of a code that is not in the list, or has no minor unit, 2.
    #[must_use]
    pub fn exponent(&self) -> u32 {
        self.minor_unit().unwrap_or(2)
    }

    fn minor_unit(self) -> Option<u32> {
        let known = iso_currency::Currency::from_code(self.code())?;
        known.exponent().map(Into::into)
    }

    /// A currency in which things are priced: one of ISO 4217 that has a minor unit.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`] for other codes, such as those of gold and of no currency.
    pub fn of_prices(code: &str) -> Result<Self, InvalidInput> {
        let currency: Self = code.parse()?;
        let refuse = |reason| Err(InvalidInput::new("currency", format!("{currency} {reason}")));
        match iso_currency::Currency::from_code(code) {
            None => refuse("is not in ISO 4217"),
            Some(known) if known.exponent().is_none() => {
                refuse("has no minor unit, so nothing is priced in it")
            }
            Some(_) => Ok(currency),
        }
    }
}

impl FromStr for Currency {
    type Err = InvalidInput;

    fn from_str(text: &str) -> Result<Self, InvalidInput> {
        match <[u8; 3]>::try_from(text.as_bytes()) {
            Ok(code) if code.iter().all(u8::is_ascii_uppercase) => Ok(Self(code)),
            _ => Err(InvalidInput::new("currency", format!("{} is not three capital letters", Quoted(text)))),
        }
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_past_the_range_are_refused_not_wrapped() {
        let most = Money::try_from(i64::MAX).unwrap();
        let one = Money::try_from(1).unwrap();
        assert_eq!(most.checked_add(one), None);
        assert_eq!(most.checked_mul(2), None);
        assert_eq!(one.checked_add(one).map(Money::minor_units), Some(2));
    }

    #[test]
    fn negative_amounts_are_refused() {
        assert_eq!(Money::try_from(-1).unwrap_err().to_string(), "amount -1 is negative");
    }

    #[test]
    fn a_currency_has_the_decimals_of_its_minor_unit() {
        let of = |code: &str| code.parse::<Currency>().unwrap().exponent();
        assert_eq!(["JPY", "USD", "EUR", "KWD", "CLF", "XAU", "ABC"].map(of), [0, 2, 2, 3, 4, 2, 2]);
    }

    #[test]
    fn what_has_no_minor_unit_is_no_currency_of_prices() {
        for good in ["JPY", "USD", "KWD", "CLF", "UYW"] {
            assert_eq!(Currency::of_prices(good).map(|currency| currency.to_string()), Ok(good.to_owned()));
        }
        for (bad, reason) in [
            ("XAU", "currency XAU has no minor unit, so nothing is priced in it"),
            ("XXX", "currency XXX has no minor unit, so nothing is priced in it"),
            ("ABC", "currency ABC is not in ISO 4217"),
        ] {
            assert_eq!(Currency::of_prices(bad).unwrap_err().to_string(), reason);
        }
    }

    #[test]
    fn a_decimal_has_all_digits_of_the_minor_unit_however_large_it_is() {
        let of = |units: i64, code: &str| Money::try_from(units).unwrap().decimal(code.parse().unwrap());
        assert_eq!(
            ["USD", "JPY", "KWD", "CLF"].map(|code| of(1999, code)),
            ["19.99", "1999", "1.999", "0.1999"]
        );
        assert_eq!(["USD", "JPY", "KWD", "CLF"].map(|code| of(5, code)), ["0.05", "5", "0.005", "0.0005"]);
        assert_eq!(["USD", "JPY", "KWD", "CLF"].map(|code| of(0, code)), ["0.00", "0", "0.000", "0.0000"]);
        assert_eq!(
            ["USD", "JPY", "KWD", "CLF"].map(|code| of(i64::MAX, code)),
            ["92233720368547758.07", "9223372036854775807", "9223372036854775.807", "922337203685477.5807"]
        );
    }

    #[test]
    fn a_currency_is_three_capital_letters() {
        assert_eq!("EUR".parse::<Currency>().map(|c| c.to_string()), Ok("EUR".to_owned()));
        for bad in ["", "eur", "EURO", "E1R", "€"] {
            assert!(bad.parse::<Currency>().is_err(), "{bad:?} was taken");
        }
    }
}
