//! The query of `GET /products`, and the link to its next page.

use form_urlencoded::Serializer;
use orders_domain::{
    ChosenMarket, MarketplaceCode, PageLimit, ProductId, Quoted, catalogue::product::Sku,
    market::choice::NotChosen, ports::ProductQuery,
};
use utoipa::IntoParams;

use crate::http::{
    error::ApiError,
    faults::Faults,
    parameters::{self},
};

/// The query parameters of the list, for the document.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "the schema of what `parse` reads")]
pub struct ProductsParams {
    /// How many products at most.
    #[param(minimum = 1, maximum = 500, default = 100)]
    limit: Option<i64>,
    /// Only products after this id: the last one that was seen; 0 is the beginning.
    #[param(minimum = 0)]
    after: Option<i64>,
    /// Only products that can be ordered, or only the others.
    active: Option<bool>,
    /// Only the product with this sku.
    #[param(min_length = 1, max_length = 64)]
    sku: Option<String>,
    /// As this marketplace shows them, and only what is sold there. `active` is offered in the default one only.
    #[param(nullable = false, example = "default", pattern = "^[a-z0-9-]{2,16}$")]
    marketplace: Option<String>,
}

/// What is asked of the list.
#[derive(Debug)]
pub struct ListQuery {
    /// Which products.
    pub wanted: ProductQuery,
    /// The marketplace as the query names it.
    pub marketplace: Option<String>,
    /// What is wrong with the rest.
    pub faults: Faults,
}

/// Reads a query string. Its faults are told by whoever knows whether the marketplace is one: parameters that do not
/// parse or are repeated are malformed, unknown ones and values out of range invalid.
pub fn parse(query: &str) -> ListQuery {
    let (mut faults, mut marketplace) = (Faults::default(), None);
    let mut wanted = ProductQuery {
        market: MarketplaceCode::DEFAULT,
        active: None,
        sku: None,
        after: None,
        limit: PageLimit::DEFAULT,
    };
    parameters::each(query, &mut faults, |name, value, pointer, faults| match (name, value) {
        ("limit", value) => parameters::page_limit(&mut wanted.limit, value, pointer, faults),
        ("after", value) => wanted.after = parameters::after(value, pointer, faults),
        ("active", "true") => wanted.active = Some(true),
        ("active", "false") => wanted.active = Some(false),
        ("active", other) => {
            faults.malformed(pointer, format_args!("active {} is not true or false", Quoted(other)));
        }
        ("sku", value) => {
            wanted.sku = Sku::parse(value).map_err(|reason| faults.invalid(pointer, reason)).ok();
        }
        ("marketplace", value) => marketplace = Some(value.to_owned()),
        _ => parameters::unknown(name, faults),
    });
    ListQuery { wanted, marketplace, faults }
}

impl ListQuery {
    /// The products that are asked for in the marketplace in which the asker is.
    ///
    /// # Errors
    ///
    /// 400 or 422 with all that is wrong with the query.
    pub fn in_market(
        self,
        market: Result<ChosenMarket, NotChosen>,
    ) -> Result<(ProductQuery, ChosenMarket), ApiError> {
        let Self { wanted, mut faults, .. } = self;
        match &market {
            Ok(market) if !market.code().is_default() && wanted.active.is_some() => {
                let code = market.code();
                let reason = format_args!(
                    "active is offered in the default marketplace only: {code} lists what is sold there"
                );
                faults.invalid("/active", reason);
            }
            Ok(_) => {}
            Err(not_chosen) => faults.not_chosen(not_chosen),
        }
        faults.into_result()?;
        market.map(|market| (wanted, market)).map_err(ApiError::from)
    }
}

/// The `Link` to the page after a product of a server below this path, with everything else of the query kept.
#[must_use]
pub fn next_link(
    public_path: &str,
    (query, marketplace): (&ProductQuery, Option<&str>),
    last: ProductId,
) -> String {
    let pages = format!("{public_path}/products?");
    let start = pages.len();
    let mut next = Serializer::for_suffix(pages, start);
    next.append_pair("after", &last.to_string());
    next.append_pair("limit", &query.limit.get().to_string());
    if let Some(active) = query.active {
        next.append_pair("active", if active { "true" } else { "false" });
    }
    if let Some(sku) = &query.sku {
        next.append_pair("sku", sku.as_str());
    }
    if let Some(marketplace) = marketplace {
        next.append_pair("marketplace", marketplace);
    }
    format!("<{}>; rel=\"next\"", next.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_link_leads_to_the_same_query_further_on() {
        let query = parse("limit=7&active=false&sku=a%20b&after=3&marketplace=de");
        assert!(query.faults.is_empty());
        let marketplace = query.marketplace.as_deref();
        let link = next_link("/shop", (&query.wanted, marketplace), 9.try_into().unwrap());
        let expected = "</shop/products?after=9&limit=7&active=false&sku=a+b&marketplace=de>; rel=\"next\"";
        assert_eq!(link, expected);
        let next = parse(link.trim_start_matches("</shop/products?").split_once('>').unwrap().0);
        assert_eq!(next.marketplace.as_deref(), marketplace);
        assert_eq!(next.wanted, ProductQuery { after: Some(9.try_into().unwrap()), ..query.wanted });
    }

    #[test]
    fn every_fault_is_named_with_the_marketplaces() {
        let query = parse("limit=0&active=yes&sku=&name=x&after=01&marketplace=xx");
        let by = orders_domain::ChosenBy::Query;
        let reason = orders_domain::InvalidInput::new("marketplace", "\"xx\" is not one of default");
        let error = query.in_market(Err(NotChosen { by, reason })).unwrap_err();
        let ApiError::Malformed { faults, .. } = error else { panic!("{error:?}") };
        let pointers: Vec<_> = faults.iter().map(|fault| fault.pointer.as_str()).collect();
        assert_eq!(pointers, ["/limit", "/active", "/sku", "/name", "/after", "/marketplace"]);
        assert_eq!(faults[5].detail, "the query: marketplace \"xx\" is not one of default");
    }
}
