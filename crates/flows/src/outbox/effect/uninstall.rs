//! `uninstall`: `apps.uninstall` with the installation's token, once the app has left each workspace.

use grantbook_api::{error::CallError, methods::AuthTeamsList};
use grantbook_core::{Grants, TeamId, Tenant, grants::Status};
use grantbook_store::{StoreError, apps::AppRecord, outbox::OutboxRow};
use serde_json::json;

use super::{Outcome, judge, without_token};
use crate::{
    House,
    apps::Tries,
    outbox::ONCE,
    rotation::{Calling, TokenError, is_over},
};

/// Workspaces are still listed: somebody must take the app out of them first.
const WORKSPACES_FIRST: &str = "workspaces_first";

/// Why a try ended early.
enum Stopped {
    Call(CallError),
    Token(TokenError),
}

impl From<CallError> for Stopped {
    fn from(error: CallError) -> Self {
        Self::Call(error)
    }
}

impl From<TokenError> for Stopped {
    fn from(error: TokenError) -> Self {
        Self::Token(error)
    }
}

pub(super) async fn ask(house: &House, row: &OutboxRow) -> Result<Outcome, StoreError> {
    let key = &row.installation.key;
    let grants = house.store.grants(key).await?.unwrap_or_default();
    if grants.status == Status::Uninstalled {
        return Ok(Outcome::already("app_uninstalled"));
    }
    if installed_since(&grants, row) {
        return Ok(Outcome::failed("installed_again"));
    }
    let Some(app) = house.app(&key.app).await? else {
        return Ok(Outcome::failed("unknown_app"));
    };
    let mut calling = match house.calling(key).await {
        Ok(calling) => calling,
        Err(error) => return without_token(error, row),
    };
    match attempt(house, &app, &key.tenant, &mut calling).await {
        Ok(outcome) => Ok(outcome),
        Err(Stopped::Call(error)) => Ok(judge(&error, row)),
        Err(Stopped::Token(error)) => without_token(error, row),
    }
}

/// Whether what was to go has gone and come back since: that is another installation.
fn installed_since(grants: &Grants, row: &OutboxRow) -> bool {
    grants.status == Status::Installed
        && grants
            .status_mark
            .as_ref()
            .is_some_and(|mark| mark.since.seconds() > row.created_at.seconds())
}

async fn attempt(
    house: &House,
    app: &AppRecord,
    tenant: &Tenant,
    calling: &mut Calling<'_>,
) -> Result<Outcome, Stopped> {
    if matches!(tenant, Tenant::Enterprise(_)) {
        let left = workspaces(house, calling).await?;
        if !left.is_empty() {
            return Ok(Outcome::Failed {
                error: WORKSPACES_FIRST.to_owned(),
                receipt: Some(json!({ "workspaces": left })),
            });
        }
    }
    uninstall(house, app, calling).await?;
    Ok(Outcome::Done(json!({ "ok": true })))
}

/// The workspaces that an organization's installation still reaches, as Slack lists them.
async fn workspaces(house: &House, calling: &mut Calling<'_>) -> Result<Vec<TeamId>, Stopped> {
    let slack = house.slack.with_policy(ONCE);
    let list = AuthTeamsList::default();
    let listed = match slack.collect(&calling.caller(), &list).await {
        Err(error) if is_over(&error) && calling.renew().await? => slack.collect(&calling.caller(), &list).await,
        listed => listed,
    };
    Ok(listed?.into_iter().map(|team| team.id).collect())
}

async fn uninstall(house: &House, app: &AppRecord, calling: &mut Calling<'_>) -> Result<(), Stopped> {
    let slack = house.slack.with_policy(ONCE);
    let mut tries = Tries::new(house, app);
    let mut renewed = false;
    loop {
        let refusal = match slack.apps_uninstall(&calling.caller(), tries.credentials()).await {
            Ok(()) => return Ok(()),
            Err(refusal) => refusal,
        };
        if !renewed && is_over(&refusal) {
            renewed = true;
            if calling.renew().await? {
                continue;
            }
        }
        if !tries.again(&refusal).await {
            return Err(refusal.into());
        }
    }
}
