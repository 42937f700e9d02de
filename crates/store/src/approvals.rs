//! App approvals: requests and what happens to them, what Slack's lists show, alarms, and versions of the rules.
//!
//! A request's row sums up its steps; whoever changes one takes the lock of its row first and says what happened
//! ([`Record`]): state, steps, what is to be done at Slack and the audit log are written together or not at all.

pub mod alarms;
pub mod beside;
mod demand;
pub mod due;
pub mod installs;
mod known;
pub mod places;
pub mod record;
pub mod resolutions;
mod rows;
pub mod sources;
pub mod take;
pub mod versions;

pub use beside::Beside;
pub use due::{ExtendRowError, Timer, end_id};
pub(crate) use known::know;

pub use installs::{OrgAppChange, OrgAppEvent};
pub use record::{Judgement, Record, RecordError, Timers};
pub use resolutions::{Listed, Mirrored, Noted, StoredResolution};
pub(crate) use rows::state;
pub use rows::{StoredAppRequest, StoredStep};
pub use sources::Source;
pub use versions::{Decided, Disagreement, NewRules, PastRequests, RulesDeed, RulesNow, RulesStepError, StoredRules};
