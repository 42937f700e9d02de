//! Drafting a request: what the address says of the draft, the scopes to choose from, and the words around it.

use std::collections::BTreeSet;

use grantbook_core::{
    InstallationKey, ResourceId, Scope, UserId,
    catalogue::{self, ScopeInfo},
    request::{Kind, RequestId, compose::Gain},
    view::{
        GrantsView, Model,
        requests::{AgainView, MistakeView, NewRequest, PreviewView},
    },
};

use super::{distinct, number::count, time_words};
use crate::address::{ASK, join, query};

/// A draft as its address has it; its words are not part of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draft {
    /// The app in a workspace.
    pub installation: Option<InstallationKey>,
    /// Whom to ask.
    pub user: Option<UserId>,
    /// Where to write; absent for the conversation between app and person.
    pub channel: Option<ResourceId>,
    /// For what.
    pub scopes: BTreeSet<Scope>,
    /// What of it may be left out.
    pub optional: BTreeSet<Scope>,
}

impl Draft {
    /// Reads an address, parameter by parameter; what makes no sense is left out.
    pub fn read(parameter: impl Fn(&str) -> Option<String>) -> Self {
        let list = |name| -> BTreeSet<Scope> {
            let text = parameter(name).unwrap_or_default();
            distinct(text.split(',').filter_map(|text| text.trim().parse().ok()))
        };
        let scopes = list("scopes");
        Self {
            installation: parameter("installation").and_then(|text| text.parse().ok()),
            user: parameter("user").and_then(|text| text.parse().ok()),
            channel: parameter("channel").and_then(|text| text.parse().ok()),
            optional: distinct(list("optional").into_iter().filter(|scope| scopes.contains(scope))),
            scopes,
        }
    }

    /// A draft for one installation.
    pub fn of(installation: InstallationKey) -> Self {
        Self {
            installation: Some(installation),
            ..Self::default()
        }
    }

    /// For one scope, and of the person or in the conversation that a resource is.
    #[must_use]
    pub fn about(mut self, scope: Scope, resource: Option<&ResourceId>) -> Self {
        self.scopes.insert(scope);
        if let Some(resource) = resource {
            self.user = resource.as_str().parse().ok();
            self.channel = resource.as_str().starts_with(['C', 'G']).then(|| resource.clone());
        }
        self
    }

    /// The path and query of the page.
    pub fn href(&self) -> String {
        let list = |scopes: &BTreeSet<Scope>| scopes.iter().map(Scope::as_str).collect::<Vec<_>>().join(",");
        let installation = self.installation.as_ref().map(ToString::to_string).unwrap_or_default();
        let pairs = query(&[
            ("installation", &installation),
            ("user", self.user.as_ref().map_or("", UserId::as_str)),
            ("channel", self.channel.as_ref().map_or("", ResourceId::as_str)),
            ("scopes", &list(&self.scopes)),
            ("optional", &list(&self.optional)),
        ]);
        join(ASK, &pairs)
    }

    /// The draft with a scope, or without it.
    #[must_use]
    pub fn toggled(&self, scope: &Scope) -> Self {
        let mut next = self.clone();
        next.optional.remove(scope);
        if !next.scopes.remove(scope) {
            next.scopes.insert(scope.clone());
        }
        next
    }

    /// The draft with a scope that may be left out, or may no longer.
    #[must_use]
    pub fn with_optional(&self, scope: &Scope) -> Self {
        let mut next = self.clone();
        if !next.optional.remove(scope) {
            next.optional.insert(scope.clone());
        }
        next
    }

    /// What is sent: the draft in these words, or in the server's own where they are empty.
    pub fn request(&self, message: &str, button: &str) -> Option<NewRequest> {
        let written = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        Some(NewRequest {
            installation: self.installation.clone()?,
            user: self.user.clone(),
            channel: self.channel.clone(),
            scopes: self.scopes.clone(),
            optional: self.optional.clone(),
            message: written(message),
            button: written(button),
            again_of: None,
        })
    }
}

/// The part of the form that a mistake belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// App and workspace.
    Place,
    /// Person or channel.
    Whom,
    /// Scopes.
    Scopes,
    /// The message.
    Message,
    /// The button.
    Button,
}

/// Where a mistake stands.
pub fn part_of(mistake: &MistakeView) -> Part {
    match mistake.code.as_str() {
        "not_installed" => Part::Place,
        "nobody_to_ask" | "nowhere_to_send" | "channel_not_granted" => Part::Whom,
        "message_length" => Part::Message,
        "button_length" => Part::Button,
        _ => Part::Scopes,
    }
}

/// Whether something is merely not chosen yet, which is no fault.
pub fn is_unfinished(mistake: &MistakeView) -> bool {
    matches!(mistake.code.as_str(), "no_scopes" | "nowhere_to_send" | "nobody_to_ask")
}

/// The sentences about one part: `Choose at least one scope.`
pub fn remarks(preview: &PreviewView, part: Part) -> Vec<(bool, String)> {
    // The words are made from the scopes, so that without any there is nothing wrong with them yet.
    let wordless = preview.mistakes.iter().any(|mistake| mistake.code == "no_scopes")
        && matches!(part, Part::Message | Part::Button);
    let here = preview
        .mistakes
        .iter()
        .filter(|mistake| !wordless && part_of(mistake) == part);
    here.map(|mistake| (is_unfinished(mistake), as_sentence(&mistake.sentence)))
        .collect()
}

/// Why it cannot be sent now; nothing if it can.
pub fn refusal(is_admin: bool, preview: Option<&PreviewView>) -> Option<String> {
    if !is_admin {
        return Some("Only an administrator may ask. Copy the link and send it to one.".to_owned());
    }
    let Some(preview) = preview else {
        return Some("Choose an app and a workspace first.".to_owned());
    };
    let mistake = preview.mistakes.first().map(|mistake| as_sentence(&mistake.sentence));
    mistake
        .or_else(|| limit_sentence(&preview.limits))
        .or_else(|| (!preview.ready).then(|| "The draft is not complete.".to_owned()))
}

/// Why a request cannot be repeated now; of itself it says "this request".
pub fn again_refusal(id: RequestId, limits: &AgainView) -> Option<String> {
    let own = format!("{id} asks the same and still waits");
    limit_sentence(limits).map(|reason| reason.replace(&own, "This request still waits"))
}

/// Why the limits forbid asking now, with their moment in words.
pub fn limit_sentence(limits: &AgainView) -> Option<String> {
    let reason = limits.reason.as_deref().filter(|_| !limits.allowed)?;
    let reason = match limits.until {
        Some(until) => reason.replace(&until.to_string(), &time_words::date_clock(until)),
        None => reason.to_owned(),
    };
    Some(as_sentence(&reason))
}

/// A clause of the server with a capital letter and a full stop.
pub fn as_sentence(clause: &str) -> String {
    let clause = clause.trim_end_matches('.');
    // A scope or an id keeps its spelling.
    let first_word = clause.split(' ').next().unwrap_or_default();
    let is_scope = Scope::new(first_word).is_ok_and(|scope| catalogue::find(&scope).is_some());
    let is_word = !is_scope && first_word.chars().all(|c| c.is_ascii_lowercase());
    let mut letters = clause.chars();
    match letters.next().filter(|_| is_word) {
        Some(first) => format!("{}{}.", first.to_ascii_uppercase(), letters.as_str()),
        None => format!("{clause}."),
    }
}

/// What the button that sends says.
pub fn send_words(whom: Option<&str>, scopes: usize) -> String {
    let scopes = count(u64::try_from(scopes).unwrap_or_default(), "scope");
    match whom {
        Some(whom) if whom.starts_with('#') => format!("Ask in {whom} for {scopes}"),
        Some(whom) => format!("Ask {whom} for {scopes}"),
        None => "Ask for more".to_owned(),
    }
}

/// What a scope would newly work on: `12 channels, every direct message`.
pub fn reach_words(gain: &Gain) -> String {
    if gain.held {
        return "held already".to_owned();
    }
    let words: Vec<String> = gain
        .reach
        .iter()
        .filter(|reached| reached.all || reached.resources > 0)
        .map(|reached| match reached.all {
            true => format!("every {}", reached.resource_type.noun()),
            false if reached.resources == 1 => format!("1 {}", reached.resource_type.noun()),
            false => format!(
                "{} {}",
                super::number::thousands(reached.resources),
                reached.resource_type.plural()
            ),
        })
        .collect();
    match (words.is_empty(), gain.reach.is_empty()) {
        (true, true) => "the whole workspace".to_owned(),
        (true, false) => "nothing yet: no such conversation was given".to_owned(),
        (false, _) => words.join(", "),
    }
}

/// Scopes to choose from, by what choosing them would mean.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Groups {
    /// The app asks for them on installation and does not hold them.
    pub suggested: Vec<&'static ScopeInfo>,
    /// All others that this kind of app can hold.
    pub others: Vec<&'static ScopeInfo>,
    /// Held already.
    pub held: Vec<&'static ScopeInfo>,
}

/// The catalogue's scopes for one installation, those that `typed` occurs in.
pub fn groups(
    model: Model,
    wanted: &BTreeSet<Scope>,
    grants: Option<&GrantsView>,
    user: Option<&UserId>,
    typed: &str,
) -> Groups {
    let typed = typed.trim().to_lowercase();
    let mut groups = Groups::default();
    for info in catalogue::all() {
        let Ok(scope) = Scope::new(info.name) else { continue };
        let matches = info.name.contains(&typed) || info.description.to_lowercase().contains(&typed);
        let Some(kind) = Kind::of(&scope, model).filter(|_| matches) else {
            continue;
        };
        let group = if grants.is_some_and(|grants| is_held(grants, kind, user, &scope)) {
            &mut groups.held
        } else if wanted.contains(&scope) {
            &mut groups.suggested
        } else {
            &mut groups.others
        };
        group.push(info);
    }
    // Few people may grant the administrators' scopes.
    let (admin, usual): (Vec<_>, Vec<_>) = groups.others.into_iter().partition(|info| info.admin);
    groups.others = usual.into_iter().chain(admin).collect();
    groups
}

/// Whether a scope is held wherever it can be: for the app on all its types, or for this person.
fn is_held(grants: &GrantsView, kind: Kind, user: Option<&UserId>, scope: &Scope) -> bool {
    let mut held = grants.scopes.iter().filter(|grant| grant.scope == *scope);
    match kind {
        Kind::Personal => user
            .is_some_and(|user| held.any(|grant| grant.user.as_ref().is_some_and(|of| of.as_str() == user.as_str()))),
        Kind::App => {
            let types = catalogue::resource_types(scope);
            if types.is_empty() {
                held.next().is_some()
            } else {
                types
                    .iter()
                    .all(|kind| held.clone().any(|grant| grant.resource_type == Some(*kind)))
            }
        }
    }
}

#[cfg(test)]
mod tests;
