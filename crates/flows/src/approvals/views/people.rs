//! Who decides, votes and asks, as people are called: names of accounts, of Slack's people, of rules.

use std::collections::{BTreeMap, BTreeSet};

use grantbook_core::{
    Tenant,
    approval::{Decision, life::Happening},
    view::approvals::AppRequestView,
};
use grantbook_store::{
    StoreError,
    approvals::{StoredAppRequest, StoredStep},
};

use crate::House;

/// The people and rules that one request speaks of.
#[derive(Debug, Default)]
pub(super) struct People {
    pub(super) requester: String,
    pub(super) app: String,
    pub(super) place: String,
    names: BTreeMap<String, String>,
    rules: BTreeMap<String, String>,
}

impl People {
    /// Looks up whomever the request, its verdict and its steps name.
    pub(super) async fn around(
        house: &House,
        stored: &StoredAppRequest,
        summary: &AppRequestView,
        steps: &[StoredStep],
    ) -> Result<Self, StoreError> {
        let ids: BTreeSet<String> = steps.iter().flat_map(|step| named(&step.what)).collect();
        let whom = match stored.verdict.as_ref().map(|verdict| &verdict.decision) {
            Some(Decision::Ask { whom, .. }) => whom.clone(),
            _ => Vec::new(),
        };
        let ids: Vec<String> = ids.into_iter().chain(whom).filter(|id| is_slack_user(id)).collect();
        let mut names = BTreeMap::new();
        let homes = [
            Some(Tenant::Enterprise(stored.enterprise.clone())),
            stored.request.team.clone().map(Tenant::Team),
        ];
        for home in homes.into_iter().flatten().filter(|_| !ids.is_empty()) {
            names.extend(house.store.names(&home, ids.iter().cloned()).await?);
        }
        Ok(Self {
            requester: or_id(summary.requester_name.as_ref(), summary.requester.as_str()),
            app: summary.app_name.clone(),
            place: match (&summary.team_name, &summary.team) {
                (Some(name), _) => name.clone(),
                (None, Some(team)) => team.to_string(),
                (None, None) => "the whole organization".to_owned(),
            },
            names,
            rules: rules(stored, steps),
        })
    }

    /// `user:orla` is orla, `rule:internal-apps` the rule “Internal apps”, `slack:U061F7AUR` a name in Slack.
    pub(super) fn by(&self, who: &str) -> String {
        match who.split_once(':') {
            Some(("user", name)) => name.to_owned(),
            Some(("rule", id)) => format!("the rule “{}”", or_id(self.rules.get(id), id)),
            Some(("slack", id)) => self.slack(id),
            Some(("key", id)) => format!("the API key {id}"),
            _ if who == "timer" => "the console, since nobody decided in time,".to_owned(),
            _ => who.to_owned(),
        }
    }

    /// A person in Slack.
    pub(super) fn slack(&self, id: &str) -> String {
        or_id(self.names.get(id), id)
    }

    /// Whom a rule asks: a person in Slack by name, everybody else as they are.
    pub(super) fn whom(&self, name: &str) -> String {
        self.slack(name)
    }

    /// A list of people.
    pub(super) fn listed(&self, whom: &[String]) -> String {
        let names: Vec<String> = whom.iter().map(|name| self.whom(name)).collect();
        names.join(", ")
    }
}

fn or_id(name: Option<&String>, id: &str) -> String {
    name.filter(|name| !name.is_empty())
        .map_or_else(|| id.to_owned(), Clone::clone)
}

fn is_slack_user(id: &str) -> bool {
    id.starts_with(['U', 'W'])
        && id.len() > 1
        && id
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

/// Ids of Slack's people in a step.
fn named(what: &Happening) -> Vec<String> {
    match what {
        Happening::Voted { by, .. }
        | Happening::Decided { by, .. }
        | Happening::AskedWhy { by, .. }
        | Happening::Extended { by, .. } => by.strip_prefix("slack:").map(str::to_owned).into_iter().collect(),
        Happening::Noticed { by: Some(by), .. } => vec![by.actor_id.clone()],
        Happening::Escalated { to } => to.clone(),
        _ => Vec::new(),
    }
}

/// The names of rules, as they were when they were asked.
fn rules(stored: &StoredAppRequest, steps: &[StoredStep]) -> BTreeMap<String, String> {
    let judged = steps.iter().filter_map(|step| match &step.what {
        Happening::Judged { rule, .. } => rule.as_ref(),
        _ => None,
    });
    let verdict = stored.verdict.as_ref().and_then(|verdict| verdict.decided_by.as_ref());
    judged
        .chain(verdict)
        .map(|rule| (rule.id.clone(), rule.name.clone()))
        .collect()
}

#[cfg(test)]
impl People {
    /// Orla asks for Fern in Legal.
    pub(super) fn for_tests() -> Self {
        Self {
            requester: "Orla".to_owned(),
            app: "Fern".to_owned(),
            place: "Legal".to_owned(),
            names: BTreeMap::from([("U061F7AUR".to_owned(), "Ada".to_owned())]),
            rules: BTreeMap::from([("internal-apps".to_owned(), "Internal apps".to_owned())]),
        }
    }
}
