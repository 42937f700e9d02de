//! Presses, commands and their answers.

use grantbook_core::request::{Author, Happening, RequestId, State, StateName};
use grantbook_store::{
    Store,
    outbox::NewOutbox,
    queries::PageRequest,
    requests::{NewAsk, Press, RequestFilter},
};

use super::{Site, Teller, ask, at, denied, granted, offered, presented, pressed, seconds, step};

pub(super) async fn a_request_is_drafted_with_its_message(store: &Store) {
    let site = Site::new(store).await;
    let mut notices = store.request_changes();
    let new = NewAsk {
        ask: ask(&site.home.key, Some("U1"), &["commands"], 1),
        installation: site.home.clone(),
        outbox: Some(NewOutbox {
            id: "offer:1".to_owned(),
            kind: "offer".to_owned(),
            installation: site.home.row,
            request: None,
            payload: serde_json::json!({ "n": 1 }),
            due_at: at(1),
        }),
    };
    let request = store.draft_request(new).await.unwrap();
    assert_eq!(*request.state(), State::Drafted);
    assert_eq!(store.request(request.id).await.unwrap(), Some(request.clone()));
    assert_eq!(store.request(RequestId(99)).await.unwrap(), None);
    let notice = notices.try_recv().unwrap();
    assert_eq!((notice.request, notice.state), (request.id, StateName::Drafted));

    let view = store.request_view(request.id).await.unwrap().unwrap();
    assert_eq!(
        (view.installation, view.author_name.as_str()),
        (site.home.key.clone(), "Orla")
    );
    let claimed = store.claim_outbox(at(1), 30, 10).await.unwrap();
    assert_eq!(claimed.len(), 1);
    assert_eq!(
        (claimed[0].request, &claimed[0].installation),
        (Some(request.id), &site.home)
    );

    let sent = store.record_step(request.id, offered(2)).await.unwrap().unwrap();
    assert_eq!(sent.state().name(), StateName::Offered);
    assert_eq!(notices.try_recv().unwrap().state, StateName::Offered);
    // The same again tells nobody anything, and what cannot belong changes nothing.
    let lapsed = Happening::Lapsed {
        round: "unknown".to_owned(),
    };
    for again in [offered(2), step(3, lapsed)] {
        assert_eq!(store.record_step(request.id, again).await.unwrap(), Some(sent.clone()));
    }
    assert!(notices.try_recv().is_err());
    assert_eq!(store.record_step(RequestId(99), offered(2)).await.unwrap(), None);
}

pub(super) async fn a_press_and_its_answer_meet_in_either_order(store: &Store) {
    let site = Site::new(store).await;
    let teller = Teller::new(store);
    for (round, answer_first) in [("t1", false), ("t2", true)] {
        let request = site.draft(ask(&site.home.key, Some("U1"), &["commands"], 1)).await;
        let what = Press::OfRequest {
            request: request.id,
            steps: vec![pressed(round, 10), presented(round, 11)],
        };
        let press = site.press(round, 10, what);
        let event_id = format!("Ev{round}");
        if answer_first {
            site.answer(&teller, &event_id, 12, granted(round, &["commands"])).await;
        }
        let recorded = store.record_press(press.clone()).await.unwrap();
        assert!(recorded.first);
        if !answer_first {
            let state = recorded.request.unwrap().state().name();
            assert_eq!(state, StateName::Presented);
            site.answer(&teller, &event_id, 12, granted(round, &["commands"])).await;
        }
        let settled = store.request(request.id).await.unwrap().unwrap();
        assert_eq!(settled.state().name(), StateName::Granted, "{round}");
        // Told again, either of them changes nothing.
        site.answer(&teller, &event_id, 12, granted(round, &["commands"])).await;
        let again = store.record_press(press).await.unwrap();
        assert_eq!((again.first, again.request), (false, Some(settled)));
        let view = store.request_view(request.id).await.unwrap().unwrap();
        assert_eq!(
            (view.took_ms, view.presses, view.granted.len(), seconds(view.updated_at)),
            (Some(2_000), 1, 1, 13)
        );
    }
    // A refusal leaves what another round brought.
    let rounds = ["t1".to_owned(), "t9".to_owned()];
    let bound = store.requests_of_triggers(site.app, &rounds).await.unwrap();
    assert_eq!(bound.len(), 1);
    assert_eq!(bound["t1"].1.as_ref().map(ToString::to_string).as_deref(), Some("U1"));
    let answers = store.answers_to(site.app, &rounds).await.unwrap();
    assert_eq!(answers["t1"].len(), 1);
}

pub(super) async fn presses_and_answers_at_once_lose_nothing(store: &Store) {
    const MANY: usize = 48;
    let site = Site::new(store).await;
    let teller = Teller::new(store);
    let mut requests = Vec::new();
    for _ in 0..MANY {
        requests.push(site.draft(ask(&site.home.key, Some("U1"), &["commands"], 1)).await.id);
    }
    let presses = requests.iter().enumerate().flat_map(|(n, request)| {
        let round = format!("t{n}");
        let what = Press::OfRequest {
            request: *request,
            steps: vec![pressed(&round, 10), presented(&round, 11)],
        };
        let press = site.press(&round, 10, what);
        // Delivered twice.
        [press.clone(), press]
    });
    let presses: Vec<_> = presses
        .map(|press| {
            let store = store.clone();
            tokio::spawn(async move { store.record_press(press).await.unwrap().first })
        })
        .collect();
    let answers = async {
        for n in 0..MANY {
            let fact = if n % 2 == 0 {
                granted(&format!("t{n}"), &["commands"])
            } else {
                denied(&format!("t{n}"), &["commands"])
            };
            site.answer(&teller, &format!("Ev{n}"), 12, fact).await;
        }
    };
    answers.await;
    let mut first = 0;
    for press in presses {
        first += usize::from(press.await.unwrap());
    }
    assert_eq!(first, MANY);
    for (n, request) in requests.iter().enumerate() {
        let state = store.request(*request).await.unwrap().unwrap().state().name();
        let expected = if n % 2 == 0 {
            StateName::Granted
        } else {
            StateName::Denied
        };
        assert_eq!(state, expected, "{n}");
    }
}

pub(super) async fn a_command_told_often_makes_one_request(store: &Store) {
    let site = Site::new(store).await;
    let mut fresh = ask(&site.home.key, Some("U1"), &["commands"], 1);
    fresh.author = Author::Command {
        user: "U1".parse().unwrap(),
    };
    let what = Press::Fresh {
        ask: Box::new(fresh),
        steps: vec![pressed("t1", 1)],
    };
    let press = site.press("t1", 1, what);
    let tasks: Vec<_> = (0..8)
        .map(|_| {
            let (store, press) = (store.clone(), press.clone());
            tokio::spawn(async move { store.record_press(press).await.unwrap() })
        })
        .collect();
    let mut told = Vec::new();
    for task in tasks {
        told.push(task.await.unwrap());
    }
    assert_eq!(told.iter().filter(|recorded| recorded.first).count(), 1);
    let ids: std::collections::BTreeSet<_> = told
        .iter()
        .map(|recorded| recorded.request.as_ref().unwrap().id)
        .collect();
    assert_eq!(ids.len(), 1);
    let all = store
        .request_views(&RequestFilter::default(), &PageRequest::first(10))
        .await
        .unwrap();
    assert_eq!(all.items.len(), 1);
    assert_eq!(all.items[0].author_name, "U1");
}

pub(super) async fn a_press_of_no_request_is_kept_with_its_reason(store: &Store) {
    let site = Site::new(store).await;
    let teller = Teller::new(store);
    let stray = |code: &str| Press::Stray { code: code.to_owned() };
    for n in 0..5 {
        let mut press = site.press(&format!("t{n}"), n, stray("unknown_callback"));
        press.subject = "x".repeat(200);
        assert_eq!(store.record_press(press).await.unwrap().request, None);
    }
    // An answer to it is kept, and changes nothing.
    site.answer(&teller, "Ev1", 12, granted("t1", &["commands"])).await;
    let gone = Press::OfRequest {
        request: RequestId(404),
        steps: vec![pressed("t5", 5)],
    };
    assert_eq!(
        store.record_press(site.press("t5", 5, gone)).await.unwrap().request,
        None
    );
    let page = PageRequest::first(4);
    let first = store.strays(&page).await.unwrap();
    let second = store.strays(&page.next(&first).unwrap()).await.unwrap();
    let seen: Vec<_> = first
        .items
        .iter()
        .chain(&second.items)
        .map(|stray| seconds(stray.at))
        .collect();
    assert_eq!(seen, [5, 4, 3, 2, 1, 0]);
    assert_eq!(
        (first.items[0].code.as_str(), first.items[1].subject.len()),
        ("unknown_request", 100)
    );
    assert!(second.next_cursor.is_none());

    // What turns out to belong to a request is no stray any more, and its answer counts.
    let request = site.draft(ask(&site.home.key, Some("U1"), &["commands"], 1)).await;
    let what = Press::OfRequest {
        request: request.id,
        steps: vec![pressed("t1", 1)],
    };
    let recorded = store.record_press(site.press("t1", 1, what)).await.unwrap();
    assert_eq!(recorded.request.unwrap().state().name(), StateName::Granted);
    let strays = store.strays(&PageRequest::first(10)).await.unwrap();
    assert_eq!(strays.items.len(), 5);
}
