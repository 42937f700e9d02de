//! `RequestStory`: what happened to a request, told from its steps and the ledger entries it led to.
//!
//! Pure: everything it needs is handed over. The milestones say how far the request came, the lines what
//! happened in order, the rounds how the three seconds of each press went.

mod lines;
mod milestones;
mod rounds;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use grantbook_core::{
    Grants, ResourceId, Scope, Timestamp, UserId,
    request::{Author, Happening, Kind, PermissionRequest, RoundSummary, Via, words::thousands},
    view::{
        EntryView, Model,
        requests::{AgainView, RequestStory, RequestView, ScopeChange},
    },
};

/// What a story is told from.
pub(super) struct Telling<'a> {
    /// The request.
    pub(super) request: &'a PermissionRequest,
    /// What the app may do now.
    pub(super) grants: &'a Grants,
    /// The ledger entries it led to.
    pub(super) entries: &'a [EntryView],
    /// Names of ids, where known.
    pub(super) names: &'a BTreeMap<String, String>,
}

/// The ids whose names a story needs, besides those of its entries.
pub(super) fn ids(request: &PermissionRequest) -> Vec<String> {
    let ask = &request.ask;
    let mut ids: Vec<String> = ask.user.iter().map(ToString::to_string).collect();
    ids.extend(ask.channel.iter().map(ToString::to_string));
    if let Author::Command { user } = &ask.author {
        ids.push(user.to_string());
    }
    for step in request.steps() {
        match &step.what {
            Happening::Offered { channel, .. } => ids.push(channel.to_string()),
            Happening::Pressed { user, .. } | Happening::Answered { user, .. } => {
                ids.extend(user.iter().map(ToString::to_string));
            }
            Happening::NotOffered { .. } | Happening::Asked { .. } | Happening::Lapsed { .. } => {}
        }
    }
    ids
}

impl Telling<'_> {
    /// The whole story.
    pub(super) fn tell(&self, view: RequestView, again: AgainView) -> RequestStory {
        let ask = &self.request.ask;
        RequestStory {
            message: ask.message.clone(),
            button: ask.button.clone(),
            optional: ask.optional.iter().cloned().collect(),
            milestones: self.milestones(&view),
            story: self.lines(&view),
            rounds: self.rounds(),
            entries: self.entries.to_vec(),
            changes: self.changes(&view),
            again,
            names: self.names.clone(),
            request: view,
        }
    }

    fn changes(&self, view: &RequestView) -> Vec<ScopeChange> {
        let change = |scope: &Scope| ScopeChange {
            granted: view.granted.contains(scope),
            resources: self.resources(scope),
            scope: scope.clone(),
        };
        self.request.ask.scopes.iter().map(change).collect()
    }

    /// Single resources that the scope works on now.
    fn resources(&self, scope: &Scope) -> u64 {
        let grants = self.grants;
        match self.request.ask.kind {
            Kind::Personal => {
                let answered = self.decisive().and_then(|round| round.user);
                let user = self.request.ask.user.clone().or(answered);
                let held = user.and_then(|user| grants.users.get(user.as_str()));
                u64::from(held.is_some_and(|held| held.contains_key(scope)))
            }
            Kind::App => grants
                .scopes
                .iter()
                .filter(|(_, held)| held.contains_key(scope))
                .filter_map(|(kind, _)| grants.resources.get(kind))
                .map(|given| given.specific.len() as u64)
                .sum(),
        }
    }

    /// The press that decided how the request stands: the one that brought something, or else the latest.
    fn decisive(&self) -> Option<RoundSummary> {
        let rounds = self.request.rounds();
        let brought = rounds.iter().rev().find(|round| !round.granted.is_empty());
        brought.or(rounds.last()).cloned()
    }

    /// A name for people, or the id; "somebody" where nobody is known.
    fn who(&self, user: Option<&UserId>) -> String {
        match user.or(self.request.ask.user.as_ref()) {
            Some(user) => self.name(user.as_str()),
            None => "somebody".to_owned(),
        }
    }

    fn name(&self, id: &str) -> String {
        self.names.get(id).map_or(id, String::as_str).to_owned()
    }

    /// Where the message is, for people.
    fn conversation(&self, channel: &ResourceId) -> String {
        match &self.request.ask.user {
            Some(user) if self.request.ask.channel.is_none() => format!("DM of {}", self.name(user.as_str())),
            _ => self.name(channel.as_str()),
        }
    }

    fn is_modern(&self) -> bool {
        self.request.ask.model == Model::Modern
    }

    /// What Slack is asked by.
    fn method(&self) -> &'static str {
        match (self.request.ask.model, self.request.ask.kind) {
            (Model::Modern, _) => "oauth.v2.authorize",
            (Model::Workspace, Kind::App) => "apps.permissions.request",
            (Model::Workspace, Kind::Personal) => "apps.permissions.users.request",
        }
    }

    /// The entries that the decisive press led to.
    fn decided<'a>(&'a self, round: &'a RoundSummary) -> impl Iterator<Item = &'a EntryView> {
        self.entries.iter().filter(move |entry| match entry.fact.trigger_id() {
            Some(trigger) => trigger == round.round,
            None => !round.granted.is_empty(),
        })
    }
}

/// When an entry happened, as exactly as it can be told, and whether only the second is known.
///
/// Slack dates events to the second. Where the entry came within that second, its arrival tells more.
fn moment(entry: &EntryView) -> (Timestamp, bool) {
    let next = entry.at.plus_seconds(1);
    if entry.recorded_at < next {
        (entry.recorded_at.max(entry.at), false)
    } else {
        (entry.at, true)
    }
}

/// Milliseconds as people read them.
fn ms(micros: u64) -> String {
    let ms = thousands(micros / 1_000);
    if ms == "0" {
        "under 1 ms".to_owned()
    } else {
        format!("{ms} ms")
    }
}

/// The first letter made large.
fn capital(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}

/// "`a`, `b` and `c`".
fn codes<'a>(scopes: impl IntoIterator<Item = &'a Scope>) -> String {
    joined(scopes.into_iter().map(|scope| format!("`{scope}`")))
}

/// "a, b and c".
fn joined(parts: impl IntoIterator<Item = String>) -> String {
    let parts: Vec<String> = parts.into_iter().collect();
    match parts.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => parts.concat(),
    }
}

/// "5 resources".
fn counted(number: u64, one: &str, many: &str) -> String {
    if number == 1 {
        format!("1 {one}")
    } else {
        format!("{} {many}", thousands(number))
    }
}

/// How a press is called.
const fn act(via: Via) -> &'static str {
    match via {
        Via::Button => "Button pressed",
        Via::Command => "Command typed",
        Via::Link => "Link opened",
    }
}
