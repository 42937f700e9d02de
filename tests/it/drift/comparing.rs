//! What comparing finds: memberships, workspaces, scopes by type, people's scopes, declarations, dead tokens.

use grantbook_core::{
    Scope, Source,
    grants::Status,
    view::{
        apps::AppChange,
        drift::{DriftKind, Remedy},
    },
};
use grantbook_flows::{apps::Apps, reconcile::ReconcileError};
use grantbook_simulator::Action;

use super::scene::{
    ATLAS, CHANNEL, DESIGN, DESIGN_CHANNEL, ENTERPRISE, INSECTOID, LABS, OTHER, Scene, TEAM, key, told,
};

async fn memberships_that_no_event_told_of_are_taken_over(database: Option<String>) -> anyhow::Result<()> {
    let scene = Scene::new(database).await?;
    let key = key(ATLAS, TEAM);
    scene.install_atlas(TEAM, &[]).await?;
    scene.add_to(ATLAS, TEAM, CHANNEL).await?;
    scene.add_to(ATLAS, TEAM, OTHER).await?;
    scene.turn(60);
    let first = scene.reconcile(&key).await?;
    let closed = scene.closed().await?;
    assert_eq!(closed.len(), 2, "{closed:?}");
    for drift in &closed {
        assert_eq!(drift.kind, DriftKind::ResourceUnknownToLedger);
        assert_eq!(drift.cause, "not_listening", "the install itself compared");
        assert_eq!((drift.entry, &drift.remedy), (first, &Remedy::None));
    }
    scene.same_as_slack(&key).await?;

    scene.take_out_of(ATLAS, TEAM, CHANNEL).await?;
    scene.turn(60);
    let second = scene.reconcile(&key).await?;
    assert!(second > first);
    let newest = &scene.closed().await?[0];
    assert_eq!(
        told(newest),
        (
            "resource_missing_at_slack".to_owned(),
            CHANNEL.to_owned(),
            "not_listening"
        )
    );
    scene.same_as_slack(&key).await?;
    scene.verify().await?;
    let entries = scene.house.store.installation_ref(&key).await?.unwrap();
    let entries = scene.house.store.latest_entries(entries.row, 2).await?;
    assert!(entries.iter().all(|entry| entry.draft.source == Source::Reconcile));

    let calls = scene.closed().await?.len();
    assert_eq!(scene.reconcile(&key).await?, None);
    assert_eq!(scene.closed().await?.len(), calls);
    assert!(scene.open().await?.is_empty());
    Ok(())
}

async fn workspaces_of_an_organization_come_and_go_unheard(database: Option<String>) -> anyhow::Result<()> {
    let scene = Scene::new(database).await?;
    let key = key(ATLAS, ENTERPRISE);
    scene.install_org().await?;
    scene.same_as_slack(&key).await?;
    let (app, teams) = (ATLAS.to_owned(), vec![DESIGN.parse()?, LABS.parse()?]);
    scene.quietly(Action::GrantTeamAccess { app, teams }).await?;
    scene.add_to(ATLAS, DESIGN, DESIGN_CHANNEL).await?;
    scene.turn(60);
    scene.reconcile(&key).await?;
    let mut closed: Vec<_> = scene.closed().await?;
    closed.sort_by(|a, b| told(a).cmp(&told(b)));
    assert_eq!(
        closed.iter().map(told).collect::<Vec<_>>(),
        [
            (
                "resource_unknown_to_ledger".to_owned(),
                DESIGN_CHANNEL.to_owned(),
                "not_listening"
            ),
            ("workspace_unknown".to_owned(), DESIGN.to_owned(), "not_listening"),
            ("workspace_unknown".to_owned(), LABS.to_owned(), "not_listening"),
        ]
    );
    scene.same_as_slack(&key).await?;

    let (app, teams) = (ATLAS.to_owned(), vec![DESIGN.parse()?]);
    scene.quietly(Action::RevokeTeamAccess { app, teams }).await?;
    scene.turn(60);
    scene.reconcile(&key).await?;
    let newest: Vec<_> = scene
        .closed()
        .await?
        .into_iter()
        .take(2)
        .map(|drift| drift.kind)
        .collect();
    assert!(newest.contains(&DriftKind::WorkspaceMissing), "{newest:?}");
    assert!(newest.contains(&DriftKind::ResourceMissingAtSlack), "{newest:?}");
    scene.same_as_slack(&key).await?;
    scene.verify().await?;
    assert_eq!(scene.reconcile(&key).await?, None);
    Ok(())
}

async fn a_workspace_apps_lists_settle_scopes_and_channels(database: Option<String>) -> anyhow::Result<()> {
    let scene = Scene::new(database).await?;
    let key = key(INSECTOID, TEAM);
    scene.install_insectoid().await?;
    scene.same_as_slack(&key).await?;
    let held: Vec<Scope> = scene.grants(&key).await?.held_scopes().into_iter().cloned().collect();
    let gone = held.first().unwrap();
    let offered = super::scene::scopes(&["pins:read", "reactions:read", "emoji:read", "usergroups:read"]);
    let fresh = offered.into_iter().find(|scope| !held.contains(scope)).unwrap();
    scene.remove_scope(INSECTOID, TEAM, gone.as_str()).await?;
    scene
        .quietly(Action::GrantScope {
            app: INSECTOID.to_owned(),
            team: TEAM.parse()?,
            scopes: vec![fresh],
            user: None,
        })
        .await?;
    scene.add_to(INSECTOID, TEAM, OTHER).await?;
    scene.turn(60);
    assert!(scene.reconcile(&key).await?.is_some());
    let kinds: Vec<_> = scene.closed().await?.into_iter().map(|drift| drift.kind).collect();
    for kind in [
        DriftKind::ScopeMissingAtSlack,
        DriftKind::ScopeUnknownToLedger,
        DriftKind::ResourceUnknownToLedger,
    ] {
        assert!(kinds.contains(&kind), "{kinds:?}");
    }
    // Asking for more as it goes is what its model is for.
    let open: Vec<_> = scene.open().await?.into_iter().map(|drift| drift.kind).collect();
    assert!(!open.contains(&DriftKind::GrantedNotDeclared), "{open:?}");
    scene.same_as_slack(&key).await?;
    scene.verify().await?;
    assert_eq!(scene.reconcile(&key).await?, None);
    Ok(())
}

async fn what_single_people_allow_is_no_difference_of_a_workspace_apps_lists(
    database: Option<String>,
) -> anyhow::Result<()> {
    let scene = Scene::new(database).await?;
    let key = key(INSECTOID, TEAM);
    scene.install_insectoid().await?;
    let held: Vec<Scope> = scene.grants(&key).await?.held_scopes().into_iter().cloned().collect();
    let also = super::scene::scopes(&["reminders:write:user", "usergroups:write"]);
    let change = AppChange {
        scopes: Some(held.into_iter().chain(also).collect()),
        ..AppChange::default()
    };
    Apps::new(scene.house.clone())
        .change(&INSECTOID.parse()?, change, "user:admin")
        .await?;
    scene.turn(60);
    assert_eq!(scene.reconcile(&key).await?, None);
    let open = scene.open().await?;
    let names: Vec<_> = open.iter().map(|drift| told(drift).1).collect();
    assert_eq!(names, ["usergroups:write"]);
    assert_eq!(
        (open[0].declared, open[0].ledger, open[0].live),
        (Some(true), false, Some(false))
    );

    // What a comparison has just taken out of the ledger is shown as taken out.
    let gone = scene
        .grants(&key)
        .await?
        .held_scopes()
        .into_iter()
        .next()
        .cloned()
        .unwrap();
    scene.remove_scope(INSECTOID, TEAM, gone.as_str()).await?;
    scene.turn(60);
    assert!(scene.reconcile(&key).await?.is_some());
    let open = scene.open().await?;
    let row = open.iter().find(|drift| drift.scope.as_ref() == Some(&gone)).unwrap();
    assert_eq!((row.declared, row.ledger, row.live), (Some(true), false, Some(false)));
    Ok(())
}

async fn what_the_app_declares_and_has_not_stays_open_until_it_is_authorized(
    database: Option<String>,
) -> anyhow::Result<()> {
    let scene = Scene::new(database).await?;
    let key = key(ATLAS, TEAM);
    scene.install_atlas(TEAM, &["files:read"]).await?;
    scene.turn(60);
    assert_eq!(scene.reconcile(&key).await?, None, "ledger and Slack agree");
    let open = scene.open().await?;
    assert_eq!(
        open.iter().map(told).collect::<Vec<_>>(),
        [(
            "declared_not_granted".to_owned(),
            "files:read".to_owned(),
            "not_consented"
        )]
    );
    let Remedy::Reauthorize { url } = &open[0].remedy else {
        anyhow::bail!("{:?}", open[0].remedy);
    };
    assert!(url.ends_with("/slack/atlas/install?team=T061EG9R6"), "{url}");

    // The app asks for one more, and for one less.
    let declared: Vec<Scope> =
        super::scene::scopes(&["chat:write", "channels:read", "commands", "users:read", "pins:read"]);
    let change = AppChange {
        scopes: Some(declared.into_iter().collect()),
        ..AppChange::default()
    };
    Apps::new(scene.house.clone())
        .change(&ATLAS.parse()?, change, "user:admin")
        .await?;
    scene.turn(60);
    scene.reconcile(&key).await?;
    let mut open: Vec<_> = scene.open().await?;
    open.sort_by(|a, b| told(a).cmp(&told(b)));
    assert_eq!(
        open.iter().map(told).collect::<Vec<_>>(),
        [
            (
                "declared_not_granted".to_owned(),
                "pins:read".to_owned(),
                "declared_later"
            ),
            (
                "granted_not_declared".to_owned(),
                "channels:history".to_owned(),
                "declared_no_longer"
            ),
        ]
    );
    assert_eq!(open[1].remedy, Remedy::EditDeclared);
    assert_eq!(scene.closed().await?[0].closed_by.as_deref(), Some("slack"));
    scene.verify().await?;
    Ok(())
}

async fn a_token_that_slack_refuses_is_told_of_and_the_ledger_learns_it(
    database: Option<String>,
) -> anyhow::Result<()> {
    let scene = Scene::new(database).await?;
    let key = key(ATLAS, TEAM);
    scene.install_atlas(TEAM, &[]).await?;
    let (app, team) = (ATLAS.to_owned(), TEAM.parse()?);
    scene.quietly(Action::RevokeTokens { app, team }).await?;
    scene.turn(60);
    let refused = scene.house.clone();
    let refused = grantbook_flows::reconcile::Reconcile::new(refused)
        .run_as(&key, "schedule")
        .await;
    assert!(matches!(refused, Err(ReconcileError::Slack(_))), "{refused:?}");
    let open = scene.open().await?;
    assert_eq!(
        open.iter().map(told).collect::<Vec<_>>(),
        [("token_dead".to_owned(), String::new(), "token_refused")]
    );
    assert!(open[0].sentence.contains("token_revoked"), "{}", open[0].sentence);
    assert_eq!(open[0].live, None);
    assert_eq!(scene.grants(&key).await?.status, Status::Revoked);
    scene.verify().await?;

    // Authorized again: the next comparison ends it.
    scene.turn(60);
    scene.install_atlas(TEAM, &[]).await?;
    assert_eq!(scene.reconcile(&key).await?, None);
    assert!(scene.open().await?.is_empty());
    assert_eq!(scene.grants(&key).await?.status, Status::Installed);
    Ok(())
}

on_both!(
    memberships_that_no_event_told_of_are_taken_over,
    workspaces_of_an_organization_come_and_go_unheard,
    a_workspace_apps_lists_settle_scopes_and_channels,
    what_single_people_allow_is_no_difference_of_a_workspace_apps_lists,
    what_the_app_declares_and_has_not_stays_open_until_it_is_authorized,
    a_token_that_slack_refuses_is_told_of_and_the_ledger_learns_it,
);
