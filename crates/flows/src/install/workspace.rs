//! What `oauth.access` answers for a workspace app, as an installation with its ledger entry.

use std::collections::{BTreeMap, BTreeSet};

use grantbook_api::oauth::WorkspaceInstall;
use grantbook_core::{
    Fact, InstallationKey, OrderKey, Reach, ResourceType, Source, Tenant, Timestamp, fact::Resource, ledger::Draft,
};
use grantbook_store::{apps::AppRecord, attempts::Attempt, recording::NewInstallation, tokens::NewToken};

/// What to write down.
pub(super) fn installation(
    app: &AppRecord,
    attempt: &Attempt,
    install: &WorkspaceInstall,
    now: Timestamp,
) -> NewInstallation {
    NewInstallation {
        app: app.row,
        key: InstallationKey::new(app.slug.clone(), Tenant::Team(install.team_id.clone())),
        tenant_name: install.team_name.clone(),
        enterprise: install.enterprise_id.clone(),
        app_user: Some(install.app_user_id.clone()),
        installer: Some(install.installer_user.user_id.clone()),
        token: Some(NewToken {
            access: install.access_token.expose().to_owned().into(),
            refresh: install
                .refresh_token
                .as_ref()
                .map(|token| token.expose().to_owned().into()),
            issued_at: now,
            expires_at: install.expires_in.map(|seconds| now.plus_seconds(seconds)),
        }),
        user_tokens: Vec::new(),
        attempt: attempt.id.clone(),
        draft: draft(install, &attempt.id, now),
        request: None,
        now,
    }
}

/// What `oauth.access` states, as a ledger entry.
fn draft(install: &WorkspaceInstall, attempt: &str, now: Timestamp) -> Draft {
    let resource = |resource_type, id: &grantbook_core::ResourceId| Resource {
        resource_type,
        reach: Reach::Specific(id.clone()),
    };
    let home = install
        .authorizing_user
        .app_home
        .as_ref()
        .map(|id| resource(ResourceType::AppHome, id));
    let channel = install.single_channel_id.as_ref().map(|id| {
        // A private channel may be chosen too; its id tells where it was made before 2021.
        let private = id.as_str().starts_with('G');
        resource(
            if private {
                ResourceType::Group
            } else {
                ResourceType::Channel
            },
            id,
        )
    });
    let team = install
        .scopes
        .get(&ResourceType::Team)
        .filter(|scopes| !scopes.is_empty());
    let team = team.map(|_| Resource {
        resource_type: ResourceType::Team,
        reach: Reach::Specific((&install.team_id).into()),
    });
    let scopes: BTreeMap<_, BTreeSet<_>> = install
        .scopes
        .iter()
        .filter(|(_, held)| !held.is_empty())
        .map(|(kind, held)| (*kind, held.clone()))
        .collect();
    let fact = Fact::Installed {
        authorizing_user: Some(install.authorizing_user.user_id.clone()),
        scopes,
        resources: home.into_iter().chain(channel).chain(team).collect(),
    };
    Draft {
        key: OrderKey::new(now, &fact, format!("oauth:{attempt}")),
        recorded_at: now,
        source: Source::Oauth,
        actor: Some(install.authorizing_user.user_id.clone()),
        fact,
    }
}
