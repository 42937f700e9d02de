//! What the list's filter and the words about requests promise.

use grantbook_core::{
    Timestamp,
    request::{RequestId, Via},
    view::requests::Mood,
};

use super::*;
use crate::view_model::query::parameters;

/// A request for two scopes that waits.
pub(crate) fn view() -> RequestView {
    let at = Timestamp::from_seconds(1_795_300_000);
    RequestView {
        id: RequestId(2041),
        installation: "insectoid.T061EG9R6".parse().unwrap(),
        app: "insectoid".parse().unwrap(),
        app_name: "Insectoid".to_owned(),
        tenant: "T061EG9R6".parse().unwrap(),
        tenant_name: "Northwind HQ".to_owned(),
        model: Model::Workspace,
        kind: Kind::App,
        user: Some("U061F7AUR".parse().unwrap()),
        user_name: Some("izzy".to_owned()),
        channel: None,
        channel_name: None,
        scopes: vec!["commands".parse().unwrap(), "chat:write".parse().unwrap()],
        granted: Vec::new(),
        state: StateName::Offered,
        sentence: String::new(),
        code: None,
        delay_ms: None,
        took_ms: None,
        presses: 0,
        author: Author::Console {
            name: "orla".to_owned(),
        },
        author_name: "orla".to_owned(),
        drafted_at: at,
        updated_at: at,
        again_of: None,
    }
}

/// A press of which nothing is known but that it came 40 ms old.
pub(crate) fn round() -> RoundView {
    RoundView {
        round: "12.34.ab".to_owned(),
        pressed_at: Timestamp::from_seconds(1_795_300_000),
        user: None,
        user_name: None,
        via: Via::Button,
        age_ms: Some(40),
        verified_us: None,
        left_us: None,
        answered_us: None,
        outcome: None,
        code: None,
        mood: Mood::Waiting,
        sentence: String::new(),
    }
}

fn read(address: &str) -> RequestsFilter {
    RequestsFilter::read(parameters(address))
}

#[test]
fn an_address_reads_back_as_written() {
    let query = "q=field&state=partly_granted&app=insectoid&workspace=T061EG9R6&user=U061F7AUR&scope=chat:write&model=modern&cursor=abc";
    let filter = read(query);
    assert_eq!(filter.href(), format!("/requests?{query}"));
    assert_eq!(filter.count(), 7);
    assert_eq!(filter.export(), query.replace("&cursor=abc", ""));
}

#[test]
fn what_makes_no_sense_is_left_out() {
    assert_eq!(
        read("state=happy&app=A.B&user=izzy&model=old"),
        RequestsFilter::default()
    );
    assert_eq!(RequestsFilter::default().href(), "/requests");
}

#[test]
fn another_filter_leads_to_the_top_of_the_list() {
    let next = read("q=a&cursor=abc").with(Field::State, "denied");
    assert_eq!(next.href(), "/requests?q=a&state=denied");
    assert_eq!(next.value(Field::State).as_deref(), Some("Denied"));
    assert_eq!(next.with(Field::State, "").count(), 1);
}

#[test]
fn a_list_says_shortly_what_went_wrong() {
    let mut request = view();
    assert_eq!(short_reason(&request), None);
    request.state = StateName::Expired;
    request.delay_ms = Some(4_102);
    assert_eq!(short_reason(&request).as_deref(), Some("1,102 ms late"));
    request.state = StateName::PartlyGranted;
    request.granted = vec!["commands".parse().unwrap()];
    assert_eq!(short_reason(&request).as_deref(), Some("1 of 2"));
    request.state = StateName::Failed;
    request.code = Some("invalid_scope".to_owned());
    assert_eq!(short_reason(&request).as_deref(), Some("invalid_scope"));
}

#[test]
fn answers_are_as_precise_as_slack_dates_them() {
    assert_eq!([300, 6_400, 90_000].map(took), ["under 1 s", "6 s", "1 min"]);
}

#[test]
fn a_press_is_late_when_its_trigger_was_spent_or_answered_after_its_life() {
    let mut round = round();
    assert_eq!(late_by(&round), None);
    round.left_us = Some(11_000);
    round.answered_us = Some(214_000);
    assert_eq!(late_by(&round), None);
    round.age_ms = Some(4_091);
    assert_eq!(late_by(&round), Some(1_102));
    round.age_ms = Some(2_900);
    assert_eq!(late_by(&round), Some(114));
}
