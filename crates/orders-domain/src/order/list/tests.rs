use super::{
    offered::{
        Condition::{
            self, ByNumber, ByUpdate, From, InMarketplace, OfEmail, OfExternalId, OfFulfillment, OfProduct,
            OfStatus, OfTracking, OfUser, To, UpdatedFrom, UpdatedTo,
        },
        OFFERED,
    },
    *,
};
use crate::order::status::Statuses;

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).unwrap()
}

/// A query that asks for these conditions, beside its sort.
fn query(conditions: &[Condition]) -> OrderQuery {
    let is = |wanted| conditions.contains(&wanted);
    let filter = OrderFilter {
        status: is(OfStatus).then_some(OrderStatus::Pending.into()),
        fulfillment: is(OfFulfillment).then_some(Fulfillment::Unfulfilled),
        user: is(OfUser).then(|| 1.try_into().unwrap()),
        marketplace: is(InMarketplace).then_some(MarketplaceCode::DEFAULT),
        product: is(OfProduct).then(|| 9.try_into().unwrap()),
        tracking: is(OfTracking).then(|| TrackingNumber::parse("1").unwrap()),
        external: is(OfExternalId).then(|| ExternalId::parse("1").unwrap()),
        email: is(OfEmail).then(|| Email::parse("ada@example.org").unwrap()),
        from: is(From).then(|| at(0)),
        to: is(To).then(|| at(1)),
        updated_from: is(UpdatedFrom).then(|| at(0)),
        updated_to: is(UpdatedTo).then(|| at(1)),
    };
    let sort = if is(ByUpdate) { Sort::Updated } else { Sort::Id };
    OrderQuery { filter, sort, ..OrderQuery::default() }
}

/// Written out by hand from the HTTP contract.
fn is_offered(asked: &[Condition]) -> bool {
    let is = |wanted| asked.contains(&wanted);
    let alone = [OfProduct, OfTracking, OfExternalId, OfEmail].into_iter().filter(|alone| is(*alone)).count();
    let state = is(OfStatus) || is(OfFulfillment);
    let base = is(OfUser) || is(InMarketplace) || state;
    let updates = is(UpdatedFrom) || is(UpdatedTo) || is(ByUpdate);
    let placed = is(From) || is(To);
    if updates {
        is(ByUpdate) && alone == 0 && !base && !placed
    } else if alone == 0 {
        !(is(OfUser) && is(InMarketplace) && state)
    } else {
        alone == 1 && !base
    }
}

#[test]
fn of_all_combinations_those_of_the_contract_are_offered_and_every_refusal_names_a_pair() {
    let conditions =
        Condition::ALL.into_iter().filter(|condition| *condition != ByNumber).collect::<Vec<_>>();
    let mut offered = 0;
    for bits in 0..1_u32 << conditions.len() {
        let asked: Vec<_> =
            (0..).zip(&conditions).filter(|(bit, _)| bits >> bit & 1 > 0).map(|(_, one)| *one).collect();
        let listing = OrderList::of(query(&asked));
        assert_eq!(listing.is_ok(), is_offered(&asked), "{asked:?}");
        match listing {
            Ok(_) => offered += 1,
            Err(InvalidInput { what, reason }) => {
                let (pair, table) = reason.split_once(": ").unwrap();
                let (value, other) = pair.split_once("cannot be combined with ").unwrap();
                let blamed =
                    if value.is_empty() { what.to_owned() } else { format!("{what}={}", value.trim()) };
                let said = |one: &Condition| one.said() == blamed;
                let blamed = asked.iter().chain([&ByNumber]).find(|one| said(one)).expect(&blamed);
                let find = |other: &str| asked.iter().chain([&ByNumber]).find(|one| one.said() == other);
                let others: Vec<_> = other.split(" and ").map(|other| find(other).expect(other)).collect();
                assert!(others.len() < 3, "{pair}");
                let is_row = |row: &&&[Condition]| others.iter().all(|other| row.contains(other));
                assert!(!OFFERED.iter().filter(is_row).any(|row| row.contains(blamed)), "{pair}");
                assert!(OFFERED.iter().any(|row| is_row(&row)), "{pair}");
                assert!(table.len() < 450, "{table}");
            }
        }
    }
    // States of all, of a user or in a marketplace, a user in one, and four kinds that stand alone, each with from
    // and to; and what is sorted by updates.
    assert_eq!(offered, (4 * 3 + 1 + 4) * 4 + 4);
}

#[test]
fn a_refusal_says_what_may_stand_together() {
    let error = OrderList::of(query(&[OfUser, OfProduct])).unwrap_err().to_string();
    assert_eq!(
        error,
        "productId cannot be combined with userId: what may stand together is \
         userId, status, fulfillment, from, to, sort=id; or marketplace, status, fulfillment, from, to, sort=id; \
         or userId, marketplace, from, to, sort=id; or productId, from, to, sort=id; or \
         trackingNumber, from, to, sort=id; or externalId, from, to, sort=id; or email, from, to, sort=id; or updatedFrom, updatedTo, sort=updatedAt"
    );
    let error = OrderList::of(query(&[UpdatedFrom])).unwrap_err();
    assert_eq!(error.what, "sort");
    assert!(error.reason.starts_with("id cannot be combined with updatedFrom"), "{error}");
}

#[test]
fn a_cursor_is_of_the_lists_own_axis() {
    let (number, update) =
        (Cursor::Order(7.try_into().unwrap()), Cursor::Update(at(0), 7.try_into().unwrap()));
    for sort in Sort::ALL {
        for after in [number, update] {
            let query = OrderQuery { sort, after: Some(after), ..OrderQuery::default() };
            match OrderList::of(query) {
                Ok(_) => assert_eq!(sort.is_by_update(), after == update),
                Err(error) => {
                    assert_eq!((error.what, sort.is_by_update()), ("after", after == number));
                    let form = if after == number { "2026-11-22T10:00:00.000Z,7" } else { "such as 7" };
                    assert!(error.reason.contains(form), "{error}");
                }
            }
        }
    }
}

#[test]
fn a_filter_by_status_or_fulfillment_is_a_few_states() {
    use Fulfillment::{PartiallyDelivered, PartiallyShipped, Unfulfilled};
    use OrderStatus::{Cancelled, Delivered, Pending, Processing, Shipped};

    let of = |status: Option<Statuses>, fulfillment| {
        states(&OrderFilter { status, fulfillment, ..OrderFilter::default() })
    };
    assert_eq!(of(None, None), None);
    let all = OrderStatus::ALL.into_iter().skip(1).fold(Pending.into(), Statuses::and);
    assert_eq!(of(Some(all), None), None);
    assert_eq!(of(Some(Pending.into()), None), Some(vec![(Pending, Unfulfilled)]));
    let open = Statuses::from(Pending).and(Processing);
    let expected = [
        (Pending, Unfulfilled),
        (Processing, Unfulfilled),
        (Processing, PartiallyShipped),
        (Processing, PartiallyDelivered),
    ];
    assert_eq!(of(Some(open), None), Some(expected.to_vec()));
    let partially = Some(PartiallyDelivered);
    assert_eq!(
        of(None, partially),
        Some(vec![(Processing, PartiallyDelivered), (Shipped, PartiallyDelivered)])
    );
    let unfulfilled = [(Pending, Unfulfilled), (Processing, Unfulfilled), (Cancelled, Unfulfilled)];
    assert_eq!(of(None, Some(Unfulfilled)), Some(unfulfilled.to_vec()));
    assert_eq!(of(Some(Delivered.into()), Some(Unfulfilled)), Some(Vec::new()));
}
