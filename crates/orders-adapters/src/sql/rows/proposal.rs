//! What was proposed for an order, as its event keeps it.

use std::borrow::Cow;

use orders_domain::{
    InvalidInput,
    shipment::{Proposal, planner::Alternative},
};
use serde::{Deserialize, Serialize};

use super::progress::{NewParcel, Pieces, parts_of, pieces_of};

type Text<'a> = Cow<'a, str>;

/// What else was thought of: places by their codes, what it costs, and by what it lost.
#[derive(Debug, Serialize, Deserialize)]
struct AlternativeData<'a>(#[serde(borrow)] Vec<Text<'a>>, (i64, i64, i64), #[serde(borrow)] Text<'a>);

/// What was proposed: parcels, what is nowhere, whether nothing is better, what else was thought of.
#[derive(Debug, Serialize, Deserialize)]
pub struct ProposalData<'a>(
    #[serde(borrow)] Vec<NewParcel<'a>>,
    Pieces,
    bool,
    #[serde(borrow)] Vec<AlternativeData<'a>>,
);

impl<'a> ProposalData<'a> {
    /// It, to be kept with an event.
    pub fn of(proposal: &'a Proposal) -> Self {
        let alternative = |alternative: &'a Alternative| {
            let places = alternative.places.iter().map(|place| place.as_str().into()).collect();
            let cost = (alternative.unplaced, alternative.parcels, alternative.borders);
            AlternativeData(places, cost, alternative.lost_by.as_str().into())
        };
        Self(
            proposal.parcels.iter().map(NewParcel::of).collect(),
            pieces_of(&proposal.unplaced),
            proposal.exact,
            proposal.alternatives.iter().map(alternative).collect(),
        )
    }
}

impl TryFrom<ProposalData<'_>> for Proposal {
    type Error = InvalidInput;

    fn try_from(data: ProposalData<'_>) -> Result<Self, InvalidInput> {
        let ProposalData(parcels, unplaced, exact, alternatives) = data;
        let alternative = |AlternativeData(places, cost, lost_by): AlternativeData<'_>| {
            let (unplaced, parcels, borders) = cost;
            let places = places.iter().map(|place| place.parse()).collect::<Result<_, _>>()?;
            Ok(Alternative { places, unplaced, parcels, borders, lost_by: lost_by.parse()? })
        };
        Ok(Self {
            parcels: parcels.into_iter().map(TryInto::try_into).collect::<Result<_, _>>()?,
            unplaced: parts_of(unplaced)?,
            exact,
            alternatives: alternatives.into_iter().map(alternative).collect::<Result<_, InvalidInput>>()?,
        })
    }
}
