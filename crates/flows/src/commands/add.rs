//! `/permissions add …`: the command's own trigger is spent at once.

use std::collections::BTreeSet;

use grantbook_core::{
    Scope,
    request::{
        Ask, Author, Via,
        compose::{self, MOST_SCOPES, Mistake},
    },
    view::Model,
};

use super::Called;
use crate::{
    House,
    progressive::{Aim, Arrival, Press, Ready, launch},
};

/// What became of it.
pub(super) enum Added {
    /// The call is on its way: its dialog is the answer.
    Asking,
    /// It cannot be asked like that.
    Say(String),
    /// A modern app: the answer is a link to the authorize page.
    Link(BTreeSet<Scope>),
}

/// Asks for the scopes typed after `add`, with the command's trigger. Nothing here waits.
pub(super) fn press(house: &House, arrival: &Arrival, called: &Called, typed: &str) -> Added {
    let command = &called.command;
    let scopes: BTreeSet<Scope> = match Scope::parse_list(typed) {
        Ok(scopes) => scopes.into_iter().collect(),
        Err(error) => return Added::Say(format!("That is not a list of scopes: {error}.")),
    };
    if scopes.len() > MOST_SCOPES {
        return Added::Say(sentence(&Mistake::TooManyScopes));
    }
    let kind = match compose::kind_of(called.app.model, &scopes) {
        Ok(kind) => kind,
        Err(mistake) => return Added::Say(sentence(&mistake)),
    };
    if called.app.model == Model::Modern {
        return Added::Link(scopes);
    }
    let Some(trigger) = command.trigger_id.clone() else {
        return Added::Say("Slack sent no trigger with the command, so nothing could be asked. Try again.".to_owned());
    };
    let ask = Ask {
        installation: called.key.clone(),
        model: called.app.model,
        kind,
        user: Some(command.user_id.clone()),
        channel: Some(command.channel_id.clone()),
        scopes,
        optional: BTreeSet::new(),
        message: format!("{} {}", command.command, command.text),
        button: command.command.clone(),
        author: Author::Command {
            user: command.user_id.clone(),
        },
        drafted_at: arrival.at,
        again_of: None,
    };
    let press = Press {
        call: house.ids.id(),
        app: called.app.slug.clone(),
        app_row: called.app.row,
        round: trigger.as_str().to_owned(),
        tenant: Some(called.key.tenant.clone()),
        user: Some(command.user_id.clone()),
        channel: Some(command.channel_id.clone()),
        kind: "slash_command".to_owned(),
        subject: command.command.chars().take(100).collect(),
        arrived_at: arrival.at,
        // Slack does not date commands: the trigger's age counts from the arrival.
        issued_at: None,
        via: Via::Command,
        verified_us: arrival.verified_us,
        aim: Aim::Fresh { ask: Box::new(ask) },
    };
    if house.hands.seen.first(&press) {
        let ready = Ready::of_command(Some(trigger), command.response_url.clone(), arrival.started);
        launch(house, press, ready);
    }
    Added::Asking
}

fn sentence(mistake: &Mistake) -> String {
    format!("That cannot be asked: {mistake}.")
}
