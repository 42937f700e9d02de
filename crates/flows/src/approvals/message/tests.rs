//! Whatever somebody writes into a request, its messages fit into Slack, mention nobody and link nowhere but where
//! they say.

use std::collections::BTreeMap;

use grantbook_api::message::{Block, Element, OutgoingMessage};
use grantbook_core::{
    Timestamp,
    approval::{
        App, AppRequest, Approved, AskedScope, Context, Decision, DeveloperType, Explanation, Level, Need, Requester,
        Resolver, RuleRef, TokenType,
        life::{Happening, Outcome, State, Way},
        risk,
    },
};
use grantbook_store::approvals::{Beside, StoredAppRequest, StoredStep};
use proptest::prelude::*;
use url::Url;

use super::{Card, waiting};

const SIGNS: &str =
    "(\\PC|[<>&*_~`|@#!\n\r\t\u{202e}\u{2028}\u{200b}:]|<!channel>|<@U061F7AUR>|<https://evil.example\\|x>|&lt;){0,60}";

/// A request with everything that its messages say.
#[derive(Clone, Debug)]
struct Scene {
    stored: StoredAppRequest,
    steps: Vec<StoredStep>,
    beside: Beside,
    names: BTreeMap<String, String>,
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(1_764_000_000 + seconds)
}

fn scope(number: usize, description: &str) -> AskedScope {
    let known = [
        "groups:history",
        "chat:write",
        "admin.users:write",
        "users:read.email",
        "commands",
    ];
    let name = known
        .get(number)
        .map_or_else(|| format!("made.up:{number}"), |name| (*name).to_owned());
    AskedScope {
        name: name.parse().unwrap(),
        token_type: if number.is_multiple_of(2) {
            TokenType::Bot
        } else {
            TokenType::User
        },
        description: description.to_owned(),
        is_sensitive: number.is_multiple_of(3),
        is_optional: number % 4 == 3,
        is_approved: number % 5 == 4,
    }
}

fn request(words: &[String; 7], scopes: usize, whole_org: bool) -> AppRequest {
    let [app, description, requester, message, domain, page, scope_words] = words.clone();
    AppRequest {
        id: "Ar0XJGFLMLS".parse().unwrap(),
        app: App {
            id: "A061BL8RQ0".parse().unwrap(),
            name: app,
            description,
            developer_type: DeveloperType::ThirdParty,
            is_app_directory_approved: false,
            app_homepage_url: page.clone(),
            app_directory_url: page,
            privacy_policy_url: String::new(),
            help_url: String::new(),
            additional_info: String::new(),
            icon: None,
            socket_mode_enabled: false,
        },
        scopes: (0..scopes).map(|number| scope(number, &scope_words)).collect(),
        domains: vec![domain.clone(), domain],
        team: (!whole_org).then(|| "T0DES3UAN".parse().unwrap()),
        enterprise: None,
        requester: Requester {
            id: "U0YYE15XLX".parse().unwrap(),
            name: requester,
            email: None,
            is_collaborator: whole_org,
        },
        message,
        asked_at: at(0),
        previous_resolution: None,
    }
}

fn verdict(decision: Decision, rule: &str) -> Explanation {
    Explanation {
        version: 3,
        decision,
        decided_by: Some(RuleRef {
            id: "people".to_owned(),
            name: rule.to_owned(),
            position: 2,
        }),
        sentence: String::new(),
        looked: Vec::new(),
    }
}

fn steps(words: &str) -> Vec<StoredStep> {
    let said = [
        Happening::Arrived { way: Way::Event },
        Happening::Voted {
            by: format!("user:{words}"),
            outcome: Outcome::Approved,
            reason: words.to_owned(),
        },
        Happening::AskedWhy {
            by: "slack:U07MPWUWB7".to_owned(),
            text: words.to_owned(),
        },
        Happening::Escalated {
            to: vec![words.to_owned(), "U07MPWUWB7".to_owned()],
        },
        Happening::Noticed {
            outcome: Outcome::Restricted,
            by: Some(Resolver {
                actor_id: words.to_owned(),
                actor_type: "user".to_owned(),
            }),
        },
    ];
    (0..)
        .zip(said)
        .map(|(n, what)| StoredStep { at: at(n), what })
        .collect()
}

fn decision(state: State, words: &str) -> Option<Decision> {
    match state {
        State::Approved | State::Deciding => Some(Decision::Approve(Approved {
            bot_scopes: Vec::new(),
            user_scopes: Vec::new(),
            other_scopes: Vec::new(),
            withheld: (0..30).map(|number| scope(number, "").name).collect(),
            level: Level::Org,
            for_days: Some(90),
        })),
        State::Restricted => Some(Decision::Restrict {
            level: Level::Workspace,
            reason: words.to_owned(),
        }),
        State::New | State::Open | State::Cancelled => None,
    }
}

fn scene(words: &[String; 7], scopes: usize, whole_org: bool, state: State, by: &str) -> Scene {
    let request = request(words, scopes, whole_org);
    let foreign = &words[0];
    let team = |text: &str| text.parse().ok();
    let ask = Decision::Ask {
        whom: vec![foreign.clone(), "U07MPWUWB7".to_owned()],
        need: Need::All,
        reason_required: true,
    };
    let stored = StoredAppRequest {
        id: 7,
        installation: 1,
        enterprise: "E0N0RTHW1".parse().unwrap(),
        state,
        way: Way::Event,
        arrived_at: at(1),
        risk: Some(risk(&request, &Context::default())),
        verdict: Some(verdict(ask, foreign)),
        decision: decision(state, foreign),
        decisions: 1,
        decided_by: state.is_settled().then(|| by.to_owned()),
        decided_at: Some(at(5)),
        reason: Some(words[3].clone()),
        settled_at: None,
        pending_at: None,
        seen_at: None,
        problem: Some(foreign.clone()),
        message: None,
        request,
    };
    let names = [("T0DES3UAN", foreign.clone()), ("E0N0RTHW1", foreign.clone())];
    Scene {
        steps: steps(foreign),
        beside: Beside {
            approved_in: (0..9).map(|_| team("T0DES3UAN")).collect(),
            restricted_in: vec![None, team("T061EG9R6")],
            similar: vec![("A0ATLAS42".parse().unwrap(), foreign.clone(), 2); 9],
            demand: 12,
        },
        names: names.into_iter().map(|(id, name)| (id.to_owned(), name)).collect(),
        stored,
    }
}

fn page() -> Url {
    "https://console.example/base/queue/7?a=1&b=2".parse().unwrap()
}

fn with<T>(scene: &Scene, take: impl FnOnce(Card<'_>) -> T) -> T {
    let (people, page) = (BTreeMap::new(), page());
    take(Card {
        stored: &scene.stored,
        steps: &scene.steps,
        beside: &scene.beside,
        names: &scene.names,
        people: &people,
        page: &page,
    })
}

/// Everything of a message that Slack reads marks in.
fn marked(message: &OutgoingMessage) -> Vec<String> {
    let of_block = |block: &Block| match block {
        Block::Section { text, .. } => vec![text.text.clone()],
        Block::Context { elements } => elements.iter().map(|text| text.text.clone()).collect(),
        Block::Actions { .. } | Block::Divider {} => Vec::new(),
    };
    let blocks = message.blocks.iter().flat_map(of_block);
    blocks.chain(message.text.clone()).collect()
}

/// What stands in angle brackets: nothing but people by their id, our own page, and the maker's page.
fn check_brackets(text: &str) {
    for part in text.split('<').skip(1) {
        let (inside, _) = part.split_once('>').expect("every bracket closes");
        let person = inside.strip_prefix("@").is_some_and(|id| {
            matches!(id, "U0YYE15XLX" | "U07MPWUWB7") || id.parse::<grantbook_core::UserId>().is_ok()
        });
        let ours = inside.starts_with("https://console.example/");
        let makers = inside.ends_with("|its page") && inside.starts_with("https://");
        assert!(person || ours || makers, "<{inside}> in {text}");
    }
    let outside = text
        .split('<')
        .map(|part| part.split_once('>').map_or(part, |(_, rest)| rest));
    for text in outside {
        let line_marks = text.lines().filter(|line| line.starts_with("> ")).count();
        assert_eq!(text.matches('>').count(), line_marks, "{text}");
        for part in text.split('&').skip(1) {
            assert!(
                ["amp;", "lt;", "gt;"].iter().any(|sign| part.starts_with(sign)),
                "{text}"
            );
        }
    }
}

fn check(message: &OutgoingMessage, buttons: usize) {
    message.validate().unwrap();
    for text in marked(message) {
        check_brackets(&text);
    }
    let elements = message.blocks.iter().map(|block| match block {
        Block::Actions { elements, .. } => elements.len(),
        _ => 0,
    });
    assert_eq!(elements.sum::<usize>(), buttons);
}

fn states() -> impl Strategy<Value = State> {
    proptest::sample::select(State::ALL.to_vec())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn whatever_is_written_the_messages_fit_and_do_nothing_but_what_they_say(
        words in proptest::array::uniform7(SIGNS),
        by in proptest::sample::select(vec!["user:", "slack:", "key:", "rule:", ""]),
        foreign in SIGNS,
        scopes in 0_usize..40,
        whole_org in any::<bool>(),
        state in states(),
    ) {
        let scene = scene(&words, scopes, whole_org, state, &format!("{by}{foreign}"));
        with(&scene, |card| {
            let value = "v".repeat(200);
            check(&card.message(Some(&value)), if state == State::Open { 3 } else { 0 });
            check(&card.message(None), 0);
            check(&card.question(&format!("{by}{foreign}"), &foreign), 0);
            check(&card.ending_for_requester(at(9)), 0);
            check(&card.ending_for_channel(at(9)), 0);
            check(&card.ended(whole_org), 0);
            let answer = card.answer();
            assert_eq!(answer.is_some(), state.is_settled());
            if let Some((outcome, message)) = answer {
                assert_eq!(State::from(outcome), state);
                check(&message, 0);
            }
            check(&waiting(&[card; 12], 12, std::slice::from_ref(&foreign), &page()), 0);
        });
    }

}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6))]

    #[test]
    fn long_words_are_cut_and_the_message_is_sent_all_the_same(long in "[<&a\\n ]{3000,4000}") {
        let words = std::array::from_fn(|_| long.clone());
        for state in State::ALL {
            let scene = scene(&words, 40, false, state, "elsewhere");
            with(&scene, |card| {
                check(&card.message(Some("v")), if state == State::Open { 3 } else { 0 });
                card.answer().into_iter().for_each(|(_, message)| check(&message, 0));
                check(&card.question("user:orla", &long), 0);
            });
        }
    }
}

fn plain_scene(state: State, by: &str) -> Scene {
    let words = [
        "Kudos",
        "Thanks people",
        "Mika",
        "For the party",
        "kudos.example",
        "",
        "",
    ];
    let mut scene = scene(&words.map(str::to_owned), 3, false, state, by);
    scene.names = [("T0DES3UAN".to_owned(), "Northwind Design".to_owned())].into();
    scene.beside = Beside {
        approved_in: vec!["T061EG9R6".parse().ok()],
        similar: vec![("A0ATLAS42".parse().unwrap(), "Applause".to_owned(), 1)],
        demand: 3,
        ..Beside::default()
    };
    scene.stored.problem = None;
    scene
}

#[test]
fn an_open_request_says_who_what_where_why_and_how_risky() {
    let scene = plain_scene(State::Open, "");
    let message = with(&scene, |card| card.message(Some("sealed")));
    let text = marked(&message).join("\n");
    for piece in [
        "*Mika* asks for *Kudos* in *Northwind Design*",
        "Made by a third party, not in the Marketplace. `A061BL8RQ0`, asked for by <@U0YYE15XLX>",
        "> For the party",
        "*Risk: critical*, ",
        "• +45: ",
        "*It asks for 3 permissions.*",
        "🔴 `groups:history`",
        "Approved today in T061EG9R6.",
        "Approved apps that may do as much: *Applause*.",
        "2 other requests for this app wait, too.",
        "It sends data to kudos.example",
        "People decide: the rule “Kudos” says so.",
        "All of them must agree.",
        "A decision needs a reason: take it in the console.",
        "<https://console.example/base/queue/7?a=1&amp;b=2|Open it in the console",
    ] {
        assert!(text.contains(piece), "{piece}\n---\n{text}");
    }
    let Some(Block::Actions { elements, block_id }) = message.blocks.last() else {
        panic!("{message:?}")
    };
    assert_eq!(block_id.as_deref(), Some("app_request_7"));
    let asked = elements.iter().map(|element| match element {
        Element::Button {
            text, value, confirm, ..
        } => (text.text.as_str(), value.as_deref(), confirm.is_some()),
        Element::StaticSelect { .. } => panic!(),
    });
    let expected = ["Approve", "Restrict", "Ask why"].map(|text| (text, Some("sealed"), true));
    assert_eq!(asked.collect::<Vec<_>>(), expected);
}

#[test]
fn a_settled_request_says_by_whom_and_where() {
    for (state, by, piece) in [
        (
            State::Approved,
            "user:orla",
            "✅ *Approved* for the whole organization by *orla* in the console on ",
        ),
        (State::Approved, "slack:U07MPWUWB7", "by <@U07MPWUWB7> in Slack on "),
        (
            State::Restricted,
            "key:4f2a",
            "⛔ *Restricted* for Northwind Design by the API key `4f2a` on ",
        ),
        (
            State::Cancelled,
            "timer",
            "stays undecided* by the console, since nobody decided in time on ",
        ),
        (
            State::Restricted,
            "elsewhere",
            "by somebody outside of this console on ",
        ),
        (State::Restricted, "rule:people", "by the rule “Kudos” on "),
    ] {
        let scene = plain_scene(state, by);
        let text = marked(&with(&scene, |card| card.message(Some("sealed")))).join("\n");
        assert!(text.contains(piece), "{piece}\n---\n{text}");
        assert!(text.contains("> For the party") && !text.contains("Risk"), "{text}");
    }
}

#[test]
fn the_requester_is_told_the_outcome_the_reason_and_what_to_do() {
    for (state, by, pieces) in [
        (
            State::Approved,
            "user:orla",
            [
                "*Kudos*, for which you asked, is approved for Northwind Design.",
                "You can install it now",
            ],
        ),
        (
            State::Restricted,
            "user:orla",
            ["is restricted for Northwind Design.", "talk to the people who decide"],
        ),
        (
            State::Cancelled,
            "elsewhere",
            ["withdrawn, or dismissed in Slack", "You can ask for it again."],
        ),
    ] {
        let scene = plain_scene(state, by);
        let text = marked(&with(&scene, |card| card.answer().unwrap().1)).join("\n");
        for piece in pieces {
            assert!(text.contains(piece), "{piece}\n---\n{text}");
        }
        assert!(text.contains("> For the party"), "the reason: {text}");
    }
}

#[test]
fn whoever_asks_why_is_named_where_slack_knows_them() {
    let scene = plain_scene(State::Open, "");
    let asked = |by: &str, words: &str| marked(&with(&scene, |card| card.question(by, words))).join("\n");
    assert!(asked("slack:U07MPWUWB7", "Why?").contains("> Why?\nPlease answer <@U07MPWUWB7>"));
    assert!(asked("user:orla", "").contains("> What do you need it for, and for how long?\nPlease answer the people"));
}
