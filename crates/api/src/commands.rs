//! What arrives on the commands door: somebody typed a slash command.
//!
//! A flat form (docs.slack.dev, "Implementing slash commands"). The same type reads it in the console and
//! writes it in the simulator.

use std::{collections::HashMap, fmt::Display, str::FromStr};

use grantbook_core::{AppId, EnterpriseId, ResourceId, TeamId, Tenant, UserId};
use url::form_urlencoded;

use crate::{secret::ResponseUrl, trigger::TriggerId, wire};

/// One request to the commands door.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CommandRequest {
    /// Slack checks the certificate (`ssl_check=1`): answer 200 and nothing else.
    SslCheck,
    /// A command.
    Command(Box<SlashCommand>),
}

/// A command that somebody typed.
///
/// The deprecated verification `token` is neither needed nor kept: the signature decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlashCommand {
    /// The workspace.
    pub team_id: TeamId,
    /// The workspace's name in addresses; may be blank.
    pub team_domain: String,
    /// The organization.
    pub enterprise_id: Option<EnterpriseId>,
    /// The organization's name.
    pub enterprise_name: Option<String>,
    /// Where it was typed.
    pub channel_id: ResourceId,
    /// The conversation's name; `directmessage` or `privategroup` for those without one. May be blank.
    pub channel_name: String,
    /// Who typed it.
    pub user_id: UserId,
    /// The handle of who typed it; may be blank.
    pub user_name: String,
    /// The command with its slash, as in `/insectoid`.
    pub command: String,
    /// What follows the command; may be blank.
    pub text: String,
    /// The app; older requests do not name it.
    pub api_app_id: Option<AppId>,
    /// Whether the app is installed in the whole organization at once.
    pub is_enterprise_install: bool,
    /// Where to answer.
    pub response_url: Option<ResponseUrl>,
    /// The proof that somebody has just acted.
    pub trigger_id: Option<TriggerId>,
}

/// Why a form is no command. Repeats nothing that was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CommandError {
    /// A field that every command has is not there.
    #[error("the form has no field `{field}`")]
    Missing {
        /// The field.
        field: &'static str,
    },
    /// A field holds something else than it promises.
    #[error("the field `{field}` is malformed")]
    Malformed {
        /// The field.
        field: &'static str,
    },
}

/// The fields of a form; of a field sent twice, the first counts.
struct Fields(HashMap<String, String>);

impl Fields {
    fn new(form_body: &[u8]) -> Self {
        let mut fields = HashMap::new();
        for (name, value) in form_urlencoded::parse(form_body) {
            fields.entry(name.into_owned()).or_insert_with(|| value.into_owned());
        }
        Self(fields)
    }

    /// A field that may be absent; blank counts as absent.
    fn text(&self, field: &str) -> Option<&str> {
        self.0.get(field).map(String::as_str).filter(|text| !text.is_empty())
    }

    fn optional<T: FromStr<Err: Display>>(&self, field: &'static str) -> Result<Option<T>, CommandError> {
        self.text(field)
            .map(|text| text.parse().map_err(|_| CommandError::Malformed { field }))
            .transpose()
    }

    fn required<T: FromStr<Err: Display>>(&self, field: &'static str) -> Result<T, CommandError> {
        self.optional(field)?.ok_or(CommandError::Missing { field })
    }

    fn or_blank(&self, field: &str) -> String {
        self.text(field).unwrap_or_default().to_owned()
    }
}

impl CommandRequest {
    /// Reads a raw form (or the query of a probe); the signature of a command has been checked before.
    pub fn parse(form_body: &[u8]) -> Result<Self, CommandError> {
        let fields = Fields::new(form_body);
        if fields.text("ssl_check").and_then(wire::yes) == Some(true) {
            return Ok(Self::SslCheck);
        }
        SlashCommand::from_fields(&fields).map(|command| Self::Command(Box::new(command)))
    }
}

impl SlashCommand {
    /// Reads a raw form: [`CommandRequest::parse`].
    pub fn parse(form_body: &[u8]) -> Result<CommandRequest, CommandError> {
        CommandRequest::parse(form_body)
    }

    fn from_fields(fields: &Fields) -> Result<Self, CommandError> {
        let install = fields.text("is_enterprise_install").unwrap_or_default();
        let command: String = fields.required("command")?;
        if !command.starts_with('/') {
            return Err(CommandError::Malformed { field: "command" });
        }
        Ok(Self {
            team_id: fields.required("team_id")?,
            team_domain: fields.or_blank("team_domain"),
            enterprise_id: fields.optional("enterprise_id")?,
            enterprise_name: fields.optional("enterprise_name")?,
            channel_id: fields.required("channel_id")?,
            channel_name: fields.or_blank("channel_name"),
            user_id: fields.required("user_id")?,
            user_name: fields.or_blank("user_name"),
            command,
            text: fields.or_blank("text"),
            api_app_id: fields.optional("api_app_id")?,
            is_enterprise_install: wire::yes(install).ok_or(CommandError::Malformed {
                field: "is_enterprise_install",
            })?,
            response_url: fields.optional("response_url")?,
            trigger_id: fields.optional("trigger_id")?,
        })
    }

    /// Whose installation was used.
    pub fn tenant(&self) -> Tenant {
        match &self.enterprise_id {
            Some(enterprise) if self.is_enterprise_install => Tenant::Enterprise(enterprise.clone()),
            _ => Tenant::Team(self.team_id.clone()),
        }
    }

    /// The form as Slack would send it, with the deprecated `token` filled in. Holds the response address
    /// in plain: for whoever issued it.
    pub fn to_form(&self, verification_token: &str) -> Vec<u8> {
        let install = if self.is_enterprise_install { "true" } else { "false" };
        let fields = [
            ("token", Some(verification_token)),
            ("team_id", Some(self.team_id.as_str())),
            ("team_domain", Some(self.team_domain.as_str())),
            ("enterprise_id", self.enterprise_id.as_ref().map(EnterpriseId::as_str)),
            ("enterprise_name", self.enterprise_name.as_deref()),
            ("channel_id", Some(self.channel_id.as_str())),
            ("channel_name", Some(self.channel_name.as_str())),
            ("user_id", Some(self.user_id.as_str())),
            ("user_name", Some(self.user_name.as_str())),
            ("command", Some(self.command.as_str())),
            ("text", Some(self.text.as_str())),
            ("api_app_id", self.api_app_id.as_ref().map(AppId::as_str)),
            ("is_enterprise_install", Some(install)),
            ("response_url", self.response_url.as_ref().map(ResponseUrl::expose)),
            ("trigger_id", self.trigger_id.as_ref().map(TriggerId::as_str)),
        ];
        let mut form = form_urlencoded::Serializer::new(String::new());
        for (name, value) in fields {
            if let Some(value) = value {
                form.append_pair(name, value);
            }
        }
        form.finish().into_bytes()
    }
}

#[cfg(test)]
mod tests;
