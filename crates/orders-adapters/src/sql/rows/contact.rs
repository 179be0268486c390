//! How an order's customer is reached.

use std::borrow::Cow;

use orders_domain::{
    InvalidInput,
    order::contact::{Address, AddressLine, City, Contact, Email, PostalCode, Recipient, Region},
    stock::location::LocationDetails,
};
use serde::{Deserialize, Serialize};

/// An address as its column has it.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct AddressData<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
    #[serde(borrow)]
    lines: Vec<Cow<'a, str>>,
    #[serde(borrow)]
    city: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "Option::is_none", borrow)]
    postal_code: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none", borrow)]
    region: Option<Cow<'a, str>>,
    #[serde(borrow)]
    country: Cow<'a, str>,
    #[serde(default, rename = "latitudeE6", skip_serializing_if = "Option::is_none")]
    latitude: Option<i64>,
    #[serde(default, rename = "longitudeE6", skip_serializing_if = "Option::is_none")]
    longitude: Option<i64>,
}

/// Where goods go, as its column has it.
pub fn ship_to(contact: &Contact) -> Option<String> {
    let address = contact.ship_to.as_ref()?;
    let data = AddressData {
        name: address.name.as_str().into(),
        lines: address.lines.iter().map(|line| line.as_str().into()).collect(),
        city: address.city.as_str().into(),
        postal_code: address.postal_code.as_ref().map(|code| code.as_str().into()),
        region: address.region.as_ref().map(|region| region.as_str().into()),
        country: address.country.code().into(),
        latitude: address.point.map(|point| point.latitude.get()),
        longitude: address.point.map(|point| point.longitude.get()),
    };
    // Texts and numbers can be written.
    serde_json::to_string(&data).ok()
}

/// What is known of the customer, by the columns. What is wrong with it is said without it.
pub fn contact(email: Option<&str>, ship_to: Option<&str>) -> Result<Contact, InvalidInput> {
    let email = email.map(Email::parse).transpose()?;
    let ship_to = ship_to.map(address).transpose()?.map(Box::new);
    Ok(Contact { email, ship_to })
}

fn address(json: &str) -> Result<Address, InvalidInput> {
    let unreadable = |_| InvalidInput::new("ship_to", "is stored as something else");
    let data: AddressData<'_> = serde_json::from_str(json).map_err(unreadable)?;
    Ok(Address {
        name: Recipient::parse(&data.name)?,
        lines: data.lines.iter().map(|line| AddressLine::parse(line)).collect::<Result<_, _>>()?,
        city: City::parse(&data.city)?,
        postal_code: data.postal_code.map(|code| PostalCode::parse(&code)).transpose()?,
        region: data.region.map(|region| Region::parse(&region)).transpose()?,
        country: data.country.parse()?,
        point: LocationDetails::point(data.latitude, data.longitude)?,
    })
}
