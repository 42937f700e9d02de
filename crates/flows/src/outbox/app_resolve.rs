//! What somebody decided about an app without a request is carried to Slack, and looked up in Slack's own list.
//!
//! Slack may be asked twice: where it refuses, its list tells whether what was wanted stands already, as after a
//! call whose answer was lost.

use std::collections::BTreeSet;

use grantbook_api::error::CallError;
use grantbook_core::{Scope, approval::Previous};
use grantbook_store::{
    StoreError,
    approvals::{Listed, Noted},
    effects::EffectEnd,
    outbox::OutboxRow,
    tokens::Holder,
};
use serde_json::json;

use super::{
    app_call::{AppCall, DONE_ALL_THE_SAME},
    pause, pause_of, prepared, write_down,
};
use crate::{
    House,
    approvals::{
        Resolve,
        lists::{self, Place},
        manager,
    },
    audit::deeds,
    failure,
    rotation::{Calling, CallingError, TokenError},
};

/// What came of one try.
#[derive(Debug, PartialEq)]
enum Tried {
    /// It stands: with these scopes, as Slack's list shows it, or as it did not show yet.
    Stands {
        listed: Option<BTreeSet<Scope>>,
        seen: bool,
        code: Option<String>,
    },
    /// It is given up.
    Failed(String),
    /// Try again after so many seconds.
    Later { seconds: i64, error: String },
}

/// Carries one row.
pub(super) async fn work(house: &House, row: &OutboxRow) {
    let Some(wish) = Resolve::of(row) else {
        tracing::error!(outbox.id = row.id, "an outbox row is not readable");
        return;
    };
    let tried = prepared(row, perform(house, row, &wish).await, |error| later(row, &error));
    write_down(row, || write(house, row, &wish, &tried)).await;
    if !matches!(tried, Tried::Later { .. }) {
        // It may have answered requests too.
        house.read_app_requests_now();
    }
}

fn later(row: &OutboxRow, error: &str) -> Tried {
    match pause_of(row.tries) {
        Some(seconds) => Tried::Later {
            seconds,
            error: error.to_owned(),
        },
        None => Tried::Failed(error.to_owned()),
    }
}

fn place(wish: &Resolve) -> Place {
    Place {
        enterprise: wish.enterprise.clone(),
        team: wish.team.clone(),
    }
}

async fn perform(house: &House, row: &OutboxRow, wish: &Resolve) -> Result<Tried, StoreError> {
    let sources = house.store.sources().await?;
    let Some((key, person)) = manager(&sources, &wish.enterprise, row.installation.row) else {
        return Ok(later(row, "no_administrator"));
    };
    let mut calling = match house.calling_as(&key, Holder::User(person)).await {
        Ok(calling) => calling,
        Err(TokenError::Store(error)) => return Err(error),
        Err(error @ (TokenError::Busy { .. } | TokenError::CoolingDown { .. })) => return Ok(later(row, error.code())),
        Err(error) => return Ok(Tried::Failed(error.code().to_owned())),
    };
    let call = AppCall {
        app: &wish.app_id,
        place: place(wish),
        what: wish.what,
    };
    match call.make(house, &mut calling).await {
        Ok(()) => Ok(stands(house, &mut calling, wish, None).await),
        Err(CallingError::Token(TokenError::Store(error))) => Err(error),
        Err(CallingError::Token(error)) => Ok(later(row, error.code())),
        Err(CallingError::Slack(error)) => Ok(judge(house, &mut calling, row, wish, &error).await),
    }
}

/// What Slack's list shows of the app in the place.
async fn shown(house: &House, calling: &mut Calling<'_>, wish: &Resolve) -> Result<Option<Listed>, CallingError> {
    let lists = lists::resolutions(house, calling, &place(wish)).await?;
    let listed = lists.listed().find(|one| one.app == wish.app_id);
    Ok(listed)
}

fn status(listed: Option<&Listed>) -> Previous {
    listed.map_or(Previous::Unresolved, |one| one.status)
}

/// Slack did it: the list tells for which scopes, where it can be read.
async fn stands(house: &House, calling: &mut Calling<'_>, wish: &Resolve, code: Option<String>) -> Tried {
    let listed = shown(house, calling, wish).await.ok();
    let seen = listed
        .as_ref()
        .is_some_and(|listed| status(listed.as_ref()) == wish.what.status());
    Tried::Stands {
        listed: listed.flatten().filter(|_| seen).map(|one| one.scopes),
        seen,
        code,
    }
}

/// What a call that failed means.
async fn judge(house: &House, calling: &mut Calling<'_>, row: &OutboxRow, wish: &Resolve, error: &CallError) -> Tried {
    let code = failure::code(error);
    if DONE_ALL_THE_SAME.contains(&code.as_str()) {
        return stands(house, calling, wish, Some(code)).await;
    }
    if error.is_transient() {
        return match pause(error, row.tries) {
            Some(seconds) => Tried::Later { seconds, error: code },
            None => Tried::Failed(code),
        };
    }
    match shown(house, calling, wish).await {
        Ok(listed) if status(listed.as_ref()) == wish.what.status() => Tried::Stands {
            listed: listed.map(|one| one.scopes),
            seen: true,
            code: Some(code),
        },
        _ => Tried::Failed(code),
    }
}

/// What stands from now on. Where the list did not tell the scopes, those known before are kept.
async fn noted(house: &House, wish: &Resolve, listed: Option<&BTreeSet<Scope>>) -> Result<Noted, StoreError> {
    let scopes = if let Some(scopes) = listed {
        scopes.clone()
    } else {
        let before = house
            .store
            .resolution(&wish.enterprise, &wish.app_id, wish.team.as_ref())
            .await?;
        before.map(|before| before.listed.scopes).unwrap_or_default()
    };
    Ok(Noted {
        enterprise: wish.enterprise.clone(),
        team: wish.team.clone(),
        app: wish.app_id.clone(),
        app_name: wish.app_name.clone(),
        status: wish.what.status(),
        scopes,
        request: None,
        by: wish.who.clone(),
        ends: None,
    })
}

async fn write(house: &House, row: &OutboxRow, wish: &Resolve, tried: &Tried) -> Result<(), StoreError> {
    let (store, now) = (&house.store, house.clock.now());
    let this = (row.id.as_str(), &wish.enterprise, &wish.app_id);
    match tried {
        Tried::Later { seconds, error } => store.outbox_retry(&row.id, now.plus_seconds(*seconds), error).await,
        Tried::Failed(error) => {
            let end = EffectEnd::Failed {
                error: error.clone(),
                receipt: None,
            };
            let note = wish.note(deeds::APP_RESOLVE_FAILED, now, &json!({ "code": error }));
            store.end_resolve(this, &end, note, None, now).await
        }
        Tried::Stands { listed, seen, code } => {
            let receipt = json!({ "seen": seen, "code": code });
            let note = wish.note(deeds::APP_RESOLVED, now, &receipt);
            let noted = noted(house, wish, listed.as_ref()).await?;
            store
                .end_resolve(this, &EffectEnd::Done { receipt }, note, Some(&noted), now)
                .await
        }
    }
}

#[cfg(test)]
mod tests {
    use grantbook_core::{Timestamp, view::approvals::AppWishWhat};
    use grantbook_store::installations::InstallationRef;

    use super::*;

    fn row(tries: u32) -> OutboxRow {
        OutboxRow {
            id: "app_resolve:E1:A1:T1".to_owned(),
            kind: "app_resolve".to_owned(),
            installation: InstallationRef {
                row: 1,
                key: "insectoid.E1".parse().unwrap(),
            },
            request: None,
            payload: json!({
                "enterprise": "E1", "app_id": "A1", "app_name": "Standup", "team": "T1", "what": "restrict",
                "reason": "a drill", "who": "user:ada",
            }),
            tries,
            created_at: Timestamp::from_seconds(1),
            uncertain: false,
        }
    }

    #[test]
    fn a_row_says_what_is_wanted_and_where() {
        let wish = Resolve::of(&row(1)).unwrap();
        assert_eq!(
            (wish.what, wish.what.status()),
            (AppWishWhat::Restrict, Previous::Restricted)
        );
        let note = wish.note("app.resolved", Timestamp::from_seconds(2), &json!({ "code": "x" }));
        assert_eq!(note.subject, "org_app:E1.A1");
        let expected = json!({
            "what": "restrict", "reason": "a drill", "app_name": "Standup", "team": "T1", "code": "x",
        });
        assert_eq!(note.detail, expected);
    }

    #[test]
    fn it_is_tried_again_until_it_is_given_up() {
        let last = later(&row(5), "no_administrator");
        assert!(matches!(last, Tried::Later { seconds: 600, .. }), "{last:?}");
        assert_eq!(
            later(&row(6), "no_administrator"),
            Tried::Failed("no_administrator".to_owned())
        );
    }
}
