//! What the app may do here, and a button for what is missing.

use std::collections::BTreeSet;

use grantbook_api::message::{Attachment, AttachmentAction, Block, Element, OutgoingMessage};
use grantbook_core::{
    Grants, ResourceId, Scope, Timestamp,
    grants::Status,
    request::{
        Ask, Author, Happening, Kind, PermissionRequest, StateName, Step,
        compose::{self, MOST_SCOPES},
    },
    view::Model,
};
use grantbook_store::{StoreError, requests::NewAsk};

use super::{Called, words};
use crate::{House, progressive::offer};

/// Scopes listed in one message.
const LISTED: usize = 12;

/// The answer to `/permissions`.
pub(super) async fn overview(house: House, called: Called) -> OutgoingMessage {
    answer(&house, &called, None).await
}

/// The answer to `/permissions add …` of a modern app.
pub(super) async fn link(house: House, called: Called, scopes: BTreeSet<Scope>) -> OutgoingMessage {
    answer(&house, &called, Some(scopes)).await
}

/// The answer to a command that is not ours: that it arrived, and why it could.
pub(super) async fn reached(house: House, called: Called) -> OutgoingMessage {
    let name = &called.command.command;
    let Ok(commands) = Scope::new("commands") else {
        return OutgoingMessage::text(words::TROUBLE);
    };
    let grants = match house.store.grants(&called.key).await {
        Ok(grants) => grants.unwrap_or_default(),
        Err(_) => return OutgoingMessage::text(words::TROUBLE),
    };
    let here = grants.check(&commands, Some(&called.command.channel_id)).allowed();
    let why = if here {
        "The app holds `commands` in this conversation"
    } else {
        "The ledger does not say that the app holds `commands` in this conversation"
    };
    OutgoingMessage::text(format!(
        "`{name}` works: it reached {}. {why}. The console keeps the app's permissions; what the command does \
         is for the app itself to answer.",
        called.app.name
    ))
}

async fn answer(house: &House, called: &Called, wanted: Option<BTreeSet<Scope>>) -> OutgoingMessage {
    match compose(house, called, wanted).await {
        Ok(message) => message,
        Err(error) => {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(error, "a command could not be answered");
            OutgoingMessage::text(words::TROUBLE)
        }
    }
}

async fn compose(
    house: &House,
    called: &Called,
    wanted: Option<BTreeSet<Scope>>,
) -> Result<OutgoingMessage, StoreError> {
    let app = &called.app;
    let grants = house.store.grants(&called.key).await?.unwrap_or_default();
    if grants.status != Status::Installed {
        return Ok(OutgoingMessage::text(format!(
            "{} is not installed here with a working token. An administrator can install it again.",
            app.name
        )));
    }
    let here = &called.command.channel_id;
    let works = working(&grants, here);
    let user = &called.command.user_id;
    let missing: BTreeSet<Scope> = wanted
        .unwrap_or_else(|| app.scopes.clone())
        .into_iter()
        .filter(|scope| match Kind::of(scope, app.model) {
            // What works here is not missing here, whatever it is elsewhere.
            Some(Kind::App) if works.contains(scope) => false,
            Some(kind) => !compose::holds(&grants, kind, Some(user), scope),
            None => false,
        })
        .take(MOST_SCOPES)
        .collect();
    let mut text = if works.is_empty() {
        format!("{} may do nothing in this conversation yet.", app.name)
    } else {
        let list = words::lines(works.iter(), LISTED);
        format!("{} may do this here:\n{list}", app.name)
    };
    if missing.is_empty() {
        text.push_str("\nNothing that it needs is missing.");
        return Ok(OutgoingMessage::text(text));
    }
    let mut message = OutgoingMessage::text(text.clone());
    if app.model == Model::Modern {
        // Beside blocks the text is what notifications show, and no more.
        message = message.block(Block::section(text));
    }
    for kind in [Kind::App, Kind::Personal] {
        let scopes: BTreeSet<Scope> = missing
            .iter()
            .filter(|scope| Kind::of(scope, app.model) == Some(kind))
            .cloned()
            .collect();
        if !scopes.is_empty() {
            let request = offered(house, called, kind, scopes).await?;
            message = with_offer(house, message, &request);
        }
    }
    Ok(message)
}

/// The scopes that work in a conversation.
fn working(grants: &Grants, here: &ResourceId) -> BTreeSet<Scope> {
    let held: BTreeSet<&Scope> = grants.held_scopes();
    held.into_iter()
        .filter(|scope| grants.check(scope, Some(here)).allowed())
        .cloned()
        .collect()
}

/// The request behind the button: the one this person's last command made, if it still waits, or a new one.
async fn offered(
    house: &House,
    called: &Called,
    kind: Kind,
    scopes: BTreeSet<Scope>,
) -> Result<PermissionRequest, StoreError> {
    let (store, user, now) = (&house.store, &called.command.user_id, house.clock.now());
    let installation = store.installation_ref(&called.key).await?.ok_or(StoreError::Closed)?;
    for earlier in store.earlier_requests(installation.row, user, &scopes, now).await? {
        let waits = matches!(earlier.state, StateName::Drafted | StateName::Offered) && !earlier.by_message;
        if waits
            && let Some(request) = store.request(earlier.id).await?
            && request.ask.scopes == scopes
            && request.ask.kind == kind
        {
            return Ok(request);
        }
    }
    let ask = ask(called, kind, scopes, now);
    let channel = called.command.channel_id.clone();
    let request = store
        .draft_request(NewAsk {
            ask,
            installation,
            outbox: None,
        })
        .await?;
    // Only this person sees the answer, and it has no name of its own: there is nothing to update later.
    let what = Happening::Offered {
        channel,
        message_ts: String::new(),
    };
    let step = Step { at: now, what };
    Ok(store.record_step(request.id, step).await?.unwrap_or(request))
}

fn ask(called: &Called, kind: Kind, scopes: BTreeSet<Scope>, now: Timestamp) -> Ask {
    let count = scopes.len();
    let message = match kind {
        Kind::App => format!("{} would need this to work fully here.", called.app.name),
        Kind::Personal => format!("{} would need this to act for you.", called.app.name),
    };
    let button = match scopes.first() {
        Some(scope) if count == 1 => format!("Allow {scope}"),
        _ => format!("Allow {count} permissions"),
    };
    Ask {
        installation: called.key.clone(),
        model: called.app.model,
        kind,
        user: Some(called.command.user_id.clone()),
        channel: Some(called.command.channel_id.clone()),
        scopes,
        optional: BTreeSet::new(),
        message,
        button: button.chars().take(compose::LONGEST_BUTTON).collect(),
        author: Author::Command {
            user: called.command.user_id.clone(),
        },
        drafted_at: now,
        again_of: None,
    }
}

fn with_offer(house: &House, message: OutgoingMessage, request: &PermissionRequest) -> OutgoingMessage {
    let ask = &request.ask;
    let list = words::lines(ask.scopes.iter(), LISTED);
    let text = format!("{}\n{list}", ask.message);
    match ask.model {
        Model::Workspace => message.attachment(
            Attachment::new(
                offer::callback_id(request.id),
                "Press the button in an official Slack client to allow this.",
            )
            .text(text)
            .action(AttachmentAction::button(
                offer::ACTION,
                ask.button.clone(),
                offer::button_value(house, request),
            )),
        ),
        Model::Modern => message.block(Block::section(text)).block(Block::actions(
            offer::callback_id(request.id),
            [Element::link(
                offer::LINK_ACTION,
                ask.button.clone(),
                &offer::install_link(house, request),
            )],
        )),
    }
}
