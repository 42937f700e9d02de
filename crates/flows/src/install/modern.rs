//! What `oauth.v2.access` answers for a modern app, as an installation, and as the answer to a request.
//!
//! A modern bot's scopes work in the whole workspace. They are placed on the types the catalogue names,
//! or on the workspace where it names none; which conversations they work on is told by the bot's
//! membership. Scopes for acting as a person are that person's (`authed_user`).

use std::collections::BTreeSet;

use grantbook_api::{
    oauth::V2Access,
    secret::{AccessToken, RefreshToken},
};
use grantbook_core::{
    EnterpriseId, Fact, InstallationKey, OrderKey, Reach, ResourceType, Scope, Source, Tenant, Timestamp, UserId,
    catalogue,
    fact::{Resource, ScopesByType},
    ledger::Draft,
    request::{Happening, Kind, Outcome as Asked, PermissionRequest, RequestId, Step, Via},
};
use grantbook_store::{StoreError, apps::AppRecord, attempts::Attempt, recording::NewInstallation, tokens::NewToken};

use super::Outcome;
use crate::House;

/// The link of a request was opened: a round begins, and Slack shows its authorize page.
pub(super) async fn opened(house: &House, request: RequestId, attempt: &str) -> Result<(), StoreError> {
    let at = house.clock.now();
    let round = attempt.to_owned();
    let pressed = Happening::Pressed {
        round: round.clone(),
        user: None,
        via: Via::Link,
        issued_at: None,
    };
    let asked = Happening::Asked {
        call: round.clone(),
        round,
        verified_us: 0,
        left_us: 0,
        answered_us: 0,
        age_ms: 0,
        outcome: Asked::Presented,
    };
    for what in [pressed, asked] {
        house.store.record_step(request, Step { at, what }).await?;
    }
    Ok(())
}

/// The person pressed Cancel on the authorize page: that is a refusal.
pub(super) async fn denied(house: &House, request: RequestId, attempt: &str) -> Result<Outcome, StoreError> {
    if let Some(known) = house.store.request(request).await? {
        let what = Happening::Answered {
            round: attempt.to_owned(),
            event_id: format!("oauth:{attempt}"),
            user: None,
            granted: BTreeSet::new(),
            denied: known.ask.scopes,
        };
        let at = house.clock.now();
        house.store.record_step(request, Step { at, what }).await?;
    }
    outcome(house, request).await
}

/// Slack or we refused: the round ends with the code.
pub(super) async fn failed(house: &House, request: RequestId, attempt: &str, code: &str) -> Result<(), StoreError> {
    // Another call of the same round, refused: it counts after the page was shown only if nothing was granted.
    let what = Happening::Asked {
        round: attempt.to_owned(),
        call: format!("{attempt}:exchange"),
        verified_us: 0,
        left_us: 0,
        answered_us: 0,
        age_ms: 0,
        outcome: Asked::Refused { code: code.to_owned() },
    };
    let at = house.clock.now();
    house.store.record_step(request, Step { at, what }).await?;
    Ok(())
}

/// How a request stands now.
pub(super) async fn outcome(house: &House, request: RequestId) -> Result<Outcome, StoreError> {
    let known = house.store.request(request).await?;
    Ok(known.map_or(Outcome::Denied, |known| Outcome::Answered {
        request,
        state: known.state().clone(),
    }))
}

/// The tokens of an answer.
struct Tokens {
    /// The bot's. An answer without one leaves the bot's from before as it is.
    app: Option<NewToken>,
    /// The person's own, who holds it even where the app has no bot.
    person: Option<(UserId, NewToken)>,
}

/// What is to be kept; `None` where there is nothing.
fn tokens(access: &V2Access, now: Timestamp) -> Option<Tokens> {
    let new = |access: &AccessToken, refresh: Option<&RefreshToken>, expires_in: Option<i64>| NewToken {
        access: access.expose().to_owned().into(),
        refresh: refresh.map(|token| token.expose().to_owned().into()),
        issued_at: now,
        expires_at: expires_in.map(|seconds| now.plus_seconds(seconds)),
    };
    let bot = access.access_token.as_ref();
    let person = access.authed_user.as_ref().and_then(|user| {
        let own = user.access_token.as_ref()?;
        let token = new(own, user.refresh_token.as_ref(), user.expires_in);
        Some((user.id.clone(), token))
    });
    let app = bot.map(|bot| new(bot, access.refresh_token.as_ref(), access.expires_in));
    (app.is_some() || person.is_some()).then_some(Tokens { app, person })
}

/// What to write down; `None` where the answer names no place, or brings no token.
pub(super) fn installation(
    app: &AppRecord,
    attempt: &Attempt,
    access: &V2Access,
    request: Option<&PermissionRequest>,
    now: Timestamp,
) -> Option<NewInstallation> {
    let key = InstallationKey::new(app.slug.clone(), access.tenant()?);
    let user = access.authed_user.as_ref();
    let tokens = tokens(access, now)?;
    let enterprise: Option<EnterpriseId> = access.enterprise.as_ref().map(|enterprise| enterprise.id.clone());
    let name = match &key.tenant {
        Tenant::Team(_) => access.team.as_ref().and_then(|team| team.name.clone()),
        Tenant::Enterprise(_) => access
            .enterprise
            .as_ref()
            .and_then(|enterprise| enterprise.name.clone()),
    };
    Some(NewInstallation {
        app: app.row,
        tenant_name: name.unwrap_or_else(|| key.tenant.to_string()),
        enterprise: enterprise.filter(|_| matches!(key.tenant, Tenant::Team(_))),
        app_user: access.bot_user_id.clone(),
        installer: user.map(|user| user.id.clone()),
        token: tokens.app,
        user_tokens: tokens.person.into_iter().collect(),
        attempt: attempt.id.clone(),
        draft: draft(access, &key.tenant, &attempt.id, now),
        request: request
            .filter(|request| request.ask.installation == key)
            .map(|request| (request.id, vec![answered(access, request, &attempt.id, now)])),
        key,
        now,
    })
}

/// The answer to the request that led here: what of it Slack says is granted now.
fn answered(access: &V2Access, request: &PermissionRequest, attempt: &str, at: Timestamp) -> Step {
    let user = access.authed_user.as_ref();
    let held: BTreeSet<&Scope> = match request.ask.kind {
        Kind::App => access.scopes.iter().collect(),
        Kind::Personal => user.into_iter().flat_map(|user| &user.scopes).collect(),
    };
    let (granted, denied) = request
        .ask
        .scopes
        .iter()
        .cloned()
        .partition(|scope| held.contains(scope));
    Step {
        at,
        what: Happening::Answered {
            round: attempt.to_owned(),
            event_id: format!("oauth:{attempt}"),
            user: user.map(|user| user.id.clone()),
            granted,
            denied,
        },
    }
}

/// A bot's scopes by type: those of the catalogue, people excepted, or the workspace.
pub(crate) fn placed(scopes: &[Scope]) -> ScopesByType {
    let mut placed = ScopesByType::new();
    for scope in scopes {
        let types = catalogue::resource_types(scope);
        let mut types: Vec<ResourceType> = types
            .iter()
            .copied()
            .filter(|kind| *kind != ResourceType::User)
            .collect();
        if types.is_empty() {
            types.push(ResourceType::Team);
        }
        for kind in types {
            placed.entry(kind).or_default().insert(scope.clone());
        }
    }
    placed
}

fn draft(access: &V2Access, tenant: &Tenant, attempt: &str, now: Timestamp) -> Draft {
    let mut scopes = placed(&access.scopes);
    let user = access.authed_user.as_ref();
    let personal: BTreeSet<Scope> = user.into_iter().flat_map(|user| user.scopes.iter().cloned()).collect();
    if !personal.is_empty() {
        scopes.insert(ResourceType::User, personal);
    }
    let team = match tenant {
        Tenant::Team(team) => Some(Resource {
            resource_type: ResourceType::Team,
            reach: Reach::Specific(team.into()),
        }),
        // Which workspaces an organization-wide install reaches is told by `team_access_granted`.
        Tenant::Enterprise(_) => None,
    };
    let fact = Fact::Installed {
        authorizing_user: user.map(|user| user.id.clone()),
        scopes,
        resources: team.into_iter().collect(),
    };
    Draft {
        key: OrderKey::new(now, &fact, format!("oauth:{attempt}")),
        recorded_at: now,
        source: Source::Oauth,
        actor: user.map(|user| user.id.clone()),
        fact,
    }
}
