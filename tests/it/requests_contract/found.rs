//! Requests are found by what they are.

use grantbook_core::{
    request::{Author, RequestId, StateName},
    view::{Model, requests::RequestView},
};
use grantbook_store::{
    Store,
    names::Name,
    queries::PageRequest,
    requests::{NewAsk, RequestFilter},
    tenants::TenantInfo,
};

use super::{Site, ask, at, installed, new_app, offered, scope, tenant};

/// One to @izzy, offered; one to anybody in #general; and one by @bruno of a modern app elsewhere.
async fn three(site: &Site) -> [RequestId; 3] {
    let store = &site.store;
    let bee = store.insert_app(&new_app("bee", "A2"), at(0)).await.unwrap();
    let other = installed(store, bee, "T2").await;
    let info = TenantInfo {
        tenant: tenant("T2"),
        name: "Harbor_Light".to_owned(),
        enterprise: None,
    };
    store.save_tenant(&info, at(0)).await.unwrap();
    let name = |id: &str, name: &str, kind: &str| Name {
        id: id.to_owned(),
        name: name.to_owned(),
        kind: kind.to_owned(),
    };
    let known = [name("U1", "@izzy", "user"), name("C1", "#general", "channel")];
    store.save_names(&tenant("T1"), &known, at(0)).await.unwrap();

    let mine = site.draft(ask(&site.home.key, Some("U1"), &["commands"], 1)).await.id;
    store.record_step(mine, offered(2)).await.unwrap();
    let anybody = site.draft(ask(&site.home.key, None, &["channels:history"], 3)).await.id;
    let mut modern = ask(&other.key, Some("U2"), &["chat:write"], 4);
    modern.model = Model::Modern;
    modern.author = Author::Command {
        user: "U2".parse().unwrap(),
    };
    let new = NewAsk {
        ask: modern,
        installation: other.clone(),
        outbox: None,
    };
    [mine, anybody, store.draft_request(new).await.unwrap().id]
}

async fn found(store: &Store, filter: &RequestFilter) -> Vec<RequestView> {
    store
        .request_views(filter, &PageRequest::first(10))
        .await
        .unwrap()
        .items
}

#[rustfmt::skip]
fn filters([mine, anybody, modern]: [RequestId; 3], site: &Site) -> Vec<(RequestFilter, Vec<RequestId>)> {
    let any = RequestFilter::default;
    let asked = |state: &[StateName]| RequestFilter { state: state.to_vec(), ..any() };
    vec![
        (any(), vec![modern, anybody, mine]),
        (asked(&[StateName::Drafted]), vec![modern, anybody]),
        (asked(&[StateName::Offered, StateName::Denied]), vec![mine]),
        (RequestFilter { app: Some("bee".parse().unwrap()), ..any() }, vec![modern]),
        (RequestFilter { app: Some("wasp".parse().unwrap()), ..any() }, vec![]),
        (RequestFilter { workspace: Some(tenant("T1")), ..any() }, vec![anybody, mine]),
        (RequestFilter { user: Some("U1".parse().unwrap()), ..any() }, vec![mine]),
        (RequestFilter { scope: Some(scope("channels:history")), ..any() }, vec![anybody]),
        (RequestFilter { model: Some(Model::Modern), ..any() }, vec![modern]),
        (RequestFilter { installation: Some(site.home.key.clone()), ..any() }, vec![anybody, mine]),
    ]
}

pub(super) async fn requests_are_found_by_what_they_are(store: &Store) {
    let site = Site::new(store).await;
    let requests = three(&site).await;
    let [mine, anybody, modern] = requests;
    let mut cases = filters(requests, &site);
    for (text, expected) in [
        (mine.to_string().to_lowercase().as_str(), vec![mine]),
        ("@IZZ", vec![mine]),
        ("orla", vec![anybody, mine]),
        ("history", vec![anybody]),
        ("r_l", vec![modern]),
        ("INSECT", vec![anybody, mine]),
        ("u2", vec![modern]),
        ("%", vec![]),
    ] {
        let filter = RequestFilter {
            q: Some(text.to_owned()),
            ..RequestFilter::default()
        };
        cases.push((filter, expected));
    }
    for (filter, expected) in cases {
        let ids: Vec<_> = found(store, &filter).await.iter().map(|request| request.id).collect();
        assert_eq!(ids, expected, "{filter:?}");
    }
}

pub(super) async fn a_request_is_shown_with_the_names_of_whom_and_where(store: &Store) {
    let site = Site::new(store).await;
    let [_, anybody, _] = three(&site).await;
    let views = found(store, &RequestFilter::default()).await;
    assert_eq!(
        (views[0].app_name.as_str(), views[0].tenant_name.as_str()),
        ("BEE", "Harbor_Light")
    );
    assert_eq!(views[1].channel_name.as_deref(), Some("#general"));
    let said = &views[2].sentence;
    assert!(said.contains("@izzy has not pressed"), "{said}");
    store.record_step(anybody, offered(9)).await.unwrap();
    let said = store.request_view(anybody).await.unwrap().unwrap().sentence;
    assert!(said.contains("somebody in #general has not"), "{said}");
}
