//! Alarms: they follow what is known of an app, and each is open once.

use grantbook_core::{
    approval::{
        Previous,
        life::{Happening, Outcome},
    },
    view::approvals::AlarmKind,
};
use grantbook_store::{
    Store,
    approvals::{
        OrgAppChange, Record,
        alarms::{About, SourceAlarm},
    },
    audit::NewAudit,
    tenants::TenantInfo,
};
use serde_json::json;

use super::{install, kinds, manager, request, tell};
use crate::{
    resolutions_contract::{listed, noted, org, team},
    store_contract::{at, installed, tenant},
};

pub(super) async fn alarms_follow_what_is_known_and_looking_twice_changes_nothing(store: &Store) {
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

pub(super) async fn replicas_that_look_at_once_open_one_alarm(store: &Store) {
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

pub(super) async fn a_change_elsewhere_is_an_alarm_until_it_is_accepted(store: &Store) {
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

pub(super) async fn what_a_request_asks_beyond_its_approval_is_an_alarm(store: &Store) {
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
        outcome: Outcome::Approved,
        by: None,
    });
    store.record_app_request(1, noticed, at(40)).await.unwrap();
    assert_eq!(look(50).await.closed, 1, "nobody asks any more");
}

pub(super) async fn a_source_has_one_alarm_at_a_time(store: &Store) {
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
