//! The short sentence of a last change, as lists show it.

use grantbook_core::view::ChangeView;

use super::{Segment, Words};
use crate::view_model::number::count;

/// `@izzy allowed commands`.
pub fn change_sentence(change: &ChangeView) -> Vec<Segment> {
    let app = change.app_name.as_str();
    let who = || Words::default().who(change.actor.as_ref(), change.actor_name.as_deref());
    let resources = || count(change.resources, "resource");
    let words = match change.kind.as_str() {
        "installed" if change.actor.is_none() => Words::default().actor(app).text(" was installed"),
        "installed" => who().text(" installed ").actor(app),
        "scope_granted" => who().text(" allowed ").scopes(&change.scopes),
        "scope_denied" => who().text(" denied ").scopes(&change.scopes),
        "resources_added" => who().text(" gave ").actor(app).text(format!(" {}", resources())),
        "resources_removed" => who()
            .text(" removed ")
            .actor(app)
            .text(format!(" from {}", resources())),
        "user_resource_granted" => who().text(" lets ").actor(app).text(" act for them"),
        "user_resource_denied" => who().text(" refused ").scopes(&change.scopes),
        "user_resource_removed" => who().text(" withdrew from ").actor(app),
        "team_access_granted" => Words::default()
            .actor(app)
            .text(format!(" was given {}", count(change.resources, "workspace"))),
        "team_access_revoked" => Words::default()
            .actor(app)
            .text(format!(" lost {}", count(change.resources, "workspace"))),
        "conversation_joined" => Words::default().actor(app).text(" joined a conversation"),
        "conversation_left" => Words::default().actor(app).text(" left a conversation"),
        "tokens_revoked" => Words::default().text("The tokens of ").actor(app).text(" were revoked"),
        "uninstalled" if change.actor.is_none() => Words::default().actor(app).text(" was uninstalled"),
        "uninstalled" => who().text(" uninstalled ").actor(app),
        "reconciled" => Words::default()
            .actor("Reconcile")
            .text(" corrected the ledger of ")
            .actor(app),
        _ => {
            let mut words = Words::default().actor(app).text(": ");
            words.0.push(Segment::Code(change.kind.clone()));
            words
        }
    };
    words.0
}
