//! What happened to tokens, and what people did: appended to, and paged.

use grantbook_store::{
    Store,
    audit::{AuditFilter, NewAudit},
    queries::{PageRequest, QueryError},
    token_events::What,
};
use serde_json::json;

use super::{Site, pair};
use crate::store_contract::at;

pub(super) async fn token_events_are_paged_newest_first(store: &Store) {
    let site = Site::new(store).await;
    for number in 2..=4 {
        store
            .save_token(&site.home, &pair(number, i64::from(number)))
            .await
            .unwrap();
    }
    let id = site.credential().await.id;
    let deed = NewAudit {
        at: at(9),
        who: "key:4f2a".to_owned(),
        what: "token.brokered".to_owned(),
        subject: format!("installation:{}", site.key()),
        detail: json!({}),
    };
    assert!(store.token_brokered(id, "key:4f2a", deed.clone()).await.unwrap());
    assert!(!store.token_brokered(id + 100, "key:4f2a", deed).await.unwrap());
    let audited = store.audits(&AuditFilter::default(), &PageRequest::first(10)).await;
    assert_eq!(audited.unwrap().items.len(), 1, "both lines are written, or none");
    let mut page = PageRequest::first(2);
    let mut all = Vec::new();
    loop {
        let found = store.token_events(site.key(), &page).await.unwrap();
        all.extend(
            found
                .items
                .iter()
                .map(|event| (event.what, event.generation, event.code.clone())),
        );
        let Some(next) = page.next(&found) else { break };
        page = next;
    }
    let mut expected = vec![(What::Brokered, 4, Some("key:4f2a".to_owned()))];
    expected.extend((1..=4).rev().map(|generation| (What::Issued, generation, None)));
    assert_eq!(all, expected);
    let nowhere = "insectoid.T9".parse().unwrap();
    assert!(
        store
            .token_events(&nowhere, &PageRequest::first(2))
            .await
            .unwrap()
            .items
            .is_empty()
    );
}

pub(super) async fn what_was_done_is_found_by_who_and_what(store: &Store) {
    for number in 0..6 {
        let new = NewAudit {
            at: at(number / 2),
            who: if number % 2 == 0 { "user:orla" } else { "key:4f2a" }.to_owned(),
            what: if number < 4 { "token.brokered" } else { "app.added" }.to_owned(),
            subject: format!("installation:{number}"),
            detail: json!({ "number": number }),
        };
        store.audit(new).await.unwrap();
    }
    let found = async |filter: AuditFilter| -> Vec<i64> {
        let mut page = PageRequest::first(2);
        let mut numbers = Vec::new();
        loop {
            let found = store.audits(&filter, &page).await.unwrap();
            numbers.extend(
                found
                    .items
                    .iter()
                    .map(|record| record.detail["number"].as_i64().unwrap()),
            );
            let Some(next) = page.next(&found) else { return numbers };
            page = next;
        }
    };
    assert_eq!(found(AuditFilter::default()).await, [5, 4, 3, 2, 1, 0]);
    let orla = AuditFilter {
        who: Some("user:orla".to_owned()),
        ..AuditFilter::default()
    };
    assert_eq!(found(orla.clone()).await, [4, 2, 0]);
    let brokered = AuditFilter {
        what: Some("token.brokered".to_owned()),
        from: Some(at(1)),
        ..orla
    };
    assert_eq!(found(brokered).await, [2]);
    let one = AuditFilter {
        subject: Some("installation:3".to_owned()),
        until: Some(at(2)),
        ..AuditFilter::default()
    };
    assert_eq!(found(one).await, [3]);
    let foreign = PageRequest {
        limit: 2,
        cursor: Some("bm9uc2Vuc2U".to_owned()),
    };
    let refused = store.audits(&AuditFilter::default(), &foreign).await;
    assert!(matches!(refused, Err(QueryError::Cursor(_))));
}
