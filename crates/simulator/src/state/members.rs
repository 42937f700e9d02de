//! Where the bot of an app of today is a member: being asked in, taken out, and direct messages.

use std::collections::BTreeSet;

use grantbook_api::{
    ErrorCode,
    events::{Envelope, Event},
};
use grantbook_core::{AppId, ResourceId, ResourceType, TeamId, Tenant, UserId};

use super::{ActionError, Conversation, Installation, Moment, World};

impl World {
    /// The bot is asked into a conversation, by whoever installed the app. Its app is told where it
    /// may read conversations of that type; app homes need no event.
    pub(super) fn join(
        &mut self,
        moment: &mut Moment<'_>,
        app: &AppId,
        team: &TeamId,
        id: &ResourceId,
    ) -> Result<Vec<Envelope>, ActionError> {
        let kind = self.membership_kind(team, id)?;
        let installation = self.installed(app, team)?;
        let added = installation.add_resource(kind, id);
        if kind == ResourceType::AppHome {
            return Ok(Vec::new());
        }
        if installation.bot.is_none() || !added {
            return Err(ActionError::NothingChanges);
        }
        let (user, inviter) = (installation.app_user.clone(), installation.installer.clone());
        if !hears_of(installation, kind) {
            return Ok(Vec::new());
        }
        let event = Event::MemberJoinedChannel {
            user,
            channel: id.clone(),
            channel_type: Some(kind),
            team: Some(Tenant::Team(team.clone())),
            inviter: Some(inviter),
        };
        Ok(vec![self.wrap(moment, app, team, event)])
    }

    /// The bot is taken out of a conversation: `member_left_channel` as for anybody, then
    /// `channel_left` (`group_left`), which only the one who is out gets.
    pub(super) fn leave(
        &mut self,
        moment: &mut Moment<'_>,
        app: &AppId,
        team: &TeamId,
        id: &ResourceId,
    ) -> Result<Vec<Envelope>, ActionError> {
        let kind = self.membership_kind(team, id)?;
        let installation = self.installed(app, team)?;
        let removed = installation
            .resources
            .get_mut(&kind)
            .is_some_and(|granted| granted.ids.remove(id));
        if !removed {
            return Err(ActionError::NothingChanges);
        }
        if !hears_of(installation, kind) {
            return Ok(Vec::new());
        }
        let left = Event::MemberLeftChannel {
            user: installation.app_user.clone(),
            channel: id.clone(),
            channel_type: Some(kind),
            team: Some(Tenant::Team(team.clone())),
        };
        let out = Event::ChannelLeft {
            channel: id.clone(),
            channel_type: kind,
            actor: Some(installation.installer.clone()),
        };
        Ok([left, out].map(|event| self.wrap(moment, app, team, event)).into())
    }

    /// The type of a conversation that a bot can be in: not the workspace, no conversation of two people.
    fn membership_kind(&self, team: &TeamId, id: &ResourceId) -> Result<ResourceType, ActionError> {
        match self.resource_kind(team, id)? {
            ResourceType::Team | ResourceType::Im | ResourceType::User => Err(ActionError::NoConversation(id.clone())),
            kind => Ok(kind),
        }
    }

    /// Opens the bot's conversation with one person (the app home) or several; answers it, and whether
    /// it was open before.
    pub fn open_with(
        &mut self,
        moment: &mut Moment<'_>,
        app: &AppId,
        team: &TeamId,
        users: &[UserId],
    ) -> Result<(ResourceId, bool), ErrorCode> {
        if users.iter().any(|user| self.check_member(team, user).is_err()) {
            return Err(ErrorCode::UserNotFound);
        }
        let installation = self.installation(app, team).ok_or(ErrorCode::AccountInactive)?;
        let (kind, found) = if let [user] = users {
            (ResourceType::AppHome, self.app_home(app, team, user))
        } else {
            let with: BTreeSet<&UserId> = users.iter().collect();
            let mut groups = self
                .conversations
                .values()
                .filter(|c| c.kind == ResourceType::Mpim && c.team == *team);
            let found = groups
                .find(|c| c.members.iter().collect::<BTreeSet<_>>() == with && installation.reaches(c.kind, &c.id));
            (ResourceType::Mpim, found)
        };
        let already = found
            .filter(|found| installation.reaches(kind, &found.id))
            .map(|found| found.id.clone());
        if let Some(id) = already {
            return Ok((id, true));
        }
        let id = match users {
            [user] => self.open_app_home(moment, app, team, user),
            _ => self.open_group(moment, app, team, users),
        };
        if let Ok(installation) = self.installed(app, team) {
            installation.add_resource(kind, &id);
        }
        Ok((id, false))
    }

    fn open_group(&mut self, moment: &mut Moment<'_>, app: &AppId, team: &TeamId, users: &[UserId]) -> ResourceId {
        let bot = self.apps.get(app).map(|app| app.slug.to_string());
        let names = users
            .iter()
            .filter_map(|user| self.users.get(user))
            .map(|user| user.name.clone());
        let names: Vec<String> = bot.into_iter().chain(names).collect();
        let group = Conversation {
            id: moment.ids.group_message(),
            team: team.clone(),
            name: format!("mpdm-{}-1", names.join("--")),
            kind: ResourceType::Mpim,
            members: users.iter().cloned().collect(),
            app: None,
        };
        let id = group.id.clone();
        self.conversations.insert(id.clone(), group);
        id
    }
}

/// Whether the app is told who comes and goes in conversations of a type.
fn hears_of(installation: &Installation, kind: ResourceType) -> bool {
    match kind {
        ResourceType::Channel => installation.holds(kind, "channels:read"),
        ResourceType::Group => installation.holds(kind, "groups:read"),
        _ => false,
    }
}
