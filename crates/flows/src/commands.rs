//! `commands`: the slash command by which people learn what the app may do where they are, and offer more.
//!
//! `/permissions` lists what works here and offers a button for what is missing. `/permissions add
//! channels:history` spends the command's own trigger and asks at once. Any other command of the app
//! arrives here only where its request URL is this console's: the answer says that it arrived.

mod add;
mod overview;
mod words;

use std::{sync::Arc, time::Duration};

use grantbook_api::{
    commands::{CommandError, CommandRequest, SlashCommand},
    message::{OutgoingMessage, ResponseMessage},
};
use grantbook_core::{AppSlug, InstallationKey};
use grantbook_store::apps::AppRecord;

use crate::{
    House,
    ingest::SignedRequest,
    names,
    progressive::{Arrival, InteractionError, answer_later},
};

/// What our command's name begins with. Slack wants names to be unique in a workspace, so that an app may
/// have to call it `/permissions-atlas`.
pub const COMMAND: &str = "/permissions";

/// How long the answer may take before Slack is told "received" and the answer follows by the response URL.
/// Slack shows an error after three seconds.
const PATIENCE: Duration = Duration::from_millis(1_500);

/// What to answer a command with.
#[derive(Clone, Debug, PartialEq)]
pub enum CommandReply {
    /// Slack checks the certificate: 200.
    SslCheck,
    /// 200 with nothing: the answer follows, or is a dialog.
    Empty,
    /// This message.
    Message(Box<ResponseMessage>),
}

/// A command that was believed.
pub(crate) struct Called {
    pub(crate) app: Arc<AppRecord>,
    pub(crate) key: InstallationKey,
    pub(crate) command: SlashCommand,
}

/// The commands door's use case.
#[derive(Clone, Debug)]
pub struct Commands {
    house: House,
}

impl Commands {
    /// The use case over `house`.
    pub fn new(house: House) -> Self {
        Self { house }
    }

    /// Takes one command.
    pub async fn command(&self, slug: &AppSlug, request: SignedRequest<'_>) -> Result<CommandReply, InteractionError> {
        // The probe may come without a signature, and its answer tells nobody anything.
        let parsed = CommandRequest::parse(request.body);
        if matches!(parsed, Ok(CommandRequest::SslCheck)) {
            return Ok(CommandReply::SslCheck);
        }
        let arrival = self.house.believe(slug, request).await?;
        self.take(&arrival, parsed).await
    }

    /// Takes one command that came over the app's own connection (Socket Mode).
    pub async fn command_from_socket(&self, slug: &AppSlug, body: &[u8]) -> Result<CommandReply, InteractionError> {
        let arrival = self.house.trust(slug).await?;
        self.take(&arrival, CommandRequest::parse(body)).await
    }

    /// Everything after the question who sent it.
    async fn take(
        &self,
        arrival: &Arrival,
        parsed: Result<CommandRequest, CommandError>,
    ) -> Result<CommandReply, InteractionError> {
        let command = match parsed {
            Ok(CommandRequest::Command(command)) => *command,
            Ok(CommandRequest::SslCheck) => return Ok(CommandReply::SslCheck),
            Err(error) => {
                return Err(InteractionError::Unreadable {
                    code: "wrong_shape",
                    detail: error.to_string(),
                });
            }
        };
        if command
            .api_app_id
            .as_ref()
            .is_some_and(|app| *app != arrival.app.app_id)
        {
            return Err(InteractionError::Unreadable {
                code: "wrong_app",
                detail: "it is for another app than the one registered under this address".to_owned(),
            });
        }
        let (tenant, user, name) = (command.tenant(), command.user_id.clone(), command.user_name.clone());
        let reply = self.answer(arrival, command).await;
        names::told(&self.house, tenant, &user, &name);
        Ok(reply)
    }

    async fn answer(&self, arrival: &Arrival, command: SlashCommand) -> CommandReply {
        let called = Called {
            key: InstallationKey::new(arrival.app.slug.clone(), command.tenant()),
            app: Arc::clone(&arrival.app),
            command,
        };
        let mut words = called.command.text.split_whitespace();
        if !called.command.command.starts_with(COMMAND) {
            return self.in_time(called, overview::reached).await;
        }
        match words.next() {
            Some("add") => {
                let scopes = words.collect::<Vec<_>>().join(",");
                match add::press(&self.house, arrival, &called, &scopes) {
                    add::Added::Asking => CommandReply::Empty,
                    add::Added::Say(text) => say(text),
                    add::Added::Link(scopes) => {
                        self.in_time(called, async move |house, called| {
                            overview::link(house, called, scopes).await
                        })
                        .await
                    }
                }
            }
            Some("help") => say(words::HELP.to_owned()),
            None => self.in_time(called, overview::overview).await,
            Some(other) => say(words::unknown_word(other)),
        }
    }

    /// Answers at once if that is possible within Slack's patience, and by the response URL otherwise.
    async fn in_time<F, T>(&self, called: Called, work: F) -> CommandReply
    where
        F: FnOnce(House, Called) -> T,
        T: Future<Output = OutgoingMessage> + Send + 'static,
    {
        let respond = called.command.response_url.clone();
        let mut work = tokio::spawn(work(self.house.clone(), called));
        match tokio::time::timeout(PATIENCE, &mut work).await {
            Ok(Ok(message)) => reply(message),
            Ok(Err(_)) => say(words::TROUBLE.to_owned()),
            Err(_) => {
                let house = self.house.clone();
                tokio::spawn(async move {
                    if let (Ok(message), Some(url)) = (work.await, respond) {
                        answer_later(&house, &url, message).await;
                    }
                });
                CommandReply::Empty
            }
        }
    }
}

fn say(text: String) -> CommandReply {
    reply(OutgoingMessage::text(text))
}

fn reply(message: OutgoingMessage) -> CommandReply {
    match ResponseMessage::ephemeral(message) {
        Ok(message) => CommandReply::Message(Box::new(message)),
        Err(error) => {
            tracing::error!(%error, "an answer to a command is beyond Slack's limits");
            CommandReply::Empty
        }
    }
}
