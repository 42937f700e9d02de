//! What must hold for any ledger.

use std::collections::BTreeMap;

use proptest::{collection::vec, prelude::*, sample::select};

use super::{
    super::cells, BTreeSet, Entry, Fact, Grants, Late, Reach, Resource, ResourceType, Scope, ScopedResource, Timestamp,
    as_of, entry, fold, fold_onto, id, one, scope, user,
};

fn scopes() -> impl Strategy<Value = BTreeSet<Scope>> {
    vec(
        select(vec!["commands", "chat:write", "channels:read", "users:read", "made:up"]),
        0..4,
    )
    .prop_map(|names| names.into_iter().map(scope).collect())
}

fn kind() -> impl Strategy<Value = ResourceType> {
    select(ResourceType::ALL.to_vec())
}

fn resource() -> impl Strategy<Value = Resource> {
    (kind(), select(vec![None, Some("C1"), Some("C2"), Some("U3")])).prop_map(|(resource_type, reach)| Resource {
        resource_type,
        reach: reach.map_or(Reach::Wildcard, |text| Reach::Specific(id(text))),
    })
}

fn resources() -> impl Strategy<Value = Vec<ScopedResource>> {
    vec(
        (resource(), scopes()).prop_map(|(resource, scopes)| ScopedResource { resource, scopes }),
        0..3,
    )
}

fn person() -> impl Strategy<Value = crate::UserId> {
    select(vec!["U3", "U4"]).prop_map(user)
}

fn fact() -> impl Strategy<Value = Fact> {
    let by_type = || vec((kind(), scopes()), 0..3).prop_map(|pairs| pairs.into_iter().collect());
    let set = || vec(resource(), 0..3).prop_map(|list| list.into_iter().collect());
    let people = || vec((person(), scopes()), 0..2).prop_map(|list| list.into_iter().collect());
    let pairs =
        || vec((kind(), select(vec!["C1", "C2"]).prop_map(id)), 0..2).prop_map(|list| list.into_iter().collect());
    prop_oneof![
        3 => (proptest::option::of(person()), by_type(), set()).prop_map(|(authorizing_user, scopes, resources)| {
            Fact::Installed { authorizing_user, scopes, resources }
        }),
        3 => (by_type(), scopes())
            .prop_map(|(scopes, unplaced)| Fact::ScopeGranted { scopes, unplaced, trigger_id: None }),
        2 => scopes().prop_map(|scopes| Fact::ScopeDenied { scopes, trigger_id: None }),
        4 => resources().prop_map(|resources| Fact::ResourcesAdded { resources }),
        3 => resources().prop_map(|resources| Fact::ResourcesRemoved { resources }),
        2 => (person(), scopes())
            .prop_map(|(user, scopes)| Fact::UserResourceGranted { user, scopes, trigger_id: None }),
        1 => person().prop_map(|user| Fact::UserResourceRemoved { user }),
        1 => Just(Fact::ConversationLeft { resource: one(ResourceType::Channel, "C1") }),
        1 => (person(), any::<bool>()).prop_map(|(user, people_only)| Fact::TokensRevoked {
            oauth: [user].into(),
            bot: BTreeSet::new(),
            people_only,
        }),
        1 => Just(Fact::Uninstalled),
        1 => (by_type(), by_type(), set(), set(), pairs(), pairs(), people(), people()).prop_map(
            |(
                scopes_added,
                scopes_removed,
                resources_added,
                resources_removed,
                excluded,
                included,
                people_added,
                people_removed,
            )| {
                Fact::Reconciled {
                    scopes_added,
                    scopes_removed,
                    resources_added,
                    resources_removed,
                    excluded,
                    included,
                    people_added,
                    people_removed,
                }
            }
        ),
    ]
}

/// Entries of few different seconds, so that many share one.
fn ledger() -> impl Strategy<Value = Vec<Entry>> {
    vec((100_i64..110, fact()), 0..25).prop_map(|list| {
        (1..)
            .zip(list)
            .map(|(seq, (seconds, fact))| entry(seq, seconds, None, fact))
            .collect()
    })
}

fn in_order(entries: &[Entry]) -> Vec<Entry> {
    let mut sorted = entries.to_vec();
    sorted.sort_by(|a, b| a.draft.key.cmp(&b.draft.key));
    sorted
}

proptest! {
    #[test]
    fn order_and_repetition_of_arrival_do_not_matter(
        (entries, shuffled) in ledger().prop_flat_map(|entries| {
            let twice = entries.iter().chain(&entries).cloned().collect::<Vec<_>>();
            (Just(entries), Just(twice).prop_shuffle())
        }),
        dropped in 0_usize..25,
    ) {
        prop_assert_eq!(fold(&entries), fold(&shuffled));
        // Some twice, some once.
        let some: Vec<&Entry> = entries.iter().skip(dropped).chain(&entries).collect();
        prop_assert_eq!(fold(&entries), fold(some));
    }

    #[test]
    fn a_prefix_and_then_the_rest_is_the_whole(entries in ledger(), at in 0_usize..26) {
        let sorted = in_order(&entries);
        let (early, late) = sorted.split_at(at.min(sorted.len()));
        prop_assert_eq!(fold_onto(fold(early), late), fold(&entries));
        prop_assert_eq!(fold_onto(fold(early), &sorted), fold(&entries), "what is covered already is left out");
    }

    #[test]
    fn the_past_is_the_fold_of_what_had_happened(entries in ledger(), seconds in 99_i64..111) {
        let until: Vec<&Entry> = entries.iter().filter(|entry| entry.draft.key.seconds <= seconds).collect();
        prop_assert_eq!(as_of(&entries, Timestamp::from_seconds(seconds)), fold(until));
    }

    #[test]
    fn cells_are_the_grants_and_changes_lead_from_one_to_the_next(entries in ledger(), at in 0_usize..26) {
        let sorted = in_order(&entries);
        let before = fold(&sorted[..at.min(sorted.len())]);
        let after = fold(&sorted);
        let mut stored: BTreeMap<String, String> = cells::all(&before).into_iter().collect();
        for change in cells::changes(&before, &after) {
            match change.value {
                Some(value) => stored.insert(change.name, value),
                None => stored.remove(&change.name),
            };
        }
        prop_assert_eq!(&stored, &cells::all(&after).into_iter().collect());
        let again = cells::assemble(stored.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        prop_assert_eq!(again, Ok(after));
    }

    #[test]
    fn one_step_at_a_time_is_the_fold(entries in ledger()) {
        let mut grants = Grants::default();
        for entry in &in_order(&entries) {
            prop_assert_eq!(grants.apply(entry), Ok(()));
            prop_assert_eq!(grants.apply(entry), Err(Late));
        }
        prop_assert_eq!(grants, fold(&entries));
    }

    #[test]
    fn grants_read_back_from_json_with_the_same_bytes(entries in ledger()) {
        let grants = fold(&entries);
        let json = serde_json::to_string(&grants).unwrap();
        let back: Grants = serde_json::from_str(&json).unwrap();
        prop_assert_eq!(serde_json::to_string(&back).unwrap(), json);
        prop_assert_eq!(back, grants);
    }

    #[test]
    fn check_says_yes_only_where_both_scope_and_resource_are_held(entries in ledger()) {
        let grants = fold(&entries);
        for name in ["commands", "chat:write", "users:read"] {
            if grants.check(&scope(name), Some(&id("C1"))).allowed() {
                let reached = grants.resources.values().any(|resources| resources.reaching(&id("C1")).is_some());
                prop_assert!(grants.is_placed(&scope(name)) && (reached || grants.users.contains_key(&id("C1"))));
            }
        }
    }
}
