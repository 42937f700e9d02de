//! From the ledger to what Slack lists: the one fact that makes both agree.

use std::collections::{BTreeMap, BTreeSet};

use grantbook_core::{
    Fact, Grants, Reach, ResourceId, ResourceType, Scope, UserId, drift,
    fact::{Resource, ScopesByType},
    grants::Status,
};

/// What Slack lists at this moment.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Listed {
    pub(super) scopes: ScopesByType,
    /// Whether the scopes are Slack's words; otherwise they are the ledger's own.
    pub(super) scopes_known: bool,
    pub(super) resources: BTreeSet<Resource>,
    pub(super) excluded: BTreeSet<(ResourceType, ResourceId)>,
    /// Whether wildcards were visible: only `apps.permissions.info` shows them.
    pub(super) wildcards_known: bool,
    /// The scopes of people's tokens, of those that were asked for.
    pub(super) people: BTreeMap<UserId, BTreeSet<Scope>>,
    /// People whose tokens Slack refuses, with its code.
    pub(super) dead_people: BTreeMap<UserId, String>,
    /// People whose tokens could not be asked with.
    pub(super) unasked: BTreeSet<UserId>,
    /// The app's own user, where the token told it.
    pub(super) app_user: Option<UserId>,
}

/// The fact that turns `grants` into what is `listed`, or `None` where they agree.
pub(super) fn difference(grants: &Grants, listed: &Listed) -> Option<Fact> {
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
    let (people_added, people_removed) = people(grants, listed);
    let fact = Fact::Reconciled {
        scopes_added: scopes_minus(&listed.scopes, &held),
        scopes_removed: scopes_minus(&held, &listed.scopes),
        resources_added: minus(&listed.resources, &resources),
        resources_removed: minus(&resources, &listed.resources),
        excluded: listed.excluded.difference(&excluded).cloned().collect(),
        included: excluded.difference(&listed.excluded).cloned().collect(),
        people_added,
        people_removed,
    };
    let nothing = fact.scopes().is_empty() && fact.resources().is_empty() && listed.excluded == excluded;
    let alive = grants.status == Status::Installed;
    (!nothing || !alive).then_some(fact)
}

type People = BTreeMap<UserId, BTreeSet<Scope>>;

/// What people's tokens show and the ledger lacks, and what it has and they do not show.
fn people(grants: &Grants, listed: &Listed) -> (People, People) {
    let (mut added, mut removed) = (People::new(), People::new());
    for (user, live) in &listed.people {
        let held: BTreeSet<Scope> = grants
            .users
            .get(user.as_str())
            .into_iter()
            .flat_map(BTreeMap::keys)
            .filter(|scope| !drift::is_implied(scope))
            .cloned()
            .collect();
        let live: BTreeSet<Scope> = live.iter().filter(|scope| !drift::is_implied(scope)).cloned().collect();
        let more: BTreeSet<Scope> = live.difference(&held).cloned().collect();
        let less: BTreeSet<Scope> = held.difference(&live).cloned().collect();
        if !more.is_empty() {
            added.insert(user.clone(), more);
        }
        if !less.is_empty() {
            removed.insert(user.clone(), less);
        }
    }
    (added, removed)
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
    use grantbook_core::{
        Entry, OrderKey, Source, Timestamp, grants,
        ledger::{Draft, Hash},
    };

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
            ..Listed::default()
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

    #[test]
    fn what_a_persons_token_shows_settles_what_the_ledger_has_of_them() {
        let izzy = UserId::new("U1").unwrap();
        let given = Fact::UserResourceGranted {
            user: izzy.clone(),
            scopes: [Scope::new("search:read").unwrap(), Scope::new("dnd:read").unwrap()].into(),
            trigger_id: None,
        };
        let before = [installed(), entry(2, given)];
        let listed = |people: &[&str]| Listed {
            scopes: scopes(ResourceType::Channel, &["chat:write", "channels:history"]),
            resources: [
                resource(ResourceType::Channel, "C1"),
                resource(ResourceType::Channel, "C2"),
            ]
            .into(),
            people: [(
                izzy.clone(),
                people.iter().map(|name| Scope::new(*name).unwrap()).collect(),
            )]
            .into(),
            ..Listed::default()
        };
        let same = listed(&["dnd:read", "identify", "search:read"]);
        assert_eq!(difference(&grants::fold(&before), &same), None);
        let other = listed(&["dnd:read", "stars:read"]);
        let fact = difference(&grants::fold(&before), &other).unwrap();
        let settled = grants::fold(&[before[0].clone(), before[1].clone(), entry(3, fact)]);
        assert_eq!(difference(&settled, &other), None);
        let held: Vec<_> = settled.users["U1"].keys().map(Scope::as_str).collect();
        assert_eq!(held, ["dnd:read", "stars:read"]);
    }
}
