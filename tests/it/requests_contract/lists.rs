//! Lists of requests, and what limits, clocks and pages ask about them.

use std::collections::BTreeSet;

use grantbook_core::{
    Fact, Reach, ResourceType,
    fact::{Resource, ScopedResource},
    request::{Happening, StateName},
};
use grantbook_store::{
    Store,
    names::Name,
    queries::{PageRequest, QueryError, history::HistoryFilter},
    requests::{NewAsk, Press, RequestFilter},
};

use super::{
    Site, Teller, ask, at, denied, granted, installed, offered, presented, pressed, scopes, seconds, step, tenant,
};

pub(super) async fn requests_are_paged_by_their_last_change(store: &Store) {
    const MANY: i64 = 1_000;
    let site = Site::new(store).await;
    let mut ids = Vec::new();
    for n in 0..MANY {
        // Ten share each second.
        ids.push(
            site.draft(ask(&site.home.key, Some("U1"), &["commands"], n / 10))
                .await
                .id,
        );
    }
    store.record_step(ids[3], offered(5_000)).await.unwrap();
    let mut expected = ids.clone();
    expected.reverse();
    expected.retain(|id| *id != ids[3]);
    expected.insert(0, ids[3]);

    let mut seen = Vec::new();
    let mut page = PageRequest::first(97);
    loop {
        let found = store.request_views(&RequestFilter::default(), &page).await.unwrap();
        seen.extend(found.items.iter().map(|request| request.id));
        match page.next(&found) {
            Some(next) => page = next,
            None => break,
        }
    }
    assert_eq!(seen, expected);
    let elsewhere = PageRequest {
        limit: 1,
        cursor: Some("nonsense".to_owned()),
    };
    let refused = store.request_views(&RequestFilter::default(), &elsewhere).await;
    assert!(matches!(refused, Err(QueryError::Cursor(_))));
}

pub(super) async fn limits_see_what_was_asked_before(store: &Store) {
    let site = Site::new(store).await;
    let teller = Teller::new(store);
    let day = 86_400;
    let old = site.draft(ask(&site.home.key, Some("U1"), &["commands"], 0)).await.id;
    let refused = site.draft(ask(&site.home.key, Some("U1"), &["commands"], day)).await.id;
    site.draft(ask(&site.home.key, Some("U2"), &["commands"], day)).await;
    let unsent = site
        .draft(ask(&site.home.key, Some("U1"), &["chat:write"], 2 * day))
        .await
        .id;
    let code = "channel_not_found".to_owned();
    store
        .record_step(unsent, step(2 * day, Happening::NotOffered { code }))
        .await
        .unwrap();
    let what = Press::OfRequest {
        request: refused,
        steps: vec![pressed("t1", day + 5), presented("t1", day + 5)],
    };
    store.record_press(site.press("t1", day + 5, what)).await.unwrap();
    site.answer(&teller, "Ev1", day + 9, denied("t1", &["commands"])).await;

    let user = "U1".parse().unwrap();
    let earlier = async |now| {
        let wanted = scopes(&["commands", "channels:read"]);
        store
            .earlier_requests(site.home.row, &user, &wanted, at(now))
            .await
            .unwrap()
    };
    let seen = earlier(3 * day).await;
    let ids: Vec<_> = seen.iter().map(|earlier| earlier.id).collect();
    assert_eq!(ids, [unsent, refused, old]);
    let overlaps: Vec<_> = seen
        .iter()
        .map(|earlier| (earlier.overlaps, earlier.by_message))
        .collect();
    assert_eq!(overlaps, [(false, false), (true, true), (true, true)]);
    assert_eq!((seen[1].state, seconds(seen[1].since)), (StateName::Denied, day + 9));
    assert_eq!(earlier(60 * day + 1).await.len(), 2);
}

pub(super) async fn waiting_rounds_and_open_offers_are_known(store: &Store) {
    let site = Site::new(store).await;
    let second = installed(store, site.app, "T2").await;
    installed(store, site.app, "T3").await;
    let request = site.draft(ask(&site.home.key, Some("U1"), &["commands"], 1)).await.id;
    let new = NewAsk {
        ask: ask(&second.key, Some("U1"), &["commands"], 2),
        installation: second.clone(),
        outbox: None,
    };
    let elsewhere = store.draft_request(new).await.unwrap().id;
    assert!(store.open_offers().await.unwrap().is_empty());
    store.record_step(request, offered(3)).await.unwrap();
    store.record_step(elsewhere, offered(4)).await.unwrap();
    assert_eq!(
        store.open_offers().await.unwrap(),
        [second.key.clone(), site.home.key.clone()]
    );

    let what = Press::OfRequest {
        request,
        steps: vec![pressed("t1", 10), presented("t1", 11)],
    };
    store.record_press(site.press("t1", 10, what)).await.unwrap();
    let overdue = async |now| store.overdue_rounds(at(now), 10).await.unwrap();
    assert!(overdue(11).await.is_empty());
    assert_eq!(overdue(12).await, [(request, "t1".to_owned())]);
    let lapsed = Happening::Lapsed { round: "t1".to_owned() };
    store.record_step(request, step(20, lapsed)).await.unwrap();
    assert!(overdue(999).await.is_empty());
    let view = store.request_view(request).await.unwrap().unwrap();
    assert_eq!(view.state, StateName::Unanswered);
}

pub(super) async fn entries_know_the_request_they_answer(store: &Store) {
    let site = Site::new(store).await;
    let teller = Teller::new(store);
    let request = site.draft(ask(&site.home.key, Some("U1"), &["commands"], 1)).await.id;
    let what = Press::OfRequest {
        request,
        steps: vec![pressed("t1", 3)],
    };
    store.record_press(site.press("t1", 3, what)).await.unwrap();
    let added = |names: &[&str]| Fact::ResourcesAdded {
        resources: vec![ScopedResource {
            resource: Resource {
                resource_type: ResourceType::Channel,
                reach: Reach::Specific("C1".parse().unwrap()),
            },
            scopes: scopes(names),
        }],
    };
    site.answer(&teller, "Ev1", 5, granted("t1", &["commands"])).await;
    site.answer(&teller, "Ev2", 5, added(&["chat:write", "commands"])).await;
    site.answer(&teller, "Ev3", 5, added(&["chat:write"])).await;
    site.answer(&teller, "Ev4", 6, added(&["commands"])).await;
    site.answer(&teller, "Ev5", 7, granted("t7", &["commands"])).await;
    let rounds = ["t1".to_owned()];
    let entries = store.entries_of_rounds(site.home.row, &rounds).await.unwrap();
    let told: Vec<_> = entries.iter().map(|entry| entry.event_id.as_str()).collect();
    assert_eq!(told, ["Ev1", "Ev2"]);

    let page = PageRequest::first(10);
    let history = store.history(&HistoryFilter::default(), &page).await.unwrap();
    let linked: BTreeSet<_> = history
        .items
        .iter()
        .filter(|entry| entry.request == Some(request))
        .map(|entry| entry.event_id.as_str())
        .collect();
    assert_eq!(linked, ["Ev1"].into());
}

pub(super) async fn people_are_those_named_and_those_who_acted(store: &Store) {
    let site = Site::new(store).await;
    let teller = Teller::new(store);
    let name = |id: &str, name: &str, kind: &str| Name {
        id: id.to_owned(),
        name: name.to_owned(),
        kind: kind.to_owned(),
    };
    let known = [
        name("U1", "@izzy", "user"),
        name("U2", "@Bruno", "user"),
        name("C1", "#izzy-fans", "channel"),
    ];
    store.save_names(&tenant("T1"), &known, at(0)).await.unwrap();
    store
        .save_names(&tenant("T2"), &[name("U9", "@izzy", "user")], at(0))
        .await
        .unwrap();
    for (n, actor) in ["U1", "U3", "U3"].into_iter().enumerate() {
        let fact = denied(&format!("t{n}"), &["commands"]);
        teller
            .tell_as(&format!("Ev{n}"), site.app, &site.home.key, 1, Some(actor), fact)
            .await;
    }
    let people = async |q: &str| -> Vec<String> {
        let found = store.people(&tenant("T1"), q).await.unwrap();
        found.into_iter().map(|person| person.id.to_string()).collect()
    };
    assert_eq!(people("").await, ["U2", "U1", "U3"]);
    assert_eq!(people("@IZ").await, ["U1"]);
    assert_eq!(people("u3").await, ["U3"]);
    assert!(people("nobody").await.is_empty());
}
