//! `Press`: one act of a person, as far as it is known before anything is asked of anybody.

use std::{collections::BTreeSet, time::Instant};

use grantbook_api::{interactions::Interaction, secret::ResponseUrl, trigger::TriggerId};
use grantbook_core::{
    AppSlug, InstallationKey, ResourceId, Scope, Tenant, Timestamp, UserId,
    request::{Ask, Kind, RequestId, Via},
};
use serde::{Deserialize, Serialize};

use super::{
    Arrival,
    call::Ready,
    offer::{self, Offer, OfferError},
};
use crate::House;

/// Why a press can be nobody's.
pub(super) const STRAYS: [&str; 5] = [
    "unknown_callback",
    "forged_value",
    "other_installation",
    "no_trigger",
    "no_workspace",
];

/// The longest subject kept, in characters.
const SUBJECT: usize = 100;

/// What a person did. Goes into the journal before the call and into the database after it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Press {
    /// Names the call that follows, in this process and for ever.
    pub(crate) call: String,
    /// The app.
    pub(crate) app: AppSlug,
    /// The app's row.
    pub(crate) app_row: i64,
    /// The `trigger_id`.
    pub(crate) round: String,
    /// The workspace.
    pub(crate) tenant: Option<Tenant>,
    /// Who.
    pub(crate) user: Option<UserId>,
    /// Where.
    pub(crate) channel: Option<ResourceId>,
    /// `interactive_message`, `block_actions` or `slash_command`.
    pub(crate) kind: String,
    /// The `callback_id` or the command.
    pub(crate) subject: String,
    /// When it arrived, by this console's clock.
    pub(crate) arrived_at: Timestamp,
    /// When Slack says that it happened.
    pub(crate) issued_at: Option<Timestamp>,
    /// How.
    pub(crate) via: Via,
    /// From arrival to the verified signature, in microseconds.
    pub(crate) verified_us: u64,
    /// What it is about.
    pub(crate) aim: Aim,
}

/// What a press is about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Aim {
    /// A request's own button.
    Offer {
        /// The request.
        request: RequestId,
        /// The app in the workspace.
        installation: InstallationKey,
        /// Whose permission it is.
        kind: Kind,
        /// The person asked, where it is one.
        user: Option<UserId>,
        /// For what.
        scopes: BTreeSet<Scope>,
    },
    /// A command that asks at once: the request is written down afterwards.
    Fresh {
        /// What is asked.
        ask: Box<Ask>,
    },
    /// Nothing of ours.
    Stray {
        /// Why.
        code: String,
    },
}

impl Press {
    /// The trigger's age at `now`, in milliseconds, by Slack's clock and ours; from the arrival where
    /// Slack did not date the act.
    pub(crate) fn age_ms(&self, now: Timestamp) -> u64 {
        let since = self.issued_at.unwrap_or(self.arrived_at);
        u64::try_from((now.micros() - since.micros()) / 1_000).unwrap_or(0)
    }
}

/// A moment in Slack's spelling: `1520966872.245369`.
pub(crate) fn moment(ts: &str) -> Option<Timestamp> {
    let (seconds, fraction) = ts.split_once('.').unwrap_or((ts, "0"));
    let seconds: i64 = seconds.parse().ok()?;
    if fraction.len() > 6 || !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let micros: i64 = format!("{fraction:0<6}").parse().ok()?;
    Some(Timestamp::from_micros(
        seconds.checked_mul(1_000_000)?.checked_add(micros)?,
    ))
}

/// What of an interaction matters here.
struct Act<'a> {
    subject: &'a str,
    value: &'a str,
    action_ts: Option<&'a str>,
}

fn act(interaction: &Interaction) -> Option<Act<'_>> {
    match interaction {
        Interaction::Message(message) => Some(Act {
            subject: &message.callback_id,
            value: message.action.value().unwrap_or_default(),
            action_ts: message.action_ts.as_deref(),
        }),
        Interaction::Blocks(blocks) => blocks.actions.first().map(|action| Act {
            subject: &action.action_id,
            value: action.value().unwrap_or_default(),
            action_ts: action.action_ts.as_deref(),
        }),
        Interaction::Unknown { .. } => None,
    }
}

/// Reads an interaction; `None` where there is nothing to do.
pub(super) fn read(house: &House, arrival: &Arrival, interaction: &Interaction) -> Option<(Press, Ready)> {
    let act = act(interaction)?;
    if act.subject == offer::LINK_ACTION {
        // The browser follows the link; its round begins at our install door.
        return None;
    }
    let tenant = interaction.tenant();
    let aim = aim(house, arrival, &act, tenant.as_ref(), interaction.trigger_id());
    Some(pressed(house, arrival, interaction, &act, aim))
}

/// An interaction that is nobody's, for this reason.
pub(super) fn stray(house: &House, arrival: &Arrival, interaction: &Interaction, code: &str) -> Option<(Press, Ready)> {
    let aim = Aim::Stray { code: code.to_owned() };
    Some(pressed(house, arrival, interaction, &act(interaction)?, aim))
}

fn pressed(house: &House, arrival: &Arrival, interaction: &Interaction, act: &Act<'_>, aim: Aim) -> (Press, Ready) {
    let trigger = interaction.trigger_id();
    // A press without a trigger is named after the moment it stands for, so that doubles are still seen.
    let round = trigger.map_or_else(
        || format!("none:{}:{}", act.subject, act.action_ts.unwrap_or_default()),
        |trigger| trigger.as_str().to_owned(),
    );
    let press = Press {
        call: house.ids.id(),
        app: arrival.app.slug.clone(),
        app_row: arrival.app.row,
        round: round.chars().take(256).collect(),
        tenant: interaction.tenant(),
        user: interaction.user().cloned(),
        channel: interaction.channel().cloned(),
        kind: interaction.kind().to_owned(),
        subject: act.subject.chars().take(SUBJECT).collect(),
        arrived_at: arrival.at,
        issued_at: act.action_ts.and_then(moment),
        via: Via::Button,
        verified_us: arrival.verified_us,
        aim,
    };
    let ready = Ready {
        trigger: trigger.cloned(),
        respond: interaction.response_url().cloned(),
        started: arrival.started,
    };
    (press, ready)
}

fn aim(house: &House, arrival: &Arrival, act: &Act<'_>, tenant: Option<&Tenant>, trigger: Option<&TriggerId>) -> Aim {
    let stray = |code: &str| Aim::Stray { code: code.to_owned() };
    let Offer {
        request,
        installation,
        kind,
        user,
        scopes,
    } = match Offer::open(house, act.subject, act.value) {
        Ok(offer) => offer,
        Err(OfferError::NotOurs) => return stray("unknown_callback"),
        Err(OfferError::Forged) => return stray("forged_value"),
    };
    let Some(tenant) = tenant else {
        return stray("no_workspace");
    };
    if installation.app != arrival.app.slug || installation.tenant != *tenant {
        return stray("other_installation");
    }
    if trigger.is_none() {
        return stray("no_trigger");
    }
    Aim::Offer {
        request,
        installation,
        kind,
        user,
        scopes,
    }
}

impl Ready {
    /// What a command brought along.
    pub(crate) fn of_command(trigger: Option<TriggerId>, respond: Option<ResponseUrl>, started: Instant) -> Self {
        Self {
            trigger,
            respond,
            started,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slacks_moments_have_up_to_six_decimals() {
        for (text, micros) in [
            ("1520966872.245369", Some(1_520_966_872_245_369)),
            ("1520966872", Some(1_520_966_872_000_000)),
            ("1520966872.5", Some(1_520_966_872_500_000)),
            ("1520966872.1234567", None),
            ("yesterday", None),
            ("99999999999999999999.0", None),
            ("1.-5", None),
        ] {
            assert_eq!(moment(text).map(Timestamp::micros), micros, "{text}");
        }
    }
}
