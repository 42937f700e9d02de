//! `OrgApps`: the apps of an organization, and what somebody decides about one whether or not anybody asked for it.
//!
//! Such a decision is about one place: a workspace, or the whole organization. It is written down with its reason
//! before anything leaves; of two about the same place the second waits until the first is over.

use grantbook_core::{
    AppId, EnterpriseId, TeamId, Timestamp,
    approval::Previous,
    view::{
        Page, ReceiptState,
        approvals::{AlarmView, AppWish, AppWishView, AppWishWhat, OrgAppView, ReportView},
    },
};
use grantbook_store::{
    StoreError,
    approvals::{Source, StoredResolution, alarms::About},
    audit::NewAudit,
    effects::{Effect, EffectState, RESOLVE},
    outbox::{NewOutbox, OutboxRow},
    queries::{PageRequest, QueryError, app_alarms::AlarmFilter, org_apps::OrgAppFilter},
};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{MAX_REASON, alarms, managers};
use crate::{House, audit::deeds};

/// Workspaces decided about at once.
const MAX_TEAMS: usize = 100;

/// Why nothing was written down.
#[derive(Debug, thiserror::Error)]
pub enum WishError {
    /// Empty, or too long.
    #[error("a reason has 1 to {MAX_REASON} characters: say why")]
    Reason,
    /// Nowhere, or everywhere and somewhere, or in too many places.
    #[error("name 1 to {MAX_TEAMS} workspaces, or the whole organization and no workspace")]
    Places,
    /// Nobody can decide for this organization.
    #[error("nobody has allowed this console to decide about the apps of {0}: connect the managing app again")]
    NoAdministrator(EnterpriseId),
    /// Something else was decided about the same place, and is on its way.
    #[error("another decision about this app is on its way to Slack for {0}: wait until it is over")]
    OnItsWay(String),
    /// There is no such alarm, or it is over.
    #[error("there is no open alarm {0}")]
    NoAlarm(i64),
    /// The alarm is not about a difference that can be accepted.
    #[error("only a change made elsewhere can be accepted: this alarm ends when what it is about does")]
    NotAccepted,
    /// Storage failed.
    #[error("could not reach storage")]
    Store(#[from] StoreError),
}

impl WishError {
    /// Stable, for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Reason => "reason_invalid",
            Self::Places => "places_invalid",
            Self::NoAdministrator(_) => "no_administrator",
            Self::OnItsWay(_) => "decision_on_its_way",
            Self::NoAlarm(_) => "alarm_not_found",
            Self::NotAccepted => "alarm_not_accepted",
            Self::Store(_) => "storage_unavailable",
        }
    }
}

/// What an outbox row of this kind carries. No secrets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Resolve {
    pub(crate) enterprise: EnterpriseId,
    pub(crate) app_id: AppId,
    pub(crate) app_name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) team: Option<TeamId>,
    pub(crate) what: AppWishWhat,
    pub(crate) reason: String,
    pub(crate) who: String,
}

impl Resolve {
    /// What a row carries.
    pub(crate) fn of(row: &OutboxRow) -> Option<Self> {
        serde_json::from_value(row.payload.clone()).ok()
    }

    fn id(&self) -> String {
        let team = self.team.as_ref().map_or("", TeamId::as_str);
        format!("{RESOLVE}:{}:{}:{team}", self.enterprise, self.app_id)
    }

    /// A line of the audit log about it, with what else there is to know.
    pub(crate) fn note(&self, what: &str, at: Timestamp, more: &serde_json::Value) -> NewAudit {
        let mut detail = json!({ "what": self.what.as_str(), "reason": self.reason, "app_name": self.app_name });
        if let Some(team) = &self.team {
            detail["team"] = json!(team);
        }
        if let (Some(detail), Some(more)) = (detail.as_object_mut(), more.as_object()) {
            detail.extend(more.clone());
        }
        NewAudit {
            at,
            who: self.who.clone(),
            what: what.to_owned(),
            subject: format!("org_app:{}.{}", self.enterprise, self.app_id),
            detail,
        }
    }
}

/// The use cases.
#[derive(Clone, Debug)]
pub struct OrgApps {
    house: House,
}

impl OrgApps {
    /// The use cases over `house`.
    pub fn new(house: House) -> Self {
        Self { house }
    }

    /// One page of apps, by name.
    pub async fn list(&self, filter: &OrgAppFilter, page: &PageRequest) -> Result<Page<OrgAppView>, QueryError> {
        self.house.store.org_apps(filter, page).await
    }

    /// One app with its workspaces and what was decided about it here, or `None` where nothing is known of it.
    pub async fn get(&self, enterprise: &EnterpriseId, app: &AppId) -> Result<Option<OrgAppView>, StoreError> {
        let Some(mut view) = self.house.store.org_app(enterprise, app).await? else {
            return Ok(None);
        };
        view.wishes = self.wishes(enterprise, app).await?;
        Ok(Some(view))
    }

    /// One page of alarms, newest first.
    pub async fn alarms(&self, filter: &AlarmFilter, page: &PageRequest) -> Result<Page<AlarmView>, QueryError> {
        self.house.store.app_alarms(filter, page).await
    }

    /// What happened from `from` on and before `until`.
    pub async fn report(&self, from: Timestamp, until: Timestamp) -> Result<ReportView, StoreError> {
        self.house.store.approval_report(from, until).await
    }

    /// The newest decision here about each place of an app.
    async fn wishes(&self, enterprise: &EnterpriseId, app: &AppId) -> Result<Vec<AppWishView>, StoreError> {
        let store = &self.house.store;
        let effects = store.resolve_effects(enterprise, app).await?;
        if effects.is_empty() {
            return Ok(Vec::new());
        }
        let standing = store.standing_resolutions(enterprise, Some(app)).await?;
        let view = |effect| document(effect, &standing);
        Ok(effects.into_iter().filter_map(view).collect())
    }

    /// Through which installation an organization's apps are decided.
    async fn source(&self, enterprise: &EnterpriseId) -> Result<Source, WishError> {
        let of_it = |sources: Vec<Source>| {
            let mut sources = sources.into_iter();
            sources.find(|source| source.enterprise == *enterprise && source.holder.is_some())
        };
        if let Some(source) = of_it(self.house.store.sources().await?) {
            return Ok(source);
        }
        of_it(managers::find(&self.house).await?).ok_or_else(|| WishError::NoAdministrator(enterprise.clone()))
    }

    /// Writes down what somebody decides about an app, place by place; answers how each stands. Asked again while
    /// it is under way it is the same decision.
    pub async fn decide(
        &self,
        (enterprise, app): (&EnterpriseId, &AppId),
        what: AppWishWhat,
        wish: &AppWish,
        who: &str,
    ) -> Result<Vec<AppWishView>, WishError> {
        let reason = wish.reason.trim();
        if reason.is_empty() || reason.chars().count() > MAX_REASON {
            return Err(WishError::Reason);
        }
        let places = places(wish).ok_or(WishError::Places)?;
        let source = self.source(enterprise).await?;
        let known = self.wishes(enterprise, app).await?;
        let other = known
            .iter()
            .find(|known| is_under_way(known) && known.what != what && places.contains(&known.team));
        if let Some(other) = other {
            let place = other
                .team
                .as_ref()
                .map_or("the organization".to_owned(), ToString::to_string);
            return Err(WishError::OnItsWay(place));
        }
        let app_name = self.house.store.org_app_name(enterprise, app).await?;
        let app_name = app_name.unwrap_or_else(|| app.to_string());
        let standing = self.house.store.standing_resolutions(enterprise, Some(app)).await?;
        let mut views = Vec::with_capacity(places.len());
        for team in places {
            let resolve = Resolve {
                enterprise: enterprise.clone(),
                app_id: app.clone(),
                app_name: app_name.clone(),
                team,
                what,
                reason: reason.to_owned(),
                who: who.to_owned(),
            };
            let effect = self.keep(&source, &resolve).await?;
            views.extend(document(effect, &standing));
        }
        self.house.outbox_due.notify_one();
        Ok(views)
    }

    async fn keep(&self, source: &Source, resolve: &Resolve) -> Result<Effect, StoreError> {
        let now = self.house.clock.now();
        let new = NewOutbox {
            id: resolve.id(),
            kind: RESOLVE.to_owned(),
            installation: source.installation.row,
            request: None,
            payload: json!(resolve),
            due_at: now,
        };
        let note = resolve.note(deeds::APP_RESOLVE_REQUESTED, now, &json!({}));
        let store = &self.house.store;
        store
            .know_org_app(&resolve.enterprise, &resolve.app_id, &resolve.app_name)
            .await?;
        store.request_effect(new, note, now).await
    }

    /// What Slack shows is right: a change made elsewhere is an alarm no more.
    pub async fn accept(&self, id: i64, who: &str) -> Result<AlarmView, WishError> {
        use grantbook_core::view::approvals::AlarmKind;
        let store = &self.house.store;
        let alarm = store.app_alarm(id).await?.filter(|alarm| alarm.closed_at.is_none());
        let alarm = alarm.ok_or(WishError::NoAlarm(id))?;
        let Some(app) = alarm.app.as_ref().filter(|_| alarm.kind == AlarmKind::ChangedElsewhere) else {
            return Err(WishError::NotAccepted);
        };
        let now = self.house.clock.now();
        let note = NewAudit {
            at: now,
            who: who.to_owned(),
            what: deeds::APP_CHANGE_ACCEPTED.to_owned(),
            subject: format!("org_app:{}.{app}", alarm.enterprise),
            detail: json!({ "alarm": id, "sentence": alarm.sentence, "team": alarm.team }),
        };
        store
            .accept_listed((&alarm.enterprise, app, alarm.team.as_ref()), note, now)
            .await?;
        alarms::look(&self.house, &alarm.enterprise, About::App(app)).await?;
        store.app_alarm(id).await?.ok_or(WishError::NoAlarm(id))
    }
}

/// The places of a wish; `None` where it names them wrongly.
fn places(wish: &AppWish) -> Option<Vec<Option<TeamId>>> {
    if wish.organization {
        return wish.teams.is_empty().then(|| vec![None]);
    }
    let teams: std::collections::BTreeSet<&TeamId> = wish.teams.iter().collect();
    let fine = (1..=MAX_TEAMS).contains(&teams.len());
    fine.then(|| teams.into_iter().cloned().map(Some).collect())
}

const fn is_under_way(wish: &AppWishView) -> bool {
    matches!(wish.state, ReceiptState::Requested | ReceiptState::Sent)
}

/// Whether Slack's lists have shown it since it was done, by what stands in its place.
fn shown(resolve: &Resolve, done_at: Timestamp, standing: &[StoredResolution]) -> Option<Timestamp> {
    let here = standing.iter().find(|one| one.team == resolve.team);
    let status = here.map_or(Previous::Unresolved, |one| one.listed.status);
    let is_newer = |one: &&StoredResolution| one.seen_at > done_at;
    here.filter(|_| status == resolve.what.status())
        .filter(is_newer)
        .map(|one| one.seen_at)
}

/// A decision and how it stands at Slack; `None` where a row cannot be read.
fn document(effect: Effect, standing: &[StoredResolution]) -> Option<AppWishView> {
    let resolve: Resolve = serde_json::from_value(effect.payload).ok()?;
    let receipt = effect.receipt.unwrap_or_default();
    let done_at = effect.done_at.unwrap_or(effect.created_at);
    let (state, at) = match effect.state {
        EffectState::Due if effect.tries == 0 => (ReceiptState::Requested, effect.created_at),
        EffectState::Due | EffectState::Sending => (ReceiptState::Sent, effect.created_at),
        EffectState::Failed => (ReceiptState::Failed, done_at),
        EffectState::Done if receipt["seen"] == json!(true) => (ReceiptState::Seen, done_at),
        EffectState::Done => match shown(&resolve, done_at, standing) {
            Some(seen) => (ReceiptState::Seen, seen),
            None => (ReceiptState::Acknowledged, done_at),
        },
    };
    let told = receipt["code"].as_str().map(ToOwned::to_owned);
    let waits = effect.state == EffectState::Due && effect.tries > 0;
    Some(AppWishView {
        team: resolve.team,
        what: resolve.what,
        state,
        at,
        requested_at: effect.created_at,
        who: resolve.who,
        reason: resolve.reason,
        code: effect.error.filter(|_| effect.state != EffectState::Done).or(told),
        tries: effect.tries,
        next_at: waits.then_some(effect.due_at),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wish(organization: bool, teams: usize) -> AppWish {
        AppWish {
            organization,
            teams: (0..teams).map(|n| format!("T{n}").parse().unwrap()).collect(),
            reason: "a drill".to_owned(),
        }
    }

    #[test]
    fn a_decision_is_about_workspaces_or_the_organization_never_both() {
        assert_eq!(places(&wish(true, 0)), Some(vec![None]));
        assert_eq!(places(&wish(false, 2)).map(|places| places.len()), Some(2));
        for wrong in [wish(false, 0), wish(true, 1), wish(false, MAX_TEAMS + 1)] {
            assert_eq!(places(&wrong), None, "{wrong:?}");
        }
        let mut twice = wish(false, 1);
        twice.teams.push(twice.teams[0].clone());
        assert_eq!(places(&twice).map(|places| places.len()), Some(1));
    }
}
