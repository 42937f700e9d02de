//! What the rules in force say of a request now, where that is something else than what they said.

use grantbook_core::approval::{Explanation, decide};
use grantbook_store::{StoreError, approvals::StoredAppRequest};

use crate::{House, approvals::rules};

/// The verdict of the rules in force; none before the first judging, and none where the same rule decides the same.
pub(super) async fn now(house: &House, stored: &StoredAppRequest) -> Result<Option<Explanation>, StoreError> {
    let Some(then) = &stored.verdict else { return Ok(None) };
    let in_force = rules::in_force(house).await?;
    if in_force.version == then.version {
        return Ok(None);
    }
    let verdict = decide(&in_force.rules, &stored.request);
    let same_rule = verdict.rule().map(|rule| &rule.id) == then.decided_by.as_ref().map(|rule| &rule.id);
    let same = same_rule && verdict.decision() == then.decision;
    Ok((!same).then(|| verdict.explain()))
}
