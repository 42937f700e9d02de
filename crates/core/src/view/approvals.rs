//! Documents about app approvals: the queue, one request, resolutions and alarms, rules and reports.

mod bulk;
mod reports;
mod resolutions;
mod rules;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use bulk::{BulkDecided, BulkDecision, DecidedOne};
pub use reports::{DecisionTime, MonthDecided, ReportView, WorkspaceDecided};
pub use resolutions::{
    AlarmKind, AlarmView, AppWish, AppWishView, AppWishWhat, OrgAppPlace, OrgAppView, ResolutionView,
};
pub use rules::{
    BacktestView, BacktestWish, DisagreementView, FlipView, RuleStateView, RulesCheckView, RulesDraft, RulesFileError,
    RulesFormat, RulesState, RulesText, RulesVersionView, RulesView, ShadowWish, TallyView,
};

pub use crate::approval::life::{Outcome, State, Way};
use crate::{
    AppId, EnterpriseId, Scope, Sensitivity, TeamId, Timestamp, UserId,
    approval::{
        AppRequest, AppRequestId, Explanation, Level, Need, Previous, Risk, RiskLevel, RuleRef, life::Happening,
    },
};

/// One app request, as the queue shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AppRequestView {
    /// Its number here; later ones have larger ones.
    pub id: i64,
    /// Slack's number.
    pub request_id: AppRequestId,
    /// The organization.
    pub enterprise: EnterpriseId,
    /// The app that is asked for.
    pub app: AppId,
    /// Its name.
    pub app_name: String,
    /// Where it comes from: `internal`, `third_party`, `slack` or `other`.
    pub developer_type: String,
    /// Whether it is listed in the Marketplace.
    pub is_marketplace: bool,
    /// The workspace; absent where the whole organization is asked for.
    pub team: Option<TeamId>,
    /// Its name, where known.
    pub team_name: Option<String>,
    /// Who asks.
    pub requester: UserId,
    /// Their name, where known.
    pub requester_name: Option<String>,
    /// When they asked.
    pub asked_at: Timestamp,
    /// When it arrived here.
    pub arrived_at: Timestamp,
    /// How far it has come.
    pub state: State,
    /// How risky it is, 0 to 100; absent until the rules were asked.
    pub risk: Option<u32>,
    /// The same as a grade.
    pub risk_level: Option<RiskLevel>,
    /// How many scopes it asks for.
    pub scopes: usize,
    /// How many of them are not approved for the app today.
    pub new_scopes: usize,
    /// How many requests for the same app wait for a person.
    pub demand: u64,
    /// How the app was resolved before.
    pub previous: Previous,
    /// The rule that left it to people or decided it.
    pub rule: Option<RuleRef>,
    /// Who decided: `rule:internal-apps`, `user:orla`, `key:4f2a…`, `slack:U061F7AUR`, `timer`, or `elsewhere`.
    pub decided_by: Option<String>,
    /// When it was decided.
    pub decided_at: Option<Timestamp>,
    /// Why, as the requester is told.
    pub reason: Option<String>,
    /// Why Slack refused the last decision: its code.
    pub problem: Option<String>,
}

/// One request with everything that is known about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AppRequestDetail {
    /// The same as in the queue.
    pub summary: AppRequestView,
    /// The request as it was asked.
    pub request: AppRequest,
    /// What speaks against it; absent until the rules were asked.
    pub risk: Option<Risk>,
    /// What the rules said when it arrived; absent until they were asked.
    pub verdict: Option<Explanation>,
    /// What the rules in force say now, where they are others.
    pub verdict_now: Option<Explanation>,
    /// The scopes, the most sensitive first, against what is approved today.
    pub scopes: Vec<ScopeLine>,
    /// Scopes that are approved today and not asked for.
    pub dropped: Vec<Scope>,
    /// Whom the rules ask; empty asks everybody who may approve.
    pub whom: Vec<String>,
    /// Whether one of them is enough.
    pub need: Need,
    /// Whether a decision needs a reason.
    pub reason_required: bool,
    /// Who has voted so far, where several must agree.
    pub votes: Vec<Vote>,
    /// Whether whoever asks may decide now, and why not.
    pub may_decide: MayDecide,
    /// Others who asked for the same app and were not answered.
    pub also_asked: Vec<AlsoAsked>,
    /// What was decided about the app elsewhere in the organization.
    pub elsewhere: Vec<ResolutionView>,
    /// Apps that are approved already and hold every scope that this one asks for.
    pub alternatives: Vec<Alternative>,
    /// What happened, first first.
    pub story: Vec<StoryLine>,
    /// How the decision stands at Slack; absent while none is taken.
    pub receipt: Option<DecisionReceipt>,
    /// When a time-boxed approval ends.
    pub ends_at: Option<Timestamp>,
}

/// One scope of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = AppRequestScopeLine))]
pub struct ScopeLine {
    /// The scope.
    pub name: Scope,
    /// Whose token: `bot`, `user` or `app`.
    pub token_type: String,
    /// In plain words.
    pub meaning: String,
    /// Our grade of it.
    pub sensitivity: Sensitivity,
    /// Slack's own grade.
    pub is_sensitive: bool,
    /// Whether the app works without it.
    pub is_optional: bool,
    /// Whether it is approved for the app today.
    pub is_approved: bool,
}

/// One vote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = AppRequestVote))]
pub struct Vote {
    /// Who.
    pub by: String,
    /// How.
    pub outcome: Outcome,
    /// Why.
    pub reason: String,
    /// When.
    pub at: Timestamp,
}

/// Whether whoever asks may decide a request now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "may", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum MayDecide {
    /// They may.
    Yes,
    /// They may not.
    No {
        /// Stable: `not_open`, `own_request`, `not_asked`, `approvers_only`, `voted_already`.
        code: String,
        /// The same in a sentence.
        sentence: String,
    },
}

/// Somebody else who asked for the same app.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AlsoAsked {
    /// Their request.
    pub id: i64,
    /// Who.
    pub requester: UserId,
    /// Their name, where known.
    pub requester_name: Option<String>,
    /// Where.
    pub team: Option<TeamId>,
    /// Its name, where known.
    pub team_name: Option<String>,
    /// Why, in their words.
    pub message: String,
    /// When.
    pub asked_at: Timestamp,
    /// How it stands.
    pub state: State,
}

/// An approved app that could do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Alternative {
    /// Which.
    pub app: AppId,
    /// Its name.
    pub app_name: String,
    /// Where it is approved: workspaces, or the organization.
    pub places: Vec<String>,
    /// What it may do beyond what was asked for.
    pub beyond: usize,
}

/// One line of a request's story.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = AppRequestStoryLine))]
pub struct StoryLine {
    /// When.
    pub at: Timestamp,
    /// What.
    pub what: Happening,
    /// The same in a sentence.
    pub sentence: String,
}

/// How a decision stands at Slack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DecisionReceipt {
    /// What was decided.
    pub outcome: Outcome,
    /// How far it is: requested, sent, acknowledged, seen in Slack's own list, or failed.
    pub state: super::ReceiptState,
    /// When it came so far.
    pub at: Timestamp,
    /// How often it was tried.
    pub tries: u32,
    /// Slack's code: why the last try failed, or what told that it was done already.
    pub code: Option<String>,
    /// When it is tried again, where it is to be.
    pub next_at: Option<Timestamp>,
}

/// A decision that somebody wants to take. `approve`, `restrict` and `cancel` share it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DecisionWish {
    /// Where it shall hold: the workspace that was asked for, or the organization.
    pub level: Level,
    /// Why, as the requester is told; at most 500 characters.
    pub reason: String,
    /// Optional scopes that are left out of an approval.
    pub withhold: Vec<Scope>,
    /// For how many days an approval holds; until somebody ends it where absent.
    pub for_days: Option<u32>,
}

/// A question to the requester.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AskWhy {
    /// What is asked; at most 500 characters. Blank asks what it is needed for.
    #[serde(default)]
    pub text: String,
}

/// A time-boxed approval shall last longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = ExtendApproval))]
pub struct ExtendWish {
    /// By how many days, counted from its end; 1 to 3,650.
    pub days: u32,
}

/// When an approval ends now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = ExtendedApproval))]
pub struct ExtendedView {
    /// The request that the approval came of.
    pub id: i64,
    /// The new end.
    pub ends_at: Timestamp,
}

/// Counts over the queue.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct QueueSummary {
    /// Requests that wait for a person.
    pub open: u64,
    /// Decided here and not confirmed by Slack.
    pub deciding: u64,
    /// Decided by rules since the day began (UTC).
    pub by_rules_today: u64,
    /// Decided by people since the day began (UTC).
    pub by_people_today: u64,
    /// Open alarms.
    pub alarms: u64,
    /// The organizations whose queue is read, and how that goes.
    pub sources: Vec<QueueSource>,
}

/// One organization's queue and how it is read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct QueueSource {
    /// The organization.
    pub enterprise: EnterpriseId,
    /// Its name.
    pub name: String,
    /// The app whose administrator's token is used, by its slug.
    pub app: String,
    /// When Slack's lists were read whole for the last time.
    pub read_at: Option<Timestamp>,
    /// Why that failed since: Slack's code, or ours.
    pub problem: Option<String>,
    /// The same in a sentence with what to do; blank where all is well.
    pub sentence: String,
}

/// What the live stream sends about app requests (`event: app_request`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AppRequestNotice {
    /// Which.
    pub id: i64,
    /// Which app.
    pub app: AppId,
    /// How it stands now.
    pub state: State,
}

/// Names of teams and people by their ids.
pub type Names = BTreeMap<String, String>;
