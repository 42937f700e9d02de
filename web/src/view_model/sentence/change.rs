//! The short sentence of a last change, as lists show it.

use grantbook_core::view::ChangeView;

use super::{Segment, Words};
use crate::view_model::number::count;

/// `@izzy allowed commands`; without a name `Insectoid was added to 1 place`.
pub fn change_sentence(change: &ChangeView) -> Vec<Segment> {
    let app = change.app_name.as_str();
    let named = change.actor.as_ref().map(|id| (id, change.actor_name.as_deref()));
    let places = || count(change.resources, "place");
    let words = match (change.kind.as_str(), named) {
        ("scope_granted", _) => Words::default().scopes_done(named, "allowed", &change.scopes),
        ("scope_denied" | "user_resource_denied", _) => Words::default().scopes_done(named, "refused", &change.scopes),
        (kind, Some((id, name))) => by_person(kind, Words::default().who(id, name), app, &places())
            .unwrap_or_else(|| of_app(change, Words::default().actor(app), &places())),
        (_, None) => of_app(change, Words::default().actor(app), &places()),
    };
    words.0
}

/// What somebody with a name did; `None` where the sentence is about the app whoever did it.
fn by_person(kind: &str, who: Words, app: &str, places: &str) -> Option<Words> {
    Some(match kind {
        "installed" => who.text(" installed ").actor(app),
        "resources_added" => who.text(" added ").actor(app).text(format!(" to {places}")),
        "resources_removed" => who.text(" removed ").actor(app).text(format!(" from {places}")),
        "user_resource_granted" => who.text(" lets ").actor(app).text(" act for them"),
        "user_resource_removed" => who.text(" withdrew from ").actor(app),
        "uninstalled" => who.text(" uninstalled ").actor(app),
        _ => return None,
    })
}

/// What happened to the app, without a name.
fn of_app(change: &ChangeView, app: Words, places: &str) -> Words {
    let workspaces = || count(change.resources, "workspace");
    match change.kind.as_str() {
        "installed" => app.text(" was installed"),
        "resources_added" => app.text(format!(" was added to {places}")),
        "resources_removed" => app.text(format!(" was removed from {places}")),
        "user_resource_granted" => app.text(" may act for a person"),
        "user_resource_removed" => app.text(" may no longer act for a person"),
        "team_access_granted" => app.text(format!(" was given {}", workspaces())),
        "team_access_revoked" => app.text(format!(" lost {}", workspaces())),
        "conversation_joined" => app.text(" joined a conversation"),
        "conversation_left" => app.text(" left a conversation"),
        "tokens_revoked" => Words::default()
            .text("The tokens of ")
            .actor(&change.app_name)
            .text(" were revoked"),
        "uninstalled" => app.text(" was uninstalled"),
        "reconciled" => Words::default()
            .actor("Reconcile")
            .text(" corrected the ledger of ")
            .actor(&change.app_name),
        kind => {
            let mut words = app.text(": ");
            words.0.push(Segment::Code(kind.to_owned()));
            words
        }
    }
}
