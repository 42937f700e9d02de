//! The queue as documents: its pages, one request with everything known about it, and the counts over all.

mod people;
mod receipt;
mod scopes;
mod story;
mod verdict;

use std::collections::BTreeSet;

use grantbook_core::{
    Scope, Timestamp,
    approval::{
        Decision, Need,
        life::{Happening, State},
    },
    view::{
        Page,
        approvals::{AppRequestDetail, AppRequestView, QueueSource, QueueSummary, Vote},
    },
};
use grantbook_store::{
    StoreError,
    approvals::{Source, StoredAppRequest, StoredStep},
    queries::{
        PageRequest, QueryError,
        app_requests::{AppRequestFilter, AppRequestSort, AroundRequest},
    },
};

use super::{Actor, Approvals};
use crate::House;

use people::People;

/// The reading use cases of the queue.
#[derive(Clone, Debug)]
pub struct Queue {
    house: House,
    approvals: Approvals,
}

impl Queue {
    /// The use cases over `house`.
    pub fn new(house: House) -> Self {
        Self {
            approvals: Approvals::new(house.clone()),
            house,
        }
    }

    /// One page of requests.
    pub async fn list(
        &self,
        filter: &AppRequestFilter,
        sort: AppRequestSort,
        page: &PageRequest,
    ) -> Result<Page<AppRequestView>, QueryError> {
        self.house.store.app_request_views(filter, sort, page).await
    }

    /// One request as the list shows it, or `None`.
    pub async fn view(&self, id: i64) -> Result<Option<AppRequestView>, StoreError> {
        self.house.store.app_request_view(id).await
    }

    /// One request with everything known about it, as `actor` sees it, or `None`.
    pub async fn detail(&self, id: i64, actor: &Actor) -> Result<Option<AppRequestDetail>, StoreError> {
        let store = &self.house.store;
        let Some(stored) = store.stored_app_request(id).await? else {
            return Ok(None);
        };
        let Some(summary) = store.app_request_view(id).await? else {
            return Ok(None);
        };
        let steps = store.app_request_steps(id).await?;
        let around = store.around_app_request(&stored).await?;
        self.told(summary, stored, steps, around, actor).await.map(Some)
    }

    async fn told(
        &self,
        summary: AppRequestView,
        stored: StoredAppRequest,
        steps: Vec<StoredStep>,
        around: AroundRequest,
        actor: &Actor,
    ) -> Result<AppRequestDetail, StoreError> {
        let held = around.approved();
        let asked: BTreeSet<&Scope> = stored.request.scopes.iter().map(|asked| &asked.name).collect();
        let dropped = held.iter().flatten().filter(|scope| !asked.contains(scope)).cloned();
        let dropped = dropped.collect();
        let people = People::around(&self.house, &stored, &summary, &steps).await?;
        let (whom, need, reason_required) = asked_of(&stored);
        Ok(AppRequestDetail {
            verdict_now: verdict::now(&self.house, &stored).await?,
            scopes: scopes::lines(&stored.request, held.as_ref()),
            dropped,
            whom: whom.iter().map(|name| people.whom(name)).collect(),
            need,
            reason_required,
            votes: votes(&steps, stored.state),
            may_decide: self.approvals.may_decide(&stored, &steps, actor),
            also_asked: around.also_asked,
            elsewhere: around.elsewhere,
            alternatives: around.alternatives,
            story: story::lines(&steps, &people),
            receipt: receipt::of(&self.house, &stored).await?,
            ends_at: around.ends_at,
            risk: stored.risk,
            verdict: stored.verdict,
            request: stored.request,
            summary,
        })
    }

    /// The counts over the queue, and how the reading of Slack's lists goes.
    pub async fn summary(&self) -> Result<QueueSummary, StoreError> {
        let store = &self.house.store;
        let today = day_of(self.house.clock.now());
        let (by_rules_today, by_people_today) = store.app_requests_decided_since(today).await?;
        let sources = store.sources().await?;
        let names = store
            .tenant_names(sources.iter().map(|source| source.enterprise.as_str()))
            .await?;
        let sources = sources.iter().map(|one| {
            let name = names.get(one.enterprise.as_str());
            source(one, name.cloned())
        });
        Ok(QueueSummary {
            open: store.count_app_requests(State::Open).await?,
            deciding: store.count_app_requests(State::Deciding).await?,
            by_rules_today,
            by_people_today,
            alarms: store.count_open_app_alarms().await?,
            sources: sources.collect(),
        })
    }
}

/// The first moment of its day.
fn day_of(now: Timestamp) -> Timestamp {
    const DAY: i64 = 86_400;
    Timestamp::from_seconds(now.seconds().div_euclid(DAY) * DAY)
}

/// Whom the rules ask, how many of them must agree, and whether they have to say why.
fn asked_of(stored: &StoredAppRequest) -> (Vec<String>, Need, bool) {
    match stored.verdict.as_ref().map(|verdict| &verdict.decision) {
        Some(Decision::Ask {
            whom,
            need,
            reason_required,
        }) => (whom.clone(), *need, *reason_required),
        _ => (Vec::new(), Need::Any, false),
    }
}

/// The votes that count: those since the request was opened last.
fn votes(steps: &[StoredStep], state: State) -> Vec<Vote> {
    let mut votes = Vec::new();
    for step in steps {
        match &step.what {
            Happening::Voted { by, outcome, reason } => votes.push(Vote {
                by: by.clone(),
                outcome: *outcome,
                reason: reason.clone(),
                at: step.at,
            }),
            Happening::Refused { .. } | Happening::Reopened if !state.is_settled() => votes.clear(),
            _ => {}
        }
    }
    votes
}

fn source(source: &Source, name: Option<String>) -> QueueSource {
    let app = source.installation.key.app.to_string();
    QueueSource {
        sentence: sentence(source, &app),
        name: name.unwrap_or_else(|| source.enterprise.to_string()),
        enterprise: source.enterprise.clone(),
        read_at: source.read_at,
        problem: source.problem.clone(),
        app,
    }
}

fn sentence(source: &Source, app: &str) -> String {
    match (&source.holder, source.problem.as_deref()) {
        (None, _) => format!(
            "No administrator of the organization has allowed “{app}” to manage apps. Have an organization admin \
             install it with admin.apps:read and admin.apps:write."
        ),
        (_, None) => String::new(),
        (_, Some("not_an_admin" | "missing_scope" | "not_allowed_token_type")) => format!(
            "Slack does not let the holder of the token of “{app}” manage apps. Have an organization admin install \
             it with admin.apps:read and admin.apps:write."
        ),
        (_, Some("invalid_auth" | "token_revoked" | "token_expired" | "account_inactive" | "not_authed")) => format!(
            "Slack no longer accepts the administrator's token of “{app}”. Install the app for the organization again."
        ),
        (_, Some(code)) => {
            format!("Slack's lists could not be read ({code}). The console tries again by itself.")
        }
    }
}

#[cfg(test)]
mod tests {
    use grantbook_core::approval::life::Outcome;

    use super::*;

    fn vote(by: &str) -> Happening {
        Happening::Voted {
            by: by.to_owned(),
            outcome: Outcome::Approved,
            reason: String::new(),
        }
    }

    fn steps(happenings: Vec<Happening>) -> Vec<StoredStep> {
        let at = Timestamp::from_seconds(1);
        happenings.into_iter().map(|what| StoredStep { at, what }).collect()
    }

    #[test]
    fn votes_before_a_refusal_no_longer_count() {
        let refused = Happening::Refused {
            code: "fatal_error".to_owned(),
        };
        let steps = steps(vec![vote("user:ada"), refused, vote("user:orla")]);
        let names: Vec<_> = votes(&steps, State::Open).into_iter().map(|vote| vote.by).collect();
        assert_eq!(names, ["user:orla"]);
        assert_eq!(votes(&steps, State::Approved).len(), 2);
    }

    #[test]
    fn a_day_begins_at_midnight() {
        let noon: Timestamp = "2026-11-22T12:00:01Z".parse().unwrap();
        assert_eq!(day_of(noon), "2026-11-22T00:00:00Z".parse().unwrap());
        assert_eq!(day_of(day_of(noon)), day_of(noon));
    }
}
