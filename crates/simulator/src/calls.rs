//! What was called: a bounded log of Web API calls, secrets left out.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Mutex, PoisonError},
};

use grantbook_core::{AppId, TeamId, Timestamp};
use serde::Serialize;

/// The calls kept; older ones are forgotten.
const KEPT: usize = 2_000;

/// One call of a method.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Call {
    /// Counts from one.
    pub id: u64,
    /// When it arrived.
    pub at: Timestamp,
    /// The method, as in `chat.postMessage`.
    pub method: String,
    /// The caller's app, when its token or credentials were good.
    pub app: Option<AppId>,
    /// The token's workspace.
    pub team: Option<TeamId>,
    /// The arguments, without tokens, codes, secrets and what people wrote.
    pub arguments: BTreeMap<String, String>,
    /// The HTTP status answered.
    pub status: u16,
    /// The refusal's name; none when `ok`.
    pub error: Option<String>,
    /// The fault that was played, if one was set.
    pub fault: Option<String>,
    /// From the arrival to the answer, in microseconds.
    pub duration_micros: u64,
}

impl Call {
    /// Whether the answer said `ok: true`.
    pub fn is_ok(&self) -> bool {
        self.status == 200 && self.error.is_none()
    }
}

#[derive(Debug, Default)]
pub(crate) struct CallLog(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    calls: VecDeque<Call>,
    last: u64,
}

impl CallLog {
    pub(crate) fn record(&self, mut call: Call) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.last += 1;
        call.id = kept.last;
        kept.calls.push_back(call);
        if kept.calls.len() > KEPT {
            kept.calls.pop_front();
        }
    }

    /// The calls of one method, or all, oldest first.
    pub(crate) fn list(&self, method: Option<&str>) -> Vec<Call> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.calls
            .iter()
            .filter(|call| method.is_none_or(|name| call.method == name))
            .cloned()
            .collect()
    }

    /// The latest calls, newest first.
    pub(crate) fn latest(&self, count: usize) -> Vec<Call> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.calls.iter().rev().take(count).cloned().collect()
    }
}
