use std::collections::BTreeMap;

use orders_domain::{Actor, EventType, Facts, Version, What, delivery::Attempt};
use proptest::prelude::*;

use super::*;

fn event(id: i64, order: i64) -> Event {
    Event {
        id: id.try_into().unwrap(),
        subject: Subject::Order(order.try_into().unwrap()),
        version: Version::FIRST,
        at: DateTime::UNIX_EPOCH,
        origin: Actor::System.into(),
        marketplace: None,
        what: What::Other { event_type: EventType::Placed, said: Facts::new(), made: Facts::new() },
    }
}

fn id(id: i64) -> Option<EventId> {
    EventId::try_from(id).ok()
}

fn ending(state: DeliveryState) -> Ending {
    let next_at = (state == DeliveryState::Pending).then_some(DateTime::UNIX_EPOCH);
    let attempt = Attempt {
        at: DateTime::UNIX_EPOCH,
        took: std::time::Duration::ZERO,
        status: None,
        body: None,
        error: None,
    };
    Ending { state, next_at, attempt: Some(attempt), logged: true }
}

fn now() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH
}

#[test]
fn the_cursor_waits_for_what_is_in_hand() {
    let mut window = Window::new(None, None);
    window.admit(vec![event(1, 1), event(2, 2), event(3, 3)], id(5), &Standing::default(), now());
    let (first, second) = (window.next(true).unwrap(), window.next(true).unwrap());
    window.end(second, ending(DeliveryState::Done), now());
    let batch = window.batch(10);
    assert_eq!((batch.cursor, batch.settled.len()), (None, 1));
    window.end(first, ending(DeliveryState::Done), now());
    assert_eq!(window.batch(10).cursor, id(2));
    let third = window.next(true).unwrap();
    window.end(third, ending(DeliveryState::Dead), now());
    assert_eq!(window.batch(10).cursor, id(5));
}

#[test]
fn what_waits_behind_a_failure_waits_in_the_log() {
    let mut window = Window::new(None, None);
    window.admit(vec![event(1, 7), event(2, 7), event(3, 8)], id(3), &Standing::default(), now());
    let first = window.next(true).unwrap();
    assert_eq!(window.next(true).unwrap().event.id, id(3).unwrap());
    assert_eq!(window.next(true), None);
    window.end(first, ending(DeliveryState::Pending), now());
    let batch = window.batch(10);
    let states: Vec<_> = batch.settled.iter().map(|one| (one.event.get(), one.next_at, one.tries)).collect();
    assert_eq!(states, [(1, Some(now()), 1), (2, None, 0)]);
    assert_eq!(batch.cursor, id(2));
    // The log may not know it yet, and nothing overtakes it for that.
    window.admit(vec![event(4, 7)], id(4), &Standing::default(), now());
    assert_eq!(window.next(true), None);
    window.saved();
    assert_eq!(window.batch(10).settled[0].event, id(4).unwrap());
}

#[test]
fn what_was_tried_before_goes_first_and_alone_if_the_rest_has_to_wait() {
    let mut window = Window::new(id(10), None);
    window.admit(vec![event(11, 1)], id(11), &Standing::default(), now());
    window.admit_due(vec![Due { event: event(2, 2), tries: 3 }, Due { event: event(11, 1), tries: 0 }]);
    assert_eq!(window.len(), 2);
    let due = window.next(false).unwrap();
    assert_eq!((due.event.id, due.tries, window.next(false)), (id(2).unwrap(), 3, None));
    assert!(window.is_ready(true) && !window.is_ready(false));
}

#[test]
fn what_is_sent_once_more_has_a_cursor_of_its_own_and_an_end() {
    let mut window = Window::new(id(9), Some(Replaying { after: id(2), until: id(4).unwrap() }));
    assert_eq!(window.replaying(), Some(Replaying { after: id(2), until: id(4).unwrap() }));
    let standing = Standing { known: vec![(id(3).unwrap(), DeliveryState::Pending)], waiting: Vec::new() };
    window.admit_again(vec![event(3, 1), event(4, 1), event(5, 1)], id(6), &standing, now());
    assert_eq!((window.replaying(), window.len()), (None, 1));
    assert_eq!(window.batch(10).replayed, id(3));
    let job = window.next(true).unwrap();
    window.end(job, ending(DeliveryState::Done), now());
    let batch = window.batch(10);
    assert_eq!((batch.cursor, batch.replayed), (id(9), id(4)));
}

#[test]
fn what_was_tried_just_now_is_not_due_because_the_log_does_not_know_it_yet() {
    let mut window = Window::new(id(9), None);
    let due = || vec![Due { event: event(2, 2), tries: 3 }];
    window.admit_due(due());
    let job = window.next(true).unwrap();
    window.end(job, ending(DeliveryState::Pending), now());
    for _ in 0..2 {
        window.admit_due(due());
        assert_eq!(window.next(true), None);
        assert!(window.batch(10).settled.len() < 2);
    }
    window.saved();
    window.admit_due(due());
    assert!(window.next(true).is_some());
}

#[test]
fn what_is_sent_once_more_overtakes_nothing_that_is_pending_and_nothing_that_comes_first() {
    let mut window = Window::new(id(9), Some(Replaying { after: None, until: id(12).unwrap() }));
    let known = [(1, DeliveryState::Done), (2, DeliveryState::Done), (11, DeliveryState::Done)];
    let known = known.map(|(event, state)| (id(event).unwrap(), state)).to_vec();
    let standing = Standing { known, waiting: vec![event(2, 7).subject] };
    let again = vec![event(1, 1), event(2, 7), event(11, 3), event(12, 4)];
    window.admit_again(again, id(12), &standing, now());
    // The second waits for what is pending of its order, and the last will be sent for the first time.
    assert_eq!(
        [window.next(true), window.next(true), window.next(true)].map(|job| job.map(|job| job.event.id)),
        [id(1), id(11), None]
    );
    let batch = window.batch(10);
    assert_eq!((batch.settled[0].event, batch.settled[0].next_at), (id(2).unwrap(), None));
    assert_eq!(batch.replayed, None);
}

/// The log as a database keeps it.
#[derive(Default)]
struct Log {
    rows: BTreeMap<EventId, Settled>,
    cursor: Option<EventId>,
}

impl Log {
    fn store(&mut self, batch: Batch) {
        self.cursor = self.cursor.max(batch.cursor);
        for settled in batch.settled {
            self.rows.insert(settled.event, settled);
        }
        let mut first = HashSet::new();
        for row in self.rows.values_mut().filter(|row| row.state == DeliveryState::Pending) {
            if first.insert(row.subject.clone()) && row.next_at.is_none() {
                row.next_at = Some(now());
            }
        }
    }

    fn standing(&self, events: &[Event]) -> Standing {
        let known = events.iter().filter_map(|event| Some((event.id, self.rows.get(&event.id)?.state)));
        let pending = self.rows.values().filter(|row| row.state == DeliveryState::Pending);
        Standing { known: known.collect(), waiting: pending.map(|row| row.subject.clone()).collect() }
    }

    fn due(&self) -> Vec<Due> {
        let due = |row: &&Settled| row.state == DeliveryState::Pending && row.next_at.is_some();
        self.rows
            .values()
            .filter(due)
            .map(|row| {
                let Subject::Order(order) = row.subject else { unreachable!("only orders") };
                Due { event: event(row.event.get(), order.get()), tries: row.tries }
            })
            .collect()
    }
}

/// What a random walk does next.
#[derive(Debug, Clone)]
enum Act {
    Read(usize),
    Due,
    Start(bool),
    End(usize, DeliveryState),
    Save(usize),
    Crash,
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        3 => (1..8_usize).prop_map(Act::Read),
        2 => Just(Act::Due),
        6 => any::<bool>().prop_map(Act::Start),
        6 => (0..8_usize, prop_oneof![
            4 => Just(DeliveryState::Done), 3 => Just(DeliveryState::Pending), 1 => Just(DeliveryState::Dead)
        ]).prop_map(|(which, state)| Act::End(which, state)),
        3 => (1..5_usize).prop_map(Act::Save),
        1 => Just(Act::Crash),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    /// Whatever fails and whenever the process dies: everything arrives or is given up, what happened to an order
    /// is sent in its order, and the cursor never passes what is not settled.
    #[test]
    fn nothing_is_lost_or_overtaken(acts in prop::collection::vec(act(), 1..120), orders in prop::collection::vec(1..4_i64, 30)) {
        let all: Vec<_> = (1..).zip(&orders).map(|(id, order)| event(id, *order)).collect();
        let (mut log, mut window, mut flying) = (Log::default(), Window::new(None, None), Vec::new());
        let mut sent: Vec<EventId> = Vec::new();
        let finish = [Act::Read(30), Act::Due, Act::Start(true), Act::End(0, DeliveryState::Done), Act::Save(9)];
        let finish = std::iter::repeat_n(finish, 200).flatten();
        for act in acts.into_iter().chain(finish) {
            match act {
                Act::Read(count) => {
                    let after = window.head().map_or(0, EventId::get);
                    let page: Vec<_> =
                        all.iter().filter(|event| event.id.get() > after).take(count).cloned().collect();
                    let (head, standing) = (page.last().map(|event| event.id), log.standing(&page));
                    window.admit(page, head, &standing, now());
                }
                Act::Due => window.admit_due(log.due()),
                Act::Start(others) => {
                    if let Some(job) = window.next(others) {
                        prop_assert!(flying.iter().all(|other: &Job| other.event.subject != job.event.subject));
                        let before = all.iter().filter(|event| {
                            event.subject == job.event.subject && event.id < job.event.id
                        });
                        for earlier in before {
                            prop_assert!(sent.contains(&earlier.id), "{} overtook {}", job.event.id, earlier.id);
                        }
                        flying.push(job);
                    }
                }
                Act::End(which, state) if which < flying.len() => {
                    let job = flying.remove(which);
                    if state != DeliveryState::Pending {
                        sent.push(job.event.id);
                    }
                    window.end(job, ending(state), now());
                }
                Act::End(..) => {}
                Act::Save(most) => {
                    log.store(window.batch(most));
                    window.saved();
                    for event in all.iter().filter(|event| Some(event.id) <= log.cursor) {
                        prop_assert!(log.rows.contains_key(&event.id), "the cursor passed {}", event.id);
                    }
                }
                Act::Crash => {
                    flying.clear();
                    window = Window::new(log.cursor, None);
                }
            }
        }
        for event in &all {
            prop_assert!(log.rows.get(&event.id).is_some_and(|row| row.state.is_final()), "{} is lost", event.id);
        }
        prop_assert_eq!(log.cursor, id(30));
        prop_assert_eq!(window.len(), 0);
    }
}
