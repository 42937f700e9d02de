//! Who manages an organization's apps: installs of the whole organization for which an administrator has allowed
//! `admin.apps:read`, and to decide, `admin.apps:write`.

use std::collections::BTreeMap;

use grantbook_core::{Grants, Scope, Tenant, UserId, grants::Mark};
use grantbook_store::{StoreError, approvals::Source};

use crate::House;

const READ: &str = "admin.apps:read";
const WRITE: &str = "admin.apps:write";

/// The administrator whose token serves best: one who may decide, before one who may only read.
fn holder(grants: &Grants) -> Option<UserId> {
    let allowing = |wanted: &[&str]| {
        let has = |scopes: &BTreeMap<Scope, Mark>, scope: &str| scopes.keys().any(|held| held.as_str() == scope);
        let mut people = grants.users.iter();
        people
            .find(|(_, scopes)| wanted.iter().all(|scope| has(scopes, scope)))
            .and_then(|(user, _)| UserId::new(user.as_str()).ok())
    };
    allowing(&[READ, WRITE]).or_else(|| allowing(&[READ]))
}

/// Looks anew at who manages which organization, and keeps it.
pub(super) async fn find(house: &House) -> Result<Vec<Source>, StoreError> {
    let mut kept = Vec::new();
    for installation in house.store.organization_installs().await? {
        let Tenant::Enterprise(enterprise) = &installation.key.tenant else {
            continue;
        };
        let grants = house.store.grants(&installation.key).await?.unwrap_or_default();
        let Some(holder) = holder(&grants) else {
            continue;
        };
        let now = house.clock.now();
        house
            .store
            .keep_source(&installation, enterprise, Some(&holder), now)
            .await?;
        kept.push(installation.row);
    }
    house.store.forget_sources_but(&kept).await?;
    house.store.sources().await
}
