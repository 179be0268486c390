//! The parcels of an order.

use actix_web::HttpResponse;
use orders_domain::{
    AskedShipment, InvalidInput, Patch, ShipmentChange, ShipmentNumber, ShipmentStatus, ShippingProvider,
    Tracking, TrackingNumber, UseCase, User,
};

use super::{
    actions::{answered, parts, refused},
    owned,
};
use crate::http::{failure::Failure, form::Form, visit::Visit};

/// Makes a parcel of what is open.
pub async fn ship(visit: Visit, user: User, form: Form) -> Result<HttpResponse, Failure> {
    let (seen, expected) = form.seen()?;
    let order = owned(&visit, user, UseCase::Ship).await?.only_if(expected);
    let asked = match asked(&form) {
        Ok(asked) => asked,
        Err(reason) => return refused(&visit, user, form, reason).await,
    };
    let done = visit.desk.orders.ship(order, asked, visit.request(user, &form)?).await;
    answered(&visit, user, form, (seen, "shipment"), done).await
}

fn asked(form: &Form) -> Result<AskedShipment, InvalidInput> {
    let parts = parts(form)?;
    if parts.is_empty() {
        return Err(InvalidInput::new(
            "nothing",
            "is to be in the parcel: say how many pieces of which line",
        ));
    }
    let tracking = match (form.text("provider"), form.text("tracking")) {
        ("", "") => None,
        (provider, number) => {
            Some(Tracking::new(ShippingProvider::parse(provider)?, TrackingNumber::parse(number)?))
        }
    };
    let status = if form.text("leaves") == "now" { ShipmentStatus::Shipped } else { ShipmentStatus::Planned };
    Ok(AskedShipment { parts, location: form.maybe("location")?, tracking, status })
}

/// Moves a parcel, or gives it another carrier and number.
pub async fn change(visit: Visit, user: User, form: Form) -> Result<HttpResponse, Failure> {
    let (seen, expected) = form.seen()?;
    let order = owned(&visit, user, UseCase::Ship).await?.only_if(expected);
    let number = visit.http.match_info().get("number").and_then(|number| number.parse::<i64>().ok());
    let number = number.and_then(|number| ShipmentNumber::try_from(number).ok());
    let number = number.ok_or_else(|| Failure::missing("There is no page at this address."))?;
    let change = match changed(&form) {
        Ok(change) => change,
        Err(reason) => return refused(&visit, user, form, reason).await,
    };
    let done = visit.desk.orders.change_shipment(order, number, change, visit.request(user, &form)?).await;
    answered(&visit, user, form, (seen, "parcel"), done).await
}

fn changed(form: &Form) -> Result<ShipmentChange, InvalidInput> {
    let status = match form.text("status") {
        "" => None,
        word => Some(word.parse()?),
    };
    // Where the fields are not there they stay as they are, and where they are empty nothing is known any more.
    if form.text("fields") != "tracking" {
        return Ok(ShipmentChange { status, ..ShipmentChange::default() });
    }
    let provider = match form.text("provider") {
        "" => Patch::Clear,
        provider => Patch::Set(ShippingProvider::parse(provider)?),
    };
    let number = match form.text("tracking") {
        "" => Patch::Clear,
        number => Patch::Set(TrackingNumber::parse(number)?),
    };
    Ok(ShipmentChange { status, provider, number })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(text: &str) -> Form {
        Form::of(text.as_bytes()).unwrap()
    }

    #[test]
    fn a_parcel_is_asked_for_with_its_pieces_and_both_or_nothing_of_its_carrier() {
        let parcel = asked(&form("line-0=2&location=berlin&provider=DHL&tracking=1&leaves=now")).unwrap();
        assert_eq!((parcel.parts.len(), parcel.status), (1, ShipmentStatus::Shipped));
        assert_eq!(parcel.tracking.unwrap().provider(), "DHL");
        assert_eq!(asked(&form("line-0=2&provider=&tracking=")).unwrap().tracking, None);
        assert_eq!(asked(&form("line-0=2&leaves=later")).unwrap().status, ShipmentStatus::Planned);
        for bad in ["line-0=0", "line-0=2&provider=DHL", "line-0=2&tracking=1", "line-0=2&location=!"] {
            assert!(asked(&form(bad)).is_err(), "{bad}");
        }
    }

    #[test]
    fn what_a_form_does_not_ask_for_stays() {
        let shipped = changed(&form("status=shipped")).unwrap();
        assert_eq!((shipped.status, shipped.provider), (Some(ShipmentStatus::Shipped), Patch::Keep));
        assert_eq!(changed(&form("fields=tracking&provider=&tracking=")).unwrap().number, Patch::Clear);
        assert!(changed(&form("status=lost")).is_err());
    }
}
