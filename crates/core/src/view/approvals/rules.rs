//! Rules as the editor needs them: the list in force, drafts, versions, findings, backtest and shadow.

use serde::{Deserialize, Serialize};

use crate::{
    AppId, TeamId, Timestamp,
    approval::{AppRequestId, Finding, RuleRef, Rules, import::Includes},
};

/// How a version of the rules stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = RulesVersionState))]
pub enum RulesState {
    /// Being written.
    Draft,
    /// Waits for a second person.
    Proposed,
    /// Decides.
    InForce,
    /// Decided until another came into force.
    Retired,
    /// Given up before it was in force.
    Discarded,
}

impl RulesState {
    /// The state as a stable word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Proposed => "proposed",
            Self::InForce => "in_force",
            Self::Retired => "retired",
            Self::Discarded => "discarded",
        }
    }

    /// Every state.
    pub const ALL: [Self; 5] = [
        Self::Draft,
        Self::Proposed,
        Self::InForce,
        Self::Retired,
        Self::Discarded,
    ];
}

/// In which form rules are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum RulesFormat {
    /// TOML.
    #[default]
    Toml,
    /// JSON.
    Json,
    /// The rules of Slack's own automation, as JSON.
    Slack,
}

/// A version of the rules, without the rules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RulesVersionView {
    /// Its number.
    pub version: u64,
    /// How it stands.
    pub state: RulesState,
    /// The version it was made from.
    pub base: Option<u64>,
    /// What its author says about it.
    pub note: String,
    /// Who made it: `user:orla`.
    pub made_by: String,
    /// When.
    pub made_at: Timestamp,
    /// Who proposed it.
    pub proposed_by: Option<String>,
    /// Who agreed to it.
    pub agreed_by: Option<String>,
    /// Since when it decides, or decided.
    pub in_force_at: Option<Timestamp>,
    /// Until when it decided.
    pub retired_at: Option<Timestamp>,
    /// Since when it runs in shadow; absent where it does not.
    pub shadow_since: Option<Timestamp>,
    /// How often it disagreed with the version in force while in shadow.
    pub disagreements: u64,
    /// On how many requests both were asked.
    pub compared: u64,
    /// How many rules it has.
    pub rules: usize,
}

/// One rule with how often it decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RuleStateView {
    /// Which.
    pub rule: RuleRef,
    /// When it fits, in a sentence.
    pub sentence: String,
    /// What it does, in a sentence.
    pub action: String,
    /// How many requests it decided or left to people in the last 90 days.
    pub decided: u64,
}

/// A version of the rules with everything about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RulesView {
    /// Which version.
    pub version: RulesVersionView,
    /// The rules.
    pub rules: Rules,
    /// The same as TOML.
    pub toml: String,
    /// Each rule with how often it decided.
    pub states: Vec<RuleStateView>,
    /// Requests in the last 90 days that no rule fitted.
    pub otherwise: u64,
    /// What is wrong with the list.
    pub findings: Vec<Finding>,
    /// What changed since the version it was made from, a sentence each.
    pub changes: Vec<String>,
    /// Whether a second person must agree before a change is in force.
    pub second_person: bool,
}

/// Rules that somebody writes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RulesDraft {
    /// The text.
    pub text: String,
    /// In which form.
    pub format: RulesFormat,
    /// What the change is about.
    pub note: String,
    /// The version it was made from; refused where another is in force meanwhile.
    pub base: Option<u64>,
    /// How a list of scopes in Slack's `includes` is read; of no use in the other forms.
    pub includes: Includes,
}

/// Rules that are looked at and not kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RulesText {
    /// The text.
    pub text: String,
    /// In which form.
    pub format: RulesFormat,
    /// Against which version; the one in force where absent.
    pub against: Option<u64>,
    /// How a list of scopes in Slack's `includes` is read; of no use in the other forms.
    pub includes: Includes,
}

/// What there is to say about rules that were looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RulesCheckView {
    /// The rules.
    pub rules: Rules,
    /// The same as TOML.
    pub toml: String,
    /// Each rule with how often a rule of its id decided.
    pub states: Vec<RuleStateView>,
    /// What is wrong with the list.
    pub findings: Vec<Finding>,
    /// What they say differently than the version they were held against, a sentence each.
    pub changes: Vec<String>,
    /// What Slack's rules had beside their decisions and is not taken over, a sentence each.
    pub notes: Vec<String>,
}

/// Whether a version is to run in shadow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ShadowWish {
    /// Whether it is.
    pub on: bool,
}

/// Why rules were refused; the rules in force stay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RulesFileError {
    /// The rule's id, or its place as `#3`.
    pub rule: Option<String>,
    /// The field, as a path.
    pub field: String,
    /// The line of the text, from 1.
    pub line: Option<usize>,
    /// What is wrong.
    pub reason: String,
}

/// What to try over all history.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BacktestWish {
    /// The rules to try.
    pub text: String,
    /// In which form.
    pub format: RulesFormat,
    /// Against which version; the one in force where absent.
    pub against: Option<u64>,
    /// How many flips are listed, 1 to 1,000; 100 where absent.
    pub limit: Option<u32>,
    /// How a list of scopes in Slack's `includes` is read; of no use in the other forms.
    pub includes: Includes,
}

/// How often one decision became another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TallyView {
    /// Under the old rules: `approve`, `restrict`, `cancel` or `ask`.
    pub old: String,
    /// Under the new ones.
    pub new: String,
    /// How many.
    pub count: usize,
}

/// One request that comes out differently.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = RuleFlipView))]
pub struct FlipView {
    /// Its number here.
    pub id: i64,
    /// Slack's number.
    pub request_id: AppRequestId,
    /// The app.
    pub app: AppId,
    /// Its name.
    pub app_name: String,
    /// The workspace.
    pub team: Option<TeamId>,
    /// Its name, where known.
    pub team_name: Option<String>,
    /// When it was asked.
    pub asked_at: Timestamp,
    /// The decision under the old rules.
    pub old: String,
    /// The rule that takes it, under the old rules.
    pub old_rule: Option<RuleRef>,
    /// Why, in a sentence.
    pub old_sentence: String,
    /// The decision under the new rules.
    pub new: String,
    /// The rule that takes it, under the new rules.
    pub new_rule: Option<RuleRef>,
    /// Why, in a sentence.
    pub new_sentence: String,
}

/// What an edit would have changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BacktestView {
    /// Requests that were decided under both.
    pub requests: usize,
    /// How many come out differently.
    pub flips: usize,
    /// From what to what.
    pub tally: Vec<TallyView>,
    /// The newest of them, as many as were asked for.
    pub items: Vec<FlipView>,
    /// How long it took, in microseconds.
    pub took_us: u64,
    /// In a sentence.
    pub sentence: String,
    /// What is wrong with the list that was tried.
    pub findings: Vec<Finding>,
    /// What the edit changes, a sentence each.
    pub changes: Vec<String>,
}

/// A request on which the rules in shadow disagree with those in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DisagreementView {
    /// The request and both verdicts: `old` is the version in force.
    #[serde(flatten)]
    pub flip: FlipView,
    /// When both were asked.
    pub at: Timestamp,
}
