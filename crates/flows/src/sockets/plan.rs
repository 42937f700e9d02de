//! Which slots a process keeps, takes and gives up: pure, from who is there and who holds what.
//!
//! Each process wants its share, rounded up, so that together they want at least as many as there are; who has
//! more gives up its highest, for a process that came later. The database decides who gets a free one.

use std::collections::BTreeSet;

use grantbook_store::sockets::{Held, SlotName};

/// How many connections an app wants over all processes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Want {
    /// The app's row.
    pub(super) app: i64,
    /// So many.
    pub(super) connections: u8,
}

/// What is to be done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Plan {
    /// Held, and to be kept.
    pub(super) keep: BTreeSet<SlotName>,
    /// Held, and to be closed and given back.
    pub(super) give_up: BTreeSet<SlotName>,
    /// To be tried for.
    pub(super) take: Vec<SlotName>,
}

/// `me` is the holder that plans.
pub(super) fn plan(me: &str, wants: &[Want], held: &Held) -> Plan {
    let mine: BTreeSet<SlotName> = held
        .slots
        .iter()
        .filter(|slot| slot.holder == me)
        .map(|slot| slot.name)
        .collect();
    let mut plan = Plan::default();
    for Want { app, connections } in wants {
        let share = share(*connections, held.holders);
        let wanted = (1..=*connections).map(|number| (*app, number));
        let (kept, free): (Vec<_>, Vec<_>) = wanted
            .filter(|name| mine.contains(name) || !held.slots.iter().any(|slot| slot.name == *name))
            .partition(|name| mine.contains(name));
        plan.keep.extend(kept.iter().take(share));
        plan.take.extend(free.iter().take(share.saturating_sub(kept.len())));
    }
    plan.give_up = mine.difference(&plan.keep).copied().collect();
    plan
}

/// The share of one of so many processes.
fn share(connections: u8, holders: u64) -> usize {
    let share = u64::from(connections).div_ceil(holders.max(1));
    usize::try_from(share).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use grantbook_store::sockets::{HeldSlot, SlotState};

    use super::*;

    fn held(holders: u64, slots: &[(u8, &str)]) -> Held {
        let slot = |(number, holder): &(u8, &str)| HeldSlot {
            name: (1, *number),
            holder: (*holder).to_owned(),
            state: SlotState::default(),
        };
        Held {
            holders,
            slots: slots.iter().map(slot).collect(),
        }
    }

    fn planned(connections: u8, holders: u64, slots: &[(u8, &str)]) -> (Vec<u8>, Vec<u8>, Vec<u8>) {
        let want = Want { app: 1, connections };
        let plan = plan("me", &[want], &held(holders, slots));
        let numbers = |names: &mut dyn Iterator<Item = SlotName>| names.map(|(_, number)| number).collect::<Vec<_>>();
        (
            numbers(&mut plan.keep.into_iter()),
            numbers(&mut plan.give_up.into_iter()),
            numbers(&mut plan.take.into_iter()),
        )
    }

    #[test]
    fn alone_a_process_takes_all_and_never_what_is_held() {
        assert_eq!(planned(3, 1, &[]), (vec![], vec![], vec![1, 2, 3]));
        assert_eq!(planned(3, 1, &[(1, "me"), (2, "dead")]), (vec![1], vec![], vec![3]));
        assert_eq!(
            planned(3, 1, &[(1, "me"), (2, "me"), (3, "me")]),
            (vec![1, 2, 3], vec![], vec![])
        );
    }

    #[test]
    fn who_has_more_than_its_share_gives_up_the_highest() {
        let mine = [(1, "me"), (2, "me"), (3, "me"), (4, "me")];
        assert_eq!(planned(4, 2, &mine), (vec![1, 2], vec![3, 4], vec![]));
        assert_eq!(planned(4, 2, &[(1, "you"), (2, "you")]), (vec![], vec![], vec![3, 4]));
        assert_eq!(
            planned(1, 2, &[(1, "me")]),
            (vec![1], vec![], vec![]),
            "one cannot be shared"
        );
        assert_eq!(planned(3, 2, &[(1, "you"), (2, "me")]), (vec![2], vec![], vec![3]));
    }

    #[test]
    fn slots_beyond_the_number_wanted_are_given_up() {
        let mine = [(1, "me"), (2, "me"), (3, "me")];
        assert_eq!(planned(1, 1, &mine), (vec![1], vec![2, 3], vec![]));
        let plan = plan("me", &[], &held(1, &mine));
        assert_eq!(plan.give_up.len(), 3, "Socket Mode was switched off");
    }

    #[test]
    fn whoever_plans_in_whatever_order_all_are_shared_out_and_nobody_has_too_many() {
        for connections in 1..=10_u8 {
            for processes in 1..=4_u64 {
                let names: Vec<String> = (0..processes).map(|number| number.to_string()).collect();
                let mut owners: Vec<Option<usize>> = vec![None; usize::from(connections)];
                for round in 0..4 {
                    for at in 0..names.len() {
                        // The first processes come before the others.
                        let there = if round == 0 { at + 1 } else { names.len() };
                        let slots: Vec<(u8, &str)> = (1..)
                            .zip(&owners)
                            .filter_map(|(number, owner)| Some((number, names[(*owner)?].as_str())))
                            .collect();
                        let want = Want { app: 1, connections };
                        let plan = plan(&names[at], &[want], &held(there as u64, &slots));
                        for (_, number) in plan.give_up {
                            owners[usize::from(number) - 1] = None;
                        }
                        for (_, number) in plan.take {
                            assert_eq!(owners[usize::from(number) - 1].replace(at), None);
                        }
                    }
                }
                let most = u64::from(connections).div_ceil(processes);
                assert!(
                    owners.iter().all(Option::is_some),
                    "{connections} over {processes}: {owners:?}"
                );
                for at in 0..names.len() {
                    let count = owners.iter().filter(|owner| **owner == Some(at)).count();
                    assert!(count as u64 <= most, "{connections} over {processes}: {owners:?}");
                }
            }
        }
    }
}
