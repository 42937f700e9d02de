//! Permission dialogs: what a person is asked, and what the app hears of the answer (A.4 to A.6).
//!
//! Allowing tells the app `scope_granted` and then `resources_added`, or `user_resource_granted` when
//! the scopes are the person's own to give; denying tells it `scope_denied` or `user_resource_denied`.
//! Walking away tells it nothing.

use grantbook_api::{TriggerId, events::Envelope};
use grantbook_core::{AppId, Scope, TeamId, Timestamp, UserId};
use serde::{Deserialize, Serialize};

use super::{ActionError, Moment, Trigger, World};

/// The dialogs kept; older ones are forgotten.
const KEPT: usize = 1_000;

/// A dialog that Slack has shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Dialog {
    /// `dlg_…`.
    pub id: String,
    /// The trigger that opened it.
    pub trigger_id: TriggerId,
    /// The app that asks.
    pub app: AppId,
    /// The workspace.
    pub team: TeamId,
    /// Who is asked.
    pub user: UserId,
    /// What for, in the order in which it was asked.
    pub scopes: Vec<Scope>,
    /// Whether the scopes are this person's own to give.
    pub personal: bool,
    /// When it opened.
    pub shown_at: Timestamp,
    /// What the person said.
    pub answer: Option<Answer>,
    /// When.
    pub answered_at: Option<Timestamp>,
    /// The scopes that were allowed: all of them, or the ones left ticked.
    pub allowed: Vec<Scope>,
}

/// What a person does with a dialog.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// Says yes.
    Allow,
    /// Says no.
    Deny,
    /// Closes it without an answer. No event.
    Dismiss,
}

impl Dialog {
    /// Whether it still waits for its answer.
    pub fn is_open(&self) -> bool {
        self.answer.is_none()
    }
}

impl World {
    /// The dialogs that wait for a person in a workspace, oldest first.
    pub fn open_dialogs(&self, team: &TeamId, user: &UserId) -> impl Iterator<Item = &Dialog> {
        self.dialogs
            .iter()
            .filter(move |dialog| dialog.is_open() && dialog.team == *team && dialog.user == *user)
    }

    /// A dialog by its id.
    pub fn dialog(&self, id: &str) -> Option<&Dialog> {
        self.dialogs.iter().rev().find(|dialog| dialog.id == id)
    }

    /// Shows a dialog for a trigger that was just spent.
    pub(crate) fn show_dialog(
        &mut self,
        moment: &mut Moment<'_>,
        trigger: &Trigger,
        user: UserId,
        scopes: Vec<Scope>,
        personal: bool,
    ) {
        if self.dialogs.len() == KEPT {
            self.dialogs.remove(0);
        }
        let id = format!("dlg_{}", &moment.ids.nonce()[..12]);
        self.dialogs.push(Dialog {
            id,
            trigger_id: trigger.id.clone(),
            app: trigger.app.clone(),
            team: trigger.team.clone(),
            user,
            scopes,
            personal,
            shown_at: moment.now,
            answer: None,
            answered_at: None,
            allowed: Vec::new(),
        });
    }

    /// Closes what an app that is gone has asked.
    pub(super) fn close_dialogs(&mut self, now: Timestamp, app: &AppId, team: &TeamId) {
        let open = self.dialogs.iter_mut().filter(|dialog| dialog.is_open());
        for dialog in open.filter(|dialog| dialog.app == *app && dialog.team == *team) {
            dialog.answer = Some(Answer::Dismiss);
            dialog.answered_at = Some(now);
        }
    }

    /// A person answers a dialog; `only` are the scopes left ticked, all of them when absent.
    pub(super) fn answer_dialog(
        &mut self,
        moment: &mut Moment<'_>,
        id: &str,
        answer: Answer,
        only: Option<&[Scope]>,
    ) -> Result<Vec<Envelope>, ActionError> {
        let found = self.dialogs.iter().position(|dialog| dialog.id == id);
        let at = found.ok_or_else(|| ActionError::NoDialog(id.to_owned()))?;
        let dialog = self.dialogs[at].clone();
        if !dialog.is_open() {
            return Err(ActionError::Answered(dialog.id));
        }
        let scopes = only.unwrap_or(&dialog.scopes);
        if let Some(strange) = scopes.iter().find(|scope| !dialog.scopes.contains(scope)) {
            return Err(ActionError::NotAsked(strange.clone()));
        }
        let (app, team) = (&dialog.app, &dialog.team);
        let (user, trigger) = (Some(&dialog.user), Some(&dialog.trigger_id));
        let events = match answer {
            Answer::Allow => self.grant_scopes(moment, app, team, scopes, user, trigger)?,
            Answer::Deny => self.deny_scopes(moment, app, team, &dialog.scopes, user, trigger)?,
            Answer::Dismiss => Vec::new(),
        };
        let allowed = if answer == Answer::Allow {
            scopes.to_vec()
        } else {
            Vec::new()
        };
        let dialog = &mut self.dialogs[at];
        dialog.answer = Some(answer);
        dialog.answered_at = Some(moment.now);
        dialog.allowed = allowed;
        Ok(events)
    }
}
