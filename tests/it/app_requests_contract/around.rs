//! One request with what stands around it, and the counts over all.

use grantbook_core::{TeamId, approval::Previous, approval::life::State};
use grantbook_store::{Store, approvals::Record};
use grantbook_tests::dice::Dice;

use super::model::{ENTERPRISE, Scene, enterprise, judged, request};
use crate::store_contract::at;

pub(super) async fn one_request_knows_what_stands_around_it(store: &Store) {
    let mut dice = Dice::new(9);
    let scene = Scene::with(store, &mut dice, 300).await;
    let mut seen = 0;
    for row in &scene.rows {
        let stored = store.stored_app_request(row.id).await.unwrap().unwrap();
        let around = store.around_app_request(&stored).await.unwrap();
        let expected: Vec<i64> = scene
            .rows
            .iter()
            .rev()
            .filter(|other| other.id != row.id && other.request.app.id == row.request.app.id)
            .filter(|other| !other.state.is_settled())
            .map(|other| other.id)
            .take(50)
            .collect();
        let others: Vec<i64> = around.also_asked.iter().map(|other| other.id).collect();
        assert_eq!(others, expected);
        assert!(
            around
                .also_asked
                .iter()
                .all(|other| other.requester_name.as_deref() == Some("Ada Byron"))
        );
        seen += others.len();
        let view = store.app_request_view(row.id).await.unwrap().unwrap();
        let open = scene
            .rows
            .iter()
            .filter(|other| other.state == State::Open && other.request.app.id == row.request.app.id);
        assert_eq!(view.demand, open.count() as u64);
        assert_eq!(
            (view.state, view.decided_by.as_deref()),
            (row.state, row.decided_by.as_deref())
        );
        assert_eq!(view.previous, Previous::Unresolved);
        assert_eq!(view.team_name.is_some(), view.team.is_some());
    }
    assert!(seen > 300);
}

pub(super) async fn the_queue_is_summed_up(store: &Store) {
    let mut dice = Dice::new(10);
    let scene = Scene::with(store, &mut dice, 200).await;
    let in_state = |state: State| scene.rows.iter().filter(|row| row.state == state).count() as u64;
    for state in State::ALL {
        assert_eq!(
            store.count_app_requests(state).await.unwrap(),
            in_state(state),
            "{state:?}"
        );
    }
    let by = |wanted: &[&str]| {
        let by = |row: &super::model::Row| row.decided_by.clone().unwrap_or_default();
        let of = |by: String| wanted.iter().any(|who| by.starts_with(who));
        scene.rows.iter().filter(|row| of(by(row))).count() as u64
    };
    let everything = store.app_requests_decided_since(at(0)).await.unwrap();
    assert_eq!(everything, (by(&["rule:"]), by(&["user:", "key:", "slack:"])));
    assert_eq!(store.app_requests_decided_since(at(10_000)).await.unwrap(), (0, 0));
    assert_eq!(store.count_open_app_alarms().await.unwrap(), 0);
    let names = store.tenant_names(["T0000000A2", ENTERPRISE]).await.unwrap();
    assert_eq!(names.get("T0000000A2").map(String::as_str), Some("Legal"));

    // A late one is counted at once.
    let team: TeamId = "T0000000A1".parse().unwrap();
    let mut late = request(&mut dice, 9_999);
    late.team = Some(team);
    store
        .take_app_requests(scene.installation, &enterprise(), &[late], at(900))
        .await
        .unwrap();
    let newest = store.app_requests_in(State::New, scene.rows[199].id, 10).await.unwrap();
    let (record, ..) = judged(&mut dice);
    let stored: Record = record;
    store.record_app_request(newest[0].id, stored, at(901)).await.unwrap();
    assert_eq!(
        store.count_app_requests(State::Open).await.unwrap(),
        in_state(State::Open) + 1
    );
    assert_eq!(newest[0].enterprise.as_str(), ENTERPRISE);
}
