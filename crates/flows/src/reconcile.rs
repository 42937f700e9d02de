//! `reconcile`: ask Slack's own lists what is granted, and write the differences into the ledger.

use std::collections::{BTreeMap, BTreeSet};

use grantbook_api::{
    client::Caller,
    error::{CallError, ErrorCode},
    methods::{AuthTest, PermissionsInfo, PermissionsResourcesList, PermissionsScopesList},
};
use grantbook_core::{
    Fact, Grants, InstallationKey, OrderKey, Reach, ResourceId, ResourceType, Scope, Source,
    fact::{Resource, ScopesByType},
    ledger::Draft,
    view::Model,
};
use grantbook_store::StoreError;

use crate::{
    House,
    install::placed,
    rotation::{TokenError, is_over},
};

/// Why Slack's lists could not be compared.
#[derive(Debug, thiserror::Error)]
pub enum ReconcileError {
    /// There is no such installation.
    #[error("{0} is not installed")]
    NotFound(InstallationKey),
    /// There is no token to ask with.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// Slack did not answer as hoped.
    #[error("Slack did not list the permissions")]
    Slack(#[from] CallError),
    /// Storage failed.
    #[error("could not reach storage")]
    Store(#[from] StoreError),
}

/// What Slack lists at this moment.
#[derive(Debug, Default, PartialEq, Eq)]
struct Listed {
    scopes: ScopesByType,
    resources: BTreeSet<Resource>,
    excluded: BTreeSet<(ResourceType, ResourceId)>,
    /// Whether wildcards were visible: only `apps.permissions.info` shows them.
    wildcards_known: bool,
}

/// The use case.
#[derive(Clone, Debug)]
pub struct Reconcile {
    house: House,
}

impl Reconcile {
    /// The use case over `house`.
    pub fn new(house: House) -> Self {
        Self { house }
    }

    /// Compares and records. Answers the number of the entry written, or `None` where nothing differed.
    pub async fn run(&self, key: &InstallationKey) -> Result<Option<u64>, ReconcileError> {
        let (store, now) = (&self.house.store, self.house.clock.now());
        let installation = store
            .installation_ref(key)
            .await?
            .ok_or_else(|| ReconcileError::NotFound(key.clone()))?;
        let mut calling = self.house.calling(key).await?;
        let grants = store.grants(key).await?.unwrap_or_default();
        let app = self.house.app(&key.app).await?;
        let model = app.map_or(Model::Workspace, |app| app.model);
        let listed = match self.ask(model, &calling.caller(), &grants).await {
            Err(error) if is_over(&error) && calling.renew().await? => {
                self.ask(model, &calling.caller(), &grants).await?
            }
            listed => listed?,
        };
        let Some(fact) = difference(&grants, &listed) else {
            return Ok(None);
        };
        let id = format!("reconcile:{}", self.house.ids.id());
        let draft = Draft {
            key: OrderKey::new(now, &fact, id),
            recorded_at: now,
            source: Source::Reconcile,
            actor: None,
            fact,
        };
        Ok(Some(store.append_one(&installation, draft).await?))
    }

    async fn ask(&self, model: Model, caller: &Caller<'_>, grants: &Grants) -> Result<Listed, CallError> {
        match model {
            Model::Workspace => self.listed(caller).await,
            // A modern app has no lists of its permissions: the scopes of its token stand in a header of
            // every answer (`X-OAuth-Scopes`). Its resources are memberships, which events tell.
            Model::Modern => {
                let answer = self.house.slack.call_with_scopes(caller, &AuthTest {}).await?;
                Ok(modern(grants, answer.scopes.as_deref()))
            }
        }
    }

    async fn listed(&self, caller: &Caller<'_>) -> Result<Listed, CallError> {
        let slack = &self.house.slack;
        let scopes = slack.call(caller, &PermissionsScopesList {}).await?.scopes;
        let mut listed = Listed {
            scopes: scopes
                .into_iter()
                .filter(|(kind, held)| *kind != ResourceType::User && !held.is_empty())
                .map(|(kind, held)| (kind, held.into_iter().collect()))
                .collect(),
            ..Listed::default()
        };
        let rows = slack
            .collect(
                caller,
                &PermissionsResourcesList {
                    cursor: None,
                    limit: Some(200),
                },
            )
            .await?;
        listed.resources = rows
            .into_iter()
            .filter(|row| row.resource_type != ResourceType::User)
            .map(|row| Resource {
                resource_type: row.resource_type,
                reach: Reach::Specific(row.id),
            })
            .collect();
        match slack.call(caller, &PermissionsInfo {}).await {
            Ok(answer) => {
                listed.wildcards_known = true;
                for (resource_type, entry) in answer.info {
                    if entry.resources.wildcard {
                        listed.resources.insert(Resource {
                            resource_type,
                            reach: Reach::Wildcard,
                        });
                        listed
                            .excluded
                            .extend(entry.resources.excluded_ids.into_iter().map(|id| (resource_type, id)));
                    }
                }
            }
            // Announced to retire in July 2018: without it wildcards stay as the ledger has them.
            Err(error)
                if matches!(
                    error.code(),
                    Some(ErrorCode::MethodDeprecated | ErrorCode::UnknownMethod)
                ) => {}
            Err(error) => return Err(error),
        }
        Ok(listed)
    }
}

/// What a modern app's token shows: scopes held on other types than the catalogue's are kept where they
/// are, and resources as the ledger has them. Without the header nothing is known to differ.
fn modern(grants: &Grants, live: Option<&[Scope]>) -> Listed {
    let held = |kind: &ResourceType| grants.scopes.get(kind).into_iter().flat_map(|held| held.keys());
    let mut scopes = match live {
        Some(live) => placed(live),
        None => ScopesByType::new(),
    };
    for kind in grants.scopes.keys() {
        let kept = held(kind).filter(|scope| live.is_none_or(|live| live.contains(scope)));
        scopes.entry(*kind).or_default().extend(kept.cloned());
    }
    scopes.retain(|_, held| !held.is_empty());
    let resources = grants.resources.iter().flat_map(|(&resource_type, of_type)| {
        of_type.specific.keys().map(move |id| Resource {
            resource_type,
            reach: Reach::Specific(id.clone()),
        })
    });
    Listed {
        scopes,
        resources: resources.collect(),
        ..Listed::default()
    }
}

/// The fact that turns `grants` into what is `listed`, or `None` where they agree.
fn difference(grants: &Grants, listed: &Listed) -> Option<Fact> {
    let held: ScopesByType = grants
        .scopes
        .iter()
        .map(|(kind, held)| (*kind, held.keys().cloned().collect()))
        .collect();
    let mut resources = BTreeSet::new();
    let mut excluded = BTreeSet::new();
    for (&resource_type, of_type) in &grants.resources {
        let specific = of_type.specific.keys().map(|id| Reach::Specific(id.clone()));
        let wildcard = of_type
            .wildcard
            .iter()
            .filter(|_| listed.wildcards_known)
            .map(|_| Reach::Wildcard);
        resources.extend(specific.chain(wildcard).map(|reach| Resource { resource_type, reach }));
        if listed.wildcards_known {
            excluded.extend(of_type.excluded.keys().map(|id| (resource_type, id.clone())));
        }
    }
    let minus = |a: &BTreeSet<Resource>, b: &BTreeSet<Resource>| a.difference(b).cloned().collect::<BTreeSet<_>>();
    let fact = Fact::Reconciled {
        scopes_added: scopes_minus(&listed.scopes, &held),
        scopes_removed: scopes_minus(&held, &listed.scopes),
        resources_added: minus(&listed.resources, &resources),
        resources_removed: minus(&resources, &listed.resources),
        excluded: listed.excluded.difference(&excluded).cloned().collect(),
        included: excluded.difference(&listed.excluded).cloned().collect(),
    };
    let nothing = fact.scopes().is_empty() && fact.resources().is_empty() && listed.excluded == excluded;
    let alive = grants.status == grantbook_core::grants::Status::Installed;
    (!nothing || !alive).then_some(fact)
}

fn scopes_minus(a: &ScopesByType, b: &ScopesByType) -> ScopesByType {
    let none = BTreeSet::new();
    a.iter()
        .map(|(kind, scopes)| {
            (
                *kind,
                scopes
                    .difference(b.get(kind).unwrap_or(&none))
                    .cloned()
                    .collect::<BTreeSet<_>>(),
            )
        })
        .filter(|(_, scopes)| !scopes.is_empty())
        .collect::<BTreeMap<_, _>>()
}

#[cfg(test)]
mod tests {
    use grantbook_core::{Entry, Scope, Timestamp, grants, ledger::Hash};

    use super::*;

    fn scopes(kind: ResourceType, names: &[&str]) -> ScopesByType {
        [(kind, names.iter().map(|name| Scope::new(*name).unwrap()).collect())].into()
    }

    fn resource(kind: ResourceType, id: &str) -> Resource {
        Resource {
            resource_type: kind,
            reach: Reach::Specific(ResourceId::new(id).unwrap()),
        }
    }

    fn entry(seq: u64, fact: Fact) -> Entry {
        let at = Timestamp::from_seconds(1_000 + i64::try_from(seq).unwrap());
        let key = OrderKey::new(at, &fact, format!("Ev{seq}"));
        let draft = Draft {
            key,
            recorded_at: at,
            source: Source::Event,
            actor: None,
            fact,
        };
        Entry {
            seq,
            draft,
            previous: Hash::default(),
            hash: Hash::default(),
        }
    }

    fn installed() -> Entry {
        let fact = Fact::Installed {
            authorizing_user: None,
            scopes: scopes(ResourceType::Channel, &["chat:write", "channels:history"]),
            resources: [
                resource(ResourceType::Channel, "C1"),
                resource(ResourceType::Channel, "C2"),
            ]
            .into(),
        };
        entry(1, fact)
    }

    #[test]
    fn where_slack_and_the_ledger_agree_nothing_is_written() {
        let listed = Listed {
            scopes: scopes(ResourceType::Channel, &["chat:write", "channels:history"]),
            resources: [
                resource(ResourceType::Channel, "C1"),
                resource(ResourceType::Channel, "C2"),
            ]
            .into(),
            wildcards_known: true,
            ..Listed::default()
        };
        assert_eq!(difference(&grants::fold(&[installed()]), &listed), None);
    }

    #[test]
    fn the_difference_makes_the_grants_what_slack_lists() {
        let all = Resource {
            resource_type: ResourceType::Group,
            reach: Reach::Wildcard,
        };
        let listed = Listed {
            scopes: scopes(ResourceType::Channel, &["chat:write", "pins:read"]),
            resources: [
                resource(ResourceType::Channel, "C2"),
                resource(ResourceType::Channel, "C3"),
                all,
            ]
            .into(),
            excluded: [(ResourceType::Group, ResourceId::new("G9").unwrap())].into(),
            wildcards_known: true,
        };
        let before = [installed()];
        let fact = difference(&grants::fold(&before), &listed).unwrap();
        let settled = grants::fold(&[installed(), entry(2, fact)]);
        assert_eq!(difference(&settled, &listed), None);
        assert!(settled.resources[&ResourceType::Group].excluded.contains_key("G9"));
    }

    #[test]
    fn a_wildcard_stays_where_slack_no_longer_tells() {
        let all = Resource {
            resource_type: ResourceType::Channel,
            reach: Reach::Wildcard,
        };
        let given = Fact::Installed {
            authorizing_user: None,
            scopes: scopes(ResourceType::Channel, &["chat:write"]),
            resources: [all].into(),
        };
        let listed = Listed {
            scopes: scopes(ResourceType::Channel, &["chat:write"]),
            ..Listed::default()
        };
        assert_eq!(difference(&grants::fold(&[entry(1, given)]), &listed), None);
    }
}
