//! The list of apps: by name, with what stands and where, filtered and in pages.

use std::collections::BTreeSet;

use grantbook_core::{
    Fact, InstallationKey, ResourceType,
    approval::{Decision, Previous, life::Happening},
    fact::ScopesByType,
    view::approvals::{AlarmKind, OrgAppView},
};
use grantbook_store::{
    Store,
    approvals::{Record, alarms::About},
    queries::{
        PageRequest,
        org_apps::{OrgAppFilter, OrgAppStatus},
    },
    tenants::TenantInfo,
};

use super::{install, kinds, manager, request};
use crate::{
    resolutions_contract::{listed, noted, org, team},
    store_contract::{Teller, at, installed, new_app, scope, tenant},
};

fn summary(app: &OrgAppView) -> (String, u64, u64, u64, u64) {
    let name = app.app_name.clone();
    (
        name,
        app.approved_in,
        app.restricted_in,
        app.installed_in,
        app.open_requests,
    )
}

pub(super) async fn apps_are_listed_by_name_with_what_stands_and_where(store: &Store) {
    let restricted = [listed("A2", Previous::Restricted, &["chat:write"], 5)];
    store
        .mirror_resolutions(&org(), None, &restricted, at(10))
        .await
        .unwrap();
    for place in ["T1", "T2"] {
        let here = [listed("A1", Previous::Approved, &["chat:write"], 5)];
        store
            .mirror_resolutions(&org(), Some(&team(place)), &here, at(10))
            .await
            .unwrap();
    }
    for place in ["T2", "T3"] {
        install(store, "A2", place, 10).await;
    }
    let app = manager(store).await;
    let source = installed(store, app, "E1").await;
    let asked = [
        request(1, "A3", Some("T1"), &["chat:write"], 20),
        request(2, "A3", None, &["chat:write"], 21),
    ];
    store
        .take_app_requests(source.row, &org(), &asked, at(20))
        .await
        .unwrap();
    for id in [1, 2] {
        let judged = Happening::Judged {
            rule: None,
            version: 1,
            decision: Decision::Cancel { reason: String::new() },
        };
        store.record_app_request(id, Record::of(judged), at(30)).await.unwrap();
    }
    store.settle_alarms(&org(), About::All, at(40)).await.unwrap();
    let page = store
        .org_apps(&OrgAppFilter::default(), &PageRequest::first(10))
        .await
        .unwrap();
    let all: Vec<_> = page.items.iter().map(summary).collect();
    let row = |name: &str, a, r, i, o| (name.to_owned(), a, r, i, o);
    let expected = [
        row("App A1", 2, 0, 0, 0),
        row("App A2", 0, 0, 2, 0),
        row("App A3", 0, 0, 0, 2),
    ];
    assert_eq!(all, expected);
    assert!(page.items.iter().all(|app| app.places.is_empty()));
    assert_eq!(
        page.items[1].alarms.len(),
        1,
        "restricted everywhere and installed: one alarm"
    );
    let one = store.org_app(&org(), &"A2".parse().unwrap()).await.unwrap().unwrap();
    assert_eq!(one.org.map(|org| org.status), Some(Previous::Restricted));
    let places: Vec<_> = one
        .places
        .iter()
        .map(|place| (place.team.to_string(), place.installed_at))
        .collect();
    assert_eq!(
        places,
        [("T2".to_owned(), Some(at(10))), ("T3".to_owned(), Some(at(10)))]
    );
    let other = store
        .org_app(&"E2".parse().unwrap(), &"A2".parse().unwrap())
        .await
        .unwrap();
    assert!(other.is_none());
}

pub(super) async fn apps_are_filtered_and_paged_without_gaps(store: &Store) {
    let here: Vec<_> = (0..25)
        .map(|n| {
            let status = if n % 2 == 0 {
                Previous::Approved
            } else {
                Previous::Restricted
            };
            listed(&format!("A{n:02}"), status, &["chat:write"], 5)
        })
        .collect();
    store
        .mirror_resolutions(&org(), Some(&team("T1")), &here, at(10))
        .await
        .unwrap();
    let everywhere = [
        listed("A90", Previous::Approved, &["chat:write"], 5),
        listed("A01", Previous::Approved, &[], 5),
    ];
    store
        .mirror_resolutions(&org(), None, &everywhere, at(10))
        .await
        .unwrap();
    for n in [1, 3, 4] {
        install(store, &format!("A{n:02}"), "T1", 20).await;
    }
    store.settle_alarms(&org(), About::All, at(30)).await.unwrap();
    let count = async |filter: OrgAppFilter| {
        let (mut found, mut page) = (Vec::new(), Some(PageRequest::first(4)));
        while let Some(request) = page {
            let got = store.org_apps(&filter, &request).await.unwrap();
            page = request.next(&got);
            found.extend(got.items.into_iter().map(|app| app.app.to_string()));
        }
        let mut sorted = found.clone();
        sorted.sort();
        sorted.dedup();
        assert_eq!(sorted, found, "in order, each once");
        found.len()
    };
    let status = |status, place: Option<&str>| OrgAppFilter {
        status: Some(status),
        team: place.map(team),
        ..OrgAppFilter::default()
    };
    assert_eq!(count(OrgAppFilter::default()).await, 26);
    assert_eq!(count(status(OrgAppStatus::Approved, None)).await, 15);
    // A01 is approved by the organization, and restricted in T1.
    assert_eq!(count(status(OrgAppStatus::Approved, Some("T1"))).await, 14);
    assert_eq!(count(status(OrgAppStatus::Approved, Some("T2"))).await, 2);
    assert_eq!(count(status(OrgAppStatus::Restricted, Some("T1"))).await, 12);
    assert_eq!(count(status(OrgAppStatus::Restricted, Some("T2"))).await, 0);
    assert_eq!(count(status(OrgAppStatus::Installed, None)).await, 3);
    assert_eq!(count(status(OrgAppStatus::Installed, Some("T2"))).await, 0);
    assert_eq!(count(status(OrgAppStatus::Alarm, None)).await, 2);
    let named = |text: &str| OrgAppFilter {
        q: Some(text.to_owned()),
        ..OrgAppFilter::default()
    };
    assert_eq!(count(named("app a1")).await, 10);
    assert_eq!(count(named("a90")).await, 1);
    assert_eq!(count(named("100%")).await, 0);
    let elsewhere = OrgAppFilter {
        enterprise: Some("E2".parse().unwrap()),
        ..OrgAppFilter::default()
    };
    assert_eq!(count(elsewhere).await, 0);
}

pub(super) async fn the_consoles_own_installations_count(store: &Store) {
    let app = store.insert_app(&new_app("standup", "A1"), at(0)).await.unwrap();
    let info = TenantInfo {
        tenant: tenant("T1"),
        name: "Acme".to_owned(),
        enterprise: Some(org()),
    };
    store.save_tenant(&info, at(1)).await.unwrap();
    installed(store, app, "T1").await;
    let key: InstallationKey = "standup.T1".parse().unwrap();
    let scopes: ScopesByType = [(ResourceType::Team, [scope("chat:write"), scope("files:read")].into())].into();
    let fact = Fact::Installed {
        authorizing_user: None,
        scopes,
        resources: BTreeSet::new(),
    };
    Teller::new(store).tell_as("Ev1", app, &key, 10, None, fact).await;
    let ours = noted("A1", Some("T1"), Previous::Approved, &["chat:write"]);
    store.note_resolution(&ours, at(20)).await.unwrap();
    store.settle_alarms(&org(), About::All, at(30)).await.unwrap();
    assert_eq!(
        kinds(store, false).await,
        [(AlarmKind::ApprovedUnderOldScopes, Some("T1".to_owned()))]
    );
    let view = store.org_app(&org(), &"A1".parse().unwrap()).await.unwrap().unwrap();
    assert_eq!((view.installed_in, view.places.len()), (1, 1));
    assert_eq!(view.places[0].team_name.as_deref(), Some("Acme"));
    assert!(view.places[0].installed_at.is_some() && view.places[0].resolution.is_some());
    let installed = OrgAppFilter {
        status: Some(OrgAppStatus::Installed),
        team: Some(team("T1")),
        ..OrgAppFilter::default()
    };
    let page = store.org_apps(&installed, &PageRequest::first(10)).await.unwrap();
    assert_eq!(page.items.len(), 1);
}
