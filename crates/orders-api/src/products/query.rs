//! The query of `GET /products`, and the link to its next page.

use form_urlencoded::Serializer;
use orders_domain::{PageLimit, ProductId, Quoted, catalogue::product::Sku, ports::ProductQuery};
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
}

/// Reads a query string.
///
/// # Errors
///
/// 400 for parameters that do not parse or are repeated, 422 for unknown ones and values out of
/// range; all of them at once.
pub fn parse(query: &str) -> Result<ProductQuery, ApiError> {
    let mut faults = Faults::default();
    let mut wanted = ProductQuery { active: None, sku: None, after: None, limit: PageLimit::DEFAULT };
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
        _ => parameters::unknown(name, faults),
    });
    faults.into_result().map(|()| wanted)
}

/// The `Link` to the page after a product of a server below this path, with everything else of the query kept.
#[must_use]
pub fn next_link(public_path: &str, query: &ProductQuery, last: ProductId) -> String {
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
    format!("<{}>; rel=\"next\"", next.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_link_leads_to_the_same_query_further_on() {
        let query = parse("limit=7&active=false&sku=a%20b&after=3").unwrap();
        let link = next_link("/shop", &query, 9.try_into().unwrap());
        assert_eq!(link, "</shop/products?after=9&limit=7&active=false&sku=a+b>; rel=\"next\"");
        let next = link.trim_start_matches("</shop/products?").split_once('>').unwrap().0;
        assert_eq!(parse(next).unwrap(), ProductQuery { after: Some(9.try_into().unwrap()), ..query });
    }

    #[test]
    fn every_fault_is_named() {
        let error = parse("limit=0&active=yes&sku=&name=x&after=01").unwrap_err();
        let ApiError::Malformed { faults, .. } = error else { panic!("{error:?}") };
        let pointers: Vec<_> = faults.iter().map(|fault| fault.pointer.as_str()).collect();
        assert_eq!(pointers, ["/limit", "/active", "/sku", "/name", "/after"]);
    }
}
