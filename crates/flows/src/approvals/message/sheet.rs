//! `Sheet`: all that the messages about a request say, read from the store.

use std::collections::{BTreeMap, BTreeSet};

use grantbook_core::{
    UserId,
    approval::{Decision, life::Happening},
};
use grantbook_store::{
    StoreError,
    approvals::{Beside, StoredAppRequest, StoredStep},
};
use url::Url;

use super::{Card, page};
use crate::House;

/// A request with all that is to be known about it.
#[derive(Clone, Debug)]
pub(crate) struct Sheet {
    pub(crate) stored: StoredAppRequest,
    pub(crate) steps: Vec<StoredStep>,
    beside: Beside,
    names: BTreeMap<String, String>,
    people: BTreeMap<String, UserId>,
    page: Url,
}

/// The accounts that are named: by the rule, and by what happened.
fn accounts(stored: &StoredAppRequest, steps: &[StoredStep]) -> Vec<String> {
    let whom = match stored.verdict.as_ref().map(|verdict| &verdict.decision) {
        Some(Decision::Ask { whom, .. }) => whom.as_slice(),
        _ => &[],
    };
    let asked = steps.iter().filter_map(|step| match &step.what {
        Happening::AskedWhy { by, .. } => by.strip_prefix("user:"),
        _ => None,
    });
    let names: BTreeSet<&str> = whom.iter().map(String::as_str).chain(asked).collect();
    names.into_iter().map(str::to_owned).collect()
}

impl Sheet {
    /// Reads a request and what approvers see beside it; `None` where there is no such request.
    pub(crate) async fn read(house: &House, request: i64) -> Result<Option<Self>, StoreError> {
        let Some(stored) = house.store.stored_app_request(request).await? else {
            return Ok(None);
        };
        let beside = house.store.beside(&stored).await?;
        Self::of(house, stored, beside).await.map(Some)
    }

    /// The same without what stands beside it: of that its requester is told nothing.
    pub(crate) async fn for_requester(house: &House, request: i64) -> Result<Option<Self>, StoreError> {
        match house.store.stored_app_request(request).await? {
            Some(stored) => Self::of(house, stored, Beside::default()).await.map(Some),
            None => Ok(None),
        }
    }

    async fn of(house: &House, stored: StoredAppRequest, beside: Beside) -> Result<Self, StoreError> {
        let steps = house.store.app_request_steps(stored.id).await?;
        let places = beside.approved_in.iter().chain(&beside.restricted_in).flatten();
        let ids: BTreeSet<String> = places
            .chain(&stored.request.team)
            .map(ToString::to_string)
            .chain([stored.enterprise.to_string()])
            .collect();
        Ok(Self {
            names: house.store.tenant_names(ids.iter().map(String::as_str)).await?,
            people: house.store.slack_users(&accounts(&stored, &steps)).await?,
            page: page(house, stored.id),
            stored,
            steps,
            beside,
        })
    }

    /// The same, for words to be made from.
    pub(crate) fn card(&self) -> Card<'_> {
        Card {
            stored: &self.stored,
            steps: &self.steps,
            beside: &self.beside,
            names: &self.names,
            people: &self.people,
            page: &self.page,
        }
    }
}
