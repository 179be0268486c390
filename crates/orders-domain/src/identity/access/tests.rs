use Ownership::{Foreign, Missing, Own};
use UseCase::{Advance, List, Place, Show, Track};

use super::*;
use crate::{Scopes, UserId};

fn user(scopes: Scopes) -> User {
    User::new(UserId::try_from(7).unwrap(), scopes)
}

/// What each single scope allows with an order of one's own and with somebody else's, written out.
#[test]
fn the_table_says_what_the_contract_says() {
    let yes = Ok(());
    let all_but = |left_out| user(Scope::ALL.into_iter().filter(|scope| *scope != left_out).collect());
    let hidden = Err(Refusal::NotOwned);
    // Who may not plan parcels may be let set the tracking and the status.
    let track: &[Scope] = &[Fulfil, Scope::Track];
    for (use_case, needed, admin_may) in [
        (Place, &[Create][..], false),
        (List, &[Read], true),
        (Show, &[Read], true),
        (Track, track, true),
        (Advance, track, true),
        (UseCase::Cancel, &[Cancel], true),
        (UseCase::Ship, &[Fulfil], true),
        (UseCase::Reach, &[Create], true),
        (UseCase::Follow, &[Events], false),
        (UseCase::Analyse, &[Analytics], false),
    ] {
        let needs = Err(Refusal::MissingScope(needed));
        for held in Scope::ALL {
            let asker = user(Scopes::NONE.with(held));
            let as_admin = admin_may && held == Admin;
            let own = if needed.contains(&held) || as_admin { yes } else { needs };
            assert_eq!(use_case.check(asker, Own), own, "{use_case:?} {held}");
            let foreign = if as_admin { yes } else { hidden };
            assert_eq!(use_case.check(asker, Foreign), foreign, "{use_case:?} {held}");
            assert_eq!(use_case.check(asker, Missing), hidden, "{use_case:?} {held}");
        }
        assert_eq!(use_case.check(user(Scopes::NONE), Own), needs);
        assert_eq!(use_case.check(all_but(Admin), Own), yes);
        assert_eq!(use_case.check(all_but(Admin), Foreign), hidden);
    }
}

#[test]
fn another_scope_never_takes_a_permission_away() {
    for use_case in UseCase::ALL {
        for ownership in [Own, Foreign, Missing] {
            for bits in 0_u16..1 << Scope::ALL.len() {
                let with = |extra: Option<Scope>| {
                    let held = (0..).zip(Scope::ALL).filter(|(bit, _)| bits & (1 << bit) != 0);
                    user(held.map(|(_, scope)| scope).chain(extra).collect())
                };
                if use_case.check(with(None), ownership).is_ok() {
                    for extra in Scope::ALL {
                        assert_eq!(use_case.check(with(Some(extra)), ownership), Ok(()));
                    }
                }
            }
        }
    }
}

#[test]
fn only_the_list_is_open_in_development() {
    for use_case in UseCase::ALL {
        assert_eq!(use_case.is_open_in_development(), use_case == List, "{use_case:?}");
    }
}

#[test]
fn each_scope_that_is_enough_is_named() {
    let Err(Refusal::MissingScope(scopes)) = Track.check(user(Scopes::NONE), Own) else {
        panic!("not refused")
    };
    assert_eq!(Scope::any_of(scopes), "orders:fulfil or orders:track");
}
