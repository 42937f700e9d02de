//! Resources, people and exceptions: how they come and go.

use std::collections::BTreeMap;

use super::{
    BTreeSet, Fact, ResourceType, Scope, ScopesByType, Source, TeamId, added, after, all, default_install, held, id,
    installed, one, removed, scope, scopes, user,
};

#[test]
fn a_person_grants_refuses_and_withdraws_for_themselves() {
    let names = scopes(&["reminders:write:user"]);
    let grant = Fact::UserResourceGranted {
        user: user("U7AUR"),
        scopes: names.clone(),
        trigger_id: None,
    };
    let refuse = Fact::UserResourceDenied {
        user: user("U8ORLA"),
        scopes: names.clone(),
        trigger_id: None,
    };
    let grants = after([default_install(), grant.clone(), refuse.clone()]);
    assert!(grants.users[&id("U7AUR")].contains_key(&scope("reminders:write:user")));
    assert!(grants.denied.contains_key(&scope("reminders:write:user")));
    assert!(!grants.users.contains_key(&id("U8ORLA")));
    let grants = after([
        default_install(),
        grant,
        Fact::UserResourceRemoved { user: user("U7AUR") },
    ]);
    assert!(grants.users.is_empty());
    assert!(
        !grants
            .check(&scope("reminders:write:user"), Some(&id("U7AUR")))
            .allowed()
    );
}

#[test]
fn an_installers_user_scopes_are_theirs_alone() {
    let grants = after([installed(&[(ResourceType::User, &["identity.basic"])], &[])]);
    assert!(grants.users[&id("U061F7AUR")].contains_key(&scope("identity.basic")));
    assert!(!grants.scopes.contains_key(&ResourceType::User));
}

#[test]
fn resources_come_and_go_one_by_one() {
    let grants = after([
        default_install(),
        added(one(ResourceType::Channel, "C1A"), &["commands"]),
    ]);
    assert!(grants.check(&scope("commands"), Some(&id("C1A"))).allowed());
    let facts = [
        default_install(),
        added(one(ResourceType::Channel, "C1A"), &["commands"]),
        removed(one(ResourceType::Channel, "C1A")),
    ];
    let grants = after(facts);
    assert!(!grants.check(&scope("commands"), Some(&id("C1A"))).allowed());
    assert!(
        grants.scopes[&ResourceType::Channel].contains_key(&scope("commands")),
        "the scope stays for its type"
    );
    assert!(!grants.resources.contains_key(&ResourceType::Channel));
}

#[test]
fn what_is_removed_under_a_wildcard_becomes_an_exception() {
    let wide = added(all(ResourceType::Channel), &["channels:read"]);
    let gone = removed(one(ResourceType::Channel, "C1A"));
    let grants = after([default_install(), wide.clone(), gone.clone()]);
    assert_eq!(grants.resources[&ResourceType::Channel].excluded[&id("C1A")].seq, 3);
    assert!(!grants.check(&scope("channels:read"), Some(&id("C1A"))).allowed());
    assert!(grants.check(&scope("channels:read"), Some(&id("C2B"))).allowed());
    let back = added(one(ResourceType::Channel, "C1A"), &["channels:read"]);
    let grants = after([default_install(), wide.clone(), gone.clone(), back]);
    assert!(grants.check(&scope("channels:read"), Some(&id("C1A"))).allowed());
    let grants = after([default_install(), wide, gone, removed(all(ResourceType::Channel))]);
    assert!(
        !grants.resources.contains_key(&ResourceType::Channel),
        "without the wildcard there is no exception"
    );
}

#[test]
fn an_organization_wide_install_reaches_the_workspaces_it_was_given() {
    let teams: BTreeSet<TeamId> = ["T1A", "T2B"].map(|team| TeamId::new(team).unwrap()).into();
    let grants = after([default_install(), Fact::TeamAccessGranted { teams }]);
    assert_eq!(grants.resources[&ResourceType::Team].specific.len(), 2);
    let gone = Fact::TeamAccessRevoked {
        teams: [TeamId::new("T1A").unwrap()].into(),
    };
    let teams = [TeamId::new("T1A").unwrap()].into();
    let grants = after([default_install(), Fact::TeamAccessGranted { teams }, gone]);
    assert!(!grants.resources.contains_key(&ResourceType::Team));
}

#[test]
fn a_bot_joins_and_leaves_conversations() {
    let resource = one(ResourceType::Channel, "C1A");
    let joined = Fact::ConversationJoined {
        resource: resource.clone(),
        inviter: None,
    };
    let grants = after([default_install(), joined.clone()]);
    assert!(
        grants.resources[&ResourceType::Channel]
            .specific
            .contains_key(&id("C1A"))
    );
    let grants = after([default_install(), joined, Fact::ConversationLeft { resource }]);
    assert!(!grants.resources.contains_key(&ResourceType::Channel));
}

#[test]
fn reconciling_settles_what_no_event_announced() {
    let settle = Fact::Reconciled {
        scopes_added: [(ResourceType::Team, scopes(&["users:read"]))].into(),
        scopes_removed: [(ResourceType::AppHome, scopes(&["im:read"]))].into(),
        resources_added: [one(ResourceType::Channel, "C2B")].into(),
        resources_removed: [one(ResourceType::Channel, "C1A")].into(),
        excluded: BTreeSet::new(),
        included: BTreeSet::new(),
        people_added: BTreeMap::new(),
        people_removed: BTreeMap::new(),
    };
    let grants = after([
        default_install(),
        added(one(ResourceType::Channel, "C1A"), &["commands"]),
        settle,
    ]);
    assert_eq!(
        held(&grants),
        [
            "team users:read",
            "app_home chat:write",
            "app_home im:history",
            "channel commands"
        ]
    );
    let channels = &grants.resources[&ResourceType::Channel].specific;
    assert!(channels.keys().eq(&[id("C2B")]));
    assert_eq!(channels[&id("C2B")].source, Source::Reconcile);
}

#[test]
fn reconciling_settles_what_people_let_the_app_do() {
    let grant = Fact::UserResourceGranted {
        user: user("U7AUR"),
        scopes: scopes(&["reminders:read:user", "reminders:write:user"]),
        trigger_id: None,
    };
    let settle = |added: &[&str], removed: &[&str]| Fact::Reconciled {
        scopes_added: ScopesByType::new(),
        scopes_removed: ScopesByType::new(),
        resources_added: BTreeSet::new(),
        resources_removed: BTreeSet::new(),
        excluded: BTreeSet::new(),
        included: BTreeSet::new(),
        people_added: [(user("U7AUR"), scopes(added))].into(),
        people_removed: [(user("U7AUR"), scopes(removed))].into(),
    };
    let first = settle(&["search:read"], &["reminders:write:user"]);
    let grants = after([default_install(), grant.clone(), first.clone()]);
    let now: Vec<_> = grants.users[&id("U7AUR")].keys().map(Scope::as_str).collect();
    assert_eq!(now, ["reminders:read:user", "search:read"]);
    let last = settle(&[], &["reminders:read:user", "search:read"]);
    assert!(after([default_install(), grant, first, last]).users.is_empty());
}

#[test]
fn reconciling_corrects_exceptions_to_a_wildcard() {
    let settle = |excluded: &[&str], included: &[&str]| {
        let listed = |ids: &[&str]| ids.iter().map(|text| (ResourceType::Channel, id(text))).collect();
        Fact::Reconciled {
            scopes_added: ScopesByType::new(),
            scopes_removed: ScopesByType::new(),
            resources_added: BTreeSet::new(),
            resources_removed: BTreeSet::new(),
            excluded: listed(excluded),
            included: listed(included),
            people_added: BTreeMap::new(),
            people_removed: BTreeMap::new(),
        }
    };
    let wide = added(all(ResourceType::Channel), &["channels:read"]);
    let grants = after([default_install(), wide.clone(), settle(&["C1A", "C2B"], &[])]);
    assert_eq!(grants.resources[&ResourceType::Channel].excluded.len(), 2);
    let grants = after([
        default_install(),
        wide,
        settle(&["C1A", "C2B"], &[]),
        settle(&[], &["C1A"]),
    ]);
    assert!(
        grants.resources[&ResourceType::Channel]
            .excluded
            .keys()
            .eq(&[id("C2B")])
    );
}
