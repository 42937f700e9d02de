//! What the store promises of alarms, of the list of apps and of reports, on both databases.

mod alarms;
mod listed;
mod reports;

use grantbook_core::{approval::AppRequest, view::approvals::AlarmKind};
use grantbook_store::{
    Store,
    approvals::{OrgAppChange, OrgAppEvent},
    inbox::{Content, Inbox, Incoming, Stored},
    queries::{PageRequest, app_alarms::AlarmFilter},
};
use grantbook_tests::postgres::{Durability, Postgres};
use serde_json::json;

use crate::{
    resolutions_contract::team,
    store_contract::{at, installed, new_app, open, promises, tenant},
};
use alarms::{
    a_change_elsewhere_is_an_alarm_until_it_is_accepted, a_source_has_one_alarm_at_a_time,
    alarms_follow_what_is_known_and_looking_twice_changes_nothing, replicas_that_look_at_once_open_one_alarm,
    what_a_request_asks_beyond_its_approval_is_an_alarm,
};
use listed::{
    apps_are_filtered_and_paged_without_gaps, apps_are_listed_by_name_with_what_stands_and_where,
    the_consoles_own_installations_count,
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
