//! `test`: does the connection between this console and Slack work for an app? Every check really asks, or looks
//! at what really arrived.

mod finding;
mod here;

use grantbook_api::{
    client::{RetryPolicy, SlackClient},
    error::{CallError, ErrorCode},
    methods::AuthTest,
    oauth::ClientCredentials,
    secret::{AppToken, AuthorizationCode},
};
use grantbook_core::{
    InstallationKey,
    grants::Status,
    view::{Model, apps::ConnectionTest},
};
use grantbook_store::{
    StoreError,
    apps::AppRecord,
    queries::{PageRequest, QueryError, installations::InstallationFilter},
};
use secrecy::ExposeSecret;

use self::{
    finding::Finding,
    here::{connected, delivered, public_url},
};
use super::secrets::{credentials, is_wrong_secret};
use crate::{
    House, failure,
    rotation::{CallingError, TokenError},
};

/// Never the code of anything: Slack says so only to an app whose credentials it knows.
const NO_CODE: &str = "grantbook-connection-test";

/// All checks, in the order in which they should be mended.
pub(super) async fn test(house: &House, app: &AppRecord) -> Result<ConnectionTest, StoreError> {
    // A person waits for the answers.
    let slack = house.slack.with_policy(RetryPolicy::NONE);
    let (reached, secret, token, installed) = tokio::join!(
        reached(&slack),
        client_secret(house, &slack, app),
        app_token(&slack, app),
        installed(house, &slack, app),
    );
    let mut checks = vec![
        public_url(&house.addresses.public_url, app).named("public_url"),
        reached.named("slack_reached"),
        secret.named("client_secret"),
    ];
    checks.extend(token.map(|token| token.named("app_token")));
    checks.push(if app.socket_connections > 0 {
        let statuses = house.sockets_everywhere(&[app]).await?;
        connected(statuses.get(&app.row)).named("socket_open")
    } else {
        delivered(house, app).named("signed_delivery")
    });
    checks.push(installed?.named("installed"));
    Ok(ConnectionTest { checks })
}

async fn reached(slack: &SlackClient) -> Finding {
    let site = slack.base_url();
    match slack.api_test().await {
        Ok(()) => Finding::passed(format!("Slack answers at {site}.")),
        Err(error @ CallError::Transport(_)) => Finding::failed(
            format!("Slack was not reached at {site} ({}).", failure::code(&error)),
            "Let this machine out to that address, or set slack.base_url right.",
        ),
        Err(error) => Finding::unanswered(&error),
    }
}

/// Whether Slack knows these credentials: it says `invalid_code` only to an app that it knows.
async fn known(slack: &SlackClient, model: Model, app: ClientCredentials) -> Result<bool, CallError> {
    let code = AuthorizationCode::new(NO_CODE);
    let answer = match model {
        Model::Workspace => slack.oauth_access(&app, code, None).await.map(drop),
        Model::Modern => slack.oauth_v2_access(&app, code, None).await.map(drop),
    };
    match answer {
        Err(error) if is_wrong_secret(&error) => Ok(false),
        Err(error) if error.code() == Some(&ErrorCode::InvalidCode) => Ok(true),
        Err(error) => Err(error),
        Ok(()) => Ok(true),
    }
}

async fn client_secret(house: &House, slack: &SlackClient, app: &AppRecord) -> Finding {
    let mut secrets = app.client_secrets(house.clock.now()).map(ExposeSecret::expose_secret);
    let newest = secrets.next().unwrap_or_default();
    match known(slack, app.model, credentials(app, newest)).await {
        Ok(true) => return Finding::passed("Slack knows the client id and the client secret."),
        Ok(false) => {}
        Err(error) => return Finding::unanswered(&error),
    }
    for earlier in secrets {
        if matches!(known(slack, app.model, credentials(app, earlier)).await, Ok(true)) {
            return Finding::waiting(
                "Slack knows the client secret before this one, and not the newest.",
                "Check that the newest is the one that Slack shows under Basic Information; until then the one \
                 before is used.",
            );
        }
    }
    Finding::failed(
        "Slack does not know the client id with this client secret.",
        "Copy both again from Basic Information on the app's page at Slack, and replace the secret here.",
    )
}

async fn app_token(slack: &SlackClient, app: &AppRecord) -> Option<Finding> {
    let token = match &app.app_token {
        Some(token) => AppToken::new(token.expose_secret()),
        None if app.socket_connections == 0 => return None,
        None => {
            return Some(Finding::failed(
                "Socket Mode is on, and no app-level token is kept.",
                "Make one with the scope connections:write under Basic Information at Slack, and tell it here.",
            ));
        }
    };
    Some(match slack.apps_connections_open(&app.slug, &token).await {
        Ok(_) => Finding::passed("The app-level token opens Socket Mode connections."),
        Err(error @ CallError::Slack { .. }) => Finding::failed(
            format!(
                "Slack opens no Socket Mode connection with the app-level token ({}).",
                failure::code(&error)
            ),
            "Switch Socket Mode on at Slack, and make an app-level token with the scope connections:write under Basic \
             Information.",
        ),
        Err(error) => Finding::unanswered(&error),
    })
}

async fn installed(house: &House, slack: &SlackClient, app: &AppRecord) -> Result<Finding, StoreError> {
    let filter = InstallationFilter {
        app: Some(app.slug.clone()),
        status: Some(Status::Installed),
        ..InstallationFilter::default()
    };
    let page = PageRequest { limit: 1, cursor: None };
    let found = match house.store.installations(&filter, &page, house.clock.now()).await {
        Ok(found) => found.items.into_iter().next(),
        Err(QueryError::Store(error)) => return Err(error),
        // There was no cursor that could be wrong.
        Err(QueryError::Cursor(_)) => None,
    };
    let Some(installation) = found else {
        let address = house.addresses.slack_door(&app.slug, "install");
        return Ok(Finding::waiting(
            "The app is not installed anywhere yet.",
            format!("Open {address} and allow it."),
        ));
    };
    let place = format!("{} ({})", installation.tenant_name, installation.tenant);
    who(house, slack, app, &installation.id, &place).await
}

/// Asks with an installation's token whose it is.
async fn who(
    house: &House,
    slack: &SlackClient,
    app: &AppRecord,
    key: &InstallationKey,
    place: &str,
) -> Result<Finding, StoreError> {
    let answer = match house.calling(key).await {
        Ok(mut calling) => calling.call(slack, &AuthTest {}).await,
        Err(error) => Err(error.into()),
    };
    Ok(match answer {
        Ok(answer) if answer.app_id.as_ref().is_some_and(|id| *id != app.app_id) => Finding::failed(
            format!("The token of {place} belongs to another Slack app."),
            format!(
                "Check that {} is the app's id at Slack, and install it again.",
                app.app_id
            ),
        ),
        Ok(_) => Finding::passed(format!("The token of {place} works and is this app's.")),
        Err(CallingError::Token(TokenError::Store(error))) => return Err(error),
        Err(CallingError::Token(error)) => Finding::failed(
            format!("There is no token to use in {place} ({}).", error.code()),
            format!(
                "Open {} and allow the app again.",
                house.addresses.slack_door(&app.slug, "install")
            ),
        ),
        Err(CallingError::Slack(error @ CallError::Slack { .. })) => Finding::failed(
            format!("Slack refuses the token of {place} ({}).", failure::code(&error)),
            format!(
                "Open {} and allow the app again.",
                house.addresses.slack_door(&app.slug, "install")
            ),
        ),
        Err(CallingError::Slack(error)) => Finding::unanswered(&error),
    })
}
