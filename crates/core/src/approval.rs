//! App approvals of an Enterprise Grid organization: the request, the rules, the verdict and its reasons.
//!
//! Everything is a pure function of stored data: [`decide()`] finds the first rule that fits,
//! [`check()`] finds rules that can never fire, [`backtest()`] says which past decisions an edit changes,
//! [`risk()`] adds up what speaks against a request. To add a predicate: a variant in [`predicate`], its
//! arm in `look::leaf` (and in `compiled::leaf`, unless it is cheap as it is), its sentence in `words`, its finite
//! domain in `solve`.

pub mod alarms;
mod approving;
mod asked;
mod backtest;
mod changes;
mod check;
mod compiled;
mod decide;
mod explain;
pub mod import;
pub mod life;
mod look;
mod parse;
pub mod predicate;
pub mod report;
mod risk;
mod rules;
mod sentences;
mod slack;
mod solve;
#[cfg(test)]
mod tests;
#[cfg(feature = "toml")]
mod toml;
mod versions;
mod words;

pub use asked::{
    App, AppRequest, AppRequestId, AppRequestIdError, AskedScope, DeveloperType, Distribution, Previous,
    PreviousResolution, Requester, Resolver, TokenType,
};
pub use backtest::{Flip, Flips, backtest};
pub use changes::{Change, RuleChange, RuleField};
pub use check::{Finding, Problem, check, witness};
pub use compiled::Compiled;
pub use decide::{Approved, Decision, Verdict, decide};
pub use explain::{Explanation, Looked, RuleRef, Trace};
pub use look::{Because, Found};
pub use parse::RulesError;
pub use predicate::Predicate;
pub use risk::{Context, Level as RiskLevel, Point, Risk, risk};
pub use rules::{Action, Level, Need, OptionalScopes, Rule, Rules};
pub use slack::SlackRequestError;
pub use versions::{VersionActor, VersionRefusal, VersionStanding, VersionStep};
