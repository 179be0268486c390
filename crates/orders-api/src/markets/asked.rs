//! What a request says of the marketplace in which somebody is.

use actix_web::{
    HttpRequest, HttpResponse,
    http::{
        header::{self, HeaderName, HeaderValue},
        uri::Authority,
    },
};
use orders_domain::{AskedMarket, Country};
use utoipa::IntoParams;

use crate::{
    http::{error::ApiError, faults::Faults, parameters},
    server::proxy::BehindProxy,
};

/// The header that names a marketplace.
pub const ORDERS_MARKETPLACE: HeaderName = HeaderName::from_static("orders-marketplace");

/// The header in which `CloudFront` says from which country somebody asks.
const VIEWER_COUNTRY: HeaderName = HeaderName::from_static("cloudfront-viewer-country");

/// The header, for the document.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "the schema of what `asked` reads")]
pub struct MarketplaceHeader {
    /// In which marketplace to ask; a body or a query that names one beats it.
    #[param(rename = "Orders-Marketplace", nullable = false, pattern = "^[a-z0-9-]{2,16}$")]
    marketplace: Option<String>,
}

/// The header that says in which languages the asker reads, for the document.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "the schema of what `http::language` reads")]
pub struct LanguageHeader {
    /// In which languages to tell names, the best ones with the highest `q`.
    #[param(rename = "Accept-Language", nullable = false, example = "de-AT, en;q=0.5")]
    languages: Option<String>,
}

/// The parameter that names a marketplace, for the document.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "the schema of what handlers read")]
pub struct MarketplaceParam {
    /// In which marketplace to ask.
    #[param(nullable = false, example = "default", pattern = "^[a-z0-9-]{2,16}$")]
    marketplace: Option<String>,
}

/// The parameter of a place, for the document.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "the schema of what `country` reads")]
pub struct CountryParam {
    /// From where somebody asks: ISO 3166-1 alpha-2. Unless it is said, from where this is asked, as far as it is known.
    #[param(nullable = false, example = "DE", pattern = "^[A-Z]{2}$")]
    country: Option<String>,
}

/// What a request says of the marketplace beside its query, its body and who asks.
///
/// # Errors
///
/// 400 for a header `Orders-Marketplace` that is repeated or of another form.
pub fn asked(request: &HttpRequest) -> Result<AskedMarket<'_>, ApiError> {
    let headers = request.headers();
    let mut named = headers.get_all(ORDERS_MARKETPLACE);
    let header = match (named.next(), named.next()) {
        (None, _) => None,
        (Some(named), None) => Some(visible(named).ok_or_else(|| {
            ApiError::malformed("the header Orders-Marketplace is not visible ASCII characters")
        })?),
        (Some(_), Some(_)) => {
            return Err(ApiError::malformed("the header Orders-Marketplace is repeated"));
        }
    };
    // A target with a host of its own beats the header (RFC 9112, section 3.2.2).
    let authority = request.uri().authority().map(Authority::as_str);
    let host = authority.or_else(|| headers.get(header::HOST).and_then(visible));
    // What is said twice, or is no country, leads nowhere.
    let mut countries = headers.get_all(VIEWER_COUNTRY).filter(|_| BehindProxy::has(request));
    let country = match (countries.next(), countries.next()) {
        (Some(country), None) => visible(country).and_then(|country| country.parse().ok()),
        _ => None,
    };
    Ok(AskedMarket { header, host, country, ..AskedMarket::default() })
}

fn visible(value: &HeaderValue) -> Option<&str> {
    let is_visible = !value.is_empty() && value.as_bytes().iter().all(u8::is_ascii_graphic);
    if is_visible { value.to_str().ok() } else { None }
}

/// Reads the query of an order to place: whether it is a dry run, and in which marketplace.
///
/// # Errors
///
/// 400 for what does not parse or is repeated, 422 for unknown parameters.
pub fn placing(query: &str) -> Result<(bool, Option<String>), ApiError> {
    let mut marketplace = None;
    let is_dry = parameters::dry_run_or(query, |name, value, _, faults| match name {
        "marketplace" => marketplace = Some(value.to_owned()),
        _ => parameters::unknown(name, faults),
    })?;
    Ok((is_dry, marketplace))
}

/// Reads a query that may name a marketplace and says nothing else.
///
/// # Errors
///
/// 400 for a repeated parameter, 422 for unknown ones.
pub fn named(query: &str) -> Result<Option<String>, ApiError> {
    let (mut marketplace, mut faults) = (None, Faults::default());
    parameters::each(query, &mut faults, |name, value, _, faults| match name {
        "marketplace" => marketplace = Some(value.to_owned()),
        _ => parameters::unknown(name, faults),
    });
    faults.into_result().map(|()| marketplace)
}

/// Reads the query of where a country leads.
///
/// # Errors
///
/// 400 for a repeated parameter, 422 for unknown ones and what is no country.
pub fn country(query: &str) -> Result<Option<Country>, ApiError> {
    let (mut country, mut faults) = (None, Faults::default());
    parameters::each(query, &mut faults, |name, value, pointer, faults| match name {
        "country" => {
            country = value.parse::<Country>().map_err(|reason| faults.invalid(pointer, reason)).ok();
        }
        _ => parameters::unknown(name, faults),
    });
    faults.into_result().map(|()| country)
}

/// What of a request an answer goes by that shows the marketplace's names.
const SHOWN: HeaderValue = HeaderValue::from_static("accept-language, orders-marketplace");

/// The same behind a proxy.
const SHOWN_BEHIND_PROXY: HeaderValue =
    HeaderValue::from_static("accept-language, orders-marketplace, cloudfront-viewer-country");

/// Says what of the request an answer goes by that shows what a marketplace does. The host is not said: an address
/// has it, and caches go by addresses.
pub fn vary(request: &HttpRequest, answer: &mut HttpResponse) {
    let shown = if BehindProxy::has(request) { SHOWN_BEHIND_PROXY } else { SHOWN };
    answer.headers_mut().append(header::VARY, shown);
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn headers_say_where_somebody_is_and_the_country_only_behind_a_proxy() {
        let request = || {
            TestRequest::get()
                .insert_header(("host", "de.shop.example:80"))
                .insert_header(("orders-marketplace", "fr"))
                .insert_header(("cloudfront-viewer-country", "AT"))
        };
        let direct = request().to_http_request();
        let said =
            AskedMarket { header: Some("fr"), host: Some("de.shop.example:80"), ..AskedMarket::default() };
        assert_eq!(asked(&direct).unwrap(), said);
        let proxied = request().app_data(BehindProxy).to_http_request();
        assert_eq!(asked(&proxied).unwrap(), AskedMarket { country: "AT".parse().ok(), ..said });
    }

    #[test]
    fn a_marketplace_that_is_named_twice_or_oddly_is_refused_and_an_odd_country_is_none() {
        for bad in [&b""[..], b"d e", b"\xff", b"de\tfr"] {
            let value = HeaderValue::from_bytes(bad).unwrap();
            let request = TestRequest::get().insert_header((ORDERS_MARKETPLACE, value)).to_http_request();
            assert!(asked(&request).is_err(), "{bad:?}");
        }
        let twice = TestRequest::get()
            .append_header(("orders-marketplace", "de"))
            .append_header(("orders-marketplace", "de"));
        assert!(asked(&twice.to_http_request()).is_err());
        for odd in [&b"de"[..], b"XX", b"", b"\xff\xff", b"D E", b"DEU"] {
            let value = HeaderValue::from_bytes(odd).unwrap();
            let request = TestRequest::get().insert_header((VIEWER_COUNTRY, value)).app_data(BehindProxy);
            assert_eq!(asked(&request.to_http_request()).unwrap(), AskedMarket::default(), "{odd:?}");
        }
    }

    #[test]
    fn a_query_names_a_marketplace_once() {
        assert_eq!(placing("marketplace=d%20e&dryRun=true").unwrap(), (true, Some("d e".to_owned())));
        assert_eq!(named("").unwrap(), None);
        assert!(matches!(named("marketplace=de&marketplace=de"), Err(ApiError::Malformed { .. })));
        assert!(matches!(placing("marketplace=de&x=1"), Err(ApiError::Invalid { .. })));
        assert_eq!(country("country=DE").unwrap(), "DE".parse().ok());
        assert!(matches!(country("country=de"), Err(ApiError::Invalid { .. })));
    }
}
