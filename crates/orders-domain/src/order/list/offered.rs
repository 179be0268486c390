//! Which lists of orders are offered: one table, of the conditions that may stand together.

use crate::{invalid::InvalidInput, order::query::OrderQuery};

use Condition::{
    ByNumber, ByUpdate, From, InMarketplace, OfEmail, OfExternalId, OfFulfillment, OfProduct, OfStatus,
    OfTracking, OfUser, To, UpdatedFrom, UpdatedTo,
};

/// Something that is asked of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Condition {
    OfUser,
    InMarketplace,
    OfStatus,
    OfFulfillment,
    OfProduct,
    OfTracking,
    OfExternalId,
    OfEmail,
    From,
    To,
    UpdatedFrom,
    UpdatedTo,
    ByNumber,
    ByUpdate,
}

impl Condition {
    /// Every one, in the order in which they are blamed, the last first.
    pub(super) const ALL: [Self; 14] = [
        OfUser,
        InMarketplace,
        OfStatus,
        OfFulfillment,
        From,
        To,
        OfProduct,
        OfTracking,
        OfExternalId,
        OfEmail,
        UpdatedFrom,
        UpdatedTo,
        ByUpdate,
        ByNumber,
    ];

    /// The parameter that asks for it.
    fn parameter(self) -> &'static str {
        match self {
            OfUser => "userId",
            InMarketplace => "marketplace",
            OfStatus => "status",
            OfFulfillment => "fulfillment",
            OfProduct => "productId",
            OfTracking => "trackingNumber",
            OfExternalId => "externalId",
            OfEmail => "email",
            From => "from",
            To => "to",
            UpdatedFrom => "updatedFrom",
            UpdatedTo => "updatedTo",
            ByNumber | ByUpdate => "sort",
        }
    }

    /// The parameter as messages have it, with its value where that tells.
    pub(super) fn said(self) -> &'static str {
        match self {
            ByNumber => "sort=id",
            ByUpdate => "sort=updatedAt",
            other => other.parameter(),
        }
    }

    fn is_asked(self, OrderQuery { filter, sort, .. }: &OrderQuery) -> bool {
        match self {
            OfUser => filter.user.is_some(),
            InMarketplace => filter.marketplace.is_some(),
            OfStatus => filter.status.is_some(),
            OfFulfillment => filter.fulfillment.is_some(),
            OfProduct => filter.product.is_some(),
            OfTracking => filter.tracking.is_some(),
            OfExternalId => filter.external.is_some(),
            OfEmail => filter.email.is_some(),
            From => filter.from.is_some(),
            To => filter.to.is_some(),
            UpdatedFrom => filter.updated_from.is_some(),
            UpdatedTo => filter.updated_to.is_some(),
            ByNumber => !sort.is_by_update(),
            ByUpdate => sort.is_by_update(),
        }
    }
}

/// The table: of a row any conditions may stand together, and no others.
pub(super) const OFFERED: [&[Condition]; 8] = [
    &[OfUser, OfStatus, OfFulfillment, From, To, ByNumber],
    &[InMarketplace, OfStatus, OfFulfillment, From, To, ByNumber],
    &[OfUser, InMarketplace, From, To, ByNumber],
    &[OfProduct, From, To, ByNumber],
    &[OfTracking, From, To, ByNumber],
    &[OfExternalId, From, To, ByNumber],
    &[OfEmail, From, To, ByNumber],
    &[UpdatedFrom, UpdatedTo, ByUpdate],
];

/// Whether what is asked may stand together.
///
/// # Errors
///
/// [`InvalidInput`] about one of the parameters that may not.
pub(super) fn check(query: &OrderQuery) -> Result<(), InvalidInput> {
    let asked: Vec<_> = Condition::ALL.into_iter().filter(|condition| condition.is_asked(query)).collect();
    let together = |wanted: &[Condition]| {
        OFFERED.iter().any(|row| wanted.iter().all(|condition| row.contains(condition)))
    };
    if together(&asked) {
        return Ok(());
    }
    let before = |at: usize| asked.iter().take(at).copied().enumerate();
    let pairs = before(asked.len()).flat_map(|(at, one)| before(at).map(move |(_, two)| vec![one, two]));
    let triples = before(asked.len()).flat_map(|(at, one)| {
        before(at).flat_map(move |(at, two)| before(at).map(move |(_, three)| vec![one, two, three]))
    });
    // Of the table, what does not stand together does not in threes at the latest.
    let foreign = pairs.chain(triples).find(|few| !together(few)).unwrap_or_else(|| asked.clone());
    let Some((one, others)) = foreign.split_first() else { return Ok(()) };
    let others: Vec<_> = others.iter().rev().map(|other| other.said()).collect();
    let others = others.join(" and ");
    let what = one.parameter();
    let value = if what == "sort" { format!("{} ", query.sort) } else { String::new() };
    let reason = format!("{value}cannot be combined with {others}: {}", offered());
    Err(InvalidInput::new(what, reason))
}

/// What may stand together, in words.
fn offered() -> String {
    let row = |row: &&[Condition]| row.iter().map(|one| one.said()).collect::<Vec<_>>().join(", ");
    format!("what may stand together is {}", OFFERED.iter().map(row).collect::<Vec<_>>().join("; or "))
}
