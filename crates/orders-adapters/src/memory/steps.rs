//! How far those have come who read the events, and what they did on the way.

use chrono::{DateTime, Utc};
use orders_domain::{
    Consumer, EventId, Subject,
    delivery::{Attempt, DeliveryState, Leased, Progress, Settled, Step, Stepped},
};

use super::State;

/// What became of an event at a consumer.
#[derive(Debug, Clone)]
pub(super) struct Sent {
    pub subject: Subject,
    pub state: DeliveryState,
    pub next_at: Option<DateTime<Utc>>,
    pub tries: u32,
    pub updated_at: DateTime<Utc>,
    pub attempts: Vec<Attempt>,
}

impl State {
    /// All that is known of a consumer's deliveries, ascending by event.
    pub(super) fn sent_to(&self, consumer: Consumer) -> impl Iterator<Item = (EventId, &Sent)> {
        let all = self.deliveries.range((consumer, EventId::MIN)..=(consumer, EventId::MAX));
        all.map(|((_, event), sent)| (*event, sent))
    }

    /// The same, to be changed.
    pub(super) fn sent_to_mut(&mut self, consumer: Consumer) -> impl Iterator<Item = &mut Sent> {
        self.deliveries.range_mut((consumer, EventId::MIN)..=(consumer, EventId::MAX)).map(|(_, sent)| sent)
    }

    /// Takes a step. There is one process, so what is asked for last has what is worked off.
    pub(super) fn step(&mut self, step: Step) -> Stepped {
        match step {
            Step::Open(consumer) => {
                let newest = self.events.last_key_value().map(|(id, _)| *id);
                self.consumers.entry(consumer).or_insert_with(|| (Leased::beginning(newest), None));
                Stepped::Done
            }
            Step::Lease { consumer: Consumer::Rollups, holder, .. } => {
                let (leased, held_by) = self.counting();
                *held_by = Some(holder);
                Stepped::Leased(leased.clone())
            }
            Step::Lease { consumer, holder, .. } => match self.consumers.get_mut(&consumer) {
                Some((leased, held_by)) => {
                    *held_by = Some(holder);
                    Stepped::Leased(leased.clone())
                }
                None => Stepped::Others,
            },
            Step::Release { consumer, holder } => match self.consumers.get_mut(&consumer) {
                Some((_, held_by)) if *held_by == Some(holder.clone()) => {
                    *held_by = None;
                    Stepped::Done
                }
                _ => Stepped::Others,
            },
            Step::Progress(progress) => self.advance(*progress),
            Step::Count(counted) => self.count(&counted),
            Step::Recount => self.recount(),
            Step::Prune { before, most } => Stepped::Pruned(self.prune(before, most)),
        }
    }

    fn advance(&mut self, progress: Progress) -> Stepped {
        let consumer = progress.consumer;
        let Some((leased, held_by)) = self.consumers.get_mut(&consumer) else { return Stepped::Others };
        if held_by.as_ref() != Some(&progress.holder) {
            return Stepped::Others;
        }
        *leased = leased.clone().advanced(&progress);
        let ended: Vec<_> = progress
            .settled
            .iter()
            .filter(|settled| settled.may_release())
            .map(|settled| (settled.subject.clone(), settled.at))
            .collect();
        for settled in progress.settled {
            self.settle(consumer, settled);
        }
        for (subject, at) in ended {
            self.release(consumer, &subject, at);
        }
        Stepped::Done
    }

    /// Has the earliest that is pending of a subject be sent, if it waits.
    pub(super) fn release(&mut self, consumer: Consumer, subject: &Subject, at: DateTime<Utc>) {
        let mut pending = self
            .sent_to_mut(consumer)
            .filter(|sent| sent.state == DeliveryState::Pending && sent.subject == *subject);
        if let Some(earliest) = pending.next() {
            earliest.next_at.get_or_insert(at);
        }
    }

    fn settle(&mut self, consumer: Consumer, settled: Settled) {
        let since = settled.known_since();
        let Settled { event, subject, state, next_at, tries, attempt, at } = settled;
        let new = Sent { subject, state, next_at, tries, updated_at: at, attempts: Vec::new() };
        let known = self.deliveries.remove(&(consumer, event));
        let (mut sent, before) = match known {
            Some(known) if state != DeliveryState::Done && known.updated_at > since => {
                (Sent { attempts: Vec::new(), ..known.clone() }, known.attempts)
            }
            known => (new, known.map(|sent| sent.attempts).unwrap_or_default()),
        };
        sent.attempts = before.into_iter().chain(attempt).collect();
        self.deliveries.insert((consumer, event), sent);
    }

    fn prune(&mut self, before: DateTime<Utc>, most: usize) -> usize {
        let ended =
            self.deliveries.iter().filter(|(_, sent)| sent.state.is_final() && sent.updated_at < before);
        let ended: Vec<_> = ended.map(|(key, _)| *key).take(most).collect();
        let left = most - ended.len();
        let handled: Vec<_> =
            self.inbox.iter().filter(|(_, at)| **at < before).map(|(key, _)| *key).take(left).collect();
        self.deliveries.retain(|key, _| ended.binary_search(key).is_err());
        self.inbox.retain(|key, _| handled.binary_search(key).is_err());
        ended.len() + handled.len()
    }
}
