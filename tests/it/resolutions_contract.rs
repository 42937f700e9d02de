//! What the store promises of the mirror of Slack's lists, on both databases: the lists win, our own newer word
//! wins over an older reading, and nothing is forgotten.

use std::collections::{BTreeMap, BTreeSet};

use grantbook_core::{
    EnterpriseId, Scope, TeamId, Timestamp,
    approval::{Previous, Resolver},
};
use grantbook_store::{
    Store,
    approvals::{Listed, Noted, StoredResolution},
};
use grantbook_tests::postgres::{Durability, Postgres};

use crate::store_contract::{at, open, promises, scope};

promises! {
    the_lists_of_a_place_are_taken_over_whole,
    what_changes_is_told_and_what_was_is_kept,
    a_reading_older_than_our_own_word_changes_nothing_about_it,
    a_time_box_lasts_as_long_as_the_approval_stands,
    a_restriction_of_the_organization_voids_approvals_of_workspaces,
    replicas_that_read_at_once_agree,
}

pub(crate) fn org() -> EnterpriseId {
    "E1".parse().unwrap()
}

pub(crate) fn team(id: &str) -> TeamId {
    id.parse().unwrap()
}

pub(crate) fn scopes(names: &[&str]) -> BTreeSet<Scope> {
    names.iter().map(|name| scope(name)).collect()
}

pub(crate) fn listed(app: &str, status: Previous, names: &[&str], seconds: i64) -> Listed {
    Listed {
        app: app.parse().unwrap(),
        app_name: format!("App {app}"),
        status,
        scopes: scopes(names),
        date_updated: at(seconds),
        resolved_by: Some(Resolver {
            actor_id: "W1".to_owned(),
            actor_type: "user".to_owned(),
        }),
    }
}

pub(crate) fn noted(app: &str, place: Option<&str>, status: Previous, names: &[&str]) -> Noted {
    Noted {
        enterprise: org(),
        team: place.map(team),
        app: app.parse().unwrap(),
        app_name: format!("App {app}"),
        status,
        scopes: scopes(names),
        request: Some(7),
        by: "user:orla".to_owned(),
        ends: None,
    }
}

async fn standing(store: &Store) -> BTreeMap<(String, String), Previous> {
    let all = store.standing_resolutions(&org(), None).await.unwrap();
    let key = |one: &StoredResolution| {
        let place = one.team.as_ref().map_or("org".to_owned(), ToString::to_string);
        (one.listed.app.to_string(), place)
    };
    all.iter().map(|one| (key(one), one.listed.status)).collect()
}

async fn the_lists_of_a_place_are_taken_over_whole(store: &Store) {
    let t1 = team("T1");
    let lists = [
        listed("A1", Previous::Approved, &["chat:write"], 5),
        listed("A2", Previous::Restricted, &["files:read"], 6),
    ];
    let first = store
        .mirror_resolutions(&org(), Some(&t1), &lists, at(10))
        .await
        .unwrap();
    assert_eq!(first.new.len(), 2);
    assert_eq!(first.new[0].listed, lists[0]);
    assert_eq!(first.new[0].team, Some(t1.clone()));
    assert_eq!(first.apps().len(), 2);
    let again = store
        .mirror_resolutions(&org(), Some(&t1), &lists, at(20))
        .await
        .unwrap();
    assert!(again.is_empty());
    let app = "A1".parse().unwrap();
    let stands = store.resolution(&org(), &app, Some(&t1)).await.unwrap().unwrap();
    assert_eq!((stands.seen_at, stands.listed.date_updated), (at(20), at(5)));
    assert_eq!(store.resolution(&org(), &app, None).await.unwrap(), None);
    // Another place, and another organization, are none of its business.
    let none = store.mirror_resolutions(&org(), None, &[], at(30)).await.unwrap();
    assert!(none.is_empty());
    let other: EnterpriseId = "E2".parse().unwrap();
    let none = store.mirror_resolutions(&other, Some(&t1), &[], at(30)).await.unwrap();
    assert!(none.is_empty());
    assert_eq!(standing(store).await.len(), 2);
    let gone = store.mirror_resolutions(&org(), Some(&t1), &[], at(40)).await.unwrap();
    assert_eq!(gone.ended.len(), 2);
    assert!(standing(store).await.is_empty());
    assert_eq!(store.resolution_history(&org(), &app).await.unwrap().len(), 1);
}

async fn what_changes_is_told_and_what_was_is_kept(store: &Store) {
    let app = "A1".parse().unwrap();
    let read = async |one: Listed, seconds| {
        let lists = [one];
        store
            .mirror_resolutions(&org(), None, &lists, at(seconds))
            .await
            .unwrap()
    };
    read(listed("A1", Previous::Approved, &["chat:write"], 5), 10).await;
    let dated = read(listed("A1", Previous::Approved, &["chat:write"], 15), 20).await;
    assert!(dated.is_empty(), "a new date alone is no change of the resolution");
    let stands = store.resolution(&org(), &app, None).await.unwrap().unwrap();
    assert_eq!((stands.listed.date_updated, stands.seen_at), (at(15), at(20)));
    let wider = read(listed("A1", Previous::Approved, &["chat:write", "files:read"], 25), 30).await;
    let (before, after) = &wider.changed[0];
    assert_eq!((before.listed.scopes.len(), after.listed.scopes.len()), (1, 2));
    assert_eq!(before.ended_at, Some(at(30)));
    let turned = read(
        listed("A1", Previous::Restricted, &["chat:write", "files:read"], 35),
        40,
    )
    .await;
    let (before, after) = &turned.changed[0];
    let statuses = (before.listed.status, after.listed.status);
    assert_eq!(statuses, (Previous::Approved, Previous::Restricted));
    let history = store.resolution_history(&org(), &app).await.unwrap();
    let ended: Vec<Option<Timestamp>> = history.iter().map(|one| one.ended_at).collect();
    assert_eq!(ended, [None, Some(at(40)), Some(at(30))]);
    // In both lists at once, because it moved between two calls: the later entry counts.
    let both = [
        listed("A1", Previous::Restricted, &["chat:write"], 35),
        listed("A1", Previous::Approved, &["chat:write"], 45),
    ];
    store.mirror_resolutions(&org(), None, &both, at(50)).await.unwrap();
    let stands = store.resolution(&org(), &app, None).await.unwrap().unwrap();
    assert_eq!(stands.listed.status, Previous::Approved);
}

async fn a_reading_older_than_our_own_word_changes_nothing_about_it(store: &Store) {
    let t1 = team("T1");
    let app = "A1".parse().unwrap();
    let ours = noted("A1", Some("T1"), Previous::Approved, &["chat:write"]);
    store.note_resolution(&ours, at(100)).await.unwrap();
    let old = store.mirror_resolutions(&org(), Some(&t1), &[], at(90)).await.unwrap();
    assert!(old.is_empty(), "the reading began before our decision");
    let restricted = [listed("A1", Previous::Restricted, &["chat:write"], 80)];
    let old = store
        .mirror_resolutions(&org(), Some(&t1), &restricted, at(99))
        .await
        .unwrap();
    assert!(old.is_empty());
    let stands = store.resolution(&org(), &app, Some(&t1)).await.unwrap().unwrap();
    assert_eq!((stands.listed.status, stands.request), (Previous::Approved, Some(7)));
    // Slack's list shows it: its own date and name, our request.
    let shown = [listed("A1", Previous::Approved, &["chat:write"], 100)];
    let seen = store
        .mirror_resolutions(&org(), Some(&t1), &shown, at(110))
        .await
        .unwrap();
    assert!(seen.is_empty());
    let stands = store.resolution(&org(), &app, Some(&t1)).await.unwrap().unwrap();
    assert_eq!((stands.request, stands.seen_at), (Some(7), at(110)));
    assert!(stands.listed.resolved_by.is_some());
    // What we cleared is not brought back by a reading that began before.
    let clear = noted("A1", Some("T1"), Previous::Unresolved, &[]);
    store.note_resolution(&clear, at(200)).await.unwrap();
    let old = store
        .mirror_resolutions(&org(), Some(&t1), &shown, at(190))
        .await
        .unwrap();
    assert!(old.is_empty());
    assert_eq!(store.resolution(&org(), &app, Some(&t1)).await.unwrap(), None);
    let own = store.own_resolutions(&org(), &app).await.unwrap();
    assert_eq!(
        (own.len(), own[0].status, own[0].at),
        (1, Previous::Unresolved, at(200))
    );
    // A newer one counts, whatever it shows.
    let back = store
        .mirror_resolutions(&org(), Some(&t1), &restricted, at(210))
        .await
        .unwrap();
    assert_eq!(back.new.len(), 1);
    // And a reading that comes in late says nothing about what a newer one ended.
    store.mirror_resolutions(&org(), Some(&t1), &[], at(230)).await.unwrap();
    let late = store
        .mirror_resolutions(&org(), Some(&t1), &restricted, at(220))
        .await
        .unwrap();
    assert!(late.is_empty());
    assert!(standing(store).await.is_empty());
}

async fn a_time_box_lasts_as_long_as_the_approval_stands(store: &Store) {
    let app = "A1".parse().unwrap();
    let mut ours = noted("A1", None, Previous::Approved, &["chat:write"]);
    ours.ends = Some((at(9_000), "clear".to_owned()));
    store.note_resolution(&ours, at(100)).await.unwrap();
    let wider = [listed("A1", Previous::Approved, &["chat:write", "files:read"], 100)];
    let changed = store.mirror_resolutions(&org(), None, &wider, at(110)).await.unwrap();
    assert_eq!(changed.changed.len(), 1);
    let ends = async || {
        let stands = store.resolution(&org(), &app, None).await.unwrap();
        stands.and_then(|one| one.ends_at)
    };
    assert_eq!(ends().await, Some(at(9_000)), "other scopes do not end it");
    // A reading misses it, the next shows it again with the same date.
    store.mirror_resolutions(&org(), None, &[], at(120)).await.unwrap();
    store.mirror_resolutions(&org(), None, &wider, at(130)).await.unwrap();
    assert_eq!(ends().await, Some(at(9_000)), "it was never away");
    // Somebody takes it away and gives it anew: that is another approval.
    store.mirror_resolutions(&org(), None, &[], at(140)).await.unwrap();
    let anew = [listed("A1", Previous::Approved, &["chat:write"], 145)];
    store.mirror_resolutions(&org(), None, &anew, at(150)).await.unwrap();
    assert_eq!(ends().await, None);
    // Ours again, then restricted elsewhere.
    store.note_resolution(&ours, at(160)).await.unwrap();
    assert_eq!(ends().await, Some(at(9_000)));
    let restricted = [listed("A1", Previous::Restricted, &["chat:write"], 165)];
    store
        .mirror_resolutions(&org(), None, &restricted, at(170))
        .await
        .unwrap();
    assert_eq!(ends().await, None);
}

async fn a_restriction_of_the_organization_voids_approvals_of_workspaces(store: &Store) {
    for (place, status) in [("T1", Previous::Approved), ("T2", Previous::Restricted)] {
        let ours = noted("A1", Some(place), status, &["chat:write"]);
        store.note_resolution(&ours, at(10)).await.unwrap();
    }
    let other = noted("A2", Some("T1"), Previous::Approved, &["chat:write"]);
    store.note_resolution(&other, at(10)).await.unwrap();
    let all = noted("A1", None, Previous::Restricted, &["chat:write"]);
    store.note_resolution(&all, at(20)).await.unwrap();
    let expected = [
        (("A1".to_owned(), "T2".to_owned()), Previous::Restricted),
        (("A1".to_owned(), "org".to_owned()), Previous::Restricted),
        (("A2".to_owned(), "T1".to_owned()), Previous::Approved),
    ];
    assert_eq!(standing(store).await, expected.into());
    let own = store.own_resolutions(&org(), &"A1".parse().unwrap()).await.unwrap();
    let places: Vec<Option<TeamId>> = own.into_iter().map(|one| one.team).collect();
    assert_eq!(places, [None, Some(team("T2"))]);
}

async fn replicas_that_read_at_once_agree(store: &Store) {
    let lists = |turn: usize| -> Vec<Listed> {
        let status = |n: usize| {
            if (n + turn).is_multiple_of(2) {
                Previous::Approved
            } else {
                Previous::Restricted
            }
        };
        (0..40)
            .filter(|n| !(n + turn).is_multiple_of(5))
            .map(|n| listed(&format!("A{n}"), status(n), &["chat:write"], 5))
            .collect()
    };
    for turn in 0..4_usize {
        let seconds = 100 * i64::try_from(turn).unwrap();
        let all = lists(turn);
        let (org, t1) = (org(), team("T1"));
        let read = |late: i64| store.mirror_resolutions(&org, Some(&t1), &all, at(seconds + late));
        let told = tokio::join!(read(0), read(1), read(2));
        let told = [told.0.unwrap(), told.1.unwrap(), told.2.unwrap()];
        let sum: usize = told
            .iter()
            .map(|one| one.new.len() + one.changed.len() + one.ended.len())
            .sum();
        if turn == 0 {
            assert_eq!(sum, all.len(), "each is told once");
        }
        let stands = store.standing_resolutions(&org, None).await.unwrap();
        let stands: BTreeMap<String, Previous> = stands
            .iter()
            .map(|one| (one.listed.app.to_string(), one.listed.status))
            .collect();
        let expected = all.iter().map(|one| (one.app.to_string(), one.status)).collect();
        assert_eq!(stands, expected, "turn {turn}");
    }
}
