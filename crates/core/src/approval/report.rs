//! `Reporter`: how long decisions take and how many the rules take, counted by month and by workspace.

use std::collections::BTreeMap;

use crate::{
    TeamId, Timestamp,
    view::approvals::{DecisionTime, MonthDecided, Names, ReportView, WorkspaceDecided},
};

use super::life::Outcome;

/// Who decided, as reports count it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// A rule, or a limit on waiting.
    Rules,
    /// A person, here.
    People,
    /// Somebody, in Slack's own pages or by another tool.
    Elsewhere,
}

impl By {
    /// By the name that a request keeps of whoever decided it: `rule:…`, `timer`, `elsewhere`, or a person's.
    pub fn of(decided_by: &str) -> Self {
        match decided_by {
            "timer" => Self::Rules,
            "elsewhere" | "" => Self::Elsewhere,
            name if name.starts_with("rule:") => Self::Rules,
            _ => Self::People,
        }
    }
}

/// A request that was decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided {
    /// The workspace; none for the whole organization.
    pub team: Option<TeamId>,
    /// When it arrived.
    pub arrived_at: Timestamp,
    /// When it was decided.
    pub at: Timestamp,
    /// How.
    pub outcome: Outcome,
    /// By whom.
    pub by: By,
}

/// A month by its first day's number: twelve times the year plus the month, from nought.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Month(i32);

impl Month {
    fn of(at: Timestamp) -> Self {
        let at = at.to_datetime();
        Self(at.year() * 12 + i32::from(u8::from(at.month())) - 1)
    }

    fn word(self) -> String {
        format!("{:04}-{:02}", self.0.div_euclid(12), self.0.rem_euclid(12) + 1)
    }
}

/// Counts of one row.
#[derive(Clone, Debug, Default)]
struct Counts {
    arrived: u64,
    outcomes: [u64; 3],
    by: [u64; 3],
    open: u64,
    /// Seconds that people took.
    took: Vec<u64>,
}

impl Counts {
    fn count(&mut self, decided: &Decided) {
        self.outcomes[match decided.outcome {
            Outcome::Approved => 0,
            Outcome::Restricted => 1,
            Outcome::Cancelled => 2,
        }] += 1;
        self.by[match decided.by {
            By::Rules => 0,
            By::People => 1,
            By::Elsewhere => 2,
        }] += 1;
        if decided.by == By::People {
            let took = decided.at.seconds().saturating_sub(decided.arrived_at.seconds());
            self.took.push(u64::try_from(took).unwrap_or(0));
        }
    }

    /// The smallest time that so many of a hundred did not exceed.
    fn time(mut self) -> DecisionTime {
        self.took.sort_unstable();
        let took = &self.took;
        let rank = |percent: usize| {
            let rank = (took.len() * percent).div_ceil(100).max(1);
            took.get(rank - 1).copied().unwrap_or(0)
        };
        DecisionTime {
            median: rank(50),
            p90: rank(90),
            longest: took.last().copied().unwrap_or(0),
        }
    }

    fn month(self, month: String) -> MonthDecided {
        MonthDecided {
            month,
            arrived: self.arrived,
            approved: self.outcomes[0],
            restricted: self.outcomes[1],
            cancelled: self.outcomes[2],
            by_rules: self.by[0],
            by_people: self.by[1],
            elsewhere: self.by[2],
            time: self.time(),
        }
    }

    fn workspace(self, team: Option<TeamId>, names: &Names) -> WorkspaceDecided {
        WorkspaceDecided {
            team_name: team.as_ref().and_then(|team| names.get(team.as_str()).cloned()),
            team,
            arrived: self.arrived,
            approved: self.outcomes[0],
            restricted: self.outcomes[1],
            cancelled: self.outcomes[2],
            by_rules: self.by[0],
            open: self.open,
            time: self.time(),
        }
    }
}

/// Counts what it is told of one span of time.
#[derive(Clone, Debug)]
pub struct Reporter {
    from: Timestamp,
    until: Timestamp,
    months: BTreeMap<Month, Counts>,
    workspaces: BTreeMap<Option<TeamId>, Counts>,
    total: Counts,
}

impl Reporter {
    /// For what happened at `from` or later, and before `until`.
    pub fn new(from: Timestamp, until: Timestamp) -> Self {
        let last = Timestamp::from_micros(until.micros().saturating_sub(1)).max(from);
        let months = (Month::of(from).0..=Month::of(last).0).map(|month| (Month(month), Counts::default()));
        Self {
            from,
            until,
            months: months.collect(),
            workspaces: BTreeMap::new(),
            total: Counts::default(),
        }
    }

    fn holds(&self, at: Timestamp) -> bool {
        (self.from..self.until).contains(&at)
    }

    /// A request arrived.
    pub fn arrived(&mut self, team: Option<TeamId>, at: Timestamp) {
        if !self.holds(at) {
            return;
        }
        self.months.entry(Month::of(at)).or_default().arrived += 1;
        self.workspaces.entry(team).or_default().arrived += 1;
        self.total.arrived += 1;
    }

    /// A request was decided.
    pub fn decided(&mut self, decided: &Decided) {
        if !self.holds(decided.at) {
            return;
        }
        self.months.entry(Month::of(decided.at)).or_default().count(decided);
        self.workspaces.entry(decided.team.clone()).or_default().count(decided);
        self.total.count(decided);
    }

    /// So many requests for a workspace wait now.
    pub fn open(&mut self, team: Option<TeamId>, count: u64) {
        if count > 0 {
            self.workspaces.entry(team).or_default().open += count;
        }
    }

    /// The report; workspaces by the number of requests, then by name or id.
    pub fn finish(self, names: &Names) -> ReportView {
        let months = self.months.into_iter();
        let mut workspaces: Vec<WorkspaceDecided> = self
            .workspaces
            .into_iter()
            .map(|(team, counts)| counts.workspace(team, names))
            .collect();
        workspaces.sort_by(|a, b| {
            let key = |one: &WorkspaceDecided| (one.team_name.clone(), one.team.clone());
            b.arrived.cmp(&a.arrived).then_with(|| key(a).cmp(&key(b)))
        });
        ReportView {
            months: months.map(|(month, counts)| counts.month(month.word())).collect(),
            workspaces,
            total: self.total.month(String::new()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn decided(by: By, seconds: i64) -> Decided {
        let arrived_at = at("2026-03-31T23:00:00Z");
        Decided {
            team: Some("T1".parse().unwrap()),
            arrived_at,
            at: arrived_at.plus_seconds(seconds),
            outcome: Outcome::Approved,
            by,
        }
    }

    #[test]
    fn every_month_of_the_span_is_there_and_a_request_counts_where_it_arrived_and_where_it_was_decided() {
        let mut reporter = Reporter::new(at("2025-12-05T00:00:00Z"), at("2026-05-01T00:00:00Z"));
        reporter.arrived(None, at("2026-03-31T23:00:00Z"));
        reporter.arrived(None, at("2026-05-01T00:00:00Z"));
        reporter.decided(&decided(By::People, 7_200));
        let report = reporter.finish(&Names::default());
        let months: Vec<(&str, u64, u64)> = report
            .months
            .iter()
            .map(|month| (month.month.as_str(), month.arrived, month.by_people))
            .collect();
        let expected = [
            ("2025-12", 0, 0),
            ("2026-01", 0, 0),
            ("2026-02", 0, 0),
            ("2026-03", 1, 0),
            ("2026-04", 0, 1),
        ];
        assert_eq!(months, expected);
        assert_eq!((report.total.arrived, report.total.approved), (1, 1));
        assert_eq!(report.months[4].time.median, 7_200);
    }

    #[test]
    fn only_the_time_that_people_took_is_told() {
        let mut reporter = Reporter::new(at("2026-03-01T00:00:00Z"), at("2026-05-01T00:00:00Z"));
        for seconds in 1..=10 {
            reporter.decided(&decided(By::People, seconds));
        }
        reporter.decided(&decided(By::Rules, 0));
        reporter.decided(&decided(By::Elsewhere, 1_000));
        let total = reporter.finish(&Names::default()).total;
        assert_eq!((total.by_people, total.by_rules, total.elsewhere), (10, 1, 1));
        let expected = DecisionTime {
            median: 5,
            p90: 9,
            longest: 10,
        };
        assert_eq!(total.time, expected);
    }

    #[test]
    fn workspaces_with_most_requests_come_first() {
        let mut reporter = Reporter::new(at("2026-03-01T00:00:00Z"), at("2026-05-01T00:00:00Z"));
        for (team, count) in [("T1", 1), ("T2", 3), ("T3", 1)] {
            for _ in 0..count {
                reporter.arrived(Some(team.parse().unwrap()), at("2026-03-02T00:00:00Z"));
            }
        }
        reporter.open(None, 2);
        reporter.open(Some("T9".parse().unwrap()), 0);
        let names = [
            ("T3".to_owned(), "Acme".to_owned()),
            ("T1".to_owned(), "Zoo".to_owned()),
        ]
        .into();
        let report = reporter.finish(&names);
        let order: Vec<Option<&str>> = report
            .workspaces
            .iter()
            .map(|one| one.team.as_ref().map(TeamId::as_str))
            .collect();
        assert_eq!(order, [Some("T2"), Some("T3"), Some("T1"), None]);
        assert_eq!(report.workspaces[3].open, 2);
    }

    #[test]
    fn who_decided_is_known_by_its_name() {
        for (name, by) in [
            ("rule:internal", By::Rules),
            ("timer", By::Rules),
            ("elsewhere", By::Elsewhere),
            ("user:orla", By::People),
            ("key:4f2a", By::People),
            ("slack:U061F7AUR", By::People),
        ] {
            assert_eq!(By::of(name), by, "{name}");
        }
    }
}
