//! The JSON of presses, put together from the world.

use grantbook_api::{
    ResponseUrl,
    interactions::{
        BlockAction, BlockActions, Container, Interaction, InteractionChannel, InteractionEnterprise, InteractionTeam,
        InteractionUser, InteractiveMessage, MessageAction,
    },
};
use grantbook_core::{ResourceType, TeamId, Tenant, UserId};

use super::{
    Conversation, Message, World, controls::Control, hooks::Hook, interactions::callback_id,
    messages::seconds_and_micros,
};

/// A press, and all that its payload tells.
pub(super) struct Pressed<'a> {
    pub(super) place: &'a Conversation,
    pub(super) message: &'a Message,
    pub(super) control: Control<'a>,
    /// The option chosen, or the button's value.
    pub(super) chosen: Option<&'a str>,
    pub(super) hook: &'a Hook,
    pub(super) url: ResponseUrl,
}

impl World {
    /// `interactive_message` for legacy attachments, `block_actions` for Block Kit.
    pub(super) fn payload(&self, pressed: Pressed<'_>) -> Interaction {
        match pressed.control.attachment {
            Some(number) => self.legacy(pressed, number),
            None => self.blocks(pressed),
        }
    }

    fn legacy(&self, pressed: Pressed<'_>, number: usize) -> Interaction {
        let (message, control, hook) = (pressed.message, pressed.control, pressed.hook);
        let value = pressed.chosen.unwrap_or_default();
        let action = if control.is_menu() {
            MessageAction::select(control.name(), value)
        } else {
            MessageAction::button(control.name(), value)
        };
        Interaction::Message(Box::new(InteractiveMessage {
            action,
            callback_id: callback_id(message, &control).unwrap_or_default().to_owned(),
            team: self.wire_team(&pressed.place.team),
            enterprise: self.wire_enterprise(),
            is_enterprise_install: self.is_org_wide_at(&hook.app, &pressed.place.team),
            channel: wire_channel(pressed.place),
            user: self.wire_user(&hook.user),
            action_ts: Some(seconds_and_micros(hook.at)),
            message_ts: Some(message.ts()),
            attachment_id: u64::try_from(number).ok(),
            is_app_unfurl: false,
            original_message: message.only_for.is_none().then(|| message.to_json()),
            response_url: Some(pressed.url),
            trigger_id: Some(hook.trigger_id.clone()),
        }))
    }

    fn blocks(&self, pressed: Pressed<'_>) -> Interaction {
        let (message, control, hook) = (pressed.message, pressed.control, pressed.hook);
        let (place, is_ephemeral) = (pressed.place, message.only_for.is_some());
        let mut user = self.wire_user(&hook.user);
        user.username.clone_from(&user.name);
        user.team_id = Some(Tenant::Team(place.team.clone()));
        let action = BlockAction {
            action_id: control.name().to_owned(),
            block_id: control.block_id.unwrap_or_default().to_owned(),
            kind: control.kind().to_owned(),
            action_ts: Some(seconds_and_micros(hook.at)),
            chosen: pressed.chosen.map(str::to_owned).into_iter().collect(),
        };
        Interaction::Blocks(Box::new(BlockActions {
            user,
            api_app_id: hook.app.clone(),
            container: Container::message(place.id.clone(), message.ts(), is_ephemeral),
            trigger_id: Some(hook.trigger_id.clone()),
            team: self.wire_team(&place.team),
            enterprise: self.wire_enterprise(),
            is_enterprise_install: self.is_org_wide_at(&hook.app, &place.team),
            channel: Some(wire_channel(place)),
            message: (!is_ephemeral).then(|| self.signed(message, &place.team)),
            state: None,
            response_url: Some(pressed.url),
            actions: vec![action],
        }))
    }

    fn wire_team(&self, id: &TeamId) -> Option<InteractionTeam> {
        let team = self.teams.get(id)?;
        Some(InteractionTeam {
            id: team.id.clone(),
            domain: Some(team.domain.clone()),
            enterprise_id: self.enterprise.as_ref().map(|enterprise| enterprise.id.clone()),
            enterprise_name: self.enterprise.as_ref().map(|enterprise| enterprise.name.clone()),
        })
    }

    fn wire_enterprise(&self) -> Option<InteractionEnterprise> {
        let enterprise = self.enterprise.as_ref()?;
        Some(InteractionEnterprise {
            id: enterprise.id.clone(),
            name: Some(enterprise.name.clone()),
        })
    }

    fn wire_user(&self, id: &UserId) -> InteractionUser {
        let name = self.users.get(id).map(|user| user.name.clone());
        InteractionUser::new(id.clone(), name.unwrap_or_default())
    }
}

/// What Slack calls conversations that have no name for apps.
pub(super) fn wire_name(place: &Conversation) -> String {
    match place.kind {
        ResourceType::Im | ResourceType::AppHome => "directmessage".to_owned(),
        ResourceType::Group => "privategroup".to_owned(),
        _ => place.name.clone(),
    }
}

fn wire_channel(place: &Conversation) -> InteractionChannel {
    InteractionChannel {
        id: place.id.clone(),
        name: Some(wire_name(place)),
    }
}
