//! Sentences of ledger entries.

use std::collections::{BTreeMap, BTreeSet};

use grantbook_core::{
    Fact, ResourceType, Source, Tenant,
    fact::{Resource, ScopesByType},
    view::EntryView,
};

use super::{Segment, Tone, Words};
use crate::view_model::{distinct, number::count, time_words::duration};

const KEEPS: &str = ". The app keeps what it had.";

/// What happened.
pub fn entry_sentence(entry: &EntryView) -> Vec<Segment> {
    let app = &entry.app_name;
    let named = entry.actor.as_ref().map(|id| (id, entry.actor_name.as_deref()));
    let words = match &entry.fact {
        Fact::Installed { scopes, resources, .. } => installed(entry, scopes, resources),
        Fact::ScopeGranted { scopes, unplaced, .. } => {
            let words = Words::default().scopes_done(named, "allowed", &entry.scopes);
            let words = places(words, entry, scopes);
            if unplaced.is_empty() {
                words
            } else {
                words
                    .text("; Slack has not named a resource type for ")
                    .scopes(unplaced)
            }
        }
        Fact::ScopeDenied { .. } => Words::default()
            .scopes_done(named, "refused", &entry.scopes)
            .text(KEEPS),
        Fact::ResourcesAdded { .. } => match named {
            Some((id, name)) => Words::default().who(id, name).text(" added ").actor(app),
            None => Words::default().actor(app).text(" was added"),
        }
        .text(" to ")
        .resources(&entry.resources, &known(entry)),
        Fact::ResourcesRemoved { .. } => match named {
            Some((id, name)) => Words::default().who(id, name).text(" removed ").actor(app),
            None => Words::default().actor(app).text(" was removed"),
        }
        .text(" from ")
        .resources(&entry.resources, &known(entry)),
        Fact::UserResourceGranted { user, scopes, .. } => Words::default()
            .who(user, entry.names.get(user.as_str()).map(String::as_str))
            .text(" lets ")
            .actor(app)
            .text(" act for them with ")
            .scopes(scopes),
        Fact::UserResourceDenied { user, scopes, .. } => Words::default()
            .who(user, entry.names.get(user.as_str()).map(String::as_str))
            .text(" refused to let ")
            .actor(app)
            .text(" act for them with ")
            .scopes(scopes)
            .text(KEEPS),
        Fact::UserResourceRemoved { user } => Words::default()
            .who(user, entry.names.get(user.as_str()).map(String::as_str))
            .text(" withdrew: ")
            .actor(app)
            .text(" may no longer act for them"),
        _ => installation_wide(entry),
    };
    words.0
}

/// The names known of the entry's resources, with the workspace's own.
fn known(entry: &EntryView) -> BTreeMap<String, String> {
    let mut names = entry.names.clone();
    let own = names.entry(entry.tenant.to_string());
    own.or_insert_with(|| entry.tenant_name.clone());
    names
}

/// Facts about where the app is and whether its tokens work.
fn installation_wide(entry: &EntryView) -> Words {
    let app = Words::default().actor(&entry.app_name);
    match &entry.fact {
        Fact::TeamAccessGranted { .. } => app.text(" was given ").resources(&entry.resources, &known(entry)),
        Fact::TeamAccessRevoked { .. } => app.text(" lost ").resources(&entry.resources, &known(entry)),
        Fact::ConversationJoined { resource, inviter } => {
            let words = app.text(" joined ").resources([resource], &known(entry));
            match inviter {
                Some(id) => words
                    .text(", invited by ")
                    .who(id, entry.names.get(id.as_str()).map(String::as_str)),
                None => words,
            }
        }
        Fact::ConversationLeft { resource } => app.text(" is no longer in ").resources([resource], &known(entry)),
        Fact::TokensRevoked { oauth, bot, .. } => {
            let words = Words::default()
                .text("Slack revoked the tokens of ")
                .actor(&entry.app_name);
            match oauth.len() + bot.len() {
                0 => words,
                people => words.text(format!(
                    " for {}",
                    count(u64::try_from(people).unwrap_or(u64::MAX), "user")
                )),
            }
        }
        Fact::Uninstalled => match &entry.actor {
            Some(actor) => Words::default()
                .who(actor, entry.actor_name.as_deref())
                .text(" uninstalled ")
                .actor(&entry.app_name),
            None => app.text(" was uninstalled"),
        }
        .text(". Everything granted here ended."),
        Fact::Reconciled { .. } => reconciled(entry),
        _ => app,
    }
}

fn installed(entry: &EntryView, scopes: &ScopesByType, resources: &BTreeSet<Resource>) -> Words {
    let words = match &entry.actor {
        Some(actor) => Words::default()
            .who(actor, entry.actor_name.as_deref())
            .text(" installed ")
            .actor(&entry.app_name),
        None => Words::default().actor(&entry.app_name).text(" was installed"),
    };
    let distinct = distinct(scopes.values().flatten());
    let resources = u64::try_from(resources.len()).unwrap_or(u64::MAX);
    let words = match distinct.len() {
        0 => words.text(" with no scopes"),
        1..=3 => words.text(" with ").scopes(distinct),
        many => words.text(format!(" with {many} scopes")),
    };
    if resources == 0 {
        words
    } else {
        words.text(format!(" on {}", count(resources, "resource")))
    }
}

/// The resource types a scope was granted for: `for app homes, channels and direct messages`.
fn places(words: Words, entry: &EntryView, scopes: &ScopesByType) -> Words {
    let kinds: Vec<ResourceType> = scopes
        .iter()
        .filter(|(_, held)| !held.is_empty())
        .map(|(&kind, _)| kind)
        .collect();
    let conversations = [
        ResourceType::AppHome,
        ResourceType::Channel,
        ResourceType::Group,
        ResourceType::Mpim,
        ResourceType::Im,
    ];
    let called = |kind: ResourceType| match (&entry.tenant, kind) {
        (Tenant::Team(_), ResourceType::Team) => "the workspace",
        _ => kind.plural(),
    };
    match kinds.as_slice() {
        [] => words,
        kinds if kinds == conversations => words.text(" for every kind of conversation"),
        [only] => words.text(format!(" for {}", called(*only))),
        [first @ .., last] => {
            let first: Vec<&str> = first.iter().map(|kind| called(*kind)).collect();
            words.text(format!(" for {} and {}", first.join(", "), called(*last)))
        }
    }
}

fn reconciled(entry: &EntryView) -> Words {
    let Fact::Reconciled {
        scopes_added,
        scopes_removed,
        resources_added,
        resources_removed,
        excluded,
        included,
        people_added,
        people_removed,
    } = &entry.fact
    else {
        return Words::default();
    };
    let mut parts: Vec<Words> = Vec::new();
    let mut scopes = |verb: &str, by_type: &ScopesByType| {
        let distinct = distinct(by_type.values().flatten());
        if !distinct.is_empty() {
            parts.push(Words::default().text(verb).scopes(distinct));
        }
    };
    scopes("added ", scopes_added);
    scopes("removed ", scopes_removed);
    let mut resources = |verb: &str, list: Vec<&Resource>| {
        if !list.is_empty() {
            parts.push(Words::default().text(verb).resources(list, &known(entry)));
        }
    };
    resources("added ", resources_added.iter().collect());
    resources("removed ", resources_removed.iter().collect());
    for (verb, people) in [("let the app act with ", people_added), ("took back ", people_removed)] {
        for (user, scopes) in people {
            let words = Words::default().text(verb).scopes(distinct(scopes.iter()));
            parts.push(words.text(format!(" for {user}")));
        }
    }
    let exceptions = excluded.len() + included.len();
    if exceptions > 0 {
        let corrected = count(u64::try_from(exceptions).unwrap_or(u64::MAX), "exception");
        parts.push(Words::default().text(format!("corrected {corrected}")));
    }
    let mut words = Words::default()
        .actor("Reconcile")
        .text(" compared the ledger with Slack's lists");
    for (at, part) in parts.into_iter().enumerate() {
        words = words.text(if at == 0 { " and " } else { ", " });
        words.0.extend(part.0);
    }
    words
}

/// Why, as far as the ledger knows; and that it does not know who, where it does not.
pub fn entry_why(entry: &EntryView) -> Option<Vec<Segment>> {
    let words = match &entry.fact {
        Fact::ResourcesAdded { resources } => {
            let effective = distinct(resources.iter().flat_map(|resource| &resource.scopes));
            (!effective.is_empty()).then(|| Words::default().text("Effective there: ").scopes(effective))
        }
        Fact::Reconciled { .. } => Some(Words::default().text("No event had announced it.")),
        fact => fact.trigger_id().map(|trigger| {
            let mut words = Words::default().text("Answered in the dialog of trigger ");
            words.0.push(Segment::Code(shortened(trigger)));
            words
        }),
    };
    let late = entry.recorded_at.seconds() - entry.at.seconds();
    let words = match words {
        _ if late > LATE && entry.source == Source::Event => {
            let words = words.map_or_else(Words::default, |words| words.text(". "));
            Some(words.text(format!("The console learned of it {} later.", duration(late))))
        }
        words => words,
    };
    words.map(|words| words.0)
}

/// An event that took longer than Slack's first retry is worth a word.
const LATE: i64 = 60;

fn shortened(trigger: &str) -> String {
    match trigger.char_indices().nth(22) {
        Some((end, _)) => format!("{}…", trigger.get(..end).unwrap_or(trigger)),
        None => trigger.to_owned(),
    }
}

/// The look of a kind of entry.
pub fn look(kind: &str) -> Tone {
    match kind {
        "scope_denied" | "user_resource_denied" => Tone::Denied,
        "resources_removed"
        | "user_resource_removed"
        | "team_access_revoked"
        | "conversation_left"
        | "tokens_revoked"
        | "uninstalled" => Tone::Ended,
        "reconciled" => Tone::Info,
        _ => Tone::Granted,
    }
}
