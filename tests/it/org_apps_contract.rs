//! What the store promises of alarms, of the list of apps and of reports, on both databases.

mod reports;

use std::collections::BTreeSet;

use grantbook_core::{
    Fact, InstallationKey, ResourceType,
    approval::{AppRequest, Decision, Previous, life::Happening},
    fact::ScopesByType,
    view::approvals::{AlarmKind, OrgAppView},
};
use grantbook_store::{
    Store,
    approvals::{OrgAppChange, OrgAppEvent, Record, alarms::About, alarms::SourceAlarm},
    audit::NewAudit,
    inbox::{Content, Inbox, Incoming, Stored},
    queries::{
        PageRequest,
        app_alarms::AlarmFilter,
        org_apps::{OrgAppFilter, OrgAppStatus},
    },
    tenants::TenantInfo,
};
use grantbook_tests::postgres::{Durability, Postgres};
use serde_json::json;

use crate::{
    resolutions_contract::{listed, noted, org, team},
    store_contract::{Teller, at, installed, new_app, open, promises, scope, tenant},
};
use reports::a_report_counts_what_a_naive_count_counts;

promises! {
    alarms_follow_what_is_known_and_looking_twice_changes_nothing,
    replicas_that_look_at_once_open_one_alarm,
    a_change_elsewhere_is_an_alarm_until_it_is_accepted,
    what_a_request_asks_beyond_its_approval_is_an_alarm,
    a_source_has_one_alarm_at_a_time,
    apps_are_listed_by_name_with_what_stands_and_where,
    apps_are_filtered_and_paged_without_gaps,
    the_consoles_own_installations_count,
    a_report_counts_what_a_naive_count_counts,
}

pub(crate) fn request(number: u32, app: &str, place: Option<&str>, names: &[&str], seconds: i64) -> AppRequest {
    let scopes: Vec<_> = names
        .iter()
        .map(|name| json!({ "name": name, "token_type": "bot" }))
        .collect();
    serde_json::from_value(json!({
        "id": format!("Ar{number}"),
        "app": { "id": app, "name": format!("App {app}"), "developer_type": "third_party" },
        "scopes": scopes,
        "team": place,
        "enterprise": "E1",
        "requester": { "id": "W7", "name": "rey" },
        "message": "please",
        "asked_at": at(seconds),
    }))
    .unwrap()
}

/// The managing app's row.
async fn manager(store: &Store) -> i64 {
    let known = store.app_by_slug(&"manager".parse().unwrap()).await.unwrap();
    match known {
        Some(app) => app.row,
        None => store.insert_app(&new_app("manager", "A0"), at(0)).await.unwrap(),
    }
}

/// An app of the organization comes or goes, as a delivery tells it.
async fn tell(store: &Store, change: OrgAppChange, app: &str, place: &str, seconds: i64) {
    let event = OrgAppEvent {
        change,
        app: app.parse().unwrap(),
        app_name: format!("App {app}"),
        team: Some(team(place)),
        user: None,
        at: at(seconds),
    };
    let (slug, manager) = ("manager".parse().unwrap(), manager(store).await);
    installed(store, manager, "E1").await;
    let incoming = Incoming {
        app: manager,
        slug,
        event_id: format!("Ev{app}{place}{seconds}"),
        tenant: Some(tenant("E1")),
        event_type: "app_installed".to_owned(),
        event_time: at(seconds).seconds(),
        received_at: at(seconds),
        body: b"{}".to_vec(),
        content: Content::OrgApp(Box::new(event)),
    };
    let (inbox, _writer) = Inbox::start(store.clone());
    assert_eq!(inbox.submit(incoming).await.unwrap(), Stored::Applied);
}

async fn install(store: &Store, app: &str, place: &str, seconds: i64) {
    tell(store, OrgAppChange::Installed, app, place, seconds).await;
}

async fn kinds(store: &Store, closed: bool) -> Vec<(AlarmKind, Option<String>)> {
    let filter = AlarmFilter {
        closed,
        ..AlarmFilter::default()
    };
    let page = store.app_alarms(&filter, &PageRequest::first(100)).await.unwrap();
    let alarms = page.items.into_iter();
    alarms
        .map(|alarm| (alarm.kind, alarm.team.map(|team| team.to_string())))
        .collect()
}

async fn alarms_follow_what_is_known_and_looking_twice_changes_nothing(store: &Store) {
    let look = async |seconds| store.settle_alarms(&org(), About::All, at(seconds)).await.unwrap();
    install(store, "A1", "T1", 10).await;
    assert_eq!(
        look(20).await,
        <_>::default(),
        "nothing is wrong with what is only installed"
    );
    let restricted = [listed("A1", Previous::Restricted, &["chat:write"], 25)];
    store
        .mirror_resolutions(&org(), Some(&team("T1")), &restricted, at(30))
        .await
        .unwrap();
    let settled = look(40).await;
    assert_eq!((settled.opened, settled.closed), (1, 0));
    assert_eq!(look(50).await, <_>::default());
    assert_eq!(
        kinds(store, false).await,
        [(AlarmKind::RestrictedButInstalled, Some("T1".to_owned()))]
    );
    // One app alone is looked at the same way, and another one's alarms are left alone.
    let other = store
        .settle_alarms(&org(), About::App(&"A2".parse().unwrap()), at(55))
        .await
        .unwrap();
    assert_eq!(other, <_>::default());
    // Names come to be known: the sentence changes, the alarm stays.
    let info = TenantInfo {
        tenant: tenant("T1"),
        name: "Acme".to_owned(),
        enterprise: Some(org()),
    };
    store.save_tenant(&info, at(60)).await.unwrap();
    assert_eq!(look(70).await.reworded, 1);
    tell(store, OrgAppChange::Uninstalled, "A1", "T1", 80).await;
    let settled = store
        .settle_alarms(&org(), About::App(&"A1".parse().unwrap()), at(90))
        .await
        .unwrap();
    assert_eq!((settled.opened, settled.closed), (0, 1));
    assert_eq!(kinds(store, false).await, []);
    assert_eq!(kinds(store, true).await.len(), 1, "it is kept");
    install(store, "A1", "T1", 100).await;
    assert_eq!(look(110).await.opened, 1, "it is another alarm");
    assert_eq!(kinds(store, true).await.len(), 2);
}

async fn replicas_that_look_at_once_open_one_alarm(store: &Store) {
    for n in 0..20 {
        install(store, &format!("A{n}"), "T1", 10).await;
        let ours = noted(&format!("A{n}"), None, Previous::Restricted, &["chat:write"]);
        store.note_resolution(&ours, at(20)).await.unwrap();
    }
    let (org, one) = (org(), "A3".parse().unwrap());
    let (all, too, alone) = tokio::join!(
        store.settle_alarms(&org, About::All, at(30)),
        store.settle_alarms(&org, About::All, at(31)),
        store.settle_alarms(&org, About::App(&one), at(32)),
    );
    let opened: u64 = [all, too, alone]
        .into_iter()
        .map(|settled| settled.unwrap().opened)
        .sum();
    assert_eq!(opened, 20);
    assert_eq!(kinds(store, true).await.len(), 20);
}

async fn a_change_elsewhere_is_an_alarm_until_it_is_accepted(store: &Store) {
    let app = "A1".parse().unwrap();
    let look = async |seconds| {
        store
            .settle_alarms(&org(), About::App(&app), at(seconds))
            .await
            .unwrap()
    };
    let ours = noted("A1", Some("T1"), Previous::Approved, &["chat:write"]);
    store.note_resolution(&ours, at(10)).await.unwrap();
    assert_eq!(look(15).await.opened, 0);
    let restricted = [listed("A1", Previous::Restricted, &["chat:write"], 20)];
    store
        .mirror_resolutions(&org(), Some(&team("T1")), &restricted, at(30))
        .await
        .unwrap();
    assert_eq!(look(40).await.opened, 1);
    assert_eq!(
        kinds(store, false).await,
        [(AlarmKind::ChangedElsewhere, Some("T1".to_owned()))]
    );
    let note = NewAudit {
        at: at(50),
        who: "user:orla".to_owned(),
        what: "org_app.change_accepted".to_owned(),
        subject: "org_app:E1.A1".to_owned(),
        detail: json!({}),
    };
    let place = (&org(), &app, Some(&team("T1")));
    store.accept_listed(place, note, at(50)).await.unwrap();
    assert_eq!(look(60).await.closed, 1);
    // What we decide ourselves is no change elsewhere.
    store.note_resolution(&ours, at(70)).await.unwrap();
    assert_eq!(look(80).await, <_>::default());
}

async fn what_a_request_asks_beyond_its_approval_is_an_alarm(store: &Store) {
    let look = async |seconds| store.settle_alarms(&org(), About::All, at(seconds)).await.unwrap();
    let ours = noted("A1", Some("T1"), Previous::Approved, &["chat:write"]);
    store.note_resolution(&ours, at(10)).await.unwrap();
    let app = manager(store).await;
    let source = installed(store, app, "E1").await;
    let asked = request(1, "A1", Some("T1"), &["chat:write", "files:read"], 20);
    store
        .take_app_requests(source.row, &org(), &[asked], at(20))
        .await
        .unwrap();
    assert_eq!(look(30).await.opened, 1);
    assert_eq!(
        kinds(store, false).await,
        [(AlarmKind::ApprovedUnderOldScopes, Some("T1".to_owned()))]
    );
    let noticed = Record::of(Happening::Noticed {
        outcome: grantbook_core::approval::life::Outcome::Approved,
        by: None,
    });
    store.record_app_request(1, noticed, at(40)).await.unwrap();
    assert_eq!(look(50).await.closed, 1, "nobody asks any more");
}

async fn a_source_has_one_alarm_at_a_time(store: &Store) {
    let org = org();
    let alarm = SourceAlarm {
        enterprise: &org,
        source: "manager",
        sentence: "Connect it again.",
    };
    assert_eq!(store.raise_source_alarm(&alarm, at(10)).await.unwrap().opened, 1);
    assert_eq!(store.raise_source_alarm(&alarm, at(20)).await.unwrap(), <_>::default());
    let other = SourceAlarm {
        sentence: "Its token was revoked.",
        ..alarm
    };
    assert_eq!(store.raise_source_alarm(&other, at(30)).await.unwrap().reworded, 1);
    // It is about no app: looking at all of them leaves it open.
    assert_eq!(store.settle_alarms(&org, About::All, at(40)).await.unwrap().closed, 0);
    assert_eq!(kinds(store, false).await, [(AlarmKind::CannotDecide, None)]);
    assert_eq!(
        store.close_source_alarm(&org, "manager", at(50)).await.unwrap().closed,
        1
    );
    assert_eq!(
        store.close_source_alarm(&org, "manager", at(60)).await.unwrap().closed,
        0
    );
}

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

async fn apps_are_listed_by_name_with_what_stands_and_where(store: &Store) {
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

async fn apps_are_filtered_and_paged_without_gaps(store: &Store) {
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

async fn the_consoles_own_installations_count(store: &Store) {
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
