//! Apps of organizations, alarms and reports through the door: what it reads, and whom it lets decide.

use grantbook_core::{
    EnterpriseId,
    approval::Previous,
    view::{
        Page, Role,
        approvals::{AlarmView, OrgAppView, ReportView},
    },
};
use grantbook_store::approvals::{Listed, Noted, alarms::About};
use http::{Method, StatusCode};
use serde_json::json;

use super::harness::Harness;

const APP: &str = "/api/v1/org-apps/E061EG9R6/A061BL8RQ0";

fn org() -> EnterpriseId {
    "E061EG9R6".parse().unwrap()
}

/// A console that knows an app: approved here, and restricted by Slack's lists since.
async fn console() -> Harness {
    let console = Harness::with_app().await;
    let (store, now) = (&console.state.house.store, console.state.house.clock.now());
    let noted = Noted {
        enterprise: org(),
        team: None,
        app: "A061BL8RQ0".parse().unwrap(),
        app_name: "=Standup".to_owned(),
        status: Previous::Approved,
        scopes: ["chat:write".parse().unwrap()].into(),
        request: None,
        by: "user:orla".to_owned(),
        ends: None,
    };
    store.note_resolution(&noted, now).await.unwrap();
    let listed = Listed {
        app: noted.app.clone(),
        app_name: noted.app_name.clone(),
        status: Previous::Restricted,
        scopes: noted.scopes.clone(),
        date_updated: now,
        resolved_by: None,
    };
    let read_at = now.plus_seconds(5);
    store
        .mirror_resolutions(&org(), None, &[listed], read_at)
        .await
        .unwrap();
    store.settle_alarms(&org(), About::All, read_at).await.unwrap();
    console
}

#[tokio::test]
async fn apps_and_alarms_are_read_by_viewers() {
    let console = console().await;
    let viewer = console.signed_in("vera", Role::Viewer).await;
    let get = async |path: &str| console.page(&viewer, Method::GET, path, None).await;
    let page: Page<OrgAppView> = get("/api/v1/org-apps?status=restricted&q=stand").await.json();
    assert_eq!(page.items.len(), 1);
    let page: Page<OrgAppView> = get("/api/v1/org-apps?status=approved").await.json();
    assert_eq!(page.items.len(), 0);
    let one: OrgAppView = get(APP).await.json();
    assert_eq!((one.org.unwrap().status, one.alarms.len()), (Previous::Restricted, 1));
    let alarms: Page<AlarmView> = get("/api/v1/app-alarms?kind=changed_elsewhere").await.json();
    assert!(alarms.items[0].sentence.contains("by user:orla"), "{:?}", alarms.items);
    get("/api/v1/org-apps?status=great")
        .await
        .assert_problem(400, "invalid_filter");
    get("/api/v1/org-apps?limit=0")
        .await
        .assert_problem(400, "invalid_limit");
    get("/api/v1/org-apps?cursor=x")
        .await
        .assert_problem(400, "invalid_cursor");
    get("/api/v1/org-apps/E061EG9R6/A0UNKNOWN")
        .await
        .assert_problem(404, "org_app_not_found");
    let csv = get("/api/v1/org-apps.csv").await;
    assert!(
        csv.text()
            .contains("\r\nA061BL8RQ0,\"'=Standup\",E061EG9R6,restricted,chat:write,"),
        "{}",
        csv.text()
    );
}

#[tokio::test]
async fn deciding_is_for_approvers_with_a_reason_and_a_place() {
    let console = console().await;
    let viewer = console.signed_in("vera", Role::Viewer).await;
    let approver = console.signed_in("orla", Role::Approver).await;
    let wish = |organization: bool, teams: &[&str], reason: &str| json!({ "organization": organization, "teams": teams, "reason": reason });
    let fine = wish(true, &[], "a drill");
    for deed in ["approve", "restrict", "clear"] {
        let path = format!("{APP}/{deed}");
        let refused = console.page(&viewer, Method::POST, &path, Some(&fine)).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{deed}");
        for (wrong, code) in [
            (wish(true, &[], "  "), "reason_invalid"),
            (wish(true, &[], &"x".repeat(501)), "reason_invalid"),
            (wish(false, &[], "a drill"), "places_invalid"),
            (wish(true, &["T061EG9R6"], "a drill"), "places_invalid"),
        ] {
            let refused = console.page(&approver, Method::POST, &path, Some(&wrong)).await;
            refused.assert_problem(422, code);
        }
        // Nobody has let this console manage the organization.
        let refused = console.page(&approver, Method::POST, &path, Some(&fine)).await;
        refused.assert_problem(409, "no_administrator");
    }
}

#[tokio::test]
async fn a_change_elsewhere_is_accepted_once_by_an_approver() {
    let console = console().await;
    let viewer = console.signed_in("vera", Role::Viewer).await;
    let approver = console.signed_in("orla", Role::Approver).await;
    let path = "/api/v1/app-alarms/1/accept";
    let refused = console.page(&viewer, Method::POST, path, None).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let accepted: AlarmView = console.page(&approver, Method::POST, path, None).await.json();
    assert!(accepted.closed_at.is_some());
    let again = console.page(&approver, Method::POST, path, None).await;
    again.assert_problem(404, "alarm_not_found");
    let get = async |path: &str| console.page(&viewer, Method::GET, path, None).await;
    let open: Page<AlarmView> = get("/api/v1/app-alarms").await.json();
    let all: Page<AlarmView> = get("/api/v1/app-alarms?closed=true").await.json();
    assert_eq!((open.items.len(), all.items.len()), (0, 1));
}

#[tokio::test]
async fn a_report_has_every_month_of_its_span() {
    let console = console().await;
    let viewer = console.signed_in("vera", Role::Viewer).await;
    let get = async |path: &str| console.page(&viewer, Method::GET, path, None).await;
    let year: ReportView = get("/api/v1/approval-reports").await.json();
    assert_eq!((year.months.len(), year.total.arrived), (12, 0));
    let span = "from=2026-01-15&until=2026-03-31";
    let quarter: ReportView = get(&format!("/api/v1/approval-reports?{span}")).await.json();
    let months: Vec<&str> = quarter.months.iter().map(|month| month.month.as_str()).collect();
    assert_eq!(months, ["2026-01", "2026-02", "2026-03"]);
    let csv = get(&format!("/api/v1/approval-reports/months.csv?{span}")).await;
    assert_eq!(csv.text().lines().count(), 4);
    assert!(csv.text().starts_with("month,arrived,approved,"));
    let csv = get("/api/v1/approval-reports/workspaces.csv").await;
    assert_eq!(csv.text().lines().count(), 1);
    let backwards = get("/api/v1/approval-reports?from=2026-03-01&until=2026-02-01").await;
    backwards.assert_problem(400, "invalid_filter");
}
