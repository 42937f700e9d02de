//! Two years at the approvers' desk: who asks for which app, when the rules change, and when somebody sits down to
//! decide what the rules leave to people.
//!
//! The last days have more wishes and nobody at the desk, so that a visitor finds a queue.

use grantbook_core::{AppId, TeamId, UserId};
use grantbook_simulator::{
    Action,
    state::{ListedApp, ResolutionStatus},
};

use super::{DAYS, Deed, Dice, Place, Writer};
use crate::demo::approvals::{self, IZZY};

/// The day on which an administrator lets the desk's app into the organization.
const OPENED: i64 = 40;
/// The last day on which somebody decides.
const LAST_SITTING: i64 = 719;
/// From then on the approvers' channel is used.
const CHANNEL_SINCE: i64 = 690;
/// Whoever sits at the desk, in turn.
const APPROVERS: [&str; 3] = ["noor", "tomas", "orla"];

/// Why people want an app.
const REASONS: [&str; 8] = [
    "Our team used it before we came here.",
    "The customer asks us to work with it.",
    "We try it for the quarter's project; three of us would use it.",
    "Saves me an hour of copying every week.",
    "",
    "Design uses it and we would like to follow along.",
    "Agreed with my manager. For the whole team, please.",
    "Needed until the audit is over.",
];

/// Apps of which the last days tell, with where (none for the organization), how many people ask, on which day, and
/// why.
const LATE: [(&str, Option<usize>, usize, i64, &str); 15] = [
    ("A0DTRANSLT", Some(0), 4, 720, "Half of our channel writes Portuguese."),
    ("A0DTRANSLT", Some(1), 1, 721, "For the reviews with Lisbon."),
    ("A0DSUMMARY", Some(0), 2, 721, "I was away for three weeks."),
    ("A0DINBOXAI", Some(5), 1, 722, "It answers while I drive."),
    ("A0DTIMECLK", Some(3), 3, 723, "The depot writes hours on paper today."),
    ("A0DSPYGLAS", None, 1, 724, "One search for everybody."),
    ("A0DDOCSIGN", Some(4), 1, 724, "Contracts wait for signatures on paper."),
    ("A0DPAYSLIP", Some(0), 1, 725, "People ask for their payslips in Slack."),
    ("A0DLEGALHD", None, 1, 726, "Counsel wants the hold in all workspaces."),
    ("A0DHELPDSK", Some(5), 2, 727, ""),
    ("A0DMOODBD", Some(1), 1, 728, "For the autumn catalogue."),
    ("A0VAULT55", Some(4), 1, 728, "Files must be kept for ten years."),
    ("A0M1NUTES", Some(2), 1, 728, "Nobody wants to take minutes."),
    ("A0DTIMECLK", None, 1, 729, "Logistics and Field both want it."),
    ("A0DVOTEBOX", Some(3), 1, 729, "For the works council's election."),
];

/// Apps that nobody asked for before the last months, so that each rule has had something to do lately.
const LATELY: [&str; 6] = [
    "A0DRETRO",
    "A0DCALSYNC",
    "A0DPULSE",
    "A0DEVENTS",
    "A0DCLIPS",
    "A0DTRIPS",
];

/// Somebody's wish for an app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::demo) struct Wish {
    pub(in crate::demo) app: AppId,
    /// None for the whole organization.
    pub(in crate::demo) team: Option<TeamId>,
    pub(in crate::demo) user: UserId,
    pub(in crate::demo) message: &'static str,
    /// Whether they install it at once when they may.
    pub(in crate::demo) installs: bool,
}

/// What becomes of a version of the rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::demo) enum Standing {
    /// A second person agrees: it is in force.
    InForce,
    /// It decides beside the rules in force, and nothing follows.
    Shadow,
    /// It waits for a second person.
    Proposed,
}

/// Something at the approvers' desk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::demo) enum Desk {
    /// An administrator lets the desk's app into the organization and these workspaces; approvers get accounts.
    Open(Vec<TeamId>),
    /// The approvers' channel is used from now on.
    Channel,
    /// Another version of the rules.
    Rules {
        text: &'static str,
        note: &'static str,
        standing: Standing,
    },
    /// People ask for apps.
    Ask(Vec<Wish>),
    /// An approver decides what waits.
    Sit(&'static str),
    /// An approver approves one app where it was asked for, or votes for it.
    Approve {
        by: &'static str,
        app: &'static str,
        reason: &'static str,
    },
    /// An approver asks what an app is needed for.
    AskWhy { by: &'static str, app: &'static str },
    /// Slack's own lists are read.
    Look,
}

impl Writer {
    /// All of it.
    pub(super) fn desk(&mut self, places: &[Place]) {
        let teams = places.iter().map(|place| place.team.clone()).collect();
        self.at_desk(OPENED, Desk::Open(teams));
        self.at_desk(CHANNEL_SINCE, Desk::Channel);
        for (day, text, note, standing) in [
            (60, approvals::FIRST, "The first two, to begin with", Standing::InForce),
            (
                290,
                approvals::NOW,
                "Hooks end; Marketplace apps by themselves",
                Standing::InForce,
            ),
            (
                655,
                approvals::SHADOW,
                "Would a trial of 90 days save us work?",
                Standing::Shadow,
            ),
            (
                728,
                approvals::PROPOSED,
                "Files leave by Marketplace apps only",
                Standing::Proposed,
            ),
        ] {
            self.at_desk(day, Desk::Rules { text, note, standing });
        }
        for day in (OPENED + 25..DAYS).step_by(60) {
            self.at_desk(day, Desk::Look);
        }
        self.wishes(places);
        self.late(places);
        self.elsewhere(places);
    }

    fn at_desk(&mut self, day: i64, desk: Desk) {
        self.scene(day, Deed::Desk(desk));
    }

    /// Two years of asking and deciding.
    fn wishes(&mut self, places: &[Place]) {
        let mut pairs = self.pairs(places);
        let mut day = OPENED + 2;
        let days = LAST_SITTING - day;
        let turns = i64::try_from(pairs.len().div_ceil(2)).unwrap_or(1).max(1);
        for turn in 0..turns {
            let mut wishes = Vec::new();
            for (app, place) in pairs.drain(..pairs.len().min(2)) {
                wishes.extend(self.asked_by(&app, place, &places[place]));
            }
            self.at_desk(day, Desk::Ask(wishes));
            let by = APPROVERS[usize::try_from(turn).unwrap_or(0) % APPROVERS.len()];
            let sitting = (day + self.dice.between(1, 3)).min(LAST_SITTING);
            self.at_desk(sitting, Desk::Sit(by));
            day = OPENED + 2 + (turn + 1) * days / turns;
        }
        for by in APPROVERS {
            self.at_desk(LAST_SITTING, Desk::Sit(by));
        }
    }

    /// Which apps are asked for where, in the order of asking: what only the last days tell of is left out, and
    /// what is answered for the whole organization is asked for twice at most.
    fn pairs(&mut self, places: &[Place]) -> Vec<(ListedApp, usize)> {
        let mut pairs = Vec::new();
        let apps = approvals::listed_apps().unwrap_or_default();
        let told_late = |app: &ListedApp| LATE.iter().any(|(late, ..)| *late == app.id.as_str());
        for app in apps.iter().filter(|app| !told_late(app)) {
            let times = match (app.certified, app.custom_integration) {
                (true, _) => 2,
                (_, true) => 15,
                _ => places.len(),
            };
            let first = self.dice.roll(places.len());
            pairs.extend((0..times).map(|time| (app.clone(), (first + time) % places.len())));
        }
        shuffle(&mut self.dice, &mut pairs);
        pairs.sort_by_key(|(app, _)| LATELY.contains(&app.id.as_str()));
        let months = pairs.len() - pairs.len() / 8;
        shuffle(&mut self.dice, &mut pairs[months..]);
        pairs
    }

    /// One or several people of a workspace.
    fn asked_by(&mut self, app: &ListedApp, index: usize, place: &Place) -> Vec<Wish> {
        let people = match self.dice.roll(6) {
            0 | 1 => 3,
            2 | 3 => 2,
            _ => 1,
        };
        let organization = !app.custom_integration && self.dice.roll(24) == 0;
        let first = self.dice.roll(place.people.len());
        (0..people)
            .filter_map(|person| {
                Some(Wish {
                    app: app.id.clone(),
                    team: Some(place.team.clone()).filter(|_| !organization),
                    user: place.people.get((first + 3 * person) % place.people.len())?.clone(),
                    message: self.dice.pick(&REASONS).copied().unwrap_or_default(),
                    installs: (person + index).is_multiple_of(3),
                })
            })
            .collect()
    }

    /// What a visitor finds.
    fn late(&mut self, places: &[Place]) {
        for (app, place, people, day, message) in LATE {
            let Ok(app) = AppId::new(app) else { continue };
            let Some(of) = places.get(place.unwrap_or(0)) else {
                continue;
            };
            let wish = |user: &UserId| Wish {
                app: app.clone(),
                team: place.map(|_| of.team.clone()),
                user: user.clone(),
                message,
                installs: false,
            };
            // Not those who decide.
            let wishes = of.people.iter().skip(5).take(people).map(wish).collect();
            self.at_desk(day, Desk::Ask(wishes));
        }
        for (day, by, app, reason) in [
            // Slack refuses: a certified app is decided for the organization.
            (726, "noor", "A0DDOCSIGN", "For Legal only, please."),
            // Two of the three who must agree.
            (DAYS - 1, "noor", "A0M1NUTES", "Minutes are public in Labs."),
            (DAYS - 1, "orla", "A0M1NUTES", "Its makers answered our questions."),
        ] {
            self.at_desk(day, Desk::Approve { by, app, reason });
        }
        let (by, app) = ("noor", "A0DINBOXAI");
        self.at_desk(724, Desk::AskWhy { by, app });
        self.at_desk(DAYS - 1, Desk::Look);
    }

    /// What an administrator decides in Slack's own interface, and what does not fit together since.
    fn elsewhere(&mut self, places: &[Place]) {
        let (Some(place), Ok(izzy)) = (places.first(), IZZY.parse::<UserId>()) else {
            return;
        };
        let (app, team) = ("A0KUD0S77".to_owned(), place.team.clone());
        let resolve = |resolution| Action::ResolveApp {
            app: app.clone(),
            team: None,
            user: izzy.clone(),
            resolution: Some(resolution),
        };
        let user = izzy.clone();
        self.scene(330, Deed::Inside(resolve(ResolutionStatus::Approved)));
        let install = Action::InstallApp {
            app: app.clone(),
            team,
            user,
        };
        self.scene(334, Deed::Inside(install));
        self.scene(711, Deed::Inside(resolve(ResolutionStatus::Restricted)));
    }
}

fn shuffle<T>(dice: &mut Dice, items: &mut [T]) {
    for last in (1..items.len()).rev() {
        items.swap(last, dice.roll(last + 1));
    }
}
