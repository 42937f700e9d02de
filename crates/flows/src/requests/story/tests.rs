//! The story of a request in each of its states.

use std::collections::{BTreeMap, BTreeSet};

use grantbook_core::{
    Fact, Grants, Reach, ResourceType, Scope, Source, Timestamp, UserId,
    fact::Resource,
    grants::Mark,
    request::{Ask, Author, Happening, Kind, Outcome, PermissionRequest, RequestId, Step, Via, words},
    view::{
        EntryView, Model,
        requests::{AgainView, Mood, RequestStory, RequestView},
    },
};

use super::Telling;

const IZZY: &str = "U061F7AUR";

fn scopes(names: &str) -> BTreeSet<Scope> {
    Scope::parse_list(names).unwrap().into_iter().collect()
}

fn moment(ms: i64) -> Timestamp {
    Timestamp::from_micros(1_795_300_000_000_000 + ms * 1_000)
}

fn ask(model: Model, kind: Kind, names: &str) -> Ask {
    Ask {
        installation: "insectoid.T061EG9R6".parse().unwrap(),
        model,
        kind,
        user: Some(UserId::new(IZZY).unwrap()),
        channel: None,
        scopes: scopes(names),
        optional: BTreeSet::new(),
        message: "May we?".to_owned(),
        button: "Add commands".to_owned(),
        author: Author::Console {
            name: "orla".to_owned(),
        },
        drafted_at: moment(0),
        again_of: None,
    }
}

fn at(ms: i64, what: Happening) -> Step {
    Step { at: moment(ms), what }
}

fn offered() -> Step {
    let channel = "D0BH95DLH".parse().unwrap();
    let message_ts = "1497911545.000001".to_owned();
    at(1_000, Happening::Offered { channel, message_ts })
}

fn pressed(via: Via) -> Step {
    let user = (via != Via::Link).then(|| UserId::new(IZZY).unwrap());
    let issued_at = (via != Via::Link).then(|| moment(80_000));
    let round = "t1".to_owned();
    let what = Happening::Pressed {
        round,
        user,
        via,
        issued_at,
    };
    at(80_009, what)
}

fn asked(age_ms: u64, outcome: Outcome) -> Step {
    let what = Happening::Asked {
        round: "t1".to_owned(),
        call: "c1".to_owned(),
        verified_us: 2_100,
        left_us: 11_400,
        answered_us: 214_000,
        age_ms,
        outcome,
    };
    at(80_223, what)
}

fn refused(code: &str) -> Outcome {
    Outcome::Refused { code: code.to_owned() }
}

fn answered(granted: &str, denied: &str) -> Step {
    let set = |names: &str| {
        if names.is_empty() {
            BTreeSet::new()
        } else {
            scopes(names)
        }
    };
    let what = Happening::Answered {
        round: "t1".to_owned(),
        event_id: "Ev1".to_owned(),
        user: None,
        granted: set(granted),
        denied: set(denied),
    };
    at(84_020, what)
}

fn lapsed() -> Step {
    let round = "t1".to_owned();
    at(680_000, Happening::Lapsed { round })
}

fn entry(seq: u64, event_id: &str, ms: i64, fact: Fact) -> EntryView {
    let key: grantbook_core::InstallationKey = "insectoid.T061EG9R6".parse().unwrap();
    EntryView {
        app: key.app.clone(),
        app_name: "Insectoid".to_owned(),
        tenant: key.tenant.clone(),
        tenant_name: "Northwind HQ".to_owned(),
        installation: key,
        seq,
        at: Timestamp::from_seconds(moment(ms).seconds()),
        recorded_at: moment(ms),
        event_id: event_id.to_owned(),
        kind: fact.kind().to_owned(),
        source: Source::Event,
        actor: None,
        actor_name: None,
        scopes: fact.scopes().into_iter().collect(),
        resources: Vec::new(),
        names: BTreeMap::new(),
        request: None,
        fact,
        hash: grantbook_core::ledger::Hash::default(),
    }
}

fn granted_entries() -> Vec<EntryView> {
    let granted = Fact::ScopeGranted {
        scopes: [(ResourceType::Channel, scopes("commands"))].into(),
        unplaced: BTreeSet::new(),
        trigger_id: Some("t1".to_owned()),
    };
    let resource = |id: &str| grantbook_core::fact::ScopedResource {
        resource: Resource {
            resource_type: ResourceType::Channel,
            reach: Reach::Specific(id.parse().unwrap()),
        },
        scopes: scopes("chat:write,commands"),
    };
    let added = Fact::ResourcesAdded {
        resources: vec![resource("C1A"), resource("C2A")],
    };
    vec![entry(1_904, "Ev1", 84_020, granted), entry(1_905, "Ev2", 84_061, added)]
}

fn view(request: &PermissionRequest) -> RequestView {
    let ask = &request.ask;
    let granted: BTreeSet<Scope> = request.rounds().iter().flat_map(|r| r.granted.clone()).collect();
    RequestView {
        id: request.id,
        installation: ask.installation.clone(),
        app: ask.installation.app.clone(),
        app_name: "Insectoid".to_owned(),
        tenant: ask.installation.tenant.clone(),
        tenant_name: "Northwind HQ".to_owned(),
        model: ask.model,
        kind: ask.kind,
        user: ask.user.clone(),
        user_name: None,
        channel: None,
        channel_name: None,
        scopes: ask.scopes.iter().cloned().collect(),
        granted: granted.into_iter().collect(),
        state: request.state().name(),
        sentence: words::sentence(request.state(), "@izzy"),
        code: None,
        delay_ms: None,
        took_ms: None,
        presses: request.rounds().len() as u64,
        author: ask.author.clone(),
        author_name: "orla".to_owned(),
        drafted_at: ask.drafted_at,
        updated_at: ask.drafted_at,
        again_of: None,
    }
}

fn grants() -> Grants {
    let mark = Mark {
        since: moment(0),
        actor: None,
        source: Source::Event,
        seq: 1,
    };
    let mut grants = Grants::default();
    let held = [(Scope::new("commands").unwrap(), mark.clone())].into();
    grants.scopes.insert(ResourceType::Channel, held);
    let given = grants.resources.entry(ResourceType::Channel).or_default();
    for id in ["C1A", "C2A"] {
        given.specific.insert(id.parse().unwrap(), mark.clone());
    }
    grants
}

fn told(ask: Ask, steps: Vec<Step>, entries: &[EntryView]) -> RequestStory {
    let request = PermissionRequest::restored(RequestId(2_041), ask, steps);
    let view = view(&request);
    let telling = Telling {
        request: &request,
        grants: &grants(),
        entries,
        names: &[(IZZY.to_owned(), "@izzy".to_owned())].into(),
    };
    telling.tell(view, AgainView::of(Ok(())))
}

fn legacy(steps: Vec<Step>, entries: &[EntryView]) -> RequestStory {
    told(ask(Model::Workspace, Kind::App, "commands"), steps, entries)
}

/// `name|title|detail|mood|dated`, a line each.
fn milestones(story: &RequestStory) -> Vec<String> {
    let line = |m: &grantbook_core::view::requests::Milestone| {
        let dated = if m.at.is_some() { "dated" } else { "-" };
        format!("{}|{}|{}|{:?}|{dated}", m.name, m.title, m.detail, m.mood)
    };
    story.milestones.iter().map(line).collect()
}

fn sentences(story: &RequestStory) -> Vec<&str> {
    story.story.iter().map(|line| line.sentence.as_str()).collect()
}

#[test]
fn a_granted_request_is_told_from_draft_to_ledger() {
    let steps = vec![
        offered(),
        pressed(Via::Button),
        asked(20, Outcome::Presented),
        answered("commands", ""),
    ];
    let story = legacy(steps, &granted_entries());
    assert_eq!(
        milestones(&story),
        [
            "drafted|Drafted|orla|Good|dated",
            "offered|Message sent|DM of @izzy|Good|dated",
            "pressed|Button pressed|@izzy|Good|dated",
            "asked|Trigger spent|after 11 ms|Good|dated",
            "answered|@izzy allowed||Good|dated",
            "applied|Events applied|2 of 2|Good|dated",
            "recorded|In the ledger|1,904 and 1,905|Good|dated",
        ]
    );
    assert_eq!(
        sentences(&story),
        [
            "orla drafted it for `commands`",
            "Message with the button “Add commands” reached `D0BH95DLH`",
            "@izzy pressed it",
            "Asked Slack for `commands`. Slack opened its dialog.",
            "`scope_granted` arrived with the same trigger",
            "`resources_added` placed it on 2 resources",
        ]
    );
    let sources: Vec<&str> = story.story.iter().map(|line| line.source.as_str()).collect();
    assert_eq!(
        sources,
        [
            "console",
            "outbox",
            "interaction",
            "apps.permissions.request",
            "event",
            "event"
        ]
    );
    assert_eq!(story.story[2].marks, ["callback perm_request_2041"]);
    assert_eq!(story.story[4].marks, ["Ev1", "entry 1,904", "0000…0000"]);
    assert_eq!((story.changes[0].granted, story.changes[0].resources), (true, 2));
}

#[test]
fn the_three_seconds_of_a_press_are_told_with_what_was_left_of_them() {
    let steps = vec![offered(), pressed(Via::Button), asked(20, Outcome::Presented)];
    let round = legacy(steps, &[]).rounds.remove(0);
    assert_eq!(
        round.sentence,
        "Spent 11 ms after the press arrived, answered after 214 ms; 2,778 ms to spare."
    );
    assert_eq!(
        (round.age_ms, round.left_us, round.mood),
        (Some(9), Some(11_400), Mood::Good)
    );
    assert_eq!(round.outcome.as_deref(), Some("presented"));
}

#[test]
fn a_drafted_request_waits_for_its_message() {
    let story = legacy(Vec::new(), &[]);
    assert_eq!(
        milestones(&story)[..3],
        [
            "drafted|Drafted|orla|Good|dated",
            "offered|Message sent||Waiting|-",
            "pressed|Button pressed||Open|-",
        ]
    );
    assert!(story.rounds.is_empty());
}

#[test]
fn an_offered_request_waits_for_its_press() {
    let story = legacy(vec![offered()], &[]);
    assert_eq!(milestones(&story)[2], "pressed|Button pressed||Waiting|-");
    assert!(milestones(&story)[3..].iter().all(|line| line.ends_with("||Open|-")));
}

#[test]
fn a_message_that_was_refused_says_why() {
    let code = "channel_not_found".to_owned();
    let story = legacy(vec![at(900, Happening::NotOffered { code })], &[]);
    assert_eq!(
        milestones(&story)[1],
        "offered|Message not sent|channel_not_found|Bad|dated"
    );
    let last = story.story.last().unwrap();
    assert!(
        last.sentence
            .starts_with("The message was not sent. Slack knows no such conversation")
    );
    assert_eq!(last.mood, Mood::Bad);
}

#[test]
fn a_message_of_unknown_fate_is_known_by_its_press() {
    let code = "maybe_sent".to_owned();
    let steps = vec![at(900, Happening::NotOffered { code }), pressed(Via::Button)];
    let story = legacy(steps, &[]);
    assert_eq!(milestones(&story)[1], "offered|Message sent|known by the press|Good|-");
    assert_eq!(milestones(&story)[3], "asked|Trigger spent||Waiting|-");
    assert_eq!(story.rounds[0].mood, Mood::Waiting);
}

#[test]
fn an_open_dialog_waits_for_its_answer() {
    let steps = vec![offered(), pressed(Via::Button), asked(20, Outcome::Presented)];
    let story = legacy(steps, &[]);
    assert_eq!(
        milestones(&story)[4..],
        [
            "answered|Answer||Waiting|-",
            "applied|Events applied||Open|-",
            "recorded|In the ledger||Open|-",
        ]
    );
}

#[test]
fn a_refusal_is_recorded_and_takes_nothing_away() {
    let denied = Fact::ScopeDenied {
        scopes: scopes("commands"),
        trigger_id: Some("t1".to_owned()),
    };
    let steps = vec![
        offered(),
        pressed(Via::Button),
        asked(20, Outcome::Presented),
        answered("", "commands"),
    ];
    let story = legacy(steps, &[entry(7, "Ev1", 84_020, denied)]);
    assert_eq!(
        milestones(&story)[4..],
        [
            "answered|@izzy said no||Denied|dated",
            "applied|Events applied|1 of 1|Good|dated",
            "recorded|In the ledger|7|Good|dated",
        ]
    );
    let last = story.story.last().unwrap();
    assert_eq!(
        last.sentence,
        "`scope_denied` arrived with the same trigger; nothing was taken away"
    );
    assert_eq!((last.mood, last.seq), (Mood::Denied, Some(7)));
    assert!(!story.changes[0].granted);
}

#[test]
fn a_late_trigger_says_how_late_it_was() {
    let steps = vec![
        offered(),
        pressed(Via::Button),
        asked(4_102, refused("invalid_trigger")),
    ];
    let story = legacy(steps, &[]);
    assert_eq!(
        milestones(&story)[3],
        "asked|Trigger too old|4,102 ms, limit 3,000 ms|Late|dated"
    );
    assert_eq!(
        story.rounds[0].sentence,
        "The trigger was 4,102 ms old when it was spent; Slack accepts 3,000 ms."
    );
    let last = story.story.last().unwrap();
    assert_eq!(
        last.sentence,
        "Asked Slack for `commands`. The trigger was 4,102 ms old; Slack accepts 3,000."
    );
    assert_eq!(last.mood, Mood::Late);
}

#[test]
fn a_refused_and_a_lost_call_tell_their_codes() {
    let lost = Outcome::Lost {
        code: "http_502".to_owned(),
    };
    for (outcome, milestone, round) in [
        (
            refused("mixed_scope"),
            "asked|Slack refused|mixed_scope|Bad|dated",
            "Spent 11 ms after the press arrived; Slack refused after 214 ms: `mixed_scope`.",
        ),
        (
            lost,
            "asked|Answer of Slack lost|http_502|Bad|dated",
            "Spent 11 ms after the press arrived; no answer could be read after 214 ms: `http_502`.",
        ),
    ] {
        let story = legacy(vec![offered(), pressed(Via::Button), asked(20, outcome)], &[]);
        assert_eq!(milestones(&story)[3], milestone);
        assert_eq!(story.rounds[0].sentence, round);
    }
}

#[test]
fn an_unanswered_dialog_is_no_refusal() {
    let steps = vec![offered(), pressed(Via::Button), asked(20, Outcome::Presented), lapsed()];
    let story = legacy(steps, &[]);
    assert_eq!(
        milestones(&story)[4],
        "answered|No answer|Slack sends nothing then|Open|dated"
    );
    assert_eq!(
        sentences(&story).last(),
        Some(&"Nobody answered in time. An answer that still comes will count.")
    );
}

#[test]
fn a_press_that_a_stopped_process_left_is_told_so() {
    let story = legacy(vec![offered(), pressed(Via::Button), lapsed()], &[]);
    assert_eq!(milestones(&story)[3], "asked|Trigger spent|interrupted|Bad|dated");
    assert_eq!(story.rounds[0].mood, Mood::Bad);
}

#[test]
fn half_of_what_was_asked_is_told_as_half() {
    let steps = vec![
        offered(),
        pressed(Via::Button),
        asked(20, Outcome::Presented),
        answered("commands", ""),
    ];
    let story = told(
        ask(Model::Workspace, Kind::App, "commands,pins:read"),
        steps,
        &granted_entries()[..1],
    );
    assert_eq!(milestones(&story)[4], "answered|@izzy allowed|1 of 2|Good|dated");
    assert_eq!(milestones(&story)[5], "applied|Events applied|1 of 2|Waiting|dated");
    let granted: Vec<bool> = story.changes.iter().map(|change| change.granted).collect();
    assert_eq!(granted, [true, false]);
}

#[test]
fn a_scope_that_finds_no_place_yet_comes_in_one_event() {
    let fact = Fact::ScopeGranted {
        scopes: [(ResourceType::Group, scopes("groups:read"))].into(),
        unplaced: BTreeSet::new(),
        trigger_id: Some("t1".to_owned()),
    };
    let steps = vec![
        offered(),
        pressed(Via::Button),
        asked(20, Outcome::Presented),
        answered("groups:read", ""),
    ];
    let story = told(
        ask(Model::Workspace, Kind::App, "groups:read"),
        steps,
        &[entry(3, "Ev1", 84_020, fact)],
    );
    assert_eq!(milestones(&story)[5], "applied|Events applied|1 of 1|Good|dated");
}

#[test]
fn a_personal_grant_comes_in_one_event() {
    let fact = Fact::UserResourceGranted {
        user: UserId::new(IZZY).unwrap(),
        scopes: scopes("dnd:write:user"),
        trigger_id: Some("t1".to_owned()),
    };
    let steps = vec![
        offered(),
        pressed(Via::Button),
        asked(20, Outcome::Presented),
        answered("dnd:write:user", ""),
    ];
    let story = told(
        ask(Model::Workspace, Kind::Personal, "dnd:write:user"),
        steps,
        &[entry(3, "Ev1", 84_020, fact)],
    );
    assert_eq!(milestones(&story)[5], "applied|Events applied|1 of 1|Good|dated");
    assert_eq!(story.story[3].source, "apps.permissions.users.request");
    assert_eq!(
        sentences(&story).last(),
        Some(&"`user_resource_granted` arrived with the same trigger: the app may act for @izzy with `dnd:write:user`")
    );
}

#[test]
fn a_modern_request_is_told_in_its_own_words() {
    let steps = vec![
        offered(),
        pressed(Via::Link),
        asked(0, Outcome::Presented),
        answered("commands", ""),
    ];
    let installed = Fact::Installed {
        authorizing_user: None,
        scopes: [(ResourceType::Channel, scopes("chat:write,commands"))].into(),
        resources: BTreeSet::new(),
    };
    let entries = [entry(12, "Ev1", 84_020, installed)];
    let story = told(ask(Model::Modern, Kind::App, "commands"), steps, &entries);
    assert_eq!(
        milestones(&story)[2..],
        [
            "pressed|Link opened|@izzy|Good|dated",
            "asked|Slack asked||Good|dated",
            "answered|@izzy allowed||Good|dated",
            "applied|Token exchanged||Good|dated",
            "recorded|In the ledger|12|Good|dated",
        ]
    );
    assert_eq!(
        sentences(&story)[2..],
        [
            "@izzy opened the link",
            "Asked Slack for `commands`. Slack showed its authorize page.",
            "@izzy allowed `commands`",
            "Slack exchanged the code for a token; what it may do now was recorded",
        ]
    );
    assert_eq!((story.rounds[0].left_us, story.rounds[0].via), (None, Via::Link));
}

#[test]
fn a_request_by_command_has_no_message() {
    let izzy = UserId::new(IZZY).unwrap();
    let ask = Ask {
        author: Author::Command { user: izzy },
        ..ask(Model::Workspace, Kind::App, "commands")
    };
    let story = told(ask, vec![pressed(Via::Command), asked(20, Outcome::Presented)], &[]);
    let names: Vec<&str> = story.milestones.iter().map(|m| m.name.as_str()).collect();
    assert_eq!(
        names,
        ["drafted", "pressed", "asked", "answered", "applied", "recorded"]
    );
    assert_eq!(story.milestones[1].title, "Command typed");
    assert_eq!(
        sentences(&story)[..2],
        [
            "@izzy asked for `commands` by the app's command",
            "@izzy typed the command"
        ]
    );
}

#[test]
fn an_answer_dated_to_the_second_stands_after_its_press() {
    // Slack's clock says second 80, the event came a second later: all that is known is the second, which
    // began before the press.
    let mut entries = granted_entries();
    for entry in &mut entries {
        entry.at = Timestamp::from_seconds(moment(80_000).seconds());
        entry.recorded_at = moment(81_500);
    }
    let early = Step {
        at: moment(80_000),
        ..answered("commands", "")
    };
    let steps = vec![offered(), pressed(Via::Button), asked(20, Outcome::Presented), early];
    let story = legacy(steps, &entries);
    let kinds: Vec<&str> = story.story.iter().map(|line| line.kind.as_str()).collect();
    assert_eq!(
        kinds,
        [
            "drafted",
            "offered",
            "pressed",
            "asked",
            "scope_granted",
            "resources_added"
        ]
    );
    assert!(story.story[4].whole_seconds);
}
