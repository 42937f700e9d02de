//! Requests: what each order of events comes to.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::{
    compose::{self, Draft, Mistake},
    policy::{Earlier, NotNow, Policy},
    *,
};
use crate::{Fact, Grants, Source, TeamId, Tenant, fact::Resource, grants, ledger};

fn scopes(names: &[&str]) -> BTreeSet<Scope> {
    names.iter().map(|name| Scope::new(*name).unwrap()).collect()
}

fn ask(names: &[&str]) -> Ask {
    Ask {
        installation: InstallationKey::new(
            "insectoid".parse().unwrap(),
            Tenant::Team(TeamId::new("T061EG9R6").unwrap()),
        ),
        model: Model::Workspace,
        kind: Kind::App,
        user: Some(UserId::new("U061F7AUR").unwrap()),
        channel: None,
        scopes: scopes(names),
        optional: BTreeSet::new(),
        message: "Try our new slash command.".to_owned(),
        button: "Add /insectoid command".to_owned(),
        author: Author::Console {
            name: "orla".to_owned(),
        },
        drafted_at: Timestamp::from_seconds(100),
        again_of: None,
    }
}

fn at(ms: i64, what: Happening) -> Step {
    Step {
        at: Timestamp::from_micros(100_000_000 + ms * 1_000),
        what,
    }
}

fn offered() -> Step {
    at(
        1,
        Happening::Offered {
            channel: "D0BH95DLH".parse().unwrap(),
            message_ts: "1497911545.000001".to_owned(),
        },
    )
}

fn pressed(round: &str, ms: i64) -> Step {
    at(
        ms,
        Happening::Pressed {
            round: round.to_owned(),
            user: Some(UserId::new("U061F7AUR").unwrap()),
            via: Via::Button,
            issued_at: None,
        },
    )
}

fn asked(round: &str, ms: i64, age_ms: u64, outcome: Outcome) -> Step {
    at(
        ms,
        Happening::Asked {
            round: round.to_owned(),
            call: format!("call-{ms}"),
            verified_us: 200,
            left_us: 900,
            answered_us: 20_900,
            age_ms,
            outcome,
        },
    )
}

fn refused(code: &str) -> Outcome {
    Outcome::Refused { code: code.to_owned() }
}

fn answered(round: &str, ms: i64, granted: &[&str], denied: &[&str]) -> Step {
    at(
        ms,
        Happening::Answered {
            round: round.to_owned(),
            event_id: format!("Ev{round}{ms}"),
            user: None,
            granted: scopes(granted),
            denied: scopes(denied),
        },
    )
}

fn state(names: &[&str], steps: Vec<Step>) -> State {
    PermissionRequest::restored(RequestId(1), ask(names), steps)
        .state()
        .clone()
}

#[test]
fn a_link_whose_code_cannot_be_exchanged_has_failed() {
    let mut link = pressed("attempt", 50);
    if let Happening::Pressed { via, .. } = &mut link.what {
        *via = Via::Link;
    }
    let steps = vec![
        offered(),
        link,
        asked("attempt", 50, 0, Outcome::Presented),
        asked("attempt", 90, 0, refused("invalid_code")),
    ];
    assert_eq!(state(&["commands"], steps).name(), StateName::Failed);
}

#[test]
fn a_request_goes_from_draft_to_grant() {
    let mut request = PermissionRequest::drafted(RequestId(1), ask(&["commands"]));
    let mut names = vec![request.state().name()];
    for step in [
        offered(),
        pressed("t1", 50),
        asked("t1", 70, 10, Outcome::Presented),
        answered("t1", 6_000, &["commands"], &[]),
    ] {
        request = request.record(step).unwrap();
        names.push(request.state().name());
    }
    assert_eq!(
        names,
        [
            StateName::Drafted,
            StateName::Offered,
            StateName::Triggered,
            StateName::Presented,
            StateName::Granted
        ]
    );
    assert_eq!(request.rounds().last().unwrap().took_ms(), Some(5_950));
}

#[test]
fn a_part_a_refusal_and_silence_have_names_of_their_own() {
    let shown = || vec![offered(), pressed("t1", 50), asked("t1", 70, 10, Outcome::Presented)];
    let with = |step| {
        let mut steps = shown();
        steps.push(step);
        state(&["commands", "channels:history"], steps)
    };
    let partly = with(answered("t1", 900, &["commands"], &[]));
    assert!(
        matches!(partly, State::PartlyGranted { granted, missing, .. } if granted == scopes(&["commands"]) && missing == scopes(&["channels:history"]))
    );
    assert_eq!(with(answered("t1", 900, &[], &["commands"])).name(), StateName::Denied);
    let lapsed = Happening::Lapsed { round: "t1".to_owned() };
    assert_eq!(with(at(900_000, lapsed)).name(), StateName::Unanswered);
}

#[test]
fn an_answer_after_silence_still_counts() {
    let steps = vec![
        pressed("t1", 50),
        asked("t1", 70, 10, Outcome::Presented),
        at(900_000, Happening::Lapsed { round: "t1".to_owned() }),
        answered("t1", 950_000, &["commands"], &[]),
    ];
    assert_eq!(state(&["commands"], steps).name(), StateName::Granted);
}

#[test]
fn a_wrong_trigger_that_was_old_is_late_and_a_young_one_is_wrong() {
    let late = state(
        &["commands"],
        vec![pressed("t1", 0), asked("t1", 1, 4_102, refused("invalid_trigger"))],
    );
    assert!(matches!(late, State::Expired { delay_ms: 4_102, .. }));
    assert!(words::sentence(&late, "@izzy").contains("4,102 ms old; Slack accepts 3,000"));
    let on_the_way = state(
        &["commands"],
        vec![pressed("t1", 0), asked("t1", 1, 2_990, refused("invalid_trigger"))],
    );
    assert!(matches!(on_the_way, State::Expired { delay_ms: 3_010, .. }));
    let wrong = state(
        &["commands"],
        vec![pressed("t1", 0), asked("t1", 1, 12, refused("invalid_trigger"))],
    );
    assert!(matches!(wrong, State::Failed { code, .. } if code == "invalid_trigger"));
}

#[test]
fn of_two_calls_with_one_trigger_the_one_that_was_shown_counts() {
    for order in [[0, 1], [1, 0]] {
        let both = [
            asked("t1", 70, 10, Outcome::Presented),
            asked("t1", 71, 11, refused("trigger_exchanged")),
        ];
        let mut steps = vec![pressed("t1", 50)];
        steps.extend(order.map(|n: usize| both[n].clone()));
        assert_eq!(state(&["commands"], steps).name(), StateName::Presented);
    }
}

#[test]
fn pressing_again_after_a_refusal_begins_anew_and_a_grant_stays_a_grant() {
    let mut steps = vec![
        pressed("t1", 50),
        asked("t1", 70, 10, Outcome::Presented),
        answered("t1", 900, &[], &["commands"]),
        pressed("t2", 5_000),
    ];
    assert_eq!(state(&["commands"], steps.clone()).name(), StateName::Triggered);
    steps.push(answered("t2", 9_000, &["commands"], &[]));
    steps.push(pressed("t3", 10_000));
    steps.push(answered("t3", 11_000, &[], &["commands"]));
    assert_eq!(state(&["commands"], steps).name(), StateName::Granted);
}

#[test]
fn a_console_that_stopped_in_between_says_so() {
    let steps = vec![
        pressed("t1", 50),
        at(60_000, Happening::Lapsed { round: "t1".to_owned() }),
    ];
    let state = state(&["commands"], steps);
    assert!(matches!(&state, State::Failed { code, .. } if code == "interrupted"));
    assert!(words::sentence(&state, "@izzy").starts_with("The console stopped"));
}

#[test]
fn what_cannot_belong_is_refused_and_what_is_doubled_changes_nothing() {
    let request = PermissionRequest::drafted(RequestId(1), ask(&["commands"]))
        .record(offered())
        .unwrap();
    let doubled = request.clone().record(offered()).unwrap();
    assert_eq!(doubled, request);
    let stray = request.record(answered("t9", 900, &["commands"], &[]));
    assert_eq!(stray, Err(Refused::UnknownRound));
}

proptest! {
    /// Whatever order the steps come to be known in, and however often each: the state is the same.
    #[test]
    fn steps_in_any_order_come_to_the_same_state(
        order in Just((0..9_usize).collect::<Vec<_>>()).prop_shuffle(),
        again in proptest::collection::vec(0..9_usize, 0..6),
        until in 1..=9_usize,
    ) {
        let story = [
            offered(),
            pressed("t1", 50),
            asked("t1", 70, 3_500, refused("invalid_trigger")),
            pressed("t2", 5_000),
            asked("t2", 5_020, 20, Outcome::Lost { code: "no_answer_in_time".to_owned() }),
            answered("t2", 9_000, &[], &["commands"]),
            pressed("t3", 10_000),
            asked("t3", 10_010, 8, Outcome::Presented),
            answered("t3", 12_000, &["commands"], &[]),
        ];
        let expected = state(&["commands"], story[..until].to_vec());
        let known = order.iter().chain(&again).filter(|n| **n < until).map(|n| story[*n].clone());
        let mut steps: Vec<Step> = Vec::new();
        for step in known {
            if !steps.iter().any(|s| s.key() == step.key()) {
                steps.push(step);
            }
        }
        prop_assert_eq!(state(&["commands"], steps), expected);
    }
}

fn earlier(id: i64, age_hours: i64, state: StateName) -> Earlier {
    let at = Timestamp::from_seconds(1_000_000 - age_hours * 3_600);
    Earlier {
        id: RequestId(id),
        drafted_at: at,
        state,
        since: at,
        overlaps: true,
        by_message: true,
    }
}

#[test]
fn nobody_is_asked_twice_at_once_or_soon_after_a_refusal_or_all_day() {
    let (policy, now) = (Policy::default(), Timestamp::from_seconds(1_000_000));
    assert_eq!(policy.may_ask(&[], now), Ok(()));
    assert!(matches!(
        policy.may_ask(&[earlier(1, 1, StateName::Offered)], now),
        Err(NotNow::StillOpen { request: RequestId(1) })
    ));
    let refused = policy.may_ask(&[earlier(2, 71, StateName::Denied)], now);
    assert_eq!(
        refused,
        Err(NotNow::CoolingDown {
            request: RequestId(2),
            until: Timestamp::from_seconds(1_000_000 + 3_600)
        })
    );
    assert_eq!(policy.may_ask(&[earlier(2, 73, StateName::Denied)], now), Ok(()));
    let three: Vec<Earlier> = (1..=3).map(|n| earlier(n, n, StateName::Unanswered)).collect();
    assert_eq!(
        policy.may_ask(&three, now),
        Err(NotNow::TooMany {
            asked: 3,
            until: Timestamp::from_seconds(1_000_000 + 21 * 3_600)
        })
    );
}

fn grants() -> Grants {
    let resource = |resource_type, id: &str| Resource {
        resource_type,
        reach: crate::Reach::Specific(id.parse().unwrap()),
    };
    let fact = Fact::Installed {
        authorizing_user: None,
        scopes: [(ResourceType::Channel, scopes(&["chat:write"]))].into(),
        resources: [
            resource(ResourceType::Channel, "C1A"),
            resource(ResourceType::Channel, "C2A"),
            resource(ResourceType::AppHome, "D1A"),
        ]
        .into(),
    };
    let moment = Timestamp::from_seconds(1);
    let draft = ledger::Draft {
        key: crate::OrderKey::new(moment, &fact, "oauth:1"),
        recorded_at: moment,
        source: Source::Oauth,
        actor: None,
        fact,
    };
    grants::fold(&[crate::Entry {
        seq: 1,
        draft,
        previous: ledger::Hash::default(),
        hash: ledger::Hash::default(),
    }])
}

fn mistakes(names: &[&str], user: Option<&str>, channel: Option<&str>) -> Vec<&'static str> {
    let (user, channel) = (
        user.map(|u| UserId::new(u).unwrap()),
        channel.map(|c| c.parse().unwrap()),
    );
    let (scopes, optional) = (scopes(names), BTreeSet::new());
    let draft = Draft {
        model: Model::Workspace,
        user: user.as_ref(),
        channel: channel.as_ref(),
        scopes: &scopes,
        optional: &optional,
        message: "May we?",
        button: "Allow",
    };
    match compose::check(&draft, &grants()) {
        Ok(_) => Vec::new(),
        Err(mistakes) => mistakes.iter().map(Mistake::code).collect(),
    }
}

#[test]
fn mistakes_are_found_before_slack_finds_them() {
    assert_eq!(mistakes(&["commands"], Some("U1A"), None), [""; 0]);
    assert_eq!(mistakes(&["commands"], None, Some("C1A")), [""; 0]);
    assert_eq!(
        mistakes(&["commands", "dnd:write:user"], Some("U1A"), None),
        ["mixed_scope"]
    );
    assert_eq!(mistakes(&["made:up"], Some("U1A"), None), ["unknown_scope"]);
    assert_eq!(mistakes(&[], Some("U1A"), None), ["no_scopes"]);
    assert_eq!(mistakes(&["dnd:write:user"], None, Some("C1A")), ["nobody_to_ask"]);
    assert_eq!(mistakes(&["commands"], None, None), ["nowhere_to_send"]);
    assert_eq!(mistakes(&["commands"], None, Some("C9A")), ["channel_not_granted"]);
}

#[test]
fn a_scope_gains_the_resources_it_was_not_held_on() {
    let gains = compose::gains(&grants(), Kind::App, None, &scopes(&["chat:write"]));
    let channel = |gain: &compose::Gain| gain.reach.iter().any(|r| r.resource_type == ResourceType::Channel);
    assert!(!gains[0].held && !channel(&gains[0]));
    let commands = compose::gains(&grants(), Kind::App, None, &scopes(&["commands"]));
    let on = commands[0]
        .reach
        .iter()
        .find(|r| r.resource_type == ResourceType::Channel)
        .unwrap();
    assert_eq!((on.resources, on.all), (2, false));
}

#[test]
fn a_number_is_read_as_it_is_written() {
    assert_eq!("PR-2041".parse(), Ok(RequestId(2041)));
    assert_eq!(RequestId(7).to_string(), "PR-7");
    for text in [
        "",
        "PR-",
        "PR-0",
        "PR--1",
        "PR-+1",
        "2041",
        "pr-1",
        "PR-99999999999999999999",
    ] {
        assert_eq!(text.parse::<RequestId>(), Err(RequestIdError), "{text}");
    }
}
