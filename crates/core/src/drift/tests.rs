//! Differences and their causes, by table.

use super::*;
use crate::{Entry, OrderKey, Source, Timestamp, UserId, ledger::Draft, ledger::Hash, view::Model};

fn scope(name: &str) -> Scope {
    Scope::new(name).unwrap()
}

fn names(list: &[&str]) -> BTreeSet<Scope> {
    list.iter().map(|name| scope(name)).collect()
}

fn entry(second: i64, source: Source, fact: Fact) -> Entry {
    let at = Timestamp::from_seconds(second);
    let draft = Draft {
        key: OrderKey::new(at, &fact, format!("Ev{second}")),
        recorded_at: at,
        source,
        actor: None,
        fact,
    };
    Entry {
        seq: second.unsigned_abs(),
        draft,
        previous: Hash::default(),
        hash: Hash::default(),
    }
}

fn installed(second: i64, scopes: &[&str]) -> Entry {
    let fact = Fact::Installed {
        authorizing_user: None,
        scopes: [(ResourceType::Team, names(scopes))].into(),
        resources: BTreeSet::new(),
    };
    entry(second, Source::Oauth, fact)
}

fn channel(id: &str) -> Resource {
    Resource {
        resource_type: ResourceType::Channel,
        reach: Reach::Specific(ResourceId::new(id).unwrap()),
    }
}

fn joined(second: i64) -> Entry {
    let fact = Fact::ConversationJoined {
        resource: channel("C1"),
        inviter: None,
    };
    entry(second, Source::Event, fact)
}

fn left_one(second: i64) -> Entry {
    let fact = Fact::ConversationLeft {
        resource: channel("C1"),
    };
    entry(second, Source::Event, fact)
}

fn revoked(second: i64) -> Entry {
    let fact = Fact::TokensRevoked {
        oauth: BTreeSet::new(),
        bot: [UserId::new("U0BOT").unwrap()].into(),
        people_only: false,
    };
    entry(second, Source::Event, fact)
}

fn denied(second: i64) -> Entry {
    let fact = Fact::ScopeDenied {
        scopes: names(&["pins:read"]),
        trigger_id: None,
    };
    entry(second, Source::Event, fact)
}

struct Row {
    kind: DriftKind,
    model: Model,
    entries: Vec<Entry>,
    agreed: Option<i64>,
    declared: Option<i64>,
    refusal: Option<&'static str>,
    cause: &'static str,
}

fn row(kind: DriftKind, model: Model, entries: Vec<Entry>, cause: &'static str) -> Row {
    Row {
        kind,
        model,
        entries,
        agreed: Some(200),
        declared: None,
        refusal: None,
        cause,
    }
}

impl Row {
    fn never_agreed(self) -> Self {
        Self { agreed: None, ..self }
    }

    fn declared(self, second: i64) -> Self {
        Self {
            declared: Some(second),
            ..self
        }
    }

    fn refused(self, code: &'static str) -> Self {
        Self {
            refusal: Some(code),
            ..self
        }
    }
}

fn base() -> Vec<Entry> {
    vec![installed(100, &["chat:write"])]
}

fn heard(mut with: Vec<Entry>) -> Vec<Entry> {
    with.extend(base());
    with
}

fn of_workspaces_and_tokens() -> Vec<Row> {
    use DriftKind::{AppUserChanged, TokenDead, WorkspaceMissing, WorkspaceUnknown};
    use Model::Modern;
    vec![
        row(WorkspaceMissing, Modern, base(), "not_listening"),
        row(WorkspaceMissing, Modern, heard(vec![joined(300)]), "never_subscribed"),
        row(WorkspaceUnknown, Modern, base(), "before_first_comparison").never_agreed(),
        row(WorkspaceUnknown, Modern, base(), "not_listening"),
        row(TokenDead, Modern, heard(vec![revoked(300)]), "tokens_revoked"),
        row(
            TokenDead,
            Modern,
            heard(vec![entry(300, Source::Event, Fact::Uninstalled)]),
            "uninstalled",
        ),
        row(TokenDead, Modern, base(), "no_token"),
        row(TokenDead, Modern, base(), "refresh_lost").refused("needs_reauthorization"),
        row(TokenDead, Modern, base(), "refresh_refused").refused("exhausted"),
        row(TokenDead, Modern, base(), "token_expired").refused("expired"),
        row(TokenDead, Modern, base(), "token_refused").refused("account_inactive"),
        row(AppUserChanged, Modern, base(), "reinstalled_elsewhere"),
    ]
}

fn table() -> Vec<Row> {
    use DriftKind::{
        DeclaredNotGranted, GrantedNotDeclared, ResourceMissingAtSlack, ResourceUnknownToLedger, ScopeMissingAtSlack,
        ScopeUnknownToLedger,
    };
    use Model::{Modern, Workspace};
    vec![
        row(ScopeMissingAtSlack, Modern, base(), "not_listening"),
        row(ScopeMissingAtSlack, Workspace, base(), "not_listening"),
        row(ScopeMissingAtSlack, Modern, heard(vec![joined(150)]), "not_listening"),
        row(ScopeMissingAtSlack, Modern, heard(vec![joined(300)]), "no_event_tells"),
        row(ScopeMissingAtSlack, Modern, heard(vec![revoked(300)]), "tokens_revoked"),
        row(
            ScopeMissingAtSlack,
            Modern,
            vec![revoked(50), installed(100, &[])],
            "not_listening",
        ),
        row(ScopeUnknownToLedger, Modern, base(), "authorized_elsewhere"),
        row(ScopeUnknownToLedger, Workspace, base(), "not_listening"),
        row(ScopeUnknownToLedger, Workspace, heard(vec![denied(300)]), "event_lost"),
        row(DeclaredNotGranted, Modern, base(), "taken_since"),
        row(
            DeclaredNotGranted,
            Modern,
            vec![installed(100, &["users:read"])],
            "declared_later",
        ),
        row(
            DeclaredNotGranted,
            Modern,
            vec![installed(100, &["users:read"])],
            "declared_later",
        )
        .declared(150),
        row(
            DeclaredNotGranted,
            Modern,
            vec![installed(100, &["users:read"])],
            "not_consented",
        )
        .declared(50),
        row(DeclaredNotGranted, Modern, vec![], "declared_later"),
        row(GrantedNotDeclared, Modern, base(), "declared_no_longer"),
        row(
            GrantedNotDeclared,
            Modern,
            vec![installed(100, &["users:read"])],
            "authorized_elsewhere",
        ),
        row(ResourceMissingAtSlack, Modern, base(), "not_listening"),
        row(
            ResourceMissingAtSlack,
            Modern,
            heard(vec![joined(300)]),
            "never_subscribed",
        ),
        row(
            ResourceMissingAtSlack,
            Modern,
            heard(vec![left_one(150), joined(300)]),
            "event_lost",
        ),
        row(
            ResourceMissingAtSlack,
            Workspace,
            heard(vec![denied(300)]),
            "event_lost",
        ),
        row(ResourceUnknownToLedger, Modern, base(), "not_listening"),
        row(ResourceUnknownToLedger, Modern, base(), "before_first_comparison").never_agreed(),
        row(ResourceUnknownToLedger, Modern, heard(vec![joined(300)]), "event_lost"),
        row(ResourceUnknownToLedger, Workspace, base(), "not_listening").never_agreed(),
        row(
            ResourceUnknownToLedger,
            Workspace,
            heard(vec![denied(300)]),
            "event_lost",
        ),
    ]
    .into_iter()
    .chain(of_workspaces_and_tokens())
    .collect()
}

#[test]
fn each_difference_has_the_cause_that_the_ledger_makes_likely() {
    for row in table() {
        let difference = Difference::scope(row.kind, scope("chat:write"));
        let evidence = Evidence {
            model: row.model,
            entries: &row.entries,
            agreed_at: row.agreed.map(Timestamp::from_seconds),
            declared_at: row.declared.map(Timestamp::from_seconds),
            other_app_user: false,
            refusal: row.refusal,
        };
        let cause = cause::of(&difference, &evidence);
        assert_eq!(cause.code(), row.cause, "{} of a {} app", row.kind, row.model.as_str());
        let sentence = cause.sentence(row.kind);
        assert!(
            sentence.ends_with('.') && sentence.starts_with(char::is_uppercase),
            "{sentence}"
        );
        assert!(
            !sentence.contains("the beginning") || row.entries.is_empty(),
            "{sentence}"
        );
    }
}

#[test]
fn every_kind_has_a_cause_and_reads_back() {
    for kind in DriftKind::ALL {
        assert_eq!(kind.as_str().parse(), Ok(kind));
        assert!(table().iter().any(|row| row.kind == kind), "{kind} is in the table");
    }
    assert!("weather".parse::<DriftKind>().is_err());
}

#[test]
fn another_app_user_explains_what_is_missing() {
    let entries = [installed(100, &["chat:write"])];
    let evidence = Evidence {
        model: Model::Modern,
        entries: &entries,
        agreed_at: None,
        declared_at: None,
        other_app_user: true,
        refusal: None,
    };
    for kind in [DriftKind::ScopeMissingAtSlack, DriftKind::ResourceMissingAtSlack] {
        assert_eq!(
            cause::of(&Difference::whole(kind), &evidence),
            Cause::ReinstalledElsewhere
        );
    }
}

#[test]
fn sentences_name_the_moment_to_the_minute() {
    let since = Some(Timestamp::from_seconds(1_772_546_700));
    assert_eq!(
        Cause::NotListening { since }.sentence(DriftKind::ScopeMissingAtSlack),
        "Revoked at Slack while this console was not listening: no event has come since 3 March 2026, 14:05 UTC."
    );
    let event = "member_joined_channel";
    assert_eq!(
        Cause::EventLost { event, since }.sentence(DriftKind::ResourceUnknownToLedger),
        "An event member_joined_channel was lost: it was added at Slack after 3 March 2026, 14:05 UTC, and other \
         events have come since."
    );
}

#[test]
fn declared_and_granted_differ_both_ways_but_not_by_what_was_asked_for() {
    let found = declared(
        &names(&["chat:write", "users:read"]),
        &names(&["chat:write", "pins:read", "files:read", "identify"]),
        &names(&["files:read"]),
        None,
    );
    let expected = [
        Difference::scope(DriftKind::DeclaredNotGranted, scope("users:read")),
        Difference::scope(DriftKind::GrantedNotDeclared, scope("pins:read")),
    ];
    assert_eq!(found, expected.into());
}

#[test]
fn a_token_differs_from_the_ledger_by_what_either_alone_has() {
    let izzy = UserId::new("U1").unwrap();
    let found = scopes(
        &names(&["chat:write", "users:read"]),
        &names(&["chat:write", "pins:read"]),
        Some(&izzy),
    );
    let expected = [
        Difference::scope(DriftKind::ScopeMissingAtSlack, scope("users:read")),
        Difference::scope(DriftKind::ScopeUnknownToLedger, scope("pins:read")),
    ]
    .map(|found| found.of_person(Some(&izzy)));
    assert_eq!(found, expected.into());
    assert!(scopes(&names(&["users:read"]), &names(&["identify", "users:read"]), None).is_empty());
}

#[test]
fn a_reconciled_fact_settles_one_difference_for_each_thing_it_names() {
    let team = Resource {
        resource_type: ResourceType::Team,
        reach: Reach::Specific(ResourceId::new("T2").unwrap()),
    };
    let all = Resource {
        resource_type: ResourceType::Group,
        reach: Reach::Wildcard,
    };
    let fact = Fact::Reconciled {
        scopes_added: [(ResourceType::Team, names(&["pins:read"]))].into(),
        scopes_removed: [
            (ResourceType::Channel, names(&["chat:write"])),
            (ResourceType::Group, names(&["chat:write"])),
        ]
        .into(),
        resources_added: [channel("C1"), team.clone()].into(),
        resources_removed: [all].into(),
        excluded: [(ResourceType::Channel, ResourceId::new("C9").unwrap())].into(),
        included: BTreeSet::new(),
        people_added: BTreeMap::new(),
        people_removed: [(UserId::new("U1").unwrap(), names(&["chat:write"]))].into(),
    };
    let wildcard = Difference {
        resource_type: Some(ResourceType::Group),
        ..Difference::whole(DriftKind::ResourceMissingAtSlack)
    };
    let expected = [
        Difference::scope(DriftKind::ScopeMissingAtSlack, scope("chat:write")),
        Difference::scope(DriftKind::ScopeMissingAtSlack, scope("chat:write"))
            .of_person(Some(&UserId::new("U1").unwrap())),
        Difference::scope(DriftKind::ScopeUnknownToLedger, scope("pins:read")),
        Difference::resource(DriftKind::ResourceUnknownToLedger, &channel("C1")),
        Difference::resource(DriftKind::WorkspaceUnknown, &team),
        Difference::resource(DriftKind::ResourceMissingAtSlack, &channel("C9")),
        wildcard,
    ];
    assert_eq!(settled(&fact), expected.into());
    assert!(settled(&Fact::Uninstalled).is_empty());
}
