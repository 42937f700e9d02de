//! What a draft keeps, and what is said about it.

use grantbook_core::{
    Grants, ResourceType, Sensitivity, Source, Timestamp, grants::Mark, request::compose::Reached, view::ScopeGrant,
};

use super::*;
use crate::view_model::query::parameters;

fn scope(name: &str) -> Scope {
    name.parse().unwrap()
}

fn read(address: &str) -> Draft {
    Draft::read(parameters(address.split_once('?').map_or("", |(_, query)| query)))
}

fn preview(codes: &[(&str, &str)]) -> PreviewView {
    PreviewView {
        ready: codes.is_empty(),
        mistakes: codes
            .iter()
            .map(|(code, sentence)| MistakeView {
                code: (*code).to_owned(),
                sentence: (*sentence).to_owned(),
            })
            .collect(),
        kind: None,
        gains: Vec::new(),
        message: String::new(),
        button: String::new(),
        limits: AgainView {
            allowed: true,
            reason: None,
            until: None,
        },
    }
}

#[test]
fn an_address_reads_back_as_written() {
    let href = "/requests/new?installation=insectoid.T061EG9R6&user=U061F7AUR&channel=C0FIELD&scopes=chat:write,commands&optional=commands";
    assert_eq!(read(href).href(), href);
    assert_eq!(Draft::default().href(), "/requests/new");
}

#[test]
fn only_what_is_asked_for_can_be_left_out() {
    assert!(read("?scopes=commands&optional=files:read,%20").optional.is_empty());
    let draft = read("?scopes=commands").with_optional(&scope("commands"));
    assert!(draft.optional.contains(&scope("commands")));
    assert_eq!(draft.toggled(&scope("commands")), Draft::default());
}

#[test]
fn a_denied_check_leads_to_a_draft_about_the_same() {
    let draft = || Draft::of("insectoid.T061EG9R6".parse().unwrap());
    let about = |id: &str| draft().about(scope("commands"), Some(&id.parse().unwrap()));
    assert_eq!(about("U061F7AUR").user, Some("U061F7AUR".parse().unwrap()));
    assert_eq!(about("C0FIELD").channel, Some("C0FIELD".parse().unwrap()));
    assert_eq!(about("T061EG9R6").href(), draft().about(scope("commands"), None).href());
}

#[test]
fn a_draft_is_sent_in_its_own_words_or_in_the_servers() {
    assert_eq!(Draft::default().request("", ""), None);
    let draft = Draft::of("insectoid.T061EG9R6".parse().unwrap());
    let sent = draft.request(" Please? ", "  ").unwrap();
    assert_eq!((sent.message.as_deref(), sent.button), (Some("Please?"), None));
}

#[test]
fn mistakes_stand_beside_the_field_they_belong_to() {
    let preview = preview(&[
        ("mixed_scope", "ask twice"),
        ("nowhere_to_send", "choose a person"),
        ("unknown_scope", "search:read is not a scope"),
    ]);
    assert_eq!(remarks(&preview, Part::Whom), [(true, "Choose a person.".to_owned())]);
    assert_eq!(
        remarks(&preview, Part::Scopes),
        [
            (false, "Ask twice.".to_owned()),
            (false, "search:read is not a scope.".to_owned())
        ]
    );
    assert!(remarks(&preview, Part::Button).is_empty());
}

#[test]
fn words_are_not_wrong_while_there_is_nothing_to_make_them_from() {
    let preview = preview(&[("no_scopes", "choose one"), ("message_length", "too short")]);
    assert!(remarks(&preview, Part::Message).is_empty());
    assert_eq!(remarks(&preview, Part::Scopes).len(), 1);
}

#[test]
fn the_reason_not_to_send_is_one_sentence() {
    assert!(refusal(false, None).unwrap().starts_with("Only an administrator"));
    assert!(refusal(true, None).unwrap().contains("first"));
    assert_eq!(refusal(true, Some(&preview(&[]))), None);
    let mut limited = preview(&[]);
    limited.limits.allowed = false;
    limited.limits.reason = Some("PR-7 asks the same and still waits for an answer".to_owned());
    assert_eq!(
        refusal(true, Some(&limited)).as_deref(),
        Some("PR-7 asks the same and still waits for an answer.")
    );
}

#[test]
fn a_limit_names_its_moment_in_words() {
    let until: Timestamp = "2026-11-23T22:40:00Z".parse().unwrap();
    let limits = AgainView {
        allowed: false,
        reason: Some(format!(
            "this person was asked 3 times within a day; ask again after {until}"
        )),
        until: Some(until),
    };
    assert_eq!(
        limit_sentence(&limits).as_deref(),
        Some("This person was asked 3 times within a day; ask again after 23 Nov 2026, 22:40.")
    );
}

#[test]
fn a_request_that_waits_speaks_of_itself() {
    let limits = AgainView {
        allowed: false,
        reason: Some("PR-7 asks the same and still waits for an answer".to_owned()),
        until: None,
    };
    let of = |id| again_refusal(RequestId(id), &limits).unwrap();
    assert_eq!(of(7), "This request still waits for an answer.");
    assert!(of(8).starts_with("PR-7 asks the same"));
}

#[test]
fn sentences_begin_with_a_capital_unless_with_a_name() {
    assert_eq!(as_sentence("ask twice"), "Ask twice.");
    assert_eq!(as_sentence("commands is the app's own"), "commands is the app's own.");
    assert_eq!(as_sentence("users:read is held"), "users:read is held.");
}

#[test]
fn the_button_says_whom_it_asks_for_how_much() {
    assert_eq!(send_words(Some("@izzy"), 2), "Ask @izzy for 2 scopes");
    assert_eq!(send_words(Some("#field-notes"), 1), "Ask in #field-notes for 1 scope");
    assert_eq!(send_words(None, 0), "Ask for more");
}

#[test]
fn a_gain_says_what_it_would_newly_reach() {
    let reached = |resource_type, resources, all| Reached {
        resource_type,
        resources,
        all,
    };
    let gain = |held, reach| Gain {
        scope: scope("commands"),
        description: String::new(),
        sensitivity: Sensitivity::Low,
        held,
        reach,
    };
    let words = reach_words(&gain(
        false,
        vec![
            reached(ResourceType::Channel, 12, false),
            reached(ResourceType::Team, 1, false),
            reached(ResourceType::Im, 0, true),
            reached(ResourceType::Group, 0, false),
        ],
    ));
    assert_eq!(words, "12 channels, 1 workspace, every direct message");
    assert_eq!(reach_words(&gain(true, Vec::new())), "held already");
    assert_eq!(reach_words(&gain(false, Vec::new())), "the whole workspace");
    let none = reach_words(&gain(false, vec![reached(ResourceType::Group, 0, false)]));
    assert!(none.starts_with("nothing yet"));
}

#[test]
fn scopes_are_grouped_by_what_choosing_them_means() {
    let mut grants = GrantsView::of("insectoid.T061EG9R6".parse().unwrap(), None, &Grants::default());
    let mark = Mark {
        since: Timestamp::from_seconds(1),
        actor: None,
        source: Source::Event,
        seq: 1,
    };
    let held = scope("users:read");
    grants
        .scopes
        .extend(catalogue::resource_types(&held).iter().map(|kind| ScopeGrant {
            scope: held.clone(),
            resource_type: Some(*kind),
            user: None,
            mark: mark.clone(),
        }));
    let wanted = [scope("commands"), held].into();
    let names = |group: &[&ScopeInfo]| group.iter().map(|info| info.name).collect::<Vec<_>>();
    let all = groups(Model::Workspace, &wanted, Some(&grants), None, "");
    assert_eq!(names(&all.suggested), ["commands"]);
    assert_eq!(names(&all.held), ["users:read"]);
    assert!(!all.others.is_empty());
    let found = groups(Model::Workspace, &wanted, Some(&grants), None, " COMMANDS ");
    assert_eq!(names(&found.suggested), ["commands"]);
    assert!(found.held.is_empty());
}
