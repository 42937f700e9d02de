//! Whether organizations' queues of app requests are read, by whose token, and what keeps them from it.

use anyhow::Context as _;
use grantbook_core::{Grants, UserId};
use grantbook_store::{Store, approvals::Source};

use super::Finding;
use crate::config::Config;

const WHAT: &str = "app approvals";
const READ: &str = "admin.apps:read";
const WRITE: &str = "admin.apps:write";

/// One sentence for each organization whose queue is read or ought to be; one in all where there is none.
pub(super) async fn findings(store: &Store, config: &Config) -> Vec<Finding> {
    match organizations(store, config).await {
        Ok(found) if found.is_empty() => {
            let none = "no organization's queue is read: no app that is registered here asks for admin.apps:read";
            vec![Finding::of(WHAT, Ok(none.to_owned()))]
        }
        Ok(found) => found.into_iter().map(|found| Finding::of(WHAT, found)).collect(),
        Err(error) => vec![Finding::of(WHAT, Err(error))],
    }
}

async fn organizations(store: &Store, config: &Config) -> anyhow::Result<Vec<anyhow::Result<String>>> {
    let sources = store
        .sources()
        .await
        .context("cannot read which organizations are managed")?;
    let mut found = Vec::new();
    for source in &sources {
        let grants = store.grants(&source.installation.key).await?.unwrap_or_default();
        found.push(one(source, &grants, config.approvals.read_every_seconds));
    }
    let apps = store.apps().await.context("cannot read the apps")?;
    let managing = |slug: &str| {
        sources
            .iter()
            .any(|source| source.installation.key.app.as_str() == slug)
    };
    for app in apps.iter().filter(|app| !managing(app.slug.as_str())) {
        if app.user_scopes.iter().any(|scope| scope.as_str() == READ) {
            found.push(Err(anyhow::anyhow!(
                "{} asks for {READ}, and no queue is read through it: an owner or administrator of the organization \
                 must install it in the whole organization, not in one workspace",
                app.slug
            )));
        }
    }
    Ok(found)
}

fn one(source: &Source, grants: &Grants, every: u32) -> anyhow::Result<String> {
    let (enterprise, app) = (&source.enterprise, &source.installation.key.app);
    let Some(holder) = &source.holder else {
        anyhow::bail!("{enterprise}: no administrator has allowed {READ}; one must install {app} again");
    };
    let queue = format!("{enterprise}'s queue is read with {app}'s token of {holder}");
    let last = match source.read_at {
        Some(at) => format!("last at {at}"),
        None => "not yet to the end".to_owned(),
    };
    if let Some(problem) = &source.problem {
        anyhow::bail!("{queue}, {last}, and fails now with {problem}: {}", remedy(problem));
    }
    anyhow::ensure!(
        holds(grants, holder, WRITE),
        "{queue}, {last}, and nothing can be decided: an administrator must install {app} again and allow {WRITE}"
    );
    Ok(match every {
        0 => format!("{queue}, {last}; it is read only when somebody asks, as approvals.read_every_seconds is 0"),
        every => format!("{queue}, {last}; a running console reads it every {every} seconds"),
    })
}

fn holds(grants: &Grants, holder: &UserId, scope: &str) -> bool {
    let mut people = grants.users.iter();
    let own = people.find(|(user, _)| user.as_str() == holder.as_str());
    own.is_some_and(|(_, scopes)| scopes.keys().any(|held| held.as_str() == scope))
}

/// What to do about Slack's refusal, or ours (`admin.apps.requests.list`).
fn remedy(problem: &str) -> &'static str {
    match problem {
        "missing_scope" | "no_permission" => "the token lacks a scope; an administrator must install the app again",
        "not_an_admin" | "user_is_restricted" | "not_allowed" | "restricted_action" | "access_denied" => {
            "whoever installed the app administers the organization no more, or may not manage apps; \
             somebody who does must install it again"
        }
        "feature_not_enabled" => "Slack's admin methods are not part of this organization's plan",
        "app_management_app_not_installed_on_org" | "not_allowed_token_type" => {
            "the app must be installed in the whole organization by one of its administrators"
        }
        "invalid_auth"
        | "token_revoked"
        | "token_expired"
        | "account_inactive"
        | "needs_reauthorization"
        | "not_installed" => "the token is dead; an administrator must install the app again",
        "ratelimited" | "rate_limited" => "Slack wants to be left alone for a while; nothing is to be done",
        "lease_lost" => "another process took over; nothing is to be done",
        "enterprise_not_found" | "team_not_found" => "the organization or a workspace is gone at Slack",
        _ => "it is tried again when it is due; if it stays, look at the log",
    }
}

#[cfg(test)]
mod tests {
    use grantbook_core::{InstallationKey, Tenant, Timestamp, grants::Mark};
    use grantbook_store::installations::InstallationRef;

    use super::*;

    fn source(problem: Option<&str>) -> Source {
        Source {
            installation: InstallationRef {
                row: 1,
                key: InstallationKey::new(
                    "porter".parse().unwrap(),
                    Tenant::Enterprise("E0N0RTHW1".parse().unwrap()),
                ),
            },
            enterprise: "E0N0RTHW1".parse().unwrap(),
            holder: Some("U061F7AUR".parse().unwrap()),
            read_at: Some(Timestamp::from_seconds(1_789_000_000)),
            problem: problem.map(str::to_owned),
        }
    }

    #[test]
    fn each_state_of_a_queue_has_its_sentence() {
        let mut grants = Grants::default();
        let refused = one(&source(Some("not_an_admin")), &grants, 300)
            .unwrap_err()
            .to_string();
        assert!(
            refused.contains("fails now with not_an_admin: whoever installed"),
            "{refused}"
        );
        let refused = one(&source(None), &grants, 300).unwrap_err().to_string();
        assert!(refused.contains("nothing can be decided"), "{refused}");
        let mark = Mark {
            since: Timestamp::from_seconds(0),
            actor: None,
            source: grantbook_core::Source::Oauth,
            seq: 1,
        };
        let scopes = [(WRITE.parse().unwrap(), mark)];
        grants.users.insert("U061F7AUR".parse().unwrap(), scopes.into());
        let fine = one(&source(None), &grants, 300).unwrap();
        assert_eq!(
            fine,
            "E0N0RTHW1's queue is read with porter's token of U061F7AUR, last at 2026-09-10T00:26:40Z; \
             a running console reads it every 300 seconds"
        );
        assert!(
            one(&source(None), &grants, 0)
                .unwrap()
                .contains("only when somebody asks")
        );
    }
}
