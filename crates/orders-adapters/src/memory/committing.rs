//! What a commit does to memory: all of it or nothing.

use chrono::{DateTime, SubsecRound, Utc};
use orders_domain::{
    Event, EventId, EventType, Facts, Happening, Idempotency, LocationId, MarketplaceCode, MovementId,
    NewOrder, Order, OrderId, OrderProductId, Product, ProductId, Subject, Version, What,
    ledger::selling::{self, Sold},
    ports::{Change, Commit, Committed, Made, PortError, Refused, Taken},
    stock::{
        Location, Movement, holding,
        movement::{Move, Reason},
    },
};

use super::State;

/// What is to be said of what was made.
pub(super) struct Told {
    subject: Subject,
    version: Version,
    what: What,
    made: Made,
    moves: Vec<Move>,
    reason: Option<Reason>,
}

impl Told {
    pub(super) fn of(
        subject: Subject,
        version: Version,
        (event_type, said): (EventType, Facts),
        made: Made,
    ) -> Self {
        let what = What::Other { event_type, said, made: made.facts() };
        Self { subject, version, what, made, moves: Vec::new(), reason: None }
    }

    /// The same, by which pieces moved for this reason.
    pub(super) fn moving(self, moves: Vec<Move>, reason: Reason) -> Self {
        Self { moves, reason: Some(reason), ..self }
    }

    fn of_order(order: Order, what: Happening, moves: Vec<Move>) -> Self {
        let (subject, version) = (Subject::Order(order.id()), order.version());
        Self { subject, version, what: What::Order(what), made: Made::Order(order), moves, reason: None }
    }
}

impl State {
    pub(super) fn commit(&mut self, work: Commit) -> Result<Committed, Refused> {
        let asked = work.origin.actor.user().zip(work.made_by);
        if let Some((user, asked)) = &asked
            && let Some(made) = self.recall(*user, asked, work.now)?
        {
            return Ok(Committed::Before(made));
        }
        let handled = work.handled.map(|handled| (handled.by, handled.message));
        if handled.is_some_and(|handled| self.inbox.contains_key(&handled)) {
            return Err(Refused::Handled);
        }
        let id = self.events.last_key_value().map_or(0, |(id, _)| id.get()) + 1;
        let id = EventId::try_from(id).map_err(PortError::corrupt)?;
        let told = match self.make(work.change, (id, work.now.trunc_subsecs(3)))? {
            Ok(told) => told,
            Err(same) => return Ok(Committed::Now(same)),
        };
        if let Some(handled) = handled {
            self.inbox.insert(handled, work.now);
        }
        if let Some((user, Idempotency { key, fingerprint })) = asked {
            self.keys.insert((user, key), (fingerprint, id));
        }
        let at = match &told.made {
            Made::Order(order) => order.updated_at(),
            _ => work.now.trunc_subsecs(3),
        };
        self.record(id, &told, at);
        let Told { subject, version, what, made, .. } = told;
        let marketplace = match &made {
            Made::Order(order) => Some(order.sold_in().marketplace),
            _ => subject.marketplace(),
        };
        let origin = work.origin;
        self.events.insert(id, Event { id, subject, version, at, origin, marketplace, what });
        Ok(Committed::Now(made))
    }

    /// Makes the change, with this event at this moment; `Err` of what is so already.
    fn make(
        &mut self,
        change: Change,
        event: (EventId, DateTime<Utc>),
    ) -> Result<Result<Told, Made>, Refused> {
        Ok(Ok(match change {
            Change::Place(order) => self.place(order, Vec::new())?,
            Change::Sell(basket) => {
                let mut shelves = self.shelves(basket.lines().iter().map(|line| line.product));
                let market = basket.market().code();
                let version = self.marketplaces.get(&market).map(|marketplace| marketplace.version);
                shelves.learn_market(market, version);
                let Sold { order, moves } = selling::sell(&mut shelves, &basket).map_err(Refused::NotSold)?;
                self.keep_levels(shelves);
                self.place(order, moves)?
            }
            Change::Order(changed) => {
                let id = changed.order().id();
                if self.orders.get(&id).is_none_or(|stored| stored.version() != changed.seen()) {
                    return Err(Refused::Stale);
                }
                let what = changed.what().clone();
                let mut moves = Vec::new();
                let settlement = changed.settlement();
                if !settlement.is_empty() {
                    let mut held = holding::held(&self.of_lines(id));
                    let mut shelves = self.shelves(held.iter().map(|held| held.product));
                    if settlement.takes() {
                        self.look_behind(&mut held);
                    }
                    moves = shelves.settle(&held, &settlement).map_err(Refused::NotOnHand)?;
                    self.keep_levels(shelves);
                }
                let order = changed.into_order();
                self.orders.insert(id, order.clone());
                Told::of_order(order, what, moves)
            }
            Change::NewProduct(new) => {
                let next = self.products.last_key_value().map_or(0, |(id, _)| id.get()) + 1;
                let id = new.id.map_or_else(|| ProductId::try_from(next), Ok).map_err(PortError::corrupt)?;
                if self.products.contains_key(&id) {
                    return Err(Refused::Taken(Taken::ProductId(id.get())));
                }
                let product = Product { id, details: new.details, version: Version::FIRST };
                let said = Facts::new().with("to", product.details.facts());
                self.set_product(&product, (EventType::ProductCreated, said))?
            }
            Change::Product(changed) => {
                let product = changed.product();
                if self.products.get(&product.id).is_none_or(|stored| stored.version != changed.seen()) {
                    return Err(Refused::Stale);
                }
                self.set_product(product, (EventType::ProductChanged, changed.said().clone()))?
            }
            Change::NewLocation(new) => {
                if self.places.iter().any(|place| place.code == new.code) {
                    return Err(Refused::Taken(Taken::LocationCode(new.code.to_string())));
                }
                if self.places.len() >= Location::MOST {
                    return Err(Refused::Taken(Taken::Locations));
                }
                let id = i64::try_from(self.places.len() + 1).unwrap_or(i64::MAX);
                let id = LocationId::try_from(id).map_err(PortError::corrupt)?;
                let place = Location { id, code: new.code, details: new.details, version: Version::FIRST };
                self.places.push(place.clone());
                let said = (EventType::LocationCreated, Facts::new().with("to", place.details.facts()));
                Told::of(Subject::Location(place.code.clone()), place.version, said, Made::Location(place))
            }
            Change::Location(changed) => {
                let place = changed.location().clone();
                let stored = self.places.iter_mut().find(|stored| stored.id == place.id);
                let stored =
                    stored.filter(|stored| stored.version == changed.seen()).ok_or(Refused::Stale)?;
                *stored = place.clone();
                let said = (EventType::LocationChanged, changed.said().clone());
                Told::of(Subject::Location(place.code.clone()), place.version, said, Made::Location(place))
            }
            Change::NewMarketplace(new) => self.create_marketplace(new)?,
            Change::Marketplace(changed) => self.change_marketplace(&changed)?,
            Change::Listing(set) => self.set_listing(&set)?,
            Change::Text(set) => self.set_text(&set)?,
            Change::Stock(change) => return self.keep_stock(change),
            Change::NewWebhook(new) => self.create_webhook(new, event)?,
            Change::Webhook(changed) => self.change_webhook(&changed, event)?,
        }))
    }

    fn place(&mut self, order: NewOrder, moves: Vec<Move>) -> Result<Told, Refused> {
        let (newest, earliest) = match self.orders.last_key_value() {
            Some((id, newest)) => (id.get(), newest.ordered_at()),
            None => (0, DateTime::UNIX_EPOCH),
        };
        let id = OrderId::try_from(newest + 1).map_err(PortError::corrupt)?;
        let order = order.not_before(earliest).with_id(id);
        self.orders.insert(id, order.clone());
        let what = Happening::placing(&order);
        Ok(Told::of_order(order, what, moves))
    }

    fn set_product(&mut self, product: &Product, said: (EventType, Facts)) -> Result<Told, Refused> {
        let own = self.marketplaces.get(&MarketplaceCode::DEFAULT).map(|first| first.details.currency);
        if own != Some(product.details.currency) {
            return Err(Refused::Stale);
        }
        if let Some(sku) = &product.details.sku {
            let is_other =
                |other: &Product| other.id != product.id && other.details.sku.as_ref() == Some(sku);
            if self.products.values().any(is_other) {
                return Err(Refused::Taken(Taken::Sku(sku.as_str().to_owned())));
            }
        }
        self.products.insert(product.id, product.clone());
        Ok(Told::of(Subject::Product(product.id), product.version, said, Made::Product(product.clone())))
    }

    fn record(&mut self, event: EventId, told: &Told, at: DateTime<Utc>) {
        let order = match &told.made {
            Made::Order(order) => Some(order.id()),
            _ => None,
        };
        for (position, moved) in told.moves.iter().enumerate() {
            let Some(place) = self.places.iter().find(|place| place.id == moved.location) else { continue };
            let line = order.zip(moved.line).map(|(order, line)| OrderProductId::of_line(order, line.into()));
            let movement = Movement {
                id: MovementId::of_event(event, position),
                location: place.code.clone(),
                kind: moved.kind,
                quantity: moved.quantity,
                on_hand_after: moved.on_hand_after,
                reserved_after: moved.reserved_after,
                order,
                line,
                shipment: moved.shipment,
                reason: told.reason.clone(),
                event,
                at,
            };
            self.movements.insert(movement.id, (moved.product, movement));
        }
    }
}
