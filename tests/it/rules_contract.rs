//! What the store promises of the versions of the rules, on both databases: one is in force, a second person agrees,
//! and of two that are to come into force at once one does.

use std::collections::{BTreeMap, BTreeSet};

use grantbook_core::{
    approval::{Rules, VersionActor, VersionRefusal, VersionStep},
    view::approvals::RulesState,
};
use grantbook_store::{
    Store,
    approvals::{NewRules, RulesDeed, RulesStepError, StoredRules},
    audit::AuditFilter,
    queries::PageRequest,
};
use grantbook_tests::{
    app_requests::{Asked, judge, take},
    postgres::{Durability, Postgres},
};
use serde_json::json;

use crate::store_contract::{at, open, promises};

promises! {
    a_version_comes_into_force_by_a_second_person,
    who_wrote_or_proposed_it_or_is_no_person_cannot_agree,
    a_version_made_from_rules_that_changed_is_refused,
    of_two_put_in_force_at_once_one_is,
    of_two_first_ones_put_in_force_at_once_one_is,
    one_version_runs_in_shadow_and_stays_as_it_is,
    a_discarded_version_is_over,
    versions_are_paged_newest_first,
    rules_are_counted_by_their_ids,
    disagreements_are_listed_newest_first_and_forgotten_with_the_draft,
    past_requests_are_read_in_pages,
}

const AGREE: VersionStep = VersionStep::Agree { second_person: true };

fn admin(name: &str) -> VersionActor<'_> {
    VersionActor {
        name,
        is_person: true,
        is_admin: true,
    }
}

fn deed(by: VersionActor<'_>) -> RulesDeed<'_> {
    RulesDeed {
        by,
        what: "rules.tested",
        detail: json!({}),
        at: at(10),
    }
}

/// Rules with one rule, that approves this app.
fn rules(app: &str) -> Rules {
    let text = format!(
        r#"{{"rules": [{{"id": "one", "name": "One app", "when": {{"app": {{"is": ["{app}"]}}}}, "then": {{"approve": {{}}}}}}]}}"#
    );
    Rules::from_json(&text).unwrap()
}

fn new(app: &str, base: Option<u64>) -> NewRules {
    NewRules {
        rules: rules(app),
        base,
        note: format!("for {app}"),
    }
}

async fn draft(store: &Store, by: &str, app: &str, base: Option<u64>) -> u64 {
    let kept = store.insert_rules(&new(app, base), &deed(admin(by))).await.unwrap();
    assert_eq!(kept.standing.state, RulesState::Draft);
    kept.standing.version
}

async fn step(store: &Store, version: u64, step: VersionStep, by: &str) -> Result<StoredRules, RulesStepError> {
    store.step_rules(version, step, &deed(admin(by))).await
}

/// Orla proposes it, Petra agrees.
async fn in_force(store: &Store, app: &str, base: Option<u64>) -> u64 {
    let version = draft(store, "user:orla", app, base).await;
    step(store, version, VersionStep::Propose, "user:orla").await.unwrap();
    step(store, version, AGREE, "user:petra").await.unwrap();
    version
}

#[track_caller]
fn refusal(outcome: Result<StoredRules, RulesStepError>) -> VersionRefusal {
    match outcome {
        Err(RulesStepError::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

async fn a_version_comes_into_force_by_a_second_person(store: &Store) {
    assert_eq!(store.rules_now().await.unwrap().in_force, None);
    let first = in_force(store, "A1", None).await;
    let second = in_force(store, "A2", Some(first)).await;
    let now = store.rules_now().await.unwrap().in_force.unwrap();
    assert_eq!((now.standing.version, now.rules.version), (second, second));
    assert_eq!(now.rules.rules, rules("A2").rules);
    assert_eq!(now.standing.proposed_by.as_deref(), Some("user:orla"));
    assert_eq!(now.agreed_by.as_deref(), Some("user:petra"));
    assert_eq!(now.in_force_at, Some(at(10)));
    let before = store.stored_rules(first).await.unwrap().unwrap();
    assert_eq!(before.standing.state, RulesState::Retired);
    assert_eq!(before.retired_at, Some(at(10)));
    let filter = AuditFilter {
        subject: Some(format!("rules:{second}")),
        ..AuditFilter::default()
    };
    let told = store.audits(&filter, &PageRequest::first(9)).await.unwrap().items;
    let who: Vec<&str> = told.iter().map(|line| line.who.as_str()).collect();
    assert_eq!(who, ["user:petra", "user:orla", "user:orla"]);
}

async fn who_wrote_or_proposed_it_or_is_no_person_cannot_agree(store: &Store) {
    let version = draft(store, "user:orla", "A1", None).await;
    let early = refusal(step(store, version, AGREE, "user:petra").await);
    assert!(
        matches!(
            early,
            VersionRefusal::State {
                state: RulesState::Draft,
                ..
            }
        ),
        "{early:?}"
    );
    let key = VersionActor {
        name: "key:4f2a",
        is_person: false,
        is_admin: true,
    };
    let by_key = store.step_rules(version, VersionStep::Propose, &deed(key)).await;
    assert_eq!(refusal(by_key), VersionRefusal::PeopleOnly);
    step(store, version, VersionStep::Propose, "user:quentin")
        .await
        .unwrap();
    for name in ["user:orla", "user:quentin"] {
        assert_eq!(
            refusal(step(store, version, AGREE, name).await),
            VersionRefusal::SecondPerson
        );
    }
    let by_key = store.step_rules(version, AGREE, &deed(key)).await;
    assert_eq!(refusal(by_key), VersionRefusal::PeopleOnly);
    let approver = VersionActor {
        is_admin: false,
        ..admin("user:petra")
    };
    let by_approver = store.step_rules(version, AGREE, &deed(approver)).await;
    assert_eq!(refusal(by_approver), VersionRefusal::AdminsOnly);
    assert_eq!(store.rules_now().await.unwrap().in_force, None, "nothing was written");
    // A house that asks for no second person.
    let alone = VersionStep::Agree { second_person: false };
    let kept = step(store, version, alone, "user:orla").await.unwrap();
    assert_eq!(kept.standing.state, RulesState::InForce);
}

async fn a_version_made_from_rules_that_changed_is_refused(store: &Store) {
    let first = in_force(store, "A1", None).await;
    let late = draft(store, "user:orla", "A3", Some(first)).await;
    let second = in_force(store, "A2", Some(first)).await;
    let changed = VersionRefusal::Changed { in_force: Some(second) };
    assert_eq!(
        refusal(step(store, late, VersionStep::Propose, "user:orla").await),
        changed
    );
    let stale = store
        .insert_rules(&new("A4", Some(first)), &deed(admin("user:orla")))
        .await;
    assert_eq!(refusal(stale), changed);
    let stale = store
        .rewrite_rules(late, &new("A4", Some(first)), &deed(admin("user:orla")))
        .await;
    assert_eq!(refusal(stale), changed);
    // Written anew on top of what is in force it may go on.
    let fresh = store
        .rewrite_rules(late, &new("A4", Some(second)), &deed(admin("user:orla")))
        .await;
    assert_eq!(fresh.unwrap().rules.rules, rules("A4").rules);
    step(store, late, VersionStep::Propose, "user:orla").await.unwrap();
    let frozen = store
        .rewrite_rules(late, &new("A5", Some(second)), &deed(admin("user:orla")))
        .await;
    assert!(matches!(refusal(frozen), VersionRefusal::State { .. }));
    assert!(matches!(
        step(store, 999, AGREE, "user:orla").await,
        Err(RulesStepError::Missing(999))
    ));
}

async fn race(store: &Store, base: Option<u64>) {
    let mut rivals = Vec::new();
    for number in 0..6 {
        let version = draft(store, "user:orla", &format!("A1{number}"), base).await;
        step(store, version, VersionStep::Propose, "user:orla").await.unwrap();
        rivals.push(version);
    }
    let at_once = rivals.iter().map(|version| {
        let (store, version) = (store.clone(), *version);
        tokio::spawn(async move { (version, step(&store, version, AGREE, "user:petra").await) })
    });
    let mut winners = Vec::new();
    for rival in at_once.collect::<Vec<_>>() {
        match rival.await.unwrap() {
            (version, Ok(_)) => winners.push(version),
            (_, Err(RulesStepError::Refused(VersionRefusal::Changed { .. }))) => {}
            (version, other) => panic!("{version}: {other:?}"),
        }
    }
    let now = store.rules_now().await.unwrap().in_force.unwrap();
    assert_eq!(winners, [now.standing.version]);
    let all = store.rules_versions(&PageRequest::first(100)).await.unwrap().items;
    let deciding = all
        .iter()
        .filter(|one| one.standing.state == RulesState::InForce)
        .count();
    assert_eq!(deciding, 1);
}

async fn of_two_put_in_force_at_once_one_is(store: &Store) {
    let base = in_force(store, "A1", None).await;
    race(store, Some(base)).await;
}

async fn of_two_first_ones_put_in_force_at_once_one_is(store: &Store) {
    race(store, None).await;
}

async fn one_version_runs_in_shadow_and_stays_as_it_is(store: &Store) {
    let (a, b) = (
        draft(store, "user:orla", "A1", None).await,
        draft(store, "user:orla", "A2", None).await,
    );
    step(store, a, VersionStep::Shadow(true), "user:orla").await.unwrap();
    step(store, b, VersionStep::Shadow(true), "user:petra").await.unwrap();
    let shadow = store.rules_now().await.unwrap().shadow.unwrap();
    assert_eq!((shadow.standing.version, shadow.shadow_since), (b, Some(at(10))));
    assert_eq!(store.stored_rules(a).await.unwrap().unwrap().shadow_since, None);
    let frozen = store
        .rewrite_rules(b, &new("A3", None), &deed(admin("user:orla")))
        .await;
    assert_eq!(refusal(frozen), VersionRefusal::InShadow(b));
    let strangers = store
        .rewrite_rules(a, &new("A3", None), &deed(admin("user:petra")))
        .await;
    assert_eq!(refusal(strangers), VersionRefusal::NotYours(a));
    step(store, b, VersionStep::Propose, "user:orla").await.unwrap();
    step(store, b, AGREE, "user:petra").await.unwrap();
    let now = store.rules_now().await.unwrap();
    assert_eq!(now.in_force.unwrap().standing.version, b);
    assert_eq!(now.shadow, None, "what decides is no trial any more");
}

async fn a_discarded_version_is_over(store: &Store) {
    let version = draft(store, "user:orla", "A1", None).await;
    let approver = VersionActor {
        is_admin: false,
        ..admin("user:quentin")
    };
    let strangers = store.step_rules(version, VersionStep::Discard, &deed(approver)).await;
    assert_eq!(refusal(strangers), VersionRefusal::NotYours(version));
    step(store, version, VersionStep::Discard, "user:petra").await.unwrap();
    for late in [
        VersionStep::Propose,
        AGREE,
        VersionStep::Discard,
        VersionStep::Shadow(true),
    ] {
        assert!(matches!(
            refusal(step(store, version, late, "user:orla").await),
            VersionRefusal::State {
                state: RulesState::Discarded,
                ..
            }
        ));
    }
}

async fn versions_are_paged_newest_first(store: &Store) {
    let mut versions = Vec::new();
    for number in 0..7 {
        versions.push(draft(store, "user:orla", &format!("A{number}"), None).await);
    }
    versions.reverse();
    let mut seen = Vec::new();
    let mut page = PageRequest::first(3);
    loop {
        let found = store.rules_versions(&page).await.unwrap();
        seen.extend(found.items.iter().map(|one| one.standing.version));
        match page.next(&found) {
            Some(next) => page = next,
            None => break,
        }
    }
    assert_eq!(seen, versions);
}

async fn requests(store: &Store, apps: &[&str]) -> Vec<i64> {
    for (number, app) in (1..).zip(apps) {
        let asked = Asked {
            number,
            app,
            name: app,
            developer: "internal",
            scopes: &["chat:write"],
            team: "T1",
        };
        take(store, &[asked], at(i64::from(number))).await.unwrap();
    }
    let found = store.app_requests_asked(0, 1_000).await.unwrap();
    found.into_iter().map(|(id, _)| id).collect()
}

async fn rules_are_counted_by_their_ids(store: &Store) {
    let ids = requests(store, &["A1", "A1", "A1", "A2", "A9"]).await;
    let version = in_force(store, "A1", None).await;
    let rules = store.stored_rules(version).await.unwrap().unwrap().rules;
    // The last one is not judged, and the first is too old.
    for id in &ids[..4] {
        judge(store, *id, &rules, None, at(60)).await.unwrap();
    }
    let decided = store.rules_decided(at(2)).await.unwrap();
    assert_eq!(decided.by_rule, BTreeMap::from([("one".to_owned(), 2)]));
    assert_eq!(decided.otherwise, 1);
}

async fn disagreements_are_listed_newest_first_and_forgotten_with_the_draft(store: &Store) {
    let ids = requests(store, &["A1", "A2", "A1", "A2", "A1"]).await;
    let first = in_force(store, "A1", None).await;
    let trial = draft(store, "user:orla", "A3", Some(first)).await;
    let rules = |version| async move { store.stored_rules(version).await.unwrap().unwrap() };
    let (now, shadow) = (rules(first).await.rules, rules(trial).await.rules);
    for id in &ids {
        judge(store, *id, &now, Some(&shadow), at(60)).await.unwrap();
    }
    let listed = rules(trial).await;
    assert_eq!((listed.compared, listed.disagreements), (5, 3));
    let mut seen = Vec::new();
    let mut page = PageRequest::first(2);
    loop {
        let found = store.rules_disagreements(trial, &page).await.unwrap();
        seen.extend(found.items.iter().map(|one| (one.request.id, one.at)));
        match page.next(&found) {
            Some(next) => page = next,
            None => break,
        }
    }
    assert_eq!(seen, [(ids[4], at(60)), (ids[2], at(60)), (ids[0], at(60))]);
    let other = store
        .rewrite_rules(trial, &new("A4", Some(first)), &deed(admin("user:orla")))
        .await;
    assert_eq!(other.unwrap().compared, 0);
    let none = store.rules_disagreements(trial, &PageRequest::first(9)).await.unwrap();
    assert!(none.items.is_empty());
}

async fn past_requests_are_read_in_pages(store: &Store) {
    assert_eq!(store.past_app_requests().await.unwrap().count, 0);
    let ids = requests(store, &["A1", "A2", "A3"]).await;
    let mark = store.past_app_requests().await.unwrap();
    assert_eq!((mark.count, mark.newest), (3, ids[2]));
    let head = store.app_requests_asked(0, 2).await.unwrap();
    let tail = store.app_requests_asked(head[1].0, 2).await.unwrap();
    let apps: Vec<String> = head
        .iter()
        .chain(&tail)
        .map(|(_, one)| one.app.id.to_string())
        .collect();
    assert_eq!(apps, ["A1", "A2", "A3"]);
    let named = store.workspace_names(&BTreeSet::from(["T1".to_owned()])).await.unwrap();
    assert!(named.is_empty());
}
