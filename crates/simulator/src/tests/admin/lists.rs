//! `admin.apps.requests.list`, `approved.list`, `restricted.list` and `activities.list`: pages and refusals.

use grantbook_api::methods::{
    AdminAppRequest, AdminAppsApprovedListAnswer, AdminAppsRequestsListAnswer, AdminAppsRestrictedListAnswer,
};
use serde_json::{Value, json};

use super::{Admin, DESIGN, EXPENSES, FACTORY, KUDOS, MIKA, MINUTES, NOOR, ORG, POLLS, VAULT};
use crate::tests::harness::TEAM;

/// The ids of all pages of two.
async fn paged(admin: &Admin, method: &str, level: (&str, &str)) -> Vec<Vec<String>> {
    let (mut pages, mut cursor) = (Vec::new(), String::new());
    loop {
        let form = [level, ("limit", "2"), ("cursor", cursor.as_str())];
        pages.push(admin.ids(method, &form).await);
        cursor = admin.fine(method, &form).await["response_metadata"]["next_cursor"]
            .as_str()
            .unwrap()
            .to_owned();
        if cursor.is_empty() {
            return pages;
        }
    }
}

#[tokio::test]
async fn pending_requests_come_in_pages_by_workspace_and_for_the_organization() {
    let admin = Admin::start().await;
    let mut asked = Vec::new();
    for (app, user) in [
        (KUDOS, MIKA),
        (VAULT, MIKA),
        (KUDOS, NOOR),
        (FACTORY, MIKA),
        (EXPENSES, MIKA),
    ] {
        asked.push(admin.ask(app, Some(TEAM), user).await);
    }
    let whole = admin.ask(KUDOS, None, MIKA).await;
    let certified = admin.ask(MINUTES, Some(TEAM), MIKA).await;
    let pages = paged(&admin, "requests.list", ("team_id", TEAM)).await;
    assert_eq!(pages, [asked[..2].to_vec(), asked[2..4].to_vec(), asked[4..].to_vec()]);
    assert_eq!(admin.ids("requests.list", &[("enterprise_id", ORG)]).await, [whole]);
    let all = admin
        .ids("requests.list", &[("team_id", TEAM), ("certified", "true")])
        .await;
    assert_eq!((all.len(), all.last()), (6, Some(&certified)));
    assert!(admin.ids("requests.list", &[("team_id", DESIGN)]).await.is_empty());
    let row = admin.fine("requests.list", &[("enterprise_id", ORG)]).await["app_requests"][0].clone();
    assert_eq!((&row["team"], &row["enterprise"]["id"]), (&Value::Null, &json!(ORG)));
    let row = admin.fine("requests.list", &[("team_id", TEAM), ("limit", "1")]).await["app_requests"][0].clone();
    assert_eq!(row["app"]["developer_type"], "third_party");
    assert_eq!(
        row["user"],
        json!({"id": MIKA, "name": "mika", "email": "mika@northwind.example"})
    );
    assert_eq!(
        row["team"],
        json!({"id": TEAM, "name": "Northwind HQ", "domain": "northwind-hq"})
    );
    assert_eq!(
        (&row["message"], &row["previous_resolution"]),
        (&json!("please"), &Value::Null)
    );
    // A page begins where the last ended, even when what it ended with is decided meanwhile.
    let first = admin.fine("requests.list", &[("team_id", TEAM), ("limit", "2")]).await;
    let cursor = first["response_metadata"]["next_cursor"].as_str().unwrap();
    admin.fine("requests.cancel", &[("request_id", &asked[2])]).await;
    let rest = admin
        .ids("requests.list", &[("team_id", TEAM), ("cursor", cursor)])
        .await;
    assert_eq!(rest, asked[3..]);
}

#[tokio::test]
async fn lists_refuse_by_the_names_of_their_pages() {
    let admin = Admin::start().await;
    for (method, neither, no_enterprise) in [
        (
            "requests.list",
            "no_team_or_enterprise_provided",
            "enterprise_not_found",
        ),
        ("approved.list", "team_not_found", "team_not_found"),
        ("restricted.list", "team_not_found", "team_not_found"),
    ] {
        let team = ("team_id", TEAM);
        admin.refused(method, &[], neither).await;
        admin
            .refused(method, &[("enterprise_id", "E0NOWHERE")], no_enterprise)
            .await;
        admin
            .refused(method, &[("team_id", "T0NOWHERE")], "team_not_found")
            .await;
        admin
            .refused(method, &[team, ("enterprise_id", ORG)], "too_many_teams_provided")
            .await;
        admin
            .refused(method, &[team, ("cursor", "5c3e53d5")], "invalid_cursor")
            .await;
        for limit in ["0", "1001", "many"] {
            admin
                .refused(method, &[team, ("limit", limit)], "invalid_arguments")
                .await;
        }
    }
}

#[tokio::test]
async fn resolutions_come_in_pages_with_who_decided_and_when() {
    let admin = Admin::start().await;
    for (decide, list) in [("approve", "approved.list"), ("restrict", "restricted.list")] {
        for app in [KUDOS, VAULT, EXPENSES] {
            admin.fine(decide, &[("app_id", app), ("enterprise_id", ORG)]).await;
        }
        admin.fine(decide, &[("app_id", POLLS), ("enterprise_id", ORG)]).await;
        let pages = paged(&admin, list, ("enterprise_id", ORG)).await;
        assert_eq!(
            pages,
            [vec![EXPENSES.to_owned(), KUDOS.to_owned()], vec![VAULT.to_owned()]]
        );
        assert_eq!(
            admin.ids(list, &[("enterprise_id", ORG), ("certified", "true")]).await,
            [POLLS]
        );
        assert!(admin.ids(list, &[("team_id", TEAM)]).await.is_empty());
        let answer = admin.fine(list, &[("enterprise_id", ORG)]).await;
        let field = if decide == "approve" {
            "approved_apps"
        } else {
            "restricted_apps"
        };
        let row = &answer[field][1];
        assert_eq!(
            row["last_resolved_by"],
            json!({"actor_id": super::IZZY, "actor_type": "user"})
        );
        assert!(row["date_updated"].as_i64().unwrap() > 0);
        assert_eq!(row["scopes"][0]["token_type"], "bot");
    }
    assert!(
        admin.ids("approved.list", &[("enterprise_id", ORG)]).await.is_empty(),
        "the last decision counts"
    );
}

async fn log(admin: &Admin, app: &str, team: &str, more: Value) {
    let mut action =
        json!({"action": "log_activity", "app": app, "team": team, "event_type": "function_execution_started"});
    action
        .as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    admin.act(action).await;
}

#[tokio::test]
async fn activities_are_filtered_sorted_and_paged() {
    let admin = Admin::start().await;
    admin
        .fine("approve", &[("app_id", EXPENSES), ("enterprise_id", ORG)])
        .await;
    admin
        .act(json!({"action": "install_app", "app": EXPENSES, "team": TEAM, "user": MIKA}))
        .await;
    log(
        &admin,
        EXPENSES,
        TEAM,
        json!({"component_id": "Fn1", "trace_id": "Tr1", "payload": {"function_name": "File"}}),
    )
    .await;
    log(
        &admin,
        EXPENSES,
        TEAM,
        json!({"level": "error", "component_type": "workflows", "component_id": "Wf1", "trace_id": "Tr2"}),
    )
    .await;
    log(
        &admin,
        EXPENSES,
        DESIGN,
        json!({"level": "debug", "source": "developer"}),
    )
    .await;
    log(
        &admin,
        KUDOS,
        TEAM,
        json!({"level": "fatal", "event_type": "message_rejected"}),
    )
    .await;
    let count = async |form: &[(&str, &str)]| {
        admin.fine("activities.list", form).await["activities"]
            .as_array()
            .unwrap()
            .len()
    };
    assert_eq!(count(&[]).await, 3, "from info on");
    for (form, found) in [
        (("min_log_level", "trace"), 4),
        (("min_log_level", "error"), 2),
        (("app_id", EXPENSES), 2),
        (("team_id", DESIGN), 0),
        (("log_event_type", "message_rejected"), 1),
        (("source", "developer"), 0),
        (("component_type", "workflows"), 1),
        (("component_id", "Fn1"), 1),
        (("trace_id", "Tr2"), 1),
        (("min_date_created", "1"), 3),
        (("max_date_created", "1"), 0),
    ] {
        assert_eq!(count(&[form]).await, found, "{form:?}");
    }
    let first = admin
        .fine("activities.list", &[("sort_direction", "asc"), ("limit", "2")])
        .await;
    assert_eq!(first["activities"][0]["payload"], json!({"function_name": "File"}));
    let cursor = first["response_metadata"]["next_cursor"].as_str().unwrap();
    let rest = admin
        .fine(
            "activities.list",
            &[("sort_direction", "asc"), ("limit", "2"), ("cursor", cursor)],
        )
        .await;
    assert_eq!(rest["activities"][0]["app_id"], KUDOS);
    assert_eq!(rest["response_metadata"]["next_cursor"], "");
    let newest = admin.fine("activities.list", &[("limit", "1")]).await;
    assert_eq!(newest["activities"][0]["level"], "fatal");
}

#[tokio::test]
async fn activities_refuse_by_the_names_of_their_page() {
    let admin = Admin::start().await;
    for (form, code) in [
        (vec![("app_id", "nonsense")], "invalid_app_id"),
        (vec![("app_id", "A0NOWHERE")], "invalid_app_id"),
        (vec![("app_id", KUDOS), ("team_id", TEAM)], "invalid_app"),
        (vec![("team_id", "T0NOWHERE")], "invalid_team"),
        (vec![("cursor", "bG9n")], "invalid_cursor"),
        (vec![("min_log_level", "loud")], "invalid_args"),
        (vec![("source", "elsewhere")], "invalid_args"),
        (vec![("component_type", "gears")], "invalid_args"),
        (vec![("sort_direction", "up")], "invalid_args"),
        (vec![("min_date_created", "today")], "invalid_args"),
        (vec![("limit", "0")], "invalid_args"),
    ] {
        admin.refused("activities.list", &form, code).await;
    }
}

#[tokio::test]
async fn the_lists_and_the_event_are_what_the_client_reads() {
    let admin = Admin::start().await;
    let asked = admin.ask(KUDOS, Some(TEAM), MIKA).await;
    let page = admin.fine("requests.list", &[("team_id", TEAM)]).await;
    let page: AdminAppsRequestsListAnswer = serde_json::from_value(page).unwrap();
    let told = admin.told("app_requested").await[0]["event"]["app_request"].clone();
    let told: AdminAppRequest = serde_json::from_value(told).unwrap();
    let listed: AdminAppRequest = serde_json::from_value(page.app_requests[0].clone()).unwrap();
    assert_eq!((told.id.as_str(), &told), (asked.as_str(), &listed));
    assert_eq!(told.scopes.iter().filter(|scope| scope.is_optional).count(), 1);
    admin.fine("approve", &[("app_id", KUDOS), ("team_id", TEAM)]).await;
    let page = admin.fine("approved.list", &[("team_id", TEAM)]).await;
    let page: AdminAppsApprovedListAnswer = serde_json::from_value(page).unwrap();
    assert!(
        page.approved_apps[0]
            .scopes
            .iter()
            .all(|scope| scope.is_approved == Some(true))
    );
    admin.fine("restrict", &[("app_id", KUDOS), ("team_id", TEAM)]).await;
    let page = admin.fine("restricted.list", &[("team_id", TEAM)]).await;
    let page: AdminAppsRestrictedListAnswer = serde_json::from_value(page).unwrap();
    assert_eq!(page.restricted_apps[0].app.id.as_str(), KUDOS);
}
