//! The end of a time-boxed approval is carried to Slack: the app is undecided there again, or restricted.
//!
//! Doing it twice changes nothing, and an app must not stay approved beyond its time: it is tried until Slack does it.

use grantbook_api::error::ErrorCode;
use grantbook_core::{AppId, EnterpriseId, TeamId, Timestamp, approval::life::Happening, view::approvals::AppWishWhat};
use grantbook_store::{
    StoreError,
    approvals::{Noted, Record, RecordError, StoredAppRequest, StoredResolution},
    audit::NewAudit,
    outbox::OutboxRow,
    tokens::Holder,
};
use serde::Deserialize;
use serde_json::json;

use super::{PAUSES, app_call::AppCall, pause, pause_of, prepared, write_down};
use crate::{
    House,
    approvals::{
        lists::Place,
        message::{self, REMIND, Remind},
        subject,
    },
    audit::deeds,
    failure,
    rotation::{CallingError, TokenError},
};

/// Who ends it.
const WHO: &str = "timer";

/// What a row says.
#[derive(Clone, Debug, PartialEq, Deserialize)]
struct End {
    app_request: i64,
    enterprise: EnterpriseId,
    team: Option<TeamId>,
    app: AppId,
    ends_at: Timestamp,
    /// `clear` or `restrict`.
    how: String,
}

impl End {
    fn what(&self) -> AppWishWhat {
        match self.how.as_str() {
            "restrict" => AppWishWhat::Restrict,
            _ => AppWishWhat::Clear,
        }
    }
}

/// What came of one try.
enum Tried {
    /// Slack did it.
    Done(Box<(StoredAppRequest, StoredResolution)>),
    /// It lasts longer now, or stands no more.
    Nothing,
    /// Try again after so many seconds.
    Later { seconds: i64, error: String },
}

/// Carries one row.
pub(super) async fn work(house: &House, row: &OutboxRow) {
    let Ok(end) = serde_json::from_value::<End>(row.payload.clone()) else {
        tracing::error!(outbox.id = row.id, "an outbox row is not readable");
        return;
    };
    let tried = prepared(row, perform(house, row, &end).await, |error| later(row, &error));
    write_down(row, || write(house, row, &end, &tried)).await;
}

fn later(row: &OutboxRow, error: &str) -> Tried {
    Tried::Later {
        seconds: pause_of(row.tries).unwrap_or(PAUSES[PAUSES.len() - 1]),
        error: error.to_owned(),
    }
}

async fn perform(house: &House, row: &OutboxRow, end: &End) -> Result<Tried, StoreError> {
    let standing = house
        .store
        .resolution(&end.enterprise, &end.app, end.team.as_ref())
        .await?;
    let stored = house.store.stored_app_request(end.app_request).await?;
    let ends_now = standing.filter(|one| one.ends_at == Some(end.ends_at));
    let Some((stored, standing)) = stored.zip(ends_now) else {
        return Ok(Tried::Nothing);
    };
    let Some((key, person)) = house.manager_of(&stored).await? else {
        return Ok(later(row, "no_administrator"));
    };
    let mut calling = match house.calling_as(&key, Holder::User(person)).await {
        Ok(calling) => calling,
        Err(TokenError::Store(error)) => return Err(error),
        Err(error) => return Ok(later(row, error.code())),
    };
    let call = AppCall {
        app: &end.app,
        place: Place {
            enterprise: end.enterprise.clone(),
            team: end.team.clone(),
        },
        what: end.what(),
    };
    match call.make(house, &mut calling).await {
        Ok(()) => Ok(Tried::Done(Box::new((stored, standing)))),
        // An earlier try did it, or somebody else.
        Err(CallingError::Slack(error)) if error.code() == Some(&ErrorCode::NoResolutionFound) => {
            Ok(Tried::Done(Box::new((stored, standing))))
        }
        Err(CallingError::Token(TokenError::Store(error))) => Err(error),
        Err(CallingError::Token(error)) => Ok(later(row, error.code())),
        Err(CallingError::Slack(error)) => {
            let code = failure::code(&error);
            Ok(match pause(&error, row.tries) {
                Some(seconds) => Tried::Later { seconds, error: code },
                None => later(row, &code),
            })
        }
    }
}

async fn write(house: &House, row: &OutboxRow, end: &End, tried: &Tried) -> Result<(), StoreError> {
    let (store, now) = (&house.store, house.clock.now());
    match tried {
        Tried::Later { seconds, error } => {
            // By then somebody should look.
            if usize::try_from(row.tries).is_ok_and(|tries| tries == PAUSES.len() + 1) {
                let unsent = Happening::Unsent {
                    message: "end".to_owned(),
                    code: error.clone(),
                };
                keep(store.record_app_request(end.app_request, Record::of(unsent), now).await)?;
            }
            store.outbox_retry(&row.id, now.plus_seconds(*seconds), error).await
        }
        Tried::Nothing => {
            let receipt = json!({ "nothing_to_do": "it does not end now" });
            store.outbox_sent(&row.id, &receipt, None, now).await
        }
        Tried::Done(done) => {
            let (stored, standing) = done.as_ref();
            let record = record(house, row, end, stored, standing, now);
            keep(store.record_app_request(stored.id, record, now).await)
        }
    }
}

fn keep(recorded: Result<StoredAppRequest, RecordError>) -> Result<(), StoreError> {
    match recorded {
        Err(RecordError::Store(error)) => Err(error),
        Ok(_) | Err(RecordError::Missing(_) | RecordError::OutOfTurn(_)) => Ok(()),
    }
}

fn record(
    house: &House,
    row: &OutboxRow,
    end: &End,
    stored: &StoredAppRequest,
    standing: &StoredResolution,
    now: Timestamp,
) -> Record {
    let what = end.what();
    let restricted = what == AppWishWhat::Restrict;
    let told = Remind::Ended {
        app_request: stored.id,
        restricted,
    };
    let told_id = format!("app-ended:{}", row.id);
    Record {
        outbox: vec![message::row(house, REMIND, told_id, stored.installation, json!(told))],
        audit: Some(NewAudit {
            at: now,
            who: WHO.to_owned(),
            what: deeds::APP_APPROVAL_ENDED.to_owned(),
            subject: subject(stored),
            detail: json!({ "how": end.how, "app": end.app, "team": end.team }),
        }),
        noted: Some(Noted {
            enterprise: end.enterprise.clone(),
            team: end.team.clone(),
            app: end.app.clone(),
            app_name: standing.listed.app_name.clone(),
            status: what.status(),
            scopes: standing.listed.scopes.clone(),
            request: Some(stored.id).filter(|_| restricted),
            by: WHO.to_owned(),
            ends: None,
        }),
        ends: Some((row.id.clone(), Ok(json!({ "ended": end.how })))),
        ..Record::of(Happening::Ended { how: end.how.clone() })
    }
}
