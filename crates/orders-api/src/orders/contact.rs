//! How a customer is reached, as it is sent and shown: to the owner and the operator only.

use std::fmt::{self, Display};

use orders_domain::{
    Country, InvalidInput,
    order::contact::{
        Address, AddressLine, City, Contact, ContactChange, Email, PostalCode, Recipient, Region,
    },
    stock::location::{Latitude, Longitude, Point},
};
use utoipa::ToSchema;

use crate::http::{
    error::ApiError,
    faults::Faults,
    json::Json,
    members::{Member, Pointer, array, degrees, nullable, object, personal_members, text},
    writing::{any_text, degrees as write_degrees, plain_text},
};

/// Where goods go.
#[derive(Debug, ToSchema)]
#[schema(as = Address, rename_all = "camelCase", example = json!({
    "name": "Ada Lovelace", "lines": ["12 St James's Square"], "city": "London", "postalCode": "SW1Y 4JH", "country": "GB",
}))]
#[expect(dead_code, reason = "the schema of what `address` reads and `address_json` writes")]
pub struct AddressBody {
    /// To whom.
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    /// Street and number, and what else stands above the town.
    #[schema(min_items = 1, max_items = 4)]
    lines: Vec<String>,
    /// The town.
    #[schema(min_length = 1, max_length = 100)]
    city: String,
    /// Its postal code, where there are such.
    #[schema(required = false, min_length = 1, max_length = 20)]
    postal_code: Option<String>,
    /// The state, province or county.
    #[schema(required = false, min_length = 1, max_length = 100)]
    region: Option<String>,
    /// ISO 3166-1 alpha-2.
    #[schema(pattern = "^[A-Z]{2}$")]
    country: String,
    /// Degrees, north positive, with up to six decimals; with the longitude or not at all.
    #[schema(required = false, minimum = -90, maximum = 90)]
    latitude: Option<f64>,
    /// Degrees, east positive, with up to six decimals.
    #[schema(required = false, minimum = -180, maximum = 180)]
    longitude: Option<f64>,
}

/// How the customer is reached; what is not sent stays, null is forgotten.
#[derive(Debug, ToSchema)]
#[schema(as = SetContact, example = json!({"email": "ada@example.org", "shipTo": null}))]
#[expect(dead_code, reason = "the schema of what `contact` reads")]
pub struct SetContactBody {
    /// Where mail about the order goes.
    #[schema(required = false, max_length = 254)]
    email: Option<String>,
    /// Where the goods go.
    #[schema(rename = "shipTo", required = false)]
    ship_to: Option<AddressBody>,
}

/// What is to become of what is known of the customer.
///
/// # Errors
///
/// 400 or 422 with all faults.
pub fn contact((body, mut faults): (Json<'_>, Faults)) -> Result<ContactChange, ApiError> {
    let sent = personal_members(body, "", [], ["email", "shipTo"], &mut faults);
    let change = sent.map(|([], [email, ship_to])| change((email, ship_to), &mut faults));
    faults.into_result()?;
    change.ok_or(ApiError::Internal(None))
}

/// The same of the two members of a body.
pub fn change<P: Pointer>(
    (email, ship_to): (Member<'_, P>, Member<'_, P>),
    faults: &mut Faults,
) -> ContactChange {
    let email = nullable(email, |email| text(email, Email::parse, faults));
    let ship_to = nullable(ship_to, |ship_to| address(object(ship_to)?, faults).map(Box::new));
    ContactChange { email, ship_to }
}

#[derive(Clone, Copy)]
struct LinePointer(usize);

impl Display for LinePointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "/shipTo/lines/{}", self.0)
    }
}

fn address(body: Json<'_>, faults: &mut Faults) -> Option<Address> {
    let required = ["name", "lines", "city", "country"];
    let optional = ["postalCode", "region", "latitude", "longitude"];
    let ([name, lines, city, country], [postal_code, region, latitude, longitude]) =
        personal_members(body, "/shipTo", required, optional, faults)?;
    let name = text(name, Recipient::parse, faults);
    let lines = array(lines, faults).and_then(|lines| address_lines(lines, faults));
    let city = text(city, City::parse, faults);
    let country = text(country, country_of, faults);
    let postal_code = nullable(postal_code, |code| text(code, PostalCode::parse, faults)).or(None);
    let region = nullable(region, |region| text(region, Region::parse, faults)).or(None);
    let point = point(latitude, longitude, faults);
    Some(Address { name: name?, lines: lines?, city: city?, postal_code, region, country: country?, point })
}

/// A country, or why it is none: not what was sent.
fn country_of(word: &str) -> Result<Country, InvalidInput> {
    word.parse().map_err(|_| InvalidInput::new("country", "is not a country's code of ISO 3166-1 alpha-2"))
}

/// Where it is: both coordinates or neither. One that cannot be read is a fault by itself.
fn point(
    latitude: Member<'_, &'static str>,
    longitude: Member<'_, &'static str>,
    faults: &mut Faults,
) -> Option<Point> {
    let before = faults.count();
    let latitude: Option<Latitude> = nullable(latitude, |degree| degrees(degree, 90, faults)).or(None);
    let longitude: Option<Longitude> = nullable(longitude, |degree| degrees(degree, 180, faults)).or(None);
    match (latitude, longitude) {
        (Some(latitude), Some(longitude)) => return Some(Point { latitude, longitude }),
        (Some(_), None) if faults.count() == before => {
            faults.invalid("/shipTo/longitude", "longitude is missing, and latitude is not");
        }
        (None, Some(_)) if faults.count() == before => {
            faults.invalid("/shipTo/latitude", "latitude is missing, and longitude is not");
        }
        _ => {}
    }
    None
}

fn address_lines(lines: Vec<Json<'_>>, faults: &mut Faults) -> Option<Vec<AddressLine>> {
    if !(1..=Address::MOST_LINES).contains(&lines.len()) {
        faults.invalid("/shipTo/lines", Address::refused_lines(lines.len()));
        return None;
    }
    let mut read = Vec::with_capacity(lines.len());
    let count = lines.len();
    for (index, line) in lines.into_iter().enumerate() {
        let pointer = LinePointer(index);
        match line {
            Json::Text(line) => match AddressLine::parse(&line) {
                Ok(line) => read.push(line),
                Err(reason) => faults.invalid(pointer, reason),
            },
            other => faults.malformed(pointer, format_args!("{} is not a string", other.kind())),
        }
    }
    (read.len() == count).then_some(read)
}

/// Writes what is known of a contact, each member behind a comma.
pub fn contact_json(out: &mut Vec<u8>, contact: &Contact) {
    if let Some(email) = &contact.email {
        any_text(out, ",\"email\":", email.as_str());
    }
    if let Some(address) = &contact.ship_to {
        address_json(out, address);
    }
}

fn address_json(out: &mut Vec<u8>, address: &Address) {
    any_text(out, ",\"shipTo\":{\"name\":", address.name.as_str());
    let mut before = ",\"lines\":[";
    for line in &address.lines {
        any_text(out, before, line.as_str());
        before = ",";
    }
    any_text(out, "],\"city\":", address.city.as_str());
    match &address.postal_code {
        Some(code) => any_text(out, ",\"postalCode\":", code.as_str()),
        None => out.extend_from_slice(b",\"postalCode\":null"),
    }
    match &address.region {
        Some(region) => any_text(out, ",\"region\":", region.as_str()),
        None => out.extend_from_slice(b",\"region\":null"),
    }
    plain_text(out, ",\"country\":\"", address.country.code());
    match &address.point {
        Some(point) => {
            out.extend_from_slice(b",\"latitude\":");
            write_degrees(out, point.latitude.get());
            out.extend_from_slice(b",\"longitude\":");
            write_degrees(out, point.longitude.get());
            out.push(b'}');
        }
        None => out.extend_from_slice(b",\"latitude\":null,\"longitude\":null}"),
    }
}
