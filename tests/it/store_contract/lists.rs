//! The lists of installations and of workspaces.

use std::collections::BTreeSet;

use grantbook_core::{
    Fact,
    grants::Status,
    view::{InstallationView, TokenState, WorkspaceView},
};
use grantbook_store::{
    Store,
    queries::{
        Order, PageRequest, QueryError,
        installations::InstallationFilter,
        workspaces::{WorkspaceFilter, WorkspaceSort},
    },
    tenants::TenantInfo,
    tokens::NewToken,
};

use super::{Teller, all_of, at, installation, installed, new_app, scope, tenant};

/// Two apps in three workspaces of one organization, each with a state of its own.
async fn furnish(store: &Store) {
    let insectoid = store.insert_app(&new_app("insectoid", "A1"), at(0)).await.unwrap();
    let bee = store.insert_app(&new_app("bee", "A2"), at(0)).await.unwrap();
    let mut teller = Teller::new(store);
    for (team, name) in [("T1", "zebra"), ("T2", "Ant_hill"), ("T3", "Moth 100%")] {
        let enterprise = Some("E1".parse().unwrap());
        store
            .save_tenant(
                &TenantInfo {
                    tenant: tenant(team),
                    name: name.to_owned(),
                    enterprise,
                },
                at(0),
            )
            .await
            .unwrap();
    }
    let grid = TenantInfo {
        tenant: tenant("E1"),
        name: "The Grid".to_owned(),
        enterprise: None,
    };
    store.save_tenant(&grid, at(0)).await.unwrap();
    let steps: [(i64, &str, i64, Fact); 7] = [
        (insectoid, "T1", 10, installation(&["chat:write", "files:read"])),
        (bee, "T1", 20, installation(&["chat:write", "users:read"])),
        (insectoid, "T2", 30, installation(&["chat:write"])),
        (bee, "T2", 35, installation(&["chat:write"])),
        (
            bee,
            "T2",
            36,
            Fact::TokensRevoked {
                oauth: BTreeSet::new(),
                bot: BTreeSet::new(),
                people_only: false,
            },
        ),
        (insectoid, "T3", 5, installation(&["chat:write"])),
        (insectoid, "T3", 6, Fact::Uninstalled),
    ];
    for (app, team, when, fact) in steps {
        let home = installed(store, app, team).await;
        let expires_at = (app == bee).then(|| at(3600));
        let token = NewToken {
            access: "xoxa-2-x".into(),
            refresh: None,
            issued_at: at(when),
            expires_at,
        };
        store.save_token(&home, &token).await.unwrap();
        teller.tell(app, &home.key, when, Some("U1"), fact).await;
    }
}

pub(super) async fn installations_are_found_by_what_they_are(store: &Store) {
    furnish(store).await;
    let ask = async |filter: InstallationFilter, limit| {
        let all = all_of(limit, async |page| store.installations(&filter, &page, at(100)).await).await;
        all.into_iter()
            .map(|view: InstallationView| view.id.to_string())
            .collect::<Vec<_>>()
    };
    let any = || InstallationFilter::default();
    let by_q = |text: &str| InstallationFilter {
        q: Some(text.to_owned()),
        ..any()
    };
    let cases: [(InstallationFilter, &[&str]); 12] = [
        (
            any(),
            &["bee.T2", "insectoid.T2", "bee.T1", "insectoid.T1", "insectoid.T3"],
        ),
        (
            InstallationFilter {
                app: Some("bee".parse().unwrap()),
                ..any()
            },
            &["bee.T2", "bee.T1"],
        ),
        (
            InstallationFilter {
                app: Some("wasp".parse().unwrap()),
                ..any()
            },
            &[],
        ),
        (
            InstallationFilter {
                tenant: Some(tenant("T1")),
                ..any()
            },
            &["bee.T1", "insectoid.T1"],
        ),
        (
            InstallationFilter {
                status: Some(Status::Revoked),
                ..any()
            },
            &["bee.T2"],
        ),
        (
            InstallationFilter {
                status: Some(Status::Uninstalled),
                ..any()
            },
            &["insectoid.T3"],
        ),
        (
            InstallationFilter {
                scope: Some(scope("files:read")),
                ..any()
            },
            &["insectoid.T1"],
        ),
        (by_q("ANT_"), &["bee.T2", "insectoid.T2"]),
        (by_q("_"), &["bee.T2", "insectoid.T2"]),
        (by_q("100%"), &["insectoid.T3"]),
        (by_q("BEE"), &["bee.T2", "bee.T1"]),
        (by_q("t3"), &["insectoid.T3"]),
    ];
    for (filter, expected) in cases {
        assert_eq!(ask(filter.clone(), 50).await, expected, "{filter:?}");
        assert_eq!(ask(filter.clone(), 1).await, expected, "{filter:?}");
    }
    let view = store
        .installation(&"insectoid.T1".parse().unwrap(), at(100))
        .await
        .unwrap()
        .unwrap();
    assert_eq!((view.scopes, view.entries, view.tenant_name.as_str()), (2, 1, "zebra"));
    assert_eq!(view.enterprise, Some(tenant("E1")));
    let change = view.last_change.unwrap();
    assert_eq!(
        (change.kind.as_str(), change.at, change.scopes.len()),
        ("installed", at(10), 2)
    );
    let counts = store.installation_counts().await.unwrap();
    assert_eq!(counts.values().sum::<u64>(), 4);
}

pub(super) async fn workspaces_sum_up_what_is_installed(store: &Store) {
    furnish(store).await;
    let view = store.workspace(&tenant("T1"), at(100)).await.unwrap().unwrap();
    assert_eq!(
        (view.name.as_str(), view.apps, view.scopes, view.status),
        ("zebra", 2, 3, Status::Installed)
    );
    assert_eq!(
        (view.token.state, view.token.expires_at),
        (TokenState::Live, Some(at(3600)))
    );
    assert_eq!(
        view.last_change.map(|change| change.app.to_string()).as_deref(),
        Some("bee")
    );
    assert_eq!(view.installations.len(), 2);
    let later = store.workspace(&tenant("T1"), at(4000)).await.unwrap().unwrap();
    assert_eq!(later.token.state, TokenState::Expired);
    let revoked = store.workspace(&tenant("T2"), at(100)).await.unwrap().unwrap();
    assert_eq!(
        (revoked.status, revoked.token.state, revoked.apps),
        (Status::Revoked, TokenState::Revoked, 2)
    );
    let gone = store.workspace(&tenant("T3"), at(100)).await.unwrap().unwrap();
    assert_eq!((gone.status, gone.apps, gone.scopes), (Status::Uninstalled, 0, 0));
    assert!(
        store.workspace(&tenant("E1"), at(100)).await.unwrap().is_none(),
        "known by name only"
    );
    assert!(store.workspace(&tenant("T9"), at(100)).await.unwrap().is_none());
}

pub(super) async fn workspaces_are_sorted_and_paged(store: &Store) {
    furnish(store).await;
    let ask = async |filter: WorkspaceFilter, limit| {
        let all = all_of(limit, async |page| store.workspaces(&filter, &page, at(100)).await).await;
        all.into_iter()
            .map(|view: WorkspaceView| view.tenant.to_string())
            .collect::<Vec<_>>()
    };
    let any = || WorkspaceFilter::default();
    let sorted = |sort, order| WorkspaceFilter { sort, order, ..any() };
    let cases: [(WorkspaceFilter, &[&str]); 13] = [
        (any(), &["T2", "T1", "T3"]),
        (sorted(WorkspaceSort::LastChange, Order::Ascending), &["T3", "T1", "T2"]),
        (sorted(WorkspaceSort::Name, Order::Ascending), &["T2", "T3", "T1"]),
        (sorted(WorkspaceSort::Name, Order::Descending), &["T1", "T3", "T2"]),
        (sorted(WorkspaceSort::Scopes, Order::Descending), &["T1", "T2", "T3"]),
        (sorted(WorkspaceSort::Scopes, Order::Ascending), &["T3", "T2", "T1"]),
        (
            WorkspaceFilter {
                status: Some(Status::Revoked),
                ..any()
            },
            &["T2"],
        ),
        (
            WorkspaceFilter {
                status: Some(Status::Installed),
                ..any()
            },
            &["T1"],
        ),
        (
            WorkspaceFilter {
                app: Some("bee".parse().unwrap()),
                ..any()
            },
            &["T2", "T1"],
        ),
        (
            WorkspaceFilter {
                app: Some("wasp".parse().unwrap()),
                ..any()
            },
            &[],
        ),
        (
            WorkspaceFilter {
                scope: Some(scope("users:read")),
                ..any()
            },
            &["T1"],
        ),
        (
            WorkspaceFilter {
                q: Some("zEb".to_owned()),
                ..any()
            },
            &["T1"],
        ),
        (
            WorkspaceFilter {
                changed_since: Some(at(20)),
                ..any()
            },
            &["T2", "T1"],
        ),
    ];
    for (filter, expected) in cases {
        assert_eq!(ask(filter.clone(), 50).await, expected, "{filter:?}");
        assert_eq!(ask(filter.clone(), 1).await, expected, "{filter:?}");
    }
    let first = store.workspaces(&any(), &PageRequest::first(1), at(100)).await.unwrap();
    assert!(first.items[0].installations.is_empty(), "lists leave them out");
    let next = PageRequest::first(1).next(&first).unwrap();
    let other = store
        .workspaces(&sorted(WorkspaceSort::Name, Order::Ascending), &next, at(100))
        .await;
    assert!(
        matches!(other, Err(QueryError::Cursor(_))),
        "a cursor belongs to its order"
    );
}
