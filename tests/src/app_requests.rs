//! App requests as tests put them into a store: asked, and judged by rules.

use grantbook_core::{
    EnterpriseId, Timestamp,
    approval::{AppRequest, Context, Rules, decide, life::Happening, risk},
};
use grantbook_store::{
    Store,
    approvals::{Judgement, Record},
};
use serde_json::json;

/// What is asked for, beside what all these requests have in common.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// Tells requests apart; later ones have larger ones, and were asked a minute later each.
    pub number: u32,
    /// The app's id.
    pub app: &'a str,
    /// Its name.
    pub name: &'a str,
    /// `internal`, `third_party` or `slack`.
    pub developer: &'a str,
    /// Scopes of its own user.
    pub scopes: &'a [&'a str],
    /// The workspace.
    pub team: &'a str,
}

impl Asked<'_> {
    /// Slack's number of it.
    pub fn id(&self) -> String {
        format!("Ar{:08}", self.number)
    }

    /// The request as Slack's list tells it.
    ///
    /// # Errors
    ///
    /// Fails where an id is none.
    pub fn request(&self, from: Timestamp) -> anyhow::Result<AppRequest> {
        let scopes: Vec<_> = self
            .scopes
            .iter()
            .map(|name| json!({ "name": name, "token_type": "bot" }))
            .collect();
        let asked = json!({
            "id": self.id(),
            "app": { "id": self.app, "name": self.name, "developer_type": self.developer },
            "user": { "id": "W0ASKER01", "name": "robin" },
            "team": { "id": self.team },
            "scopes": scopes,
            "message": "We would like to use it.",
            "date_created": from.seconds() + i64::from(self.number) * 60,
        });
        Ok(AppRequest::from_slack(&asked, from)?)
    }
}

/// Puts requests into the store, as reading Slack's list does.
///
/// # Errors
///
/// Fails where the store does.
pub async fn take(store: &Store, asked: &[Asked<'_>], now: Timestamp) -> anyhow::Result<()> {
    let enterprise: EnterpriseId = "E0N0RTHW1".parse()?;
    let requests = asked
        .iter()
        .map(|one| one.request(now))
        .collect::<anyhow::Result<Vec<_>>>()?;
    store.take_app_requests(1, &enterprise, &requests, now).await?;
    Ok(())
}

/// Asks rules about a stored request, and those in shadow beside them, and writes down what they say, deciding
/// nothing.
///
/// # Errors
///
/// Fails where the store does, or where it was judged before.
pub async fn judge(
    store: &Store,
    id: i64,
    rules: &Rules,
    shadow: Option<&Rules>,
    now: Timestamp,
) -> anyhow::Result<()> {
    let stored = store.stored_app_request(id).await?;
    let Some(stored) = stored else {
        anyhow::bail!("there is no app request {id}")
    };
    let verdict = decide(rules, &stored.request).explain();
    let agrees = |shadow: &Rules| {
        decide(shadow, &stored.request)
            .decision()
            .same_effect(&verdict.decision)
    };
    let record = Record {
        happenings: vec![Happening::Judged {
            rule: verdict.decided_by.clone(),
            version: verdict.version,
            decision: verdict.decision.clone(),
        }],
        judgement: Some(Judgement {
            risk: risk(&stored.request, &Context::default()),
            new_scopes: stored.request.scopes.len(),
            shadow: shadow.map(|shadow| (shadow.version, agrees(shadow))),
            verdict,
        }),
        ..Record::default()
    };
    store.record_app_request(id, record, now).await?;
    Ok(())
}
