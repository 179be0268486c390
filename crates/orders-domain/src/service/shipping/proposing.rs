//! What the planner is asked, from what is stored.

use std::collections::{BTreeMap, BTreeSet};

use super::super::OrderService;
use crate::{
    catalogue::product::Product,
    failure::PortError,
    id::{LocationId, OrderProductId, ProductId},
    order::Order,
    quantity::Quantity,
    shipment::{
        NewShipment, Part, Proposal, SentFrom,
        planner::{self, Candidate, Destination, Plan, PlannedParcel, Problem, Wanted},
        status::ShipmentStatus,
    },
    stock::{level::Level, location::Location, movement::Held, repository::Standing},
};

impl OrderService {
    /// The weight of a piece of each line in grams, where it is known.
    pub(super) async fn weights(&self, order: &Order) -> Result<Vec<Option<i64>>, PortError> {
        Ok(weights_of(&self.products_of(order).await?))
    }

    /// The product of each line, as it is now.
    async fn products_of(&self, order: &Order) -> Result<Vec<Option<Product>>, PortError> {
        let ids: Vec<_> = order.lines().map(|(_, line)| line.product()).collect();
        let found = self.catalogue().find(&ids).await?;
        Ok(found.into_iter().map(|offer| offer.map(|offer| offer.product)).collect())
    }

    /// What is proposed for what is open of an order, and how many parcels that takes: of more than an order can have,
    /// not all are shown.
    pub(in crate::service) async fn propose(&self, order: &Order) -> Result<(Proposal, usize), PortError> {
        let open = order.open();
        if open.is_empty() {
            let (parcels, unplaced, alternatives) = (Vec::new(), Vec::new(), Vec::new());
            return Ok((Proposal { parcels, unplaced, exact: true, alternatives }, 0));
        }
        let products = self.products_of(order).await?;
        let ids: BTreeSet<ProductId> = order.lines().map(|(_, line)| line.product()).collect();
        let ids: Vec<_> = ids.into_iter().collect();
        let standing = self.storage.stock.standing(order.id(), &ids).await?;
        let places = self.storage.stock.locations().await?;
        let problem = Inventory::new(order, &standing).problem(order, &open, &products, places);
        let plan = planner::plan(&problem);
        let parcels = usize::try_from(plan.cost.parcels).unwrap_or(usize::MAX);
        Ok((proposal(plan, &weights_of(&products)), parcels))
    }
}

/// The weight of a piece of each of these in grams, where it is known.
fn weights_of(products: &[Option<Product>]) -> Vec<Option<i64>> {
    products.iter().map(|product| Some(product.as_ref()?.details.weight?.get())).collect()
}

/// The weight of these pieces in grams, if that of each is known.
pub(super) fn weight_of(parts: &[Part], weights: &[Option<i64>]) -> Option<i64> {
    parts.iter().try_fold(0_i64, |sum, part| {
        let weight = (*weights.get(usize::from(part.line))?)?;
        sum.checked_add(weight.checked_mul(part.quantity.get().into())?)
    })
}

/// What there is for an order, by place.
struct Inventory {
    levels: BTreeMap<(ProductId, LocationId), Level>,
    /// What its lines hold, by line and place.
    held: BTreeMap<(u8, LocationId), Held>,
    /// What planned parcels are to take of that.
    claimed: BTreeMap<(u8, LocationId), i64>,
    /// The lines that hold anything: their products are counted.
    holding: BTreeSet<u8>,
}

impl Inventory {
    fn new(order: &Order, standing: &Standing) -> Self {
        let held = standing.held.iter().map(|held| ((held.line, held.location), *held)).collect();
        let holding = standing.held.iter().map(|held| held.line).collect();
        let mut claimed: BTreeMap<_, i64> = BTreeMap::new();
        let planned = order.shipments().iter().filter(|parcel| parcel.status == ShipmentStatus::Planned);
        for parcel in planned {
            let Some(from) = &parcel.from else { continue };
            for part in &parcel.parts {
                *claimed.entry((part.line, from.id)).or_default() += i64::from(part.quantity.get());
            }
        }
        let levels = standing.levels.iter().map(|(product, place, level)| ((*product, *place), *level));
        Self { levels: levels.collect(), held, claimed, holding }
    }

    fn problem(
        &self,
        order: &Order,
        open: &[Part],
        products: &[Option<Product>],
        places: Vec<Location>,
    ) -> Problem {
        let places: Vec<_> = places.into_iter().filter(|place| place.details.active).collect();
        let lines: Vec<_> = order.lines().map(|(_, line)| line.product()).collect();
        let product_of = |part: &Part| lines.get(usize::from(part.line)).copied();
        let is_counted = |part: &Part| {
            let product = products.get(usize::from(part.line)).and_then(Option::as_ref);
            product.is_some_and(|product| product.details.policy.is_tracked())
        };
        let candidate = |place: Location| {
            let leaves = |part: &Part| self.leaves(*part, product_of(part), is_counted(part), place.id);
            let stock = open.iter().map(leaves).collect();
            let details = place.details;
            Candidate {
                id: place.id,
                code: place.code,
                country: details.country,
                point: details.point,
                priority: details.priority,
                parcel: details.parcel,
                stock,
            }
        };
        let places: Vec<_> = places.into_iter().map(candidate).collect();
        let wanted = open.iter().enumerate().map(|(index, part)| {
            let product = products.get(usize::from(part.line)).and_then(Option::as_ref);
            let is_somewhere =
                places.iter().any(|place| place.stock.get(index).is_some_and(|there| *there > 0));
            Wanted {
                line: part.line,
                id: OrderProductId::of_line(order.id(), part.line.into()),
                quantity: part.quantity.get(),
                weight: product.and_then(|product| product.details.weight),
                size: product.and_then(|product| product.details.size),
                counted: self.holding.contains(&part.line) || is_somewhere,
            }
        });
        let wanted = wanted.collect();
        let destination = order.contact().ship_to.as_ref();
        let destination = destination.map(|to| Destination { country: to.country, point: to.point });
        Problem { wanted, places, destination }
    }

    /// How many pieces could leave from a place: what is on hand for the line there, and what nobody holds. Of
    /// what nobody counts, as many as are wanted where there is anything of it. A line that holds nothing of what
    /// is counted was ordered before that: its pieces are nobody's in the books, and leave from nowhere.
    fn leaves(&self, part: Part, product: Option<ProductId>, is_counted: bool, place: LocationId) -> u32 {
        let Some(level) = product.and_then(|product| self.levels.get(&(product, place))) else { return 0 };
        if !self.holding.contains(&part.line) {
            return if level.on_hand > 0 && !is_counted { part.quantity.get() } else { 0 };
        }
        let key = (part.line, place);
        let backed = self.held.get(&key).map_or(0, |held| level.backed(held.quantity, held.later));
        let claimed = self.claimed.get(&key).copied().unwrap_or_default();
        let leaves = (backed - claimed).max(0) + level.unheld();
        let leaves = leaves.min(part.quantity.get().into());
        u32::try_from(leaves).unwrap_or_default()
    }
}

/// What is proposed by a plan for lines of which a piece weighs so much. The planner takes what nobody has weighed
/// for nothing; of a parcel with that, no weight is said.
fn proposal(plan: Plan, weights: &[Option<i64>]) -> Proposal {
    let parts = |lines: &[(u8, u32)]| -> Vec<Part> {
        let part = |(line, pieces): &(u8, u32)| Some(Part { line: *line, quantity: Quantity::of(*pieces)? });
        lines.iter().filter_map(part).collect()
    };
    let parcel = |parcel: PlannedParcel| {
        let parts = parts(&parcel.lines);
        NewShipment {
            status: ShipmentStatus::Planned,
            from: parcel.location.map(|(id, code)| SentFrom { id, code }),
            tracking: None,
            weight: weight_of(&parts, weights),
            parts,
            reasons: parcel.reasons,
        }
    };
    Proposal {
        unplaced: parts(&plan.unplaced),
        exact: plan.exact,
        alternatives: plan.alternatives,
        parcels: plan.parcels.into_iter().map(parcel).collect(),
    }
}
