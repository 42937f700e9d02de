//! Slash commands: who has them, where they work, and the form that the app gets.

use grantbook_api::commands::SlashCommand;
use grantbook_core::{ResourceId, ResourceType, TeamId, UserId};

use super::{
    Acted, ActionError, App, AppCommand, Conversation, Moment, World,
    hooks::Deed,
    interactions::{Done, posted},
    payloads::wire_name,
};

/// What was typed, where and by whom.
#[derive(Clone, Copy, Debug)]
pub(super) struct Typed<'a> {
    pub(super) team: &'a TeamId,
    pub(super) channel: &'a ResourceId,
    pub(super) user: &'a UserId,
    pub(super) command: &'a str,
    pub(super) text: &'a str,
}

/// Why a command does not work somewhere.
enum NoCommand {
    Unknown,
    NotHere { app: String },
}

impl World {
    /// A person types a slash command. One that nobody has, or not here, is answered by Slack itself.
    pub(super) fn run_command(&mut self, moment: &mut Moment<'_>, typed: &Typed<'_>) -> Result<Acted, ActionError> {
        self.check_member(typed.team, typed.user)?;
        let place = self.place(typed.channel, typed.user)?.clone();
        let app = match self.command_owner(&place, typed.command) {
            Ok(app) => app.clone(),
            Err(why) => {
                let text = match why {
                    NoCommand::Unknown => format!(
                        "{} is not a valid command. What begins with / is read as one; put a space before it to send it as a message.",
                        typed.command
                    ),
                    NoCommand::NotHere { app } => {
                        format!(
                            "{} does not work here: {app} does not hold `commands` for this conversation.",
                            typed.command
                        )
                    }
                };
                self.tell(moment.now, typed.channel, typed.user, text);
                return Ok(Acted::default());
            }
        };
        let words = format!("{} {}", typed.command, typed.text).trim_end().to_owned();
        let (id, hook) = self.hook(
            moment,
            &Done {
                deed: Deed::Command,
                app: &app.id,
                place: &place,
                user: typed.user,
                message: None,
                words: &words,
            },
        );
        let team = self.teams.get(typed.team);
        let person = self.users.get(typed.user);
        let command = SlashCommand {
            team_id: typed.team.clone(),
            team_domain: team.map(|team| team.domain.clone()).unwrap_or_default(),
            enterprise_id: self.enterprise.as_ref().map(|enterprise| enterprise.id.clone()),
            enterprise_name: self.enterprise.as_ref().map(|enterprise| enterprise.name.clone()),
            channel_id: typed.channel.clone(),
            channel_name: wire_name(&place),
            user_id: typed.user.clone(),
            user_name: person.map(|person| person.name.clone()).unwrap_or_default(),
            command: typed.command.to_owned(),
            text: typed.text.to_owned(),
            api_app_id: Some(app.id.clone()),
            is_enterprise_install: self.is_org_wide_at(&app.id, typed.team),
            response_url: Some(self.response_url(id, &hook)),
            trigger_id: Some(hook.trigger_id.clone()),
        };
        Ok(posted(id, hook, command.to_form(&app.verification_token)))
    }

    /// The commands that work in a conversation.
    pub fn commands_at(&self, place: &Conversation) -> Vec<(&App, &AppCommand)> {
        let all = self
            .apps
            .values()
            .flat_map(|app| app.commands.iter().map(move |command| (app, command)));
        all.filter(|(app, command)| self.command_works(app, &command.command, place))
            .collect()
    }

    /// A workspace app's command works where the app holds `commands` and was added; that of an app of
    /// today in the whole workspace. In its own app home an app's `/permissions` always works, which is
    /// the simulator's choice: otherwise nobody could ask by command for `commands`.
    fn command_works(&self, app: &App, command: &str, place: &Conversation) -> bool {
        let Some(installation) = self.installation(&app.id, &place.team) else {
            return false;
        };
        if app.is_modern() {
            return installation.all_scopes().contains("commands");
        }
        let is_home = place.kind == ResourceType::AppHome && place.app.as_ref() == Some(&app.id);
        let is_held = installation.holds(place.kind, "commands") && installation.reaches(place.kind, &place.id);
        is_held || (is_home && command.starts_with("/permissions"))
    }

    fn command_owner(&self, place: &Conversation, command: &str) -> Result<&App, NoCommand> {
        let has = |app: &&App| app.commands.iter().any(|own| own.command == command);
        if let Some(app) = self
            .apps
            .values()
            .filter(has)
            .find(|app| self.command_works(app, command, place))
        {
            return Ok(app);
        }
        let installed = self
            .apps
            .values()
            .filter(has)
            .find(|app| self.installation(&app.id, &place.team).is_some());
        Err(installed.map_or(NoCommand::Unknown, |app| NoCommand::NotHere { app: app.name.clone() }))
    }
}
