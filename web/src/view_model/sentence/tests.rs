//! Every fact has its sentence.

use std::collections::BTreeSet;

use grantbook_core::{
    Fact, Reach, ResourceId, ResourceType, Scope, Source, Timestamp, UserId,
    fact::{Resource, ScopedResource, ScopesByType},
    ledger::Hash,
    view::{ChangeView, EntryView},
};

use super::{change_sentence, entry_sentence, entry_why, look, plain};

fn scopes(names: &[&str]) -> BTreeSet<Scope> {
    names.iter().map(|name| Scope::new(*name).unwrap()).collect()
}

fn user(id: &str) -> UserId {
    UserId::new(id).unwrap()
}

fn channel(id: &str) -> Resource {
    Resource {
        resource_type: ResourceType::Channel,
        reach: Reach::Specific(ResourceId::new(id).unwrap()),
    }
}

fn entry(actor: Option<&str>, fact: Fact) -> EntryView {
    let at: Timestamp = "2026-11-21T22:28:04Z".parse().unwrap();
    EntryView {
        installation: "insectoid.T061EG9R6".parse().unwrap(),
        app: "insectoid".parse().unwrap(),
        app_name: "Insectoid".to_owned(),
        tenant: "T061EG9R6".parse().unwrap(),
        tenant_name: "Northwind HQ".to_owned(),
        seq: 1_904,
        at,
        recorded_at: at,
        event_id: "Ev0BQ5FTL0".to_owned(),
        kind: fact.kind().to_owned(),
        source: Source::Event,
        actor: actor.map(user),
        actor_name: actor.map(|_| "izzy".to_owned()),
        scopes: fact.scopes().into_iter().collect(),
        resources: fact.resources().into_iter().collect(),
        names: [("C1A", "field-notes"), ("U7AUR", "izzy")]
            .map(|(a, b)| (a.to_owned(), b.to_owned()))
            .into(),
        request: None,
        fact,
        hash: Hash::default(),
    }
}

fn said(actor: Option<&str>, fact: Fact) -> String {
    plain(&entry_sentence(&entry(actor, fact)))
}

fn granted(kinds: &[ResourceType], names: &[&str], unplaced: &[&str]) -> Fact {
    Fact::ScopeGranted {
        scopes: kinds.iter().map(|kind| (*kind, scopes(names))).collect(),
        unplaced: scopes(unplaced),
        trigger_id: None,
    }
}

#[test]
fn grants_say_who_allowed_what_for_which_kinds() {
    let izzy = Some("U7AUR");
    let conversations = &ResourceType::ALL[1..6];
    let cases = [
        (
            granted(conversations, &["commands"], &[]),
            "@izzy allowed commands for every kind of conversation",
        ),
        (
            granted(&[ResourceType::Team], &["users:read"], &[]),
            "@izzy allowed users:read for the workspace",
        ),
        (
            granted(&[ResourceType::AppHome, ResourceType::Im], &["im:read"], &["made:up"]),
            "@izzy allowed im:read and made:up for app homes and direct messages; Slack has not named a resource type for made:up",
        ),
        (
            Fact::ScopeDenied {
                scopes: scopes(&["users:read.email"]),
                trigger_id: None,
            },
            "@izzy refused users:read.email. The app keeps what it had.",
        ),
    ];
    for (fact, sentence) in cases {
        assert_eq!(said(izzy, fact), sentence);
    }
    assert_eq!(
        said(None, granted(&[], &[], &["made:up"])),
        "made:up was allowed; Slack has not named a resource type for made:up"
    );
}

#[test]
fn resources_are_named() {
    let added = |resource| Fact::ResourcesAdded {
        resources: vec![ScopedResource {
            resource,
            scopes: scopes(&["chat:write", "commands"]),
        }],
    };
    assert_eq!(
        said(Some("U7AUR"), added(channel("C1A"))),
        "@izzy added Insectoid to #field-notes"
    );
    let every = Resource {
        resource_type: ResourceType::Channel,
        reach: Reach::Wildcard,
    };
    assert_eq!(said(None, added(every)), "Insectoid was added to every channel");
    let team = Resource {
        resource_type: ResourceType::Team,
        reach: Reach::Specific(ResourceId::new("T061EG9R6").unwrap()),
    };
    assert_eq!(said(None, added(team)), "Insectoid was added to Northwind HQ");
    let why = entry_why(&entry(None, added(channel("C1A")))).unwrap();
    assert_eq!(plain(&why), "Effective there: chat:write and commands");
    let removed = Fact::ResourcesRemoved {
        resources: ["C1", "C2", "C3", "C4", "C5"]
            .map(|id| ScopedResource {
                resource: channel(id),
                scopes: scopes(&[]),
            })
            .into(),
    };
    assert_eq!(said(None, removed), "Insectoid was removed from C1, C2, C3 and 2 more");
}

#[test]
fn installs_count_and_uninstalls_end_everything() {
    let install = |names: &[&str]| Fact::Installed {
        authorizing_user: None,
        scopes: [
            (ResourceType::AppHome, scopes(names)),
            (ResourceType::Im, scopes(names)),
        ]
        .into(),
        resources: [channel("C1A")].into(),
    };
    assert_eq!(
        said(
            Some("U7AUR"),
            install(&["chat:write", "im:history", "im:read", "commands"])
        ),
        "@izzy installed Insectoid with 4 scopes on 1 resource"
    );
    assert_eq!(
        said(None, install(&["chat:write"])),
        "Insectoid was installed with chat:write on 1 resource"
    );
    assert_eq!(
        said(None, Fact::Uninstalled),
        "Insectoid was uninstalled. Everything granted here ended."
    );
    assert_eq!(
        said(Some("U7AUR"), Fact::Uninstalled),
        "@izzy uninstalled Insectoid. Everything granted here ended."
    );
    let revoked = Fact::TokensRevoked {
        oauth: [user("U7AUR")].into(),
        bot: BTreeSet::new(),
        people_only: false,
    };
    assert_eq!(said(None, revoked), "Slack revoked the tokens of Insectoid for 1 user");
}

#[test]
fn people_act_for_themselves_whoever_the_actor_is() {
    let names = scopes(&["reminders:write:user"]);
    let grant = Fact::UserResourceGranted {
        user: user("U7AUR"),
        scopes: names.clone(),
        trigger_id: None,
    };
    assert_eq!(
        said(None, grant),
        "@izzy lets Insectoid act for them with reminders:write:user"
    );
    let refuse = Fact::UserResourceDenied {
        user: user("U8ORLA"),
        scopes: names,
        trigger_id: None,
    };
    assert_eq!(
        said(None, refuse),
        "U8ORLA refused to let Insectoid act for them with reminders:write:user. The app keeps what it had."
    );
}

#[test]
fn a_reconciliation_lists_what_it_changed() {
    let settle = Fact::Reconciled {
        scopes_added: [(ResourceType::Team, scopes(&["users:read"]))].into(),
        scopes_removed: ScopesByType::new(),
        resources_added: BTreeSet::new(),
        resources_removed: [channel("C1A")].into(),
        excluded: BTreeSet::new(),
        included: BTreeSet::new(),
        people_added: [].into(),
        people_removed: [].into(),
    };
    assert_eq!(
        said(None, settle),
        "Reconcile compared the ledger with Slack's lists and added users:read, removed #field-notes"
    );
}

#[test]
fn why_names_the_trigger_and_how_late_the_event_was() {
    let trigger_id = Some("11820576016.6048553856.093b9205636ddbfc180e1e74d33e9af6".to_owned());
    let mut asked = entry(
        None,
        Fact::ScopeDenied {
            scopes: scopes(&["commands"]),
            trigger_id,
        },
    );
    assert_eq!(
        plain(&entry_why(&asked).unwrap()),
        "Answered in the dialog of trigger 11820576016.6048553856…"
    );
    asked.recorded_at = asked.at.plus_seconds(7_320);
    assert!(plain(&entry_why(&asked).unwrap()).ends_with("The console learned of it 2 h 2 min later."));
    assert_eq!(entry_why(&entry(None, Fact::Uninstalled)), None);
}

#[test]
fn every_kind_has_a_look_and_a_short_sentence() {
    for kind in Fact::KINDS {
        let _ = look(kind);
        let change = ChangeView {
            at: Timestamp::from_seconds(0),
            kind: kind.to_owned(),
            actor: Some(user("U7AUR")),
            actor_name: Some("izzy".to_owned()),
            scopes: scopes(&["commands"]).into_iter().collect(),
            resources: 2,
            app: "insectoid".parse().unwrap(),
            app_name: "Insectoid".to_owned(),
        };
        let sentence = plain(&change_sentence(&change));
        assert!(!sentence.contains(&format!(": {kind}")), "{sentence}");
        assert!(sentence.len() > 10, "{sentence}");
        let nobody = plain(&change_sentence(&ChangeView {
            actor: None,
            actor_name: None,
            ..change
        }));
        assert!(!nobody.contains("izzy"), "{nobody}");
        assert!(!nobody.contains(&format!(": {kind}")), "{nobody}");
    }
}

#[test]
fn where_nobody_is_named_the_sentence_is_about_what_happened() {
    assert_eq!(
        said(None, granted(&ResourceType::ALL[1..6], &["reactions:read"], &[])),
        "reactions:read was allowed for every kind of conversation"
    );
    let denied = Fact::ScopeDenied {
        scopes: scopes(&["commands", "files:read"]),
        trigger_id: None,
    };
    assert_eq!(
        said(None, denied),
        "commands and files:read were refused. The app keeps what it had."
    );
    let short = |kind: &str| {
        plain(&change_sentence(&ChangeView {
            at: Timestamp::from_seconds(0),
            kind: kind.to_owned(),
            actor: None,
            actor_name: None,
            scopes: scopes(&["commands"]).into_iter().collect(),
            resources: 1,
            app: "insectoid".parse().unwrap(),
            app_name: "Insectoid".to_owned(),
        }))
    };
    assert_eq!(short("resources_added"), "Insectoid was added to 1 place");
    assert_eq!(short("resources_removed"), "Insectoid was removed from 1 place");
    assert_eq!(short("scope_denied"), "commands was refused");
}
