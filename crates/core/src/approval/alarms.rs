//! `alarms()`: what is wrong with an app's approvals, given what stands, what is installed and what was decided.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    AppId, Scope, TeamId, Timestamp,
    view::approvals::{AlarmKind, Names},
};

use super::Previous;

/// Names listed in one sentence; what is beyond is counted.
const NAMED: usize = 4;

/// A place: a workspace, or `None` for the whole organization.
pub type Place = Option<TeamId>;

/// What stands about an app in one place by Slack's lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Approved or restricted.
    pub status: Previous,
    /// The scopes that it was resolved for.
    pub scopes: BTreeSet<Scope>,
}

/// What was decided here last about an app in one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Own {
    /// What; [`Previous::Unresolved`] where the resolution was taken away.
    pub status: Previous,
    /// By whom, as the audit log names them.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// A request that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Its number here.
    pub id: i64,
    /// Where.
    pub place: Place,
    /// The scopes it asks for.
    pub scopes: BTreeSet<Scope>,
    /// What was approved before, by the request itself.
    pub approved_before: Option<BTreeSet<Scope>>,
}

/// Everything that is known about one app of an organization.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Its name.
    pub app_name: String,
    /// What stands by place.
    pub standing: BTreeMap<Place, Standing>,
    /// Where it is installed, and the scopes it holds there, where they are known.
    pub installed: BTreeMap<Place, BTreeSet<Scope>>,
    /// Requests that wait.
    pub waiting: Vec<Waiting>,
    /// What was decided here last by place.
    pub own: BTreeMap<Place, Own>,
    /// Places about which a decision is on its way to Slack.
    pub on_the_way: BTreeSet<Place>,
}

/// Something that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alarm {
    /// What it is about.
    pub kind: AlarmKind,
    /// Where.
    pub place: Place,
    /// In a sentence, with what to do next.
    pub sentence: String,
}

/// What is wrong, by a text of which two are equal exactly when the same thing is meant.
pub type Alarms = BTreeMap<String, Alarm>;

/// What is wrong with the approvals of an app. Workspaces without a name in `names` are shown by their id.
pub fn alarms(app: &AppId, facts: &Facts, names: &Names) -> Alarms {
    let looking = Looking { facts, names };
    let found = looking
        .restricted_but_installed()
        .into_iter()
        .chain(looking.under_old_scopes())
        .chain(looking.changed_elsewhere());
    let key = |alarm: &Alarm| {
        let place = alarm.place.as_ref().map_or("", TeamId::as_str);
        format!("{}:{app}:{place}", alarm.kind.as_str())
    };
    found.map(|alarm| (key(&alarm), alarm)).collect()
}

struct Looking<'a> {
    facts: &'a Facts,
    names: &'a Names,
}

impl Looking<'_> {
    fn name(&self, place: &Place) -> String {
        place.as_ref().map_or_else(
            || "the whole organization".to_owned(),
            |team| {
                self.names
                    .get(team.as_str())
                    .cloned()
                    .unwrap_or_else(|| team.to_string())
            },
        )
    }

    fn status(&self, place: &Place) -> Previous {
        self.facts
            .standing
            .get(place)
            .map_or(Previous::Unresolved, |standing| standing.status)
    }

    /// A restriction of the organization reaches every workspace; one of a workspace stays there.
    fn restricted_but_installed(&self) -> Vec<Alarm> {
        let app = &self.facts.app_name;
        let alarm = |place: Place, sentence| Alarm {
            kind: AlarmKind::RestrictedButInstalled,
            place,
            sentence,
        };
        if self.status(&None) == Previous::Restricted {
            let places: Vec<String> = self.facts.installed.keys().map(|place| self.name(place)).collect();
            if places.is_empty() {
                return Vec::new();
            }
            return vec![alarm(
                None,
                format!(
                    "{app} is restricted in the whole organization and still installed in {}. Restricting uninstalls \
                     nothing: uninstall it there, or approve it.",
                    listed(&places)
                ),
            )];
        }
        let is_restricted = |place: &&Place| self.status(place) == Previous::Restricted;
        let here = self.facts.installed.keys().filter(is_restricted);
        here.map(|place| {
            let sentence = format!(
                "{app} is restricted in {0} and still installed there. Restricting uninstalls nothing: uninstall it in \
                 {0}, or approve it.",
                self.name(place)
            );
            alarm(place.clone(), sentence)
        })
        .collect()
    }

    /// The scopes beyond what is approved for a place; `None` where nothing approves the app there. An approval of
    /// the place or of the organization is enough, each as a whole.
    fn beyond(&self, place: &Place, wanted: &BTreeSet<Scope>, before: Option<&BTreeSet<Scope>>) -> Option<Vec<Scope>> {
        let approved = |place: &Place| {
            let standing = self.facts.standing.get(place);
            standing
                .filter(|standing| standing.status == Previous::Approved)
                .map(|standing| &standing.scopes)
        };
        let mut by = vec![approved(place), approved(&None)];
        if by.iter().all(Option::is_none) && self.status(place) == Previous::Unresolved {
            by.push(before);
        }
        let missing = |scopes: &BTreeSet<Scope>| wanted.difference(scopes).cloned().collect::<Vec<_>>();
        by.into_iter().flatten().map(missing).min_by_key(Vec::len)
    }

    fn under_old_scopes(&self) -> Vec<Alarm> {
        let mut found: BTreeMap<&Place, Alarm> = BTreeMap::new();
        let asked = self.facts.waiting.iter().map(|waiting| {
            let before = waiting.approved_before.as_ref();
            (&waiting.place, &waiting.scopes, before, Some(waiting.id))
        });
        let held = self
            .facts
            .installed
            .iter()
            .map(|(place, scopes)| (place, scopes, None, None));
        for (place, scopes, before, request) in held.chain(asked) {
            let beyond = self.beyond(place, scopes, before).unwrap_or_default();
            if beyond.is_empty() || found.contains_key(place) {
                continue;
            }
            let beyond: Vec<String> = beyond.iter().map(ToString::to_string).collect();
            let (app, place_name, beyond) = (&self.facts.app_name, self.name(place), listed(&beyond));
            let sentence = match request {
                Some(id) => format!(
                    "{app} is approved in {place_name} and asks for more: {beyond}. What is installed keeps what it \
                     has. Decide request {id}."
                ),
                None => format!(
                    "{app} is installed in {place_name} with scopes that its approval does not have: {beyond}. \
                     Approve it with them, or restrict it and uninstall it."
                ),
            };
            let alarm = Alarm {
                kind: AlarmKind::ApprovedUnderOldScopes,
                place: place.clone(),
                sentence,
            };
            found.insert(place, alarm);
        }
        found.into_values().collect()
    }

    fn changed_elsewhere(&self) -> Vec<Alarm> {
        let differs =
            |place: &Place, own: &Own| !self.facts.on_the_way.contains(place) && self.status(place) != own.status;
        let own = self.facts.own.iter().filter(|(place, own)| differs(place, own));
        own.map(|(place, own)| {
            let said = match own.status {
                Previous::Approved => "approved",
                Previous::Restricted => "restricted",
                Previous::Unresolved | Previous::Other => "cleared",
            };
            let shown = match self.status(place) {
                Previous::Approved => "show it approved",
                Previous::Restricted => "show it restricted",
                Previous::Unresolved | Previous::Other => "do not show it",
            };
            Alarm {
                kind: AlarmKind::ChangedElsewhere,
                place: place.clone(),
                sentence: format!(
                    "{} was {said} for {} here by {} on {}, and Slack's lists {shown}: somebody changed it elsewhere. \
                     Decide it again here, or accept what Slack shows.",
                    self.facts.app_name,
                    self.name(place),
                    own.by,
                    own.at.day_in_words()
                ),
            }
        })
        .collect()
    }
}

/// `a, b and c`, or `a, b, c, d and 12 more`.
fn listed(names: &[String]) -> String {
    let shown = if names.len() > NAMED + 1 { NAMED } else { names.len() };
    let (head, rest) = names.split_at(shown);
    match (head, rest.len()) {
        ([], _) => String::new(),
        ([one], 0) => one.clone(),
        ([most @ .., last], 0) => format!("{} and {last}", most.join(", ")),
        (head, more) => format!("{} and {more} more", head.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(id: &str) -> Place {
        (!id.is_empty()).then(|| id.parse().unwrap())
    }

    fn scopes(names: &str) -> BTreeSet<Scope> {
        Scope::parse_list(names).unwrap().into_iter().collect()
    }

    fn stands(places: &[(&str, Previous, &str)]) -> BTreeMap<Place, Standing> {
        let one = |(at, status, names): &(&str, Previous, &str)| {
            let scopes = scopes(names);
            (
                place(at),
                Standing {
                    status: *status,
                    scopes,
                },
            )
        };
        places.iter().map(one).collect()
    }

    fn facts() -> Facts {
        Facts {
            app_name: "Standup".to_owned(),
            ..Facts::default()
        }
    }

    fn found(facts: &Facts) -> Vec<(String, String)> {
        let names = [("T1".to_owned(), "Acme".to_owned())].into();
        let all = alarms(&"A1".parse().unwrap(), facts, &names);
        all.into_iter().map(|(key, alarm)| (key, alarm.sentence)).collect()
    }

    fn keys(facts: &Facts) -> Vec<String> {
        found(facts).into_iter().map(|(key, _)| key).collect()
    }

    const CHAT: &str = "chat:write";
    const MORE: &str = "chat:write,files:read";

    #[test]
    fn nothing_is_wrong_with_an_app_that_is_installed_as_it_was_approved() {
        let mut facts = facts();
        assert_eq!(found(&facts), []);
        facts.standing = stands(&[("", Previous::Approved, MORE), ("T2", Previous::Restricted, CHAT)]);
        facts.installed = [(place("T1"), scopes(CHAT)), (place("T3"), scopes(MORE))].into();
        let own = Own {
            status: Previous::Approved,
            by: "user:orla".to_owned(),
            at: Timestamp::default(),
        };
        facts.own = [(None, own)].into();
        assert_eq!(found(&facts), []);
    }

    #[test]
    fn a_restricted_app_that_is_installed_is_told_by_workspace_and_once_for_the_organization() {
        let mut facts = facts();
        facts.installed = [(place("T1"), scopes("")), (place("T2"), scopes(""))].into();
        facts.standing = stands(&[("", Previous::Approved, CHAT), ("T1", Previous::Restricted, CHAT)]);
        let expected = "Standup is restricted in Acme and still installed there. Restricting uninstalls nothing: \
                        uninstall it in Acme, or approve it.";
        let all = found(&facts);
        assert_eq!(
            all,
            [("restricted_but_installed:A1:T1".to_owned(), expected.to_owned())]
        );
        facts.standing = stands(&[("", Previous::Restricted, CHAT), ("T1", Previous::Restricted, CHAT)]);
        let all = found(&facts);
        assert_eq!(all.len(), 1);
        assert_eq!(all[0].0, "restricted_but_installed:A1:");
        assert!(all[0].1.contains("installed in Acme and T2."), "{}", all[0].1);
        facts.installed.clear();
        assert_eq!(found(&facts), []);
    }

    #[test]
    fn what_is_asked_or_held_beyond_the_approval_is_told() {
        let mut facts = facts();
        let waiting = Waiting {
            id: 12,
            place: place("T1"),
            scopes: scopes(MORE),
            approved_before: None,
        };
        facts.waiting = vec![waiting];
        assert_eq!(found(&facts), [], "nothing was approved");
        facts.standing = stands(&[("T1", Previous::Approved, CHAT)]);
        let all = found(&facts);
        assert_eq!(all[0].0, "approved_under_old_scopes:A1:T1");
        assert!(all[0].1.contains("asks for more: files:read.") && all[0].1.contains("Decide request 12."));
        facts.standing = stands(&[("T1", Previous::Approved, CHAT), ("", Previous::Approved, MORE)]);
        assert_eq!(found(&facts), [], "the organization's approval covers it");
        facts.waiting.clear();
        facts.installed = [(place("T1"), scopes("chat:write,users:read"))].into();
        let all = found(&facts);
        assert!(
            all[0].1.contains("its approval does not have: users:read."),
            "{}",
            all[0].1
        );
    }

    #[test]
    fn the_request_itself_tells_of_an_approval_that_no_list_shows() {
        let mut facts = facts();
        facts.waiting = vec![Waiting {
            id: 12,
            place: place("T1"),
            scopes: scopes(MORE),
            approved_before: Some(scopes(CHAT)),
        }];
        assert_eq!(keys(&facts), ["approved_under_old_scopes:A1:T1"]);
        facts.standing = stands(&[("T1", Previous::Restricted, CHAT)]);
        assert_eq!(found(&facts), [], "it is approved no more");
    }

    #[test]
    fn a_change_elsewhere_is_told_unless_our_own_is_on_its_way() {
        let mut facts = facts();
        let own = |status| Own {
            status,
            by: "user:orla".to_owned(),
            at: Timestamp::from_seconds(86_400),
        };
        facts.own = [
            (place("T1"), own(Previous::Approved)),
            (place("T2"), own(Previous::Unresolved)),
            (None, own(Previous::Restricted)),
        ]
        .into();
        facts.standing = stands(&[("T2", Previous::Restricted, CHAT), ("", Previous::Restricted, CHAT)]);
        let all = found(&facts);
        assert_eq!(keys(&facts), ["changed_elsewhere:A1:T1", "changed_elsewhere:A1:T2"]);
        let expected = "Standup was approved for Acme here by user:orla on 2 January 1970, and Slack's lists do not \
                        show it: somebody changed it elsewhere. Decide it again here, or accept what Slack shows.";
        assert_eq!(all[0].1, expected);
        facts.on_the_way = [place("T1")].into();
        assert_eq!(keys(&facts), ["changed_elsewhere:A1:T2"]);
    }

    #[test]
    fn long_lists_are_counted() {
        let names = |n: usize| (1..=n).map(|i| format!("W{i}")).collect::<Vec<_>>();
        for (n, expected) in [
            (1, "W1"),
            (2, "W1 and W2"),
            (5, "W1, W2, W3, W4 and W5"),
            (7, "W1, W2, W3, W4 and 3 more"),
        ] {
            assert_eq!(listed(&names(n)), expected);
        }
    }
}
