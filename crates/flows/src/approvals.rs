//! `approvals`: the queue of an organization's app requests, from arrival to the answer that Slack's own lists show.
//!
//! A request comes by event or by reading Slack's list, and is kept once. The rules are asked once; what they leave
//! to people waits. A decision, the call that it needs at Slack and its line in the audit log are one transaction.

pub(crate) mod alarms;
mod decide;
mod desk;
mod extend;
mod intake;
mod judge;
pub(crate) mod lists;
mod managers;
pub mod message;
mod org_apps;
pub mod press;
mod round;
pub mod rules;
mod timers;
mod views;

pub use alarms::look_everywhere;
pub use decide::{Approvals, DecideError, MAX_DAYS, MAX_REASON};
pub use desk::{Actor, AtTheEnd, Desk, Settings};
pub use extend::ExtendError;
pub use intake::{ReadError, Reading};
pub use judge::judge_new;
pub use org_apps::{OrgApps, WishError};
pub use round::{read_all, run};
pub use timers::{TimersDone, sweep_timers};
pub use views::Queue;

pub(crate) use decide::subject;
pub(crate) use intake::shown;
pub(crate) use judge::timers;
pub(crate) use org_apps::Resolve;
pub(crate) use round::manager;
