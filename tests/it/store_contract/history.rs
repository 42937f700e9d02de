//! What deliveries leave in the ledgers, and how history tells it.

use grantbook_core::{
    Source,
    ledger::{self, Hash},
};
use grantbook_store::{
    Store,
    inbox::Stored,
    installations::InstallationRef,
    names::Name,
    queries::{PageRequest, QueryError, history::HistoryFilter},
    tenants::TenantInfo,
};

use super::{Teller, all_of, at, denied, granted, installation, installed, joined, new_app, scope, tenant};

pub(super) async fn a_delivery_counts_once_and_history_tells_of_it(store: &Store) {
    let app = store.insert_app(&new_app("insectoid", "A1"), at(0)).await.unwrap();
    let InstallationRef { row, key } = installed(store, app, "T1").await;
    store
        .save_tenant(
            &TenantInfo {
                tenant: tenant("T1"),
                name: "North".to_owned(),
                enterprise: None,
            },
            at(0),
        )
        .await
        .unwrap();
    let known = [("U1", "ada"), ("C7", "general")].map(|(id, name)| Name {
        id: id.into(),
        name: name.into(),
        kind: "any".into(),
    });
    store.save_names(&key.tenant, &known, at(0)).await.unwrap();
    let mut changes = store.changes();
    let mut teller = Teller::new(store);
    teller
        .tell(app, &key, 0, Some("U1"), installation(&["chat:write"]))
        .await;
    assert_eq!(
        teller.tell_as("EvX", app, &key, 5, Some("U1"), joined("C7")).await,
        Stored::Applied
    );
    assert_eq!(
        teller.tell_as("EvX", app, &key, 5, Some("U1"), joined("C7")).await,
        Stored::Duplicate
    );
    assert_eq!(
        teller.tell(app, &key, 90_000, None, denied(&["files:read"])).await,
        Stored::Applied
    );
    assert_eq!(changes.recv().await.unwrap().seq, 1);

    let page = store
        .history(&HistoryFilter::default(), &PageRequest::first(50))
        .await
        .unwrap();
    let kinds: Vec<_> = page
        .items
        .iter()
        .map(|entry| (entry.seq, entry.kind.as_str()))
        .collect();
    assert_eq!(
        kinds,
        [(3, "scope_denied"), (2, "conversation_joined"), (1, "installed")]
    );
    let entry = &page.items[1];
    assert_eq!(
        (entry.actor_name.as_deref(), entry.names["C7"].as_str()),
        (Some("ada"), "general")
    );
    assert_eq!(
        (
            entry.tenant_name.as_str(),
            entry.app_name.as_str(),
            entry.event_id.as_str()
        ),
        ("North", "INSECTOID", "EvX")
    );
    assert_eq!(
        (entry.at, entry.recorded_at, entry.source),
        (at(5), at(6), Source::Event)
    );

    let entries = store.entries(row, None).await.unwrap();
    ledger::verify(&key, (0, Hash::default()), &entries).unwrap();
    assert_eq!(store.entries(row, Some(at(5))).await.unwrap(), entries[..2]);
    assert_eq!(store.entries_page(row, 1, 1).await.unwrap(), entries[1..2]);
    let ticks = store.changes_per_day(row).await.unwrap();
    let ticks: Vec<_> = ticks
        .into_iter()
        .map(|tick| (tick.at, tick.entries, tick.removal))
        .collect();
    assert_eq!(ticks, [(at(5), 2, false), (at(90_000), 1, true)]);
}

/// Filters, and how many entries of the story below they let through.
fn history_filters() -> Vec<(HistoryFilter, usize)> {
    fn only(set: impl FnOnce(&mut HistoryFilter)) -> HistoryFilter {
        let mut filter = HistoryFilter::default();
        set(&mut filter);
        filter
    }
    let app = |slug: &str| Some(slug.parse().unwrap());
    let (files, chat) = (|| Some(scope("files:read")), || Some(scope("chat:write")));
    vec![
        (only(|_| {}), 24),
        (only(|f| f.app = app("bee")), 12),
        (only(|f| f.app = app("wasp")), 0),
        (only(|f| f.tenant = Some(tenant("T1"))), 12),
        (only(|f| f.tenant = Some(tenant("T9"))), 0),
        (only(|f| f.installation = Some("bee.T3".parse().unwrap())), 6),
        (only(|f| f.scope = files()), 8),
        (only(|f| (f.scope, f.tenant) = (files(), Some(tenant("T1")))), 4),
        (only(|f| (f.scope, f.kind) = (chat(), Some("scope_granted".into()))), 0),
        (only(|f| f.kind = Some("conversation_joined".into())), 12),
        (only(|f| f.source = Some(Source::Oauth)), 4),
        (only(|f| (f.source, f.app) = (Some(Source::Oauth), app("bee"))), 2),
        (only(|f| (f.from, f.to) = (Some(at(1)), Some(at(1)))), 8),
        (only(|f| (f.from, f.scope) = (Some(at(1)), files())), 8),
    ]
}

pub(super) async fn history_is_paged_the_same_however_it_is_asked(store: &Store) {
    let one = store.insert_app(&new_app("insectoid", "A1"), at(0)).await.unwrap();
    let two = store.insert_app(&new_app("bee", "A2"), at(0)).await.unwrap();
    let mut teller = Teller::new(store);
    for (app, team) in [(one, "T1"), (one, "T2"), (two, "T1"), (two, "T3")] {
        let key = installed(store, app, team).await.key;
        teller.tell(app, &key, 0, None, installation(&["chat:write"])).await;
        for step in 1..6 {
            let fact = if step % 2 == 0 {
                granted(&["files:read"])
            } else {
                joined("C7")
            };
            teller.tell(app, &key, step / 2, None, fact).await;
        }
    }
    let ask = async |filter: HistoryFilter, limit| {
        let entries = all_of(limit, async |page| store.history(&filter, &page).await).await;
        entries
            .into_iter()
            .map(|entry| (entry.at, entry.installation.to_string(), entry.seq))
            .collect::<Vec<_>>()
    };
    for (filter, count) in history_filters() {
        let whole = ask(filter.clone(), 100).await;
        assert_eq!(whole.len(), count, "{filter:?}");
        assert_eq!(ask(filter.clone(), 1).await, whole, "{filter:?}");
        assert_eq!(ask(filter.clone(), 5).await, whole, "{filter:?}");
        assert!(whole.is_sorted_by(|a, b| a.0 >= b.0), "{filter:?}");
    }
    let foreign = PageRequest {
        limit: 1,
        cursor: Some("bm9uc2Vuc2U".to_owned()),
    };
    assert!(matches!(
        store.history(&HistoryFilter::default(), &foreign).await,
        Err(QueryError::Cursor(_))
    ));
}

pub(super) async fn history_of_an_app_in_very_many_tenants_is_complete_too(store: &Store) {
    let busy = store.insert_app(&new_app("busy", "A1"), at(0)).await.unwrap();
    let other = store.insert_app(&new_app("other", "A2"), at(0)).await.unwrap();
    let mut teller = Teller::new(store);
    for number in 0..105 {
        for app in [busy, other] {
            let key = installed(store, app, &format!("T{number:03}")).await.key;
            teller
                .tell(app, &key, number / 10, None, installation(&["chat:write"]))
                .await;
        }
    }
    let of_busy = || HistoryFilter {
        app: Some("busy".parse().unwrap()),
        ..HistoryFilter::default()
    };
    for filter in [
        of_busy(),
        HistoryFilter {
            scope: Some(scope("chat:write")),
            ..of_busy()
        },
        HistoryFilter {
            scope: Some(scope("chat:write")),
            kind: Some("installed".to_owned()),
            ..of_busy()
        },
    ] {
        let whole = all_of(200, async |page| store.history(&filter, &page).await).await;
        assert_eq!(whole.len(), 105, "{filter:?}");
        assert!(whole.iter().all(|entry| entry.app.as_str() == "busy"));
        assert_eq!(
            all_of(10, async |page| store.history(&filter, &page).await).await,
            whole,
            "{filter:?}"
        );
    }
}
