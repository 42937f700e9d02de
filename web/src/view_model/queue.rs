//! The approval queue in words: its address, states, who decided, what a decision does, and why a rule fits.

use grantbook_core::{
    approval::{Decision, Explanation, Level, RiskLevel, Trace},
    view::approvals::{AppRequestDetail, AppRequestView, Outcome, QueueSummary, State},
};

mod words;

use super::{fields::Fields, number::count};
pub use words::after_refusal;
use words::vote;

/// Fields of the list's address.
pub const NAMES: &[&str] = &[
    "q",
    "state",
    "sort",
    "team",
    "risk",
    "developer_type",
    "marketplace",
    "rule",
    "decided_by",
    "app",
    "requester",
    "from",
    "to",
];

/// The lists under the tabs, as the address names their state; the first needs no name.
pub const TABS: [(&str, &str); 4] = [
    ("open", "Waiting"),
    ("deciding", "On the way"),
    ("settled", "Decided"),
    ("any", "All"),
];

/// Which list: a state's name, `open` where the address names none.
pub fn state_of(filter: &Fields) -> &str {
    match filter.get("state") {
        "" => TABS[0].0,
        state => state,
    }
}

/// The orders that make sense for a list, the natural one first.
pub fn orders(state: &str) -> &'static [(&'static str, &'static str)] {
    match state {
        "open" => &[
            ("risk", "Risk and age"),
            ("demand", "Demand"),
            ("oldest", "Oldest"),
            ("newest", "Newest"),
        ],
        "any" | "new" => &[("newest", "Newest"), ("risk", "Risk"), ("oldest", "Oldest")],
        _ => &[("decided", "Decided last"), ("newest", "Newest"), ("risk", "Risk")],
    }
}

/// The order in force.
pub fn order_of(filter: &Fields) -> &'static str {
    let known = orders(state_of(filter));
    let asked = known.iter().find(|(order, _)| *order == filter.get("sort"));
    asked.or(known.first()).map_or("risk", |(order, _)| order)
}

/// The same filter with state and order spelled out, as the server is asked.
pub fn asked(filter: &Fields) -> Fields {
    let (state, order) = (state_of(filter).to_owned(), order_of(filter));
    filter
        .with("state", &state)
        .with("sort", order)
        .at(filter.cursor.clone())
}

/// The filter without tab and order: what counts as filtering.
pub fn chosen(filter: &Fields) -> Fields {
    filter.with("state", "").with("sort", "")
}

/// A state for people.
pub const fn state_words(state: State) -> &'static str {
    match state {
        State::New => "Just arrived",
        State::Open => "Waits for a person",
        State::Deciding => "On the way to Slack",
        State::Approved => "Approved",
        State::Restricted => "Restricted",
        State::Cancelled => "Dismissed",
    }
}

/// One to four bars.
pub const fn risk_class(level: RiskLevel) -> &'static str {
    match level {
        RiskLevel::Low => "r1",
        RiskLevel::Medium => "r2",
        RiskLevel::High => "r3",
        RiskLevel::Critical => "r4",
    }
}

/// Where an app comes from.
pub fn origin(request: &AppRequestView) -> String {
    let made = maker(&request.developer_type);
    if request.is_marketplace {
        format!("{made} · Marketplace")
    } else {
        made.to_owned()
    }
}

/// Who makes an app.
pub fn maker(developer_type: &str) -> &'static str {
    match developer_type {
        "internal" => "internal",
        "third_party" => "third party",
        "slack" => "made by Slack",
        _ => "unknown origin",
    }
}

/// Where it is asked for.
pub fn place(request: &AppRequestView) -> String {
    match (&request.team_name, &request.team) {
        (Some(name), _) => name.clone(),
        (None, Some(team)) => team.to_string(),
        (None, None) => "the whole organization".to_owned(),
    }
}

/// Who asks.
pub fn requester(request: &AppRequestView) -> String {
    let name = request.requester_name.as_ref().filter(|name| !name.is_empty());
    name.map_or_else(|| request.requester.to_string(), Clone::clone)
}

/// Who decided, for people.
pub fn decider(request: &AppRequestView) -> Option<String> {
    let who = request.decided_by.as_deref()?;
    Some(match who.split_once(':') {
        Some(("rule", id)) => {
            let rule = request.rule.as_ref().filter(|rule| rule.id == id);
            format!("rule “{}”", rule.map_or(id, |rule| rule.name.as_str()))
        }
        Some(("user", name)) => name.to_owned(),
        Some(("key", id)) => format!("API key {}", id.get(..6).unwrap_or(id)),
        Some(("slack", id)) => format!("{id}, in Slack’s message"),
        _ if who == "timer" => "nobody in time".to_owned(),
        _ if who == "elsewhere" => "somebody in Slack".to_owned(),
        _ => who.to_owned(),
    })
}

/// The first line of the page.
pub fn headline(summary: &QueueSummary) -> String {
    let waits = match summary.open {
        0 => "No request waits for a person.".to_owned(),
        1 => "1 request waits for a person.".to_owned(),
        many => format!("{} wait for a person.", count(many, "request")),
    };
    let others = |many: u64, who: &str| match many {
        0 => String::new(),
        1 => format!(" {who} decided 1 today."),
        many => format!(" {who} decided {many} today."),
    };
    let way = match summary.deciding {
        0 => String::new(),
        many => format!(" {many} on the way to Slack."),
    };
    format!(
        "{waits}{}{}{way}",
        others(summary.by_rules_today, "Rules"),
        others(summary.by_people_today, "People")
    )
}

/// A decision as a button says it.
pub const fn verb(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Approved => "Approve",
        Outcome::Restricted => "Restrict",
        Outcome::Cancelled => "Dismiss",
    }
}

/// The same, done.
pub const fn done(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Approved => "approved",
        Outcome::Restricted => "restricted",
        Outcome::Cancelled => "dismissed",
    }
}

/// A decision of the rules, in words.
pub fn says(explanation: &Explanation) -> &'static str {
    match &explanation.decision {
        Decision::Approve(_) => "Approve.",
        Decision::Restrict { .. } => "Restrict.",
        Decision::Cancel { .. } => "Dismiss the request.",
        Decision::Ask { .. } => "Leave to a person.",
    }
}

/// One line of a verdict: whether the test holds, how deep it lies, and its sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Because {
    /// Whether it holds.
    pub holds: bool,
    /// 0 for the tests of the rule itself.
    pub depth: usize,
    /// What was asked and found.
    pub sentence: String,
}

/// Every test that was looked at, in order. Those that only hold others together stand over them.
pub fn because(trace: &Trace) -> Vec<Because> {
    let mut lines = Vec::new();
    // "All of these hold" over the whole says nothing that the lines under it do not.
    match trace.within.as_slice() {
        [] => walk(trace, 0, &mut lines),
        tests => tests.iter().for_each(|test| walk(test, 0, &mut lines)),
    }
    lines
}

fn walk(trace: &Trace, depth: usize, lines: &mut Vec<Because>) {
    lines.push(Because {
        holds: trace.holds,
        depth,
        sentence: trace.sentence.clone(),
    });
    for test in &trace.within {
        walk(test, depth + 1, lines);
    }
}

/// Where a decision holds.
pub fn reach(level: Level, place: &str) -> String {
    match level {
        Level::Workspace => format!("in {place}"),
        Level::Org => "in the whole organization".to_owned(),
    }
}

/// What a decision on one request does, and what it does not; the flag tells what takes something away.
pub fn consequences(detail: &AppRequestDetail, outcome: Outcome, level: Level, others: usize) -> Vec<(bool, String)> {
    let summary = &detail.summary;
    let (app, place) = (&summary.app_name, place(summary));
    let level = if summary.team.is_none() { Level::Org } else { level };
    let reach = reach(level, &place);
    let who = requester(summary);
    let mut lines = match outcome {
        Outcome::Approved => vec![(
            false,
            format!(
                "{}eople can install {app} {reach}. This console installs nothing.",
                vote(detail)
            ),
        )],
        Outcome::Restricted => vec![
            (true, format!("Nobody can install {app} {reach}.")),
            (
                false,
                format!("It is not uninstalled anywhere: where {app} is installed, it stays."),
            ),
        ],
        Outcome::Cancelled => vec![
            (true, "The request is gone from Slack’s list.".to_owned()),
            (false, format!("{app} stays undecided: anybody may ask for it again.")),
        ],
    };
    if level == Level::Org && summary.team.is_some() && outcome == Outcome::Restricted {
        lines.push((
            true,
            "Approvals of single workspaces no longer count while it stands.".to_owned(),
        ));
    }
    lines.push((false, format!("{who} is told the outcome and the reason.")));
    if others > 0 && outcome != Outcome::Cancelled {
        let many = count(others as u64, "other request");
        lines.push((
            false,
            format!("{many} for {app} stay in the queue until Slack’s lists say otherwise."),
        ));
    }
    lines
}

/// What a decision on many requests does.
pub fn consequences_of_many(requests: &[AppRequestView], outcome: Outcome, level: Level) -> Vec<(bool, String)> {
    let distinct = |of: fn(&AppRequestView) -> String| {
        let all: std::collections::BTreeSet<String> = requests.iter().map(of).collect();
        all.len() as u64
    };
    let apps = count(distinct(|request| request.app.to_string()), "app");
    let places = count(distinct(place), "place");
    let requests = count(requests.len() as u64, "request");
    let held = match level {
        Level::Workspace => "each where it was asked for",
        Level::Org => "each for the whole organization",
    };
    let mut lines = vec![(
        outcome != Outcome::Approved,
        format!("{requests} for {apps} in {places} are {}, {held}.", done(outcome)),
    )];
    match outcome {
        Outcome::Approved => lines.push((false, "This console installs nothing.".to_owned())),
        Outcome::Restricted => lines.push((
            false,
            "Nothing is uninstalled: where an app is installed, it stays.".to_owned(),
        )),
        Outcome::Cancelled => {
            lines[0].1 = format!("{requests} for {apps} in {places} are dismissed.");
            lines.push((false, "The apps stay undecided: anybody may ask again.".to_owned()));
        }
    }
    lines.push((
        false,
        "Each is decided on its own: one that cannot be decided leaves the others alone.".to_owned(),
    ));
    lines
}

#[cfg(test)]
mod tests {
    use super::{super::query::parameters, *};

    fn read(query: &str) -> Fields {
        Fields::read(NAMES, parameters(query))
    }

    #[test]
    fn what_the_address_leaves_out_the_server_is_told() {
        assert_eq!(asked(&read("")).export(), "state=open&sort=risk");
        assert_eq!(
            asked(&read("state=settled&risk=high")).export(),
            "state=settled&sort=decided&risk=high"
        );
        assert_eq!(asked(&read("sort=oldest&cursor=abc")).cursor.as_deref(), Some("abc"));
    }

    #[test]
    fn an_order_that_a_list_does_not_have_is_its_natural_one() {
        assert_eq!(order_of(&read("state=settled&sort=demand")), "decided");
        assert_eq!(order_of(&read("sort=demand")), "demand");
        assert_eq!(order_of(&read("sort=size")), "risk");
    }

    #[test]
    fn tab_and_order_are_no_filter() {
        assert_eq!(chosen(&read("state=settled&sort=newest")).count(), 0);
        assert_eq!(chosen(&read("state=settled&team=T1&q=fern")).count(), 2);
    }

    #[test]
    fn the_headline_counts() {
        let mut summary = QueueSummary::default();
        assert_eq!(headline(&summary), "No request waits for a person.");
        (summary.open, summary.by_rules_today, summary.deciding) = (23, 61, 2);
        assert_eq!(
            headline(&summary),
            "23 requests wait for a person. Rules decided 61 today. 2 on the way to Slack."
        );
    }

    #[test]
    fn every_test_of_a_verdict_has_its_line() {
        let test = |holds: bool, sentence: &str| Trace {
            holds,
            sentence: sentence.to_owned(),
            within: Vec::new(),
        };
        let all = Trace {
            holds: false,
            sentence: "Not all of these hold.".to_owned(),
            within: vec![
                test(true, "a"),
                Trace {
                    holds: false,
                    sentence: "None of these holds.".to_owned(),
                    within: vec![test(false, "b")],
                },
            ],
        };
        let lines: Vec<_> = because(&all)
            .into_iter()
            .map(|line| (line.depth, line.sentence))
            .collect();
        assert_eq!(
            lines,
            [
                (0, "a".to_owned()),
                (0, "None of these holds.".to_owned()),
                (1, "b".to_owned())
            ]
        );
        assert_eq!(because(&test(true, "alone")).len(), 1);
    }
}
