//! Which app requests, in which order: shared by the list and its export.

use std::fmt;

use grantbook_core::{
    AppId, TeamId, UserId,
    approval::{DeveloperType, RiskLevel, life::State},
};
use grantbook_store::queries::app_requests::{AppRequestFilter, AppRequestSort, AskedFor, DecidedBy};
use http::StatusCode;
use serde::{Deserialize, Deserializer, de::Error as _};

use crate::{
    doors::rest::params::{Moment, blank, word},
    error::ApiError,
};

/// Which requests, in which order. All that is given must match.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Filter {
    /// Words that must all occur: in the names or ids of the app, the requester or the workspace, in the message, or in a scope.
    #[serde(default, deserialize_with = "blank")]
    q: Option<String>,
    /// In one of these states, separated by commas: `new`, `open`, `deciding`, `approved`, `restricted`, `cancelled`; `settled` stands for the last three, `any` for all.
    #[param(value_type = Option<String>, example = "open")]
    #[serde(default, deserialize_with = "states")]
    state: Vec<State>,
    /// For this app.
    #[serde(default, deserialize_with = "blank")]
    app: Option<AppId>,
    /// For this workspace; `org` for the whole organization.
    #[serde(default, deserialize_with = "blank")]
    team: Option<String>,
    /// By this person.
    #[serde(default, deserialize_with = "blank")]
    requester: Option<UserId>,
    /// As risky as this.
    #[param(inline)]
    #[serde(default, deserialize_with = "word")]
    risk: Option<RiskLevel>,
    /// Of apps made by these.
    #[param(inline)]
    #[serde(default, deserialize_with = "word")]
    developer_type: Option<DeveloperType>,
    /// Whether the app is listed in the Marketplace.
    #[serde(default, deserialize_with = "blank")]
    marketplace: Option<bool>,
    /// Decided by, or left to people by, the rule of this id.
    #[serde(default, deserialize_with = "blank")]
    rule: Option<String>,
    /// Decided by a `rule`, a `person`, `elsewhere` (in Slack's own pages or by another tool) or by the `timer`.
    #[param(value_type = Option<String>, example = "rule")]
    #[serde(default, deserialize_with = "decider")]
    decided_by: Option<DecidedBy>,
    /// Asked then or later: a moment or a day.
    #[param(value_type = Option<String>, example = "2026-11-01")]
    #[serde(default, deserialize_with = "blank")]
    from: Option<Moment>,
    /// Asked then or earlier: a moment or a day.
    #[param(value_type = Option<String>, example = "2026-11-21")]
    #[serde(default, deserialize_with = "blank")]
    to: Option<Moment>,
    /// In this order: `risk` (then age), `oldest`, `newest`, `demand` (open requests only, whose app most people wait for), `decided` (decided last first).
    #[param(value_type = Option<String>, example = "risk")]
    #[serde(default, deserialize_with = "sort")]
    sort: AppRequestSort,
}

/// A word that is none of a list.
fn none_of(what: &str, word: &str, known: &[&str]) -> impl fmt::Display {
    format!("there is no {what} {word:?}; there are: {}", known.join(", "))
}

fn states<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<State>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?.unwrap_or_default();
    let mut states = Vec::new();
    for name in text.split(',').map(str::trim).filter(|name| !name.is_empty()) {
        match State::ALL.into_iter().find(|state| state.as_str() == name) {
            Some(state) => states.push(state),
            None if name == "settled" => states.extend(State::ALL.into_iter().filter(|state| state.is_settled())),
            None if name == "any" => states.extend(State::ALL),
            None => {
                let mut known: Vec<&str> = State::ALL.iter().map(|state| state.as_str()).collect();
                known.extend(["settled", "any"]);
                return Err(D::Error::custom(none_of("state", name, &known)));
            }
        }
    }
    states.sort_unstable();
    states.dedup();
    Ok(states)
}

fn decider<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<DecidedBy>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?.unwrap_or_default();
    Ok(Some(match text.trim() {
        "" => return Ok(None),
        "rule" => DecidedBy::Rule,
        "person" => DecidedBy::Person,
        "elsewhere" => DecidedBy::Elsewhere,
        "timer" => DecidedBy::Timer,
        other => {
            let known = ["rule", "person", "elsewhere", "timer"];
            return Err(D::Error::custom(none_of("decider", other, &known)));
        }
    }))
}

fn sort<'de, D: Deserializer<'de>>(deserializer: D) -> Result<AppRequestSort, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?.unwrap_or_default();
    let text = text.trim();
    if text.is_empty() {
        return Ok(AppRequestSort::default());
    }
    let found = AppRequestSort::ALL.into_iter().find(|sort| sort.as_str() == text);
    found.ok_or_else(|| {
        let known = AppRequestSort::ALL.map(AppRequestSort::as_str);
        D::Error::custom(none_of("order", text, &known))
    })
}

fn place(text: &str) -> Result<AskedFor, ApiError> {
    if text == "org" {
        return Ok(AskedFor::Organization);
    }
    let team: Result<TeamId, _> = text.parse();
    team.map(AskedFor::Workspace).map_err(|_| {
        let detail = "`team` is a workspace's id as in T061EG9R6, or `org` for the whole organization.";
        invalid(detail)
    })
}

fn invalid(detail: &str) -> ApiError {
    ApiError::client(StatusCode::BAD_REQUEST, "invalid_filter", detail)
}

impl Filter {
    /// As the store understands it.
    pub(super) fn read(self) -> Result<(AppRequestFilter, AppRequestSort), ApiError> {
        let elsewhere = self.state.iter().any(|state| *state != State::Open);
        if self.sort == AppRequestSort::Demand && elsewhere {
            return Err(invalid(
                "Demand counts requests that wait for a person: `sort=demand` goes with `state=open` only.",
            ));
        }
        let filter = AppRequestFilter {
            q: self.q,
            states: self.state,
            app: self.app,
            place: self.team.as_deref().map(place).transpose()?,
            requester: self.requester,
            risk: self.risk,
            developer: self.developer_type,
            marketplace: self.marketplace,
            rule: self.rule,
            decided_by: self.decided_by,
            since: self.from.map(Moment::start),
            until: self.to.map(Moment::end),
        };
        Ok((filter, self.sort))
    }
}
