use super::*;
use crate::{catalogue::product::ProductName, money::Currency};

fn product(id: i64, sku: Option<&str>, price: i64) -> Product {
    let name = ProductName::parse("Mug").unwrap();
    let mut product =
        Product::uncounted(id.try_into().unwrap(), name, price.try_into().unwrap(), Currency::USD);
    product.details.sku = sku.map(|sku| Sku::parse(sku).unwrap());
    product
}

/// A line about what is in the catalogue.
fn line(number: u64, id: Option<i64>, sku: Option<&str>, price: i64) -> ProductLine {
    let details = product(1, sku, price).details;
    ProductLine { line: number, id: id.map(|id| id.try_into().unwrap()), details, said: Said::default() }
}

struct Catalogue(Vec<Product>);

impl Catalogue {
    fn find(&self, line: &ProductLine) -> Found {
        let find = |wanted: &dyn Fn(&&Product) -> bool| self.0.iter().find(wanted).cloned();
        let sku = line.details.sku.as_ref();
        Found {
            by_id: find(&|known| Some(known.id) == line.id),
            by_sku: find(&|known| sku.is_some() && known.details.sku.as_ref() == sku),
            known: Known::default(),
        }
    }

    fn import(&self, replace: bool, lines: &[ProductLine]) -> (ProductImport, Vec<Option<Becomes>>) {
        let mut import = ProductImport::new(replace);
        let done = lines.iter().map(|line| Some(import.decide(line, self.find(line))?.0)).collect();
        import.end_lines();
        (import, done)
    }
}

fn said(import: &ProductImport) -> Vec<(u64, String)> {
    import.faults.first().map(|(line, fault)| (line, fault.to_owned())).collect()
}

#[test]
fn without_replacing_what_is_taken_is_a_fault() {
    let catalogue = Catalogue(vec![product(1, Some("A"), 5), product(2, None, 5)]);
    let lines = [
        line(2, Some(3), Some("C"), 1),
        line(3, Some(2), None, 1),
        line(4, None, Some("A"), 1),
        line(5, Some(1), Some("A"), 1),
        line(6, None, None, 1),
    ];
    let (import, done) = catalogue.import(false, &lines);
    assert_eq!(
        said(&import),
        [
            (3, "id 2 is taken".to_owned()),
            (4, "sku \"A\" is that of product 1".to_owned()),
            (
                5,
                "sku \"A\" is that of an earlier line too; id 1 is taken; sku \"A\" is that of product 1"
                    .to_owned()
            ),
        ]
    );
    assert_eq!(import.tally, ProductTally { added: 2, ..ProductTally::default() });
    assert!(matches!(&done[4], Some(Becomes::New(NewProduct { id: None, .. }))));
}

#[test]
fn replacing_finds_products_by_number_and_otherwise_by_sku() {
    let catalogue = Catalogue(vec![product(1, Some("A"), 5), product(2, Some("B"), 5), product(3, None, 5)]);
    let lines = [line(2, None, Some("B"), 6), line(3, Some(1), Some("A"), 5), line(4, None, Some("new"), 1)];
    let (mut import, done) = catalogue.import(true, &lines);
    assert_eq!(said(&import), []);
    let Some(Becomes::Changed(changed)) = &done[0] else { panic!("{done:?}") };
    assert_eq!((changed.product().id.get(), changed.product().version.get()), (2, 2));
    assert_eq!(done[1], Some(Becomes::Same(1.try_into().unwrap())));
    let left: Vec<_> = catalogue.0.iter().filter_map(|product| import.leave_out(product)).collect();
    assert_eq!(left.iter().map(|left| left.product().id.get()).collect::<Vec<_>>(), [3]);
    assert!(!left[0].product().details.active);
    let ProductTally { added, changed, unchanged, made_inactive, .. } = import.tally;
    assert_eq!((added, changed, unchanged, made_inactive), (1, 1, 1, 1));
}

#[test]
fn the_same_product_twice_is_a_fault_however_it_is_named() {
    let catalogue = Catalogue(vec![product(1, Some("A"), 5)]);
    for lines in [
        [line(2, Some(1), Some("T"), 5), line(3, None, Some("A"), 5)],
        [line(2, None, Some("A"), 5), line(3, Some(1), Some("T"), 5)],
    ] {
        let (import, _) = catalogue.import(true, &lines);
        assert_eq!(said(&import), [(3, "id 1 is that of an earlier line too".to_owned())]);
    }
}

#[test]
fn a_sku_goes_to_another_product_if_its_holder_gives_it_away() {
    let catalogue =
        Catalogue(vec![product(1, Some("A"), 5), product(2, Some("B"), 5), product(3, Some("C"), 5)]);
    let swapped = [line(2, Some(1), Some("B"), 5), line(3, Some(2), Some("A"), 5)];
    let (import, done) = catalogue.import(true, &swapped);
    assert_eq!(said(&import), []);
    assert!(done.iter().all(|done| matches!(done, Some(Becomes::Changed(_)))));
    let (import, _) = catalogue.import(true, &[line(2, Some(1), Some("C"), 5)]);
    assert_eq!(said(&import), [(2, "sku \"C\" is that of product 3".to_owned())]);
}

#[test]
fn a_product_whose_sku_was_parked_is_changed_from_that_sku() {
    let mut import = ProductImport::new(true);
    let (one, two) = (product(1, Some("A"), 5), product(2, Some("B"), 5));
    import.decide(
        &line(2, Some(1), Some("B"), 5),
        Found { by_id: Some(one), by_sku: Some(two), ..Found::default() },
    );
    assert_eq!(import.park(0), [2.try_into().unwrap()]);
    let without = product(2, None, 5);
    let done =
        import.decide(&line(3, Some(2), Some("A"), 5), Found { by_id: Some(without), ..Found::default() });
    let done = done.map(|(becomes, _)| becomes);
    let Some(Becomes::Changed(changed)) = done else { panic!("{done:?}") };
    assert_eq!(changed.said().facts("from").unwrap().text("sku"), Ok("B"));
}

#[test]
fn numbers_that_are_given_are_none_that_a_line_or_a_product_has() {
    let catalogue = Catalogue(vec![product(1, None, 5)]);
    let (import, _) = catalogue.import(false, &[line(2, None, None, 1), line(3, Some(11), None, 1)]);
    let mut again = import.again();
    assert_eq!(again.next_id(1).map(ProductId::get), Ok(12));
    assert_eq!(again.next_id(1).map(ProductId::get), Ok(13));
    assert!(ProductImport { highest: i64::MAX - 1, ..ProductImport::new(false) }.next_id(1).is_err());
}
