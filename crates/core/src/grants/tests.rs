//! What each fact changes, and what the fold keeps whatever order entries come in.

use std::collections::BTreeSet;

use super::*;
use crate::{
    TeamId,
    ledger::{Draft, Hash},
};

mod chain;
mod properties;
mod resources;

/// Entry `seq`, at a second, by somebody, stating `fact`. Hashes are not set.
pub(crate) fn entry(seq: u64, seconds: i64, actor: Option<&str>, fact: Fact) -> Entry {
    let at = Timestamp::from_seconds(seconds);
    let source = if matches!(fact, Fact::Reconciled { .. }) {
        Source::Reconcile
    } else {
        Source::Event
    };
    let actor = actor.map(|id| UserId::new(id).unwrap());
    let key = OrderKey::new(at, &fact, format!("Ev{seq:04}"));
    let draft = Draft {
        key,
        recorded_at: at,
        source,
        actor,
        fact,
    };
    Entry {
        seq,
        draft,
        previous: Hash::default(),
        hash: Hash::default(),
    }
}

fn scope(name: &str) -> Scope {
    Scope::new(name).unwrap()
}

fn scopes(names: &[&str]) -> BTreeSet<Scope> {
    names.iter().map(|name| scope(name)).collect()
}

fn id(text: &str) -> ResourceId {
    ResourceId::new(text).unwrap()
}

fn user(text: &str) -> UserId {
    UserId::new(text).unwrap()
}

fn one(resource_type: ResourceType, text: &str) -> Resource {
    Resource {
        resource_type,
        reach: Reach::Specific(id(text)),
    }
}

fn all(resource_type: ResourceType) -> Resource {
    Resource {
        resource_type,
        reach: Reach::Wildcard,
    }
}

fn installed(by_type: &[(ResourceType, &[&str])], resources: &[Resource]) -> Fact {
    Fact::Installed {
        authorizing_user: Some(user("U061F7AUR")),
        scopes: by_type.iter().map(|(kind, names)| (*kind, scopes(names))).collect(),
        resources: resources.iter().cloned().collect(),
    }
}

fn granted(resource_type: ResourceType, names: &[&str]) -> Fact {
    Fact::ScopeGranted {
        scopes: [(resource_type, scopes(names))].into(),
        unplaced: BTreeSet::new(),
        trigger_id: None,
    }
}

fn added(resource: Resource, names: &[&str]) -> Fact {
    Fact::ResourcesAdded {
        resources: vec![ScopedResource {
            resource,
            scopes: scopes(names),
        }],
    }
}

fn removed(resource: Resource) -> Fact {
    Fact::ResourcesRemoved {
        resources: vec![ScopedResource {
            resource,
            scopes: BTreeSet::new(),
        }],
    }
}

/// The facts one after the other, a second each, numbered from 1.
fn after(facts: impl IntoIterator<Item = Fact>) -> Grants {
    let entries: Vec<Entry> = (1..)
        .zip(facts)
        .map(|(n, fact)| entry(n, 100 + i64::try_from(n).unwrap(), None, fact))
        .collect();
    fold(&entries)
}

/// `type scope` for every scope held of a type, `? scope` for those without one.
fn held(grants: &Grants) -> Vec<String> {
    let typed = grants
        .scopes
        .iter()
        .flat_map(|(kind, held)| held.keys().map(move |scope| format!("{kind} {scope}")));
    typed
        .chain(grants.unplaced.keys().map(|scope| format!("? {scope}")))
        .collect()
}

fn default_install() -> Fact {
    installed(
        &[(ResourceType::AppHome, &["chat:write", "im:history", "im:read"])],
        &[one(ResourceType::AppHome, "D0BH95DLH")],
    )
}

#[test]
fn an_install_gives_the_scopes_and_resources_it_names() {
    let grants = after([default_install()]);
    assert_eq!(grants.status, Status::Installed);
    assert_eq!(
        held(&grants),
        ["app_home chat:write", "app_home im:history", "app_home im:read"]
    );
    assert_eq!(grants.resources[&ResourceType::AppHome].specific.len(), 1);
    assert_eq!(grants.resource_count(), 1);
}

#[test]
fn installing_again_adds_and_never_removes() {
    let again = installed(
        &[(ResourceType::Team, &["users:read"])],
        &[one(ResourceType::Channel, "C1A")],
    );
    let grants = after([default_install(), again]);
    assert_eq!(grants.held_scopes().len(), 4);
    assert_eq!(grants.resource_count(), 2);
    assert_eq!(
        grants.scopes[&ResourceType::AppHome][&scope("im:read")].seq,
        1,
        "the older grant keeps its mark"
    );
}

#[test]
fn installing_again_ends_an_uninstall_or_a_revocation() {
    let revoked = Fact::TokensRevoked {
        oauth: BTreeSet::new(),
        bot: BTreeSet::new(),
        people_only: false,
    };
    assert_eq!(
        after([default_install(), revoked, default_install()]).status,
        Status::Installed
    );
    let grants = after([default_install(), Fact::Uninstalled, default_install()]);
    assert_eq!(grants.status, Status::Installed);
    assert_eq!(
        grants.scopes[&ResourceType::AppHome][&scope("im:read")].seq,
        3,
        "a new run begins"
    );
}

#[test]
fn the_two_events_of_a_progressive_grant_reach_the_conversation_with_the_installer() {
    // SEED0, step 5: one second, two events, the second naming the same DM as an `im`.
    let kinds = [
        ResourceType::AppHome,
        ResourceType::Channel,
        ResourceType::Group,
        ResourceType::Mpim,
        ResourceType::Im,
    ];
    let commands = Fact::ScopeGranted {
        scopes: kinds.map(|kind| (kind, scopes(&["commands"]))).into(),
        unplaced: BTreeSet::new(),
        trigger_id: Some("11820576016.6048553856.093b9205636ddbfc180e1e74d33e9af6".to_owned()),
    };
    let reach = added(
        one(ResourceType::Im, "D0BH95DLH"),
        &["chat:write", "im:read", "im:history", "commands"],
    );
    let entries = [
        entry(1, 1_497_900_000, None, default_install()),
        entry(3, 1_497_911_545, None, reach),
        entry(2, 1_497_911_545, None, commands),
    ];
    let grants = fold(&entries);
    let home = ["chat:write", "commands", "im:history", "im:read"].map(scope);
    assert!(grants.scopes[&ResourceType::AppHome].keys().eq(&home));
    assert!(
        grants.scopes[&ResourceType::Im].keys().eq(&home),
        "Slack named the type `im` in the event"
    );
    for kind in [ResourceType::Channel, ResourceType::Group, ResourceType::Mpim] {
        assert!(grants.scopes[&kind].keys().eq(&[scope("commands")]), "{kind}");
        assert!(
            !grants.resources.contains_key(&kind),
            "held for a type of which nothing was given"
        );
    }
    assert_eq!(
        grants.resource_count(),
        2,
        "the app home, and the same conversation as an im"
    );
    assert!(grants.check(&scope("commands"), Some(&id("D0BH95DLH"))).allowed());
    assert!(
        !grants.check(&scope("commands"), Some(&id("C0BH9C3"))).allowed(),
        "not added there yet"
    );
    let first = &grants.scopes[&ResourceType::AppHome][&scope("commands")];
    assert_eq!(
        (first.seq, first.since.seconds()),
        (2, 1_497_911_545),
        "scope_granted comes before resources_added"
    );
    assert_eq!(grants.scopes[&ResourceType::Im][&scope("chat:write")].seq, 3);
}

#[test]
fn a_granted_scope_of_unknown_type_waits_until_an_event_names_one() {
    let unknown = Fact::ScopeGranted {
        scopes: ScopesByType::new(),
        unplaced: scopes(&["made:up"]),
        trigger_id: None,
    };
    let grants = after([default_install(), unknown.clone()]);
    assert!(held(&grants).contains(&"? made:up".to_owned()));
    let placed = added(one(ResourceType::Channel, "C1A"), &["made:up"]);
    let grants = after([default_install(), unknown.clone(), placed.clone()]);
    assert_eq!((grants.unplaced.len(), grants.is_placed(&scope("made:up"))), (0, true));
    let grants = after([default_install(), placed, unknown]);
    assert!(grants.unplaced.is_empty(), "a scope with a type needs no other");
}

#[test]
fn a_refusal_takes_nothing_away_and_a_grant_ends_it() {
    let denied = Fact::ScopeDenied {
        scopes: scopes(&["im:read", "users:read"]),
        trigger_id: None,
    };
    let before = after([default_install()]);
    let grants = after([default_install(), denied.clone()]);
    assert_eq!((&grants.scopes, &grants.resources), (&before.scopes, &before.resources));
    assert_eq!(grants.denied.len(), 2);
    let grants = after([default_install(), denied, granted(ResourceType::Team, &["users:read"])]);
    assert!(grants.denied.keys().eq(&[scope("im:read")]));
}

#[test]
fn an_uninstall_ends_everything_and_the_past_still_answers() {
    let entries = [
        entry(1, 100, None, default_install()),
        entry(
            2,
            200,
            None,
            Fact::ScopeDenied {
                scopes: scopes(&["users:read"]),
                trigger_id: None,
            },
        ),
        entry(3, 300, Some("U061F7AUR"), Fact::Uninstalled),
    ];
    let now = fold(&entries);
    assert_eq!(now.status, Status::Uninstalled);
    assert!(now.held_scopes().is_empty() && now.resources.is_empty() && now.denied.is_empty());
    assert_eq!(now.status_mark.as_ref().unwrap().actor, Some(user("U061F7AUR")));
    let then = as_of(&entries, Timestamp::from_seconds(299));
    assert_eq!(
        (then.status, then.held_scopes().len(), then.denied.len()),
        (Status::Installed, 3, 1)
    );
}

#[test]
fn tokens_revoked_after_an_uninstall_leaves_it_uninstalled() {
    let revoked = Fact::TokensRevoked {
        oauth: [user("U061F7AUR")].into(),
        bot: BTreeSet::new(),
        people_only: false,
    };
    assert_eq!(after([default_install(), revoked.clone()]).status, Status::Revoked);
    assert_eq!(
        after([default_install(), Fact::Uninstalled, revoked.clone()]).status,
        Status::Uninstalled
    );
    let same_second = [
        entry(1, 100, None, default_install()),
        entry(2, 200, None, Fact::Uninstalled),
        entry(3, 200, None, revoked),
    ];
    assert_eq!(fold(&same_second).status, Status::Uninstalled);
}

#[test]
fn since_is_the_start_of_the_unbroken_run() {
    let add = || added(one(ResourceType::Channel, "C1A"), &["commands"]);
    let grants = after([default_install(), add(), add()]);
    assert_eq!(
        grants.resources[&ResourceType::Channel].specific[&id("C1A")].seq,
        2,
        "saying it again changes nothing"
    );
    let grants = after([
        default_install(),
        add(),
        removed(one(ResourceType::Channel, "C1A")),
        add(),
    ]);
    assert_eq!(grants.resources[&ResourceType::Channel].specific[&id("C1A")].seq, 4);
    assert_eq!(
        grants.scopes[&ResourceType::Channel][&scope("commands")].seq,
        2,
        "the scope was held all along"
    );
}

#[test]
fn a_late_entry_is_refused_and_changes_nothing() {
    let mut grants = Grants::default();
    grants.apply(&entry(1, 200, None, default_install())).unwrap();
    let before = grants.clone();
    assert_eq!(grants.apply(&entry(2, 100, None, Fact::Uninstalled)), Err(Late));
    assert_eq!(
        grants.apply(&entry(1, 200, None, default_install())),
        Err(Late),
        "a repeat is late too"
    );
    assert_eq!(grants, before);
}
