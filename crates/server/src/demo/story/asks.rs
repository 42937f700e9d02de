//! When somebody is asked for more, for what, and how it goes: every way at least once.

use grantbook_core::{Scope, TeamId, UserId};
use grantbook_simulator::state::App;

use super::{DAYS, Deed, Dice, Place, Scene, Writer, scopes};

/// One time that somebody is asked for more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Asking {
    /// The app.
    pub(crate) app: String,
    /// The workspace.
    pub(crate) team: TeamId,
    /// Whoever is asked, and answers.
    pub(crate) user: UserId,
    /// Whether the message goes to a channel of the app's, where there is one.
    pub(crate) in_channel: bool,
    /// The scopes, those wanted most first; what the app has already is left out.
    pub(crate) wanted: Vec<Scope>,
    /// So many of them.
    pub(crate) count: usize,
    /// Message and button; otherwise they are made from the scopes.
    pub(crate) words: Option<(&'static str, &'static str)>,
    /// Who drafts it in the console.
    pub(crate) author: &'static str,
    /// How it goes.
    pub(crate) course: Course,
    /// Seconds from the message to the press, and from the question to its answer.
    pub(crate) pace: (i64, i64),
}

/// How a request goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Course {
    /// The person allows all.
    Granted,
    /// The person allows the first scope only.
    Partly,
    /// The person says no.
    Denied,
    /// The person closes the dialog.
    WalkedAway,
    /// The trigger is too old when it is spent.
    TooLate,
    /// The same, and the person presses once more and allows.
    TooLateThenGranted,
    /// Slack refuses with this code.
    Refused(&'static str),
    /// The message cannot be sent, for this reason.
    NotSent(&'static str),
    /// The person types the app's command and allows.
    Typed,
    /// The dialog is open and waits.
    Shown,
    /// The message waits for its press.
    Left,
    /// Slack wants the message later, in so many seconds.
    Held(u64),
}

/// What the workspace apps ask for, by app; nothing that comes to them anyhow.
const WANTED: [&[&str]; 3] = [
    &[
        "commands",
        "reactions:write",
        "emoji:read",
        "pins:write",
        "stars:read",
        "files:write",
    ],
    &[
        "commands",
        "reactions:read",
        "emoji:read",
        "usergroups:read",
        "pins:read",
    ],
    &[
        "reactions:write",
        "pins:write",
        "users:read",
        "emoji:read",
        "files:read",
    ],
];

/// What any of them asks of people, to act for them.
const PERSONAL: [&str; 3] = ["dnd:write:user", "users.profile:write:user", "reminders:write:user"];

/// The ways that requests of workspace apps go, in turn.
const COURSES: [Course; 15] = [
    Course::Granted,
    Course::Denied,
    Course::Granted,
    Course::WalkedAway,
    Course::Typed,
    Course::Partly,
    Course::TooLateThenGranted,
    Course::Granted,
    Course::Refused("service_unavailable"),
    Course::Granted,
    Course::TooLate,
    Course::Denied,
    Course::NotSent("accesslimited"),
    Course::Typed,
    Course::Partly,
];

/// Who drafts requests, in turn.
const AUTHORS: [&str; 3] = ["orla", "noor", "demo"];

/// The message of the guide to progressive permissions, shortened.
const INSECTOID: (&str, &str) = (
    "New feature alert: Try our new slash command to look up all the intersections you've collected.",
    "Add /insectoid command",
);

impl Writer {
    /// The requests of a workspace app in one workspace: one early, one of late.
    pub(super) fn asks(
        &mut self,
        dice: &mut Dice,
        app: &App,
        index: usize,
        place: &Place,
        (first, installer): (usize, Option<UserId>),
    ) {
        let Some(installer) = installer else { return };
        let first = i64::try_from(first).unwrap_or(0) + 2;
        for day in [first + dice.between(6, 420), dice.between(DAYS - 70, 68)] {
            let course = COURSES[self.asked % COURSES.len()];
            let personal = self.asked % 7 == 6 && course != Course::Partly;
            // The one conversation that the story's last day needs as it was.
            let kept = first == 2 && !personal;
            let wanted = if personal {
                &PERSONAL[..]
            } else {
                WANTED.get(index).copied().unwrap_or_default()
            };
            let mut wanted = scopes(wanted);
            wanted.retain(|scope| !kept || scope.as_str() != "commands");
            let other = dice.pick(&place.people).filter(|_| self.asked % 3 == 1).cloned();
            let asking = Asking {
                app: app.slug.to_string(),
                team: place.team.clone(),
                user: other.unwrap_or_else(|| installer.clone()),
                in_channel: !personal && self.asked % 4 == 3,
                wanted,
                count: if course == Course::Partly {
                    2
                } else {
                    1 + self.asked % 2
                },
                words: None,
                author: AUTHORS[self.asked % AUTHORS.len()],
                course,
                pace: (dice.between(20, 1_600), dice.between(4, 50)),
            };
            self.asked += 1;
            self.scene(day, Deed::Ask(Box::new(asking)));
        }
    }

    /// The requests of an app of today in one workspace: for what was left out at its installation, and more.
    pub(super) fn modern_asks(
        &mut self,
        app: &str,
        team: &TeamId,
        user: &UserId,
        left_out: &[&str],
        first: i64,
        last: i64,
    ) {
        let mut wanted = left_out.to_vec();
        wanted.extend(["reactions:write", "pins:read", "groups:read"]);
        let courses = match left_out.len() {
            0 => [Course::Granted, Course::Denied],
            1 => [Course::Denied, Course::Refused("invalid_code")],
            _ => [Course::Partly, Course::Granted],
        };
        for (turn, course) in courses.into_iter().enumerate() {
            let day = first + (last - first) * if turn == 0 { 1 } else { 2 } / 3;
            let asking = Asking {
                app: app.to_owned(),
                team: team.clone(),
                user: user.clone(),
                in_channel: false,
                wanted: scopes(&wanted),
                count: 2,
                words: None,
                author: AUTHORS[turn],
                course,
                pace: (self.dice.between(60, 2_000), self.dice.between(8, 60)),
            };
            self.scene(day, Deed::Ask(Box::new(asking)));
        }
    }

    /// What is open when a visitor comes: messages for @izzy, a dialog, and a message that Slack wants later.
    pub(super) fn last_day(&mut self, apps: &[App], place: &Place) {
        let mut open = |before: i64, app: usize, person: usize, wanted: &[&str], course| {
            let (Some(app), Some(user)) = (apps.get(app), place.people.get(person)) else {
                return;
            };
            let asking = Asking {
                app: app.slug.to_string(),
                team: place.team.clone(),
                user: user.clone(),
                in_channel: false,
                wanted: scopes(wanted),
                count: 1,
                words: (wanted == ["commands"]).then_some(INSECTOID),
                author: AUTHORS[person % AUTHORS.len()],
                course,
                pace: (25, 0),
            };
            self.scenes.push(Scene {
                at: self.end.plus_seconds(-before),
                deed: Deed::Ask(Box::new(asking)),
            });
        };
        open(3_000, 0, 0, &["commands"], Course::Left);
        open(2_400, 3, 0, &["files:read"], Course::Left);
        open(240, 1, 2, &["emoji:read", "pins:read", "stars:read"], Course::Shown);
        open(90, 2, 1, &["mpim:read"], Course::Held(900));
    }
}
