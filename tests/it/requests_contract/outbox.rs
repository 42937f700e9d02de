//! The outbox, and what is written in the same transaction as a request.

use std::collections::BTreeSet;

use grantbook_core::{
    Fact, OrderKey, Source,
    ledger::Draft,
    request::{Happening, StateName, Via},
};
use grantbook_store::{
    Store,
    attempts::{Consumption, NewAttempt},
    outbox::NewOutbox,
    recording::NewInstallation,
    requests::{NewAsk, Press},
    tokens::NewToken,
};

use super::{Site, Teller, ask, at, denied, granted, offered, presented, pressed, scopes, step};

async fn drafted_with(site: &Site, n: usize) -> grantbook_core::request::RequestId {
    let new = NewAsk {
        ask: ask(&site.home.key, Some("U1"), &["commands"], 1),
        installation: site.home.clone(),
        outbox: Some(NewOutbox {
            id: format!("offer:{n:03}"),
            kind: "offer".to_owned(),
            installation: site.home.row,
            request: None,
            payload: serde_json::json!({ "n": n }),
            due_at: at(1),
        }),
    };
    site.store.draft_request(new).await.unwrap().id
}

pub(super) async fn a_row_goes_to_one_worker_and_comes_back_uncertain(store: &Store) {
    const MANY: usize = 60;
    let site = Site::new(store).await;
    for n in 0..MANY {
        drafted_with(&site, n).await;
    }
    assert!(
        store.claim_outbox(at(0), 30, 10).await.unwrap().is_empty(),
        "none is due yet"
    );
    let workers: Vec<_> = (0..4)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move {
                let mut mine = Vec::new();
                for _ in 0..MANY {
                    mine.extend(store.claim_outbox(at(2), 30, 7).await.unwrap());
                }
                mine
            })
        })
        .collect();
    let mut claimed = Vec::new();
    for worker in workers {
        claimed.extend(worker.await.unwrap());
    }
    let ids: BTreeSet<_> = claimed.iter().map(|row| row.id.clone()).collect();
    assert_eq!((claimed.len(), ids.len()), (MANY, MANY));
    assert!(claimed.iter().all(|row| !row.uncertain && row.tries == 1));

    assert!(store.claim_outbox(at(31), 30, 100).await.unwrap().is_empty());
    let again = store.claim_outbox(at(32), 30, 1).await.unwrap();
    assert_eq!((again.len(), again[0].uncertain, again[0].tries), (1, true, 2));
    store.outbox_retry(&again[0].id, at(33), "ratelimited").await.unwrap();
    let third = store.claim_outbox(at(33), 30, 100).await.unwrap();
    let retried = third.iter().find(|row| row.id == again[0].id).unwrap();
    assert_eq!((retried.uncertain, retried.tries), (false, 3));
    assert_eq!(third.iter().filter(|row| row.uncertain).count(), MANY - 1);
}

pub(super) async fn what_is_sent_is_recorded_with_its_step(store: &Store) {
    let site = Site::new(store).await;
    let (sent, failed) = (drafted_with(&site, 1).await, drafted_with(&site, 2).await);
    assert_eq!(store.claim_outbox(at(2), 30, 10).await.unwrap().len(), 2);
    let receipt = serde_json::json!({ "ts": "1497911545.000001" });
    for _ in 0..2 {
        let step = Some((sent, offered(3)));
        store.outbox_sent("offer:001", &receipt, step, at(3)).await.unwrap();
    }
    let code = "channel_not_found";
    let not_offered = Happening::NotOffered { code: code.to_owned() };
    store
        .outbox_failed("offer:002", code, Some((failed, step(3, not_offered))), at(3))
        .await
        .unwrap();
    let state = async |id| store.request_view(id).await.unwrap().unwrap();
    assert_eq!(state(sent).await.state, StateName::Offered);
    assert_eq!(state(failed).await.code.as_deref(), Some(code));
    assert!(store.claim_outbox(at(999), 30, 10).await.unwrap().is_empty());
    // What was sent stays sent, whoever comes late.
    store.outbox_failed("offer:001", "late", None, at(4)).await.unwrap();
    store.outbox_uncertain("offer:001", "late", None, at(4)).await.unwrap();
    store.outbox_retry("offer:001", at(4), "late").await.unwrap();
    assert!(store.claim_outbox(at(999), 30, 10).await.unwrap().is_empty());
}

pub(super) async fn a_settled_message_is_closed_once_for_each_press(store: &Store) {
    let site = Site::new(store).await;
    let teller = Teller::new(store);
    let request = site.draft(ask(&site.home.key, Some("U1"), &["commands"], 1)).await.id;
    store.record_step(request, offered(2)).await.unwrap();
    let closing = async |now| -> Vec<String> {
        let rows = store.claim_outbox(at(now), 30, 10).await.unwrap();
        for row in &rows {
            let receipt = serde_json::json!({});
            store.outbox_sent(&row.id, &receipt, None, at(now)).await.unwrap();
        }
        rows.into_iter().map(|row| row.id).collect()
    };
    let press = async |round: &str, when| {
        let steps = vec![pressed(round, when), presented(round, when)];
        let what = Press::OfRequest { request, steps };
        store.record_press(site.press(round, when, what)).await.unwrap();
    };
    press("t1", 3).await;
    assert!(closing(50).await.is_empty(), "it is open");
    site.answer(&teller, "Ev1", 4, denied("t1", &["commands"])).await;
    assert_eq!(closing(50).await, [format!("close:{request}:denied:1")]);
    press("t2", 5).await;
    site.answer(&teller, "Ev2", 6, denied("t2", &["commands"])).await;
    assert_eq!(closing(50).await, [format!("close:{request}:denied:2")]);
    site.answer(&teller, "Ev2", 6, denied("t2", &["commands"])).await;
    assert!(closing(50).await.is_empty(), "it says so already");
    press("t3", 7).await;
    site.answer(&teller, "Ev3", 8, granted("t3", &["commands"])).await;
    assert_eq!(closing(50).await, [format!("close:{request}:granted:3")]);

    // Whoever learns last that the message was sent has it closed.
    let late = site.draft(ask(&site.home.key, Some("U1"), &["commands"], 1)).await.id;
    let steps = vec![pressed("t4", 3), presented("t4", 3)];
    let what = Press::OfRequest { request: late, steps };
    store.record_press(site.press("t4", 3, what)).await.unwrap();
    site.answer(&teller, "Ev4", 4, granted("t4", &["commands"])).await;
    assert!(closing(50).await.is_empty());
    store.record_step(late, offered(2)).await.unwrap();
    assert_eq!(closing(50).await, [format!("close:{late}:granted:1")]);
}

pub(super) async fn an_install_by_a_requests_link_is_recorded_with_it(store: &Store) {
    let site = Site::new(store).await;
    let request = site.draft(ask(&site.home.key, Some("U1"), &["commands"], 1)).await.id;
    let attempt = NewAttempt {
        id: "attempt1".to_owned(),
        app: site.app,
        state_hash: [1; 32],
        binding_hash: [9; 32],
        single_channel: false,
        team: None,
        request: Some(request),
        started_at: at(1),
        expires_at: at(600),
    };
    store.begin_attempt(attempt).await.unwrap();
    let used = store
        .consume_attempt(site.app, &[1; 32], Some(&[9; 32]), at(2))
        .await
        .unwrap();
    assert!(matches!(used, Consumption::Consumed(attempt) if attempt.request == Some(request)));
    let fact = Fact::Installed {
        authorizing_user: None,
        scopes: [(grantbook_core::ResourceType::Channel, scopes(&["commands"]))].into(),
        resources: BTreeSet::new(),
    };
    let mut by_link = pressed("attempt1", 1);
    if let Happening::Pressed { via, .. } = &mut by_link.what {
        *via = Via::Link;
    }
    let answered = Happening::Answered {
        round: "attempt1".to_owned(),
        event_id: "attempt1".to_owned(),
        user: None,
        granted: scopes(&["commands"]),
        denied: BTreeSet::new(),
    };
    let new = NewInstallation {
        app: site.app,
        key: site.home.key.clone(),
        tenant_name: "Northwind".to_owned(),
        enterprise: None,
        app_user: None,
        installer: None,
        token: Some(NewToken {
            access: "xoxb-1".into(),
            refresh: None,
            issued_at: at(2),
            expires_at: None,
        }),
        user_tokens: Vec::new(),
        attempt: "attempt1".to_owned(),
        draft: Draft {
            key: OrderKey::new(at(2), &fact, "oauth:attempt1"),
            recorded_at: at(2),
            source: Source::Oauth,
            actor: None,
            fact,
        },
        request: Some((request, vec![by_link, step(2, answered)])),
        now: at(2),
    };
    store.record_installation(new).await.unwrap();
    let state = store.request(request).await.unwrap().unwrap();
    assert_eq!(state.state().name(), StateName::Granted);
    let entries = store
        .entries_of_rounds(site.home.row, &["attempt1".to_owned()])
        .await
        .unwrap();
    assert_eq!(entries.len(), 1);
    assert_eq!(
        (entries[0].kind.as_str(), entries[0].request),
        ("installed", Some(request))
    );
    let attempts = store.attempts_of_request(request).await.unwrap();
    assert_eq!(attempts.len(), 1);
    assert_eq!(attempts[0].outcome, "installed");
}
