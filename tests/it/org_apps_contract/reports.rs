//! Reports against a naive count over random histories.

use grantbook_core::{
    Timestamp,
    approval::{
        Decision,
        life::{Happening, Outcome, State},
    },
    view::approvals::{MonthDecided, ReportView, WorkspaceDecided},
};
use grantbook_store::{Store, approvals::Record};
use grantbook_tests::dice::Dice;

use super::request;
use crate::{
    resolutions_contract::org,
    store_contract::{at, installed, new_app},
};

const DAY: i64 = 86_400;
const TEAMS: [Option<&str>; 4] = [Some("T1"), Some("T2"), Some("T3"), None];

/// What became of one request.
struct Past {
    team: Option<&'static str>,
    arrived: Timestamp,
    /// When, by whom and how.
    decided: Option<(Timestamp, &'static str, Outcome)>,
}

/// Makes one request go through its life.
async fn live(store: &Store, source: i64, number: u32, dice: &mut Dice) -> Past {
    let team = *dice.of(&TEAMS);
    let seconds = dice.seconds(200 * DAY.unsigned_abs());
    let arrived = at(seconds);
    let asked = request(number, &format!("A{}", number % 9), team, &["chat:write"], seconds);
    store
        .take_app_requests(source, &org(), &[asked], arrived)
        .await
        .unwrap();
    let id = i64::from(number);
    let record =
        async |what: Happening, at: Timestamp| store.record_app_request(id, Record::of(what), at).await.unwrap();
    let decision = Decision::Cancel { reason: String::new() };
    let judged = Happening::Judged {
        rule: None,
        version: 1,
        decision: decision.clone(),
    };
    record(judged, arrived).await;
    let outcome = *dice.of(&[Outcome::Approved, Outcome::Restricted, Outcome::Cancelled]);
    let took = dice.seconds(9 * DAY.unsigned_abs());
    let when = arrived.plus_seconds(took);
    let by = *dice.of(&["user:orla", "rule:small", "slack:U1", "timer", "elsewhere", "nobody"]);
    match by {
        "nobody" => {
            return Past {
                team,
                arrived,
                decided: None,
            };
        }
        "elsewhere" => drop(record(Happening::Noticed { outcome, by: None }, when).await),
        by => {
            let decided = Happening::Decided {
                by: by.to_owned(),
                decision,
                reason: String::new(),
            };
            record(decided, when).await;
            record(Happening::Acknowledged { outcome, code: None }, when.plus_seconds(5)).await;
        }
    }
    Past {
        team,
        arrived,
        decided: Some((when, by, outcome)),
    }
}

/// Counts the pasts that `holds` picks, the slow way.
fn count(pasts: &[Past], span: (Timestamp, Timestamp), holds: impl Fn(&Past, Timestamp) -> bool) -> MonthDecided {
    let inside = |at: Timestamp| (span.0..span.1).contains(&at);
    let arrived = pasts
        .iter()
        .filter(|past| inside(past.arrived) && holds(past, past.arrived));
    let decided = || {
        let all = pasts.iter().filter_map(|past| Some((past, past.decided?)));
        all.filter(|(past, (at, ..))| inside(*at) && holds(past, *at))
    };
    let outcomes = |wanted| decided().filter(|(_, (_, _, outcome))| *outcome == wanted).count() as u64;
    let rules = |by: &str| by.starts_with("rule:") || by == "timer";
    let people = |by: &str| by.starts_with("user:") || by.starts_with("slack:");
    let by = |wanted: &dyn Fn(&str) -> bool| decided().filter(|(_, (_, by, _))| wanted(by)).count() as u64;
    let mut took: Vec<u64> = decided()
        .filter(|(_, (_, by, _))| people(by))
        .map(|(past, (at, ..))| (at.seconds() - past.arrived.seconds()).unsigned_abs())
        .collect();
    took.sort_unstable();
    let least = |percent: usize| {
        let enough = |one: &&u64| took.iter().filter(|other| *other <= *one).count() * 100 >= percent * took.len();
        took.iter().find(enough).copied().unwrap_or(0)
    };
    MonthDecided {
        month: String::new(),
        arrived: arrived.count() as u64,
        approved: outcomes(Outcome::Approved),
        restricted: outcomes(Outcome::Restricted),
        cancelled: outcomes(Outcome::Cancelled),
        by_rules: by(&rules),
        by_people: by(&people),
        elsewhere: by(&|by| by == "elsewhere"),
        time: grantbook_core::view::approvals::DecisionTime {
            median: least(50),
            p90: least(90),
            longest: took.last().copied().unwrap_or(0),
        },
    }
}

fn month(at: Timestamp) -> String {
    at.to_string()[..7].to_owned()
}

fn compare(report: &ReportView, pasts: &[Past], span: (Timestamp, Timestamp)) {
    assert_eq!(report.total, count(pasts, span, |_, _| true));
    for shown in &report.months {
        let mut naive = count(pasts, span, |_, at| month(at) == shown.month);
        naive.month.clone_from(&shown.month);
        assert_eq!(*shown, naive);
    }
    let months: Vec<&str> = report.months.iter().map(|month| month.month.as_str()).collect();
    assert!(
        months.is_sorted() && months.first() == Some(&month(span.0).as_str()),
        "{months:?}"
    );
    for shown in &report.workspaces {
        let here = |past: &Past| past.team == shown.team.as_ref().map(grantbook_core::TeamId::as_str);
        let naive = count(pasts, span, |past, _| here(past));
        let open = pasts.iter().filter(|past| here(past) && past.decided.is_none()).count() as u64;
        let expected = WorkspaceDecided {
            team: shown.team.clone(),
            team_name: None,
            arrived: naive.arrived,
            approved: naive.approved,
            restricted: naive.restricted,
            cancelled: naive.cancelled,
            by_rules: naive.by_rules,
            open,
            time: naive.time,
        };
        assert_eq!(*shown, expected);
    }
}

pub(super) async fn a_report_counts_what_a_naive_count_counts(store: &Store) {
    let app = store.insert_app(&new_app("manager", "A0"), at(0)).await.unwrap();
    let source = installed(store, app, "E1").await;
    let mut dice = Dice::new(42);
    let mut pasts = Vec::new();
    for number in 1..=160 {
        pasts.push(live(store, source.row, number, &mut dice).await);
    }
    let spans = [(0, 220), (31, 92), (150, 151), (-60, -30), (400, 500)];
    for (from, until) in spans {
        let span = (at(from * DAY), at(until * DAY));
        let report = store.approval_report(span.0, span.1).await.unwrap();
        compare(&report, &pasts, span);
    }
    // A decision that Slack has not acknowledged is in no report.
    let whole = (at(0), at(220 * DAY));
    let open = pasts.iter().position(|past| past.decided.is_none()).unwrap();
    let decided = Happening::Decided {
        by: "user:orla".to_owned(),
        decision: Decision::Cancel { reason: String::new() },
        reason: String::new(),
    };
    let stored = store
        .record_app_request(i64::try_from(open).unwrap() + 1, Record::of(decided), at(100 * DAY))
        .await
        .unwrap();
    assert_eq!(stored.state, State::Deciding);
    let report = store.approval_report(whole.0, whole.1).await.unwrap();
    assert_eq!(report.total, count(&pasts, whole, |_, _| true));
}
