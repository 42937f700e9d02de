//! A queue of random requests, kept as rows of the store and as a plain list, and the plain search through the list.

use std::{cmp::Reverse, collections::BTreeMap};

use grantbook_core::{
    EnterpriseId, Timestamp,
    approval::{
        App, AppRequest, Approved, AskedScope, Decision, DeveloperType, Explanation, Level, Need, Requester, Risk,
        RiskLevel, RuleRef, TokenType,
        life::{Happening, Outcome, State},
    },
};
use grantbook_store::{
    Store,
    approvals::{Judgement, Record},
    queries::app_requests::{AppRequestFilter, AppRequestSort, AskedFor, DecidedBy},
    tenants::TenantInfo,
};
use grantbook_tests::dice::Dice;

use crate::store_contract::{at, new_app, scope, tenant};

/// The organization of the scene.
pub(super) const ENTERPRISE: &str = "E012345678";

const TEAMS: [&str; 5] = ["T0000000A1", "T0000000A2", "T0000000A3", "T0000000A4", "T0000000A5"];
const TEAM_NAMES: [&str; 5] = ["Engineering", "Legal", "Sales EMEA", "Ops", "100%_Fun!"];
const APPS: [&str; 8] = [
    "Fern",
    "Polly",
    "Jira Cloud",
    "Notes 2",
    "fern desk",
    "Žluť",
    "a_b%c",
    "!bang",
];
const WORDS: [&str; 10] = [
    "standup", "FERN", "we", "need", "it", "a_b", "100%", "!", "ŽLUŤ", "channels",
];
const PEOPLE: [&str; 6] = ["U01", "U02", "U03", "U04", "U05", "U06"];
const RULES: [&str; 3] = ["internal-apps", "no-admin", "ask-security"];
const DEVELOPERS: [DeveloperType; 4] = [
    DeveloperType::Internal,
    DeveloperType::ThirdParty,
    DeveloperType::Slack,
    DeveloperType::Other,
];
const DECIDERS: [&str; 5] = [
    "rule:internal-apps",
    "user:orla",
    "key:4f2a",
    "slack:U061F7AUR",
    "timer",
];

/// One request, as the plain list has it.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) id: i64,
    pub(super) request: AppRequest,
    pub(super) state: State,
    risk: Option<u32>,
    rule: Option<String>,
    pub(super) decided_by: Option<String>,
    decided_at: Option<Timestamp>,
}

/// The store and the list.
pub(super) struct Scene {
    pub(super) rows: Vec<Row>,
    /// The row of the installation that manages the organization.
    pub(super) installation: i64,
}

pub(super) fn enterprise() -> EnterpriseId {
    ENTERPRISE.parse().unwrap()
}

pub(super) fn request(dice: &mut Dice, number: usize) -> AppRequest {
    let app = dice.place(APPS.len());
    let team = dice.place(TEAMS.len() + 1);
    let words: Vec<&str> = (0..dice.below(4)).map(|_| *dice.of(&WORDS)).collect();
    let asked = |name: &str| AskedScope {
        name: scope(name),
        token_type: TokenType::Bot,
        description: String::new(),
        is_sensitive: false,
        is_optional: false,
        is_approved: false,
    };
    let all = ["commands", "channels:read", "users:read.email"];
    AppRequest {
        id: format!("Ar{number:06}").parse().unwrap(),
        app: App {
            id: format!("A0000000{app}").parse().unwrap(),
            name: APPS[app].to_owned(),
            description: String::new(),
            developer_type: *dice.of(&DEVELOPERS),
            is_app_directory_approved: dice.one_in(2),
            app_homepage_url: String::new(),
            app_directory_url: String::new(),
            privacy_policy_url: String::new(),
            help_url: String::new(),
            additional_info: String::new(),
            icon: None,
            socket_mode_enabled: false,
        },
        scopes: all[..=dice.place(3)].iter().copied().map(asked).collect(),
        domains: Vec::new(),
        team: TEAMS.get(team).map(|team| team.parse().unwrap()),
        enterprise: Some(enterprise()),
        requester: Requester {
            id: dice.of(&PEOPLE).parse().unwrap(),
            name: "Ada Byron".to_owned(),
            email: None,
            is_collaborator: false,
        },
        message: words.join(" "),
        // Many share a second.
        asked_at: at(dice.seconds(400)),
        previous_resolution: None,
    }
}

pub(super) fn judged(dice: &mut Dice) -> (Record, u32, Option<String>) {
    let score = u32::try_from(dice.below(101)).unwrap();
    let rule = (!dice.one_in(3)).then(|| (*dice.of(&RULES)).to_owned());
    let decided_by = rule.clone().map(|id| RuleRef {
        name: id.to_uppercase(),
        id,
        position: 0,
    });
    let decision = Decision::Ask {
        whom: Vec::new(),
        need: Need::Any,
        reason_required: false,
    };
    let record = Record {
        judgement: Some(Judgement {
            risk: Risk {
                score,
                level: RiskLevel::of(score),
                points: Vec::new(),
            },
            verdict: Explanation {
                version: 1,
                decision: decision.clone(),
                decided_by: decided_by.clone(),
                sentence: "Asks a person.".to_owned(),
                looked: Vec::new(),
            },
            new_scopes: 1,
            shadow: None,
        }),
        ..Record::of(Happening::Judged {
            rule: decided_by,
            version: 1,
            decision,
        })
    };
    (record, score, rule)
}

fn decision(outcome: Outcome) -> Decision {
    match outcome {
        Outcome::Approved => Decision::Approve(Approved {
            bot_scopes: Vec::new(),
            user_scopes: Vec::new(),
            other_scopes: Vec::new(),
            withheld: Vec::new(),
            level: Level::Workspace,
            for_days: None,
        }),
        Outcome::Restricted => Decision::Restrict {
            level: Level::Workspace,
            reason: String::new(),
        },
        Outcome::Cancelled => Decision::Cancel { reason: String::new() },
    }
}

impl Scene {
    /// `many` requests in all states.
    pub(super) async fn with(store: &Store, dice: &mut Dice, many: usize) -> Self {
        let app = store.insert_app(&new_app("insectoid", "A1"), at(0)).await.unwrap();
        let installation = crate::store_contract::installed(store, app, ENTERPRISE).await.row;
        for (team, name) in TEAMS.iter().zip(TEAM_NAMES) {
            let info = TenantInfo {
                tenant: tenant(team),
                name: name.to_owned(),
                enterprise: Some(enterprise()),
            };
            store.save_tenant(&info, at(0)).await.unwrap();
        }
        let mut scene = Self {
            rows: Vec::new(),
            installation,
        };
        let requests: Vec<AppRequest> = (0..many).map(|number| request(dice, number)).collect();
        let taken = store
            .take_app_requests(installation, &enterprise(), &requests, at(500))
            .await;
        assert_eq!(taken.unwrap(), many);
        let mut stored = store.app_requests_in(State::New, 0, many as u64).await.unwrap();
        stored.sort_by_key(|stored| stored.id);
        for stored in stored {
            scene.rows.push(Row {
                id: stored.id,
                request: stored.request,
                state: State::New,
                risk: None,
                rule: None,
                decided_by: None,
                decided_at: None,
            });
        }
        for row in &mut scene.rows {
            live(store, dice, row).await;
        }
        scene
    }
}

/// A random part of a life.
async fn live(store: &Store, dice: &mut Dice, row: &mut Row) {
    if dice.one_in(12) {
        return;
    }
    let (verdict, points, rule) = judged(dice);
    (row.risk, row.rule) = (Some(points), rule);
    let outcome = *dice.of(&[Outcome::Approved, Outcome::Restricted, Outcome::Cancelled]);
    let when = at(500 + dice.seconds(300));
    let mut happenings = verdict.happenings.clone();
    match dice.below(6) {
        0 | 1 => {}
        2 => {
            happenings.push(Happening::Noticed { outcome, by: None });
            (row.decided_by, row.decided_at) = (Some("elsewhere".to_owned()), Some(when));
        }
        way => {
            let by = (*dice.of(&DECIDERS)).to_owned();
            (row.decided_by, row.decided_at) = (Some(by.clone()), Some(when));
            happenings.push(Happening::Decided {
                by,
                decision: decision(outcome),
                reason: "because".to_owned(),
            });
            if way > 3 {
                happenings.push(Happening::Acknowledged { outcome, code: None });
            }
        }
    }
    let record = Record { happenings, ..verdict };
    row.state = store.record_app_request(row.id, record, when).await.unwrap().state;
}

/// A random filter: mostly of one or two parts.
pub(super) fn filter(dice: &mut Dice) -> AppRequestFilter {
    let mut wanted = AppRequestFilter::default();
    for _ in 0..dice.below(4) {
        match dice.below(11) {
            0 => wanted.states = vec![*dice.of(&State::ALL)],
            1 => wanted.states = vec![State::Approved, State::Restricted, State::Cancelled],
            2 => wanted.app = Some(format!("A0000000{}", dice.below(9)).parse().unwrap()),
            3 => {
                let team = dice.of(&TEAMS).parse().unwrap();
                let everywhere = dice.one_in(3);
                wanted.place = Some(if everywhere {
                    AskedFor::Organization
                } else {
                    AskedFor::Workspace(team)
                });
            }
            4 => wanted.requester = Some(dice.of(&PEOPLE).parse().unwrap()),
            5 => wanted.risk = Some(*dice.of(&RiskLevel::ALL)),
            6 => {
                wanted.developer = Some(*dice.of(&DEVELOPERS));
                wanted.marketplace = Some(dice.one_in(2));
            }
            7 => wanted.rule = Some((*dice.of(&RULES)).to_owned()),
            8 => {
                let kinds = [
                    DecidedBy::Rule,
                    DecidedBy::Person,
                    DecidedBy::Elsewhere,
                    DecidedBy::Timer,
                ];
                wanted.decided_by = Some(*dice.of(&kinds));
            }
            9 => {
                wanted.since = Some(at(dice.seconds(300)));
                wanted.until = Some(at(200 + dice.seconds(200)));
            }
            _ => {
                let words = WORDS.iter().chain(&["legal", "A00000003", "nowhere", "ada", "%", "_"]);
                let words: Vec<&str> = words.copied().collect();
                wanted.q = Some(format!("{}  {}", dice.of(&words), dice.of(&words)));
            }
        }
    }
    wanted
}

fn fits(row: &Row, wanted: &AppRequestFilter, sort: AppRequestSort) -> bool {
    let request = &row.request;
    let in_state = match sort {
        AppRequestSort::Demand => row.state == State::Open,
        _ => wanted.states.is_empty() || wanted.states.contains(&row.state),
    };
    let by = row.decided_by.as_deref().unwrap_or_default();
    in_state
        && wanted.app.as_ref().is_none_or(|app| *app == request.app.id)
        && wanted.place.as_ref().is_none_or(|place| match place {
            AskedFor::Organization => request.team.is_none(),
            AskedFor::Workspace(team) => request.team.as_ref() == Some(team),
        })
        && wanted.requester.as_ref().is_none_or(|who| *who == request.requester.id)
        && wanted
            .risk
            .is_none_or(|level| row.risk.map(RiskLevel::of) == Some(level))
        && wanted.developer.is_none_or(|made| made == request.app.developer_type)
        && wanted
            .marketplace
            .is_none_or(|listed| listed == request.app.is_app_directory_approved)
        && wanted.rule.as_ref().is_none_or(|rule| row.rule.as_ref() == Some(rule))
        && wanted.decided_by.is_none_or(|kind| match kind {
            DecidedBy::Rule => by.starts_with("rule:"),
            DecidedBy::Person => ["user:", "key:", "slack:"].iter().any(|who| by.starts_with(who)),
            DecidedBy::Elsewhere => by == "elsewhere",
            DecidedBy::Timer => by == "timer",
        })
        && wanted.since.is_none_or(|since| request.asked_at >= since)
        && wanted.until.is_none_or(|until| request.asked_at <= until)
        && wanted
            .q
            .iter()
            .flat_map(|text| text.split_whitespace())
            .all(|word| has(request, word))
}

fn has(request: &AppRequest, word: &str) -> bool {
    let scopes: Vec<&str> = request.scopes.iter().map(|asked| asked.name.as_str()).collect();
    let team = request.team.as_ref().map_or("", |team| team.as_str());
    let searched = [
        &request.app.name,
        request.app.id.as_str(),
        request.id.as_str(),
        &request.requester.name,
        request.requester.id.as_str(),
        team,
        &request.message,
        &scopes.join(" "),
    ];
    let text = searched.join(" ").to_lowercase();
    let named = TEAMS
        .iter()
        .position(|id| *id == team)
        .map(|at| TEAM_NAMES[at].to_lowercase());
    text.contains(&word.to_lowercase()) || named.is_some_and(|name| name.contains(&word.to_lowercase()))
}

/// The numbers that a plain search and a plain sort give.
pub(super) fn expected(rows: &[Row], wanted: &AppRequestFilter, sort: AppRequestSort) -> Vec<i64> {
    let mut waiting: BTreeMap<&str, i64> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.state == State::Open) {
        *waiting.entry(row.request.app.id.as_str()).or_default() += 1;
    }
    let mut found: Vec<&Row> = rows.iter().filter(|row| fits(row, wanted, sort)).collect();
    let asked = |row: &Row| row.request.asked_at;
    match sort {
        AppRequestSort::Risk => {
            found.sort_by_key(|row| (Reverse(row.risk.map_or(-1, i64::from)), asked(row), row.id));
        }
        AppRequestSort::Oldest => found.sort_by_key(|row| (asked(row), row.id)),
        AppRequestSort::Newest => found.sort_by_key(|row| Reverse((asked(row), row.id))),
        AppRequestSort::Decided => found.sort_by_key(|row| Reverse((row.decided_at, row.id))),
        AppRequestSort::Demand => found.sort_by_key(|row| {
            let app = row.request.app.id.as_str();
            (Reverse((waiting.get(app), app)), row.id)
        }),
    }
    found.iter().map(|row| row.id).collect()
}
