//! `Envelope`: the wrapper around every event, as of 2017 and as of today.

use grantbook_core::{AppId, EnterpriseId, TeamId, Tenant, UserId};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{DeliveryError, Event};
use crate::wire::{null_as_default, optional};

/// A delivery with `type: event_callback`.
#[derive(Clone, Debug, PartialEq)]
pub struct Envelope {
    /// The workspace in which it happened. In Slack Connect that may be another company's: see [`Envelope::tenant`].
    pub team_id: Option<TeamId>,
    /// The organization of that workspace; alone when the event concerns an org-wide install as a whole.
    pub enterprise_id: Option<EnterpriseId>,
    /// The app that is told.
    pub api_app_id: AppId,
    /// What happened.
    pub event: Event,
    /// The delivery's name, `Ev…`, the same on every retry.
    pub event_id: String,
    /// When it happened, in whole seconds since the epoch.
    pub event_time: i64,
    /// On whose behalf the app sees the event; Slack names at most one.
    pub authorizations: Vec<Authorization>,
    /// Older wrappers: the workspaces that see it. Empty for permission events.
    pub authed_teams: Vec<Tenant>,
    /// Older wrappers: the users that see it.
    pub authed_users: Vec<UserId>,
    /// What `apps.event.authorizations.list` takes to name everybody who sees it.
    pub event_context: Option<String>,
    /// Whether it happened in a channel shared with another company.
    pub is_ext_shared_channel: bool,
    /// The workspace that owns the conversation.
    pub context_team_id: Option<TeamId>,
    /// The organization that owns the conversation.
    pub context_enterprise_id: Option<EnterpriseId>,
}

/// One installation that sees an event.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Authorization {
    /// The installation's organization.
    #[serde(default, deserialize_with = "optional")]
    pub enterprise_id: Option<EnterpriseId>,
    /// The installation's workspace; none for an org-wide install.
    #[serde(default, deserialize_with = "optional")]
    pub team_id: Option<TeamId>,
    /// Whose authorization it is: the person's, or the app's own user.
    #[serde(default, deserialize_with = "optional")]
    pub user_id: Option<UserId>,
    /// Whether that user is the app's own.
    #[serde(default)]
    pub is_bot: bool,
    /// Whether the app is installed in the whole organization at once.
    #[serde(default)]
    pub is_enterprise_install: bool,
}

impl Authorization {
    /// The installation's tenant, when its fields name one.
    pub fn tenant(&self) -> Option<Tenant> {
        if self.is_enterprise_install {
            self.enterprise_id.clone().map(Tenant::Enterprise)
        } else {
            self.team_id.clone().map(Tenant::Team)
        }
    }
}

/// The wrapper on the wire. Fields it does not name, the deprecated `token` among them, are dropped.
#[derive(Deserialize)]
struct Wire {
    #[serde(default, deserialize_with = "optional")]
    team_id: Option<TeamId>,
    #[serde(default, deserialize_with = "optional")]
    enterprise_id: Option<EnterpriseId>,
    api_app_id: AppId,
    event: Value,
    event_id: String,
    event_time: i64,
    #[serde(default, deserialize_with = "null_as_default")]
    authorizations: Vec<Authorization>,
    #[serde(default, deserialize_with = "null_as_default")]
    authed_teams: Vec<Tenant>,
    #[serde(default, deserialize_with = "null_as_default")]
    authed_users: Vec<UserId>,
    #[serde(default, deserialize_with = "optional")]
    event_context: Option<String>,
    #[serde(default, deserialize_with = "null_as_default")]
    is_ext_shared_channel: bool,
    #[serde(default, deserialize_with = "optional")]
    context_team_id: Option<TeamId>,
    #[serde(default, deserialize_with = "optional")]
    context_enterprise_id: Option<EnterpriseId>,
}

impl Envelope {
    /// A wrapper of the Permissions API's time: no authorizations, nobody in `authed_teams`.
    pub fn new(tenant: &Tenant, api_app_id: AppId, event: Event, event_id: impl Into<String>, event_time: i64) -> Self {
        let (team_id, enterprise_id) = match tenant {
            Tenant::Team(id) => (Some(id.clone()), None),
            Tenant::Enterprise(id) => (None, Some(id.clone())),
        };
        Self {
            team_id,
            enterprise_id,
            api_app_id,
            event,
            event_id: event_id.into(),
            event_time,
            authorizations: Vec::new(),
            authed_teams: Vec::new(),
            authed_users: Vec::new(),
            event_context: None,
            is_ext_shared_channel: false,
            context_team_id: None,
            context_enterprise_id: None,
        }
    }

    /// Whose installation the event concerns.
    ///
    /// The first authorization decides: in Slack Connect the outer ids name the company where it
    /// happened, not the one whose app is told. Without authorizations, an organization alone means
    /// an org-wide install, and otherwise the workspace counts.
    pub fn tenant(&self) -> Option<Tenant> {
        let authorized = self.authorizations.first().and_then(Authorization::tenant);
        authorized.or_else(|| match (&self.team_id, &self.enterprise_id) {
            (Some(team), _) => Some(Tenant::Team(team.clone())),
            (None, Some(enterprise)) => Some(Tenant::Enterprise(enterprise.clone())),
            (None, None) => None,
        })
    }

    pub(super) fn from_json(value: Value) -> Result<Self, DeliveryError> {
        let wire: Wire = super::shape(value)?;
        if wire.event_id.is_empty() {
            return Err(DeliveryError::Shape {
                reason: "the field `event_id` is blank".to_owned(),
            });
        }
        Ok(Self {
            team_id: wire.team_id,
            enterprise_id: wire.enterprise_id,
            api_app_id: wire.api_app_id,
            event: Event::from_json(wire.event)?,
            event_id: wire.event_id,
            event_time: wire.event_time,
            authorizations: wire.authorizations,
            authed_teams: wire.authed_teams,
            authed_users: wire.authed_users,
            event_context: wire.event_context,
            is_ext_shared_channel: wire.is_ext_shared_channel,
            context_team_id: wire.context_team_id,
            context_enterprise_id: wire.context_enterprise_id,
        })
    }

    /// The body as Slack would send it: the shape of 2017 without authorizations, today's with them.
    pub fn to_json(&self, verification_token: &str) -> Value {
        let mut body = Map::new();
        let mut put = |name: &str, value: Value| {
            if !value.is_null() {
                body.insert(name.to_owned(), value);
            }
        };
        put("token", json!(verification_token));
        put("team_id", json!(self.team_id));
        put("enterprise_id", json!(self.enterprise_id));
        put("api_app_id", json!(self.api_app_id));
        put("event", self.event.to_json(self.event_time));
        put("type", json!("event_callback"));
        put("event_id", json!(self.event_id));
        put("event_time", json!(self.event_time));
        put("event_context", json!(self.event_context));
        put("context_team_id", json!(self.context_team_id));
        put("context_enterprise_id", json!(self.context_enterprise_id));
        let modern = !self.authorizations.is_empty();
        if modern {
            put("authorizations", json!(self.authorizations));
        }
        if modern || self.is_ext_shared_channel {
            put("is_ext_shared_channel", json!(self.is_ext_shared_channel));
        }
        if !modern || !self.authed_teams.is_empty() {
            put("authed_teams", json!(self.authed_teams));
        }
        if !self.authed_users.is_empty() {
            put("authed_users", json!(self.authed_users));
        }
        Value::Object(body)
    }
}
