//! What the store promises of permission requests, on both databases: presses and answers meet whichever is
//! first, and everything counts once.

mod found;
mod lists;
mod outbox;
mod presses;

use std::collections::BTreeSet;

use grantbook_core::{
    Fact, InstallationKey, Scope, Timestamp,
    request::{Ask, Author, Happening, Kind, Outcome, PermissionRequest, Step, Via},
    view::Model,
};
use grantbook_store::{
    Store,
    installations::InstallationRef,
    requests::{NewAsk, Press, PressRecord},
};
use grantbook_tests::postgres::{Durability, Postgres};

use crate::store_contract::{Teller, at, installed, new_app, open, promises, scope, tenant};
use found::{a_request_is_shown_with_the_names_of_whom_and_where, requests_are_found_by_what_they_are};
use lists::{
    entries_know_the_request_they_answer, limits_see_what_was_asked_before, people_are_those_named_and_those_who_acted,
    requests_are_paged_by_their_last_change, waiting_rounds_and_open_offers_are_known,
};
use outbox::{
    a_row_goes_to_one_worker_and_comes_back_uncertain, a_settled_message_is_closed_once_for_each_press,
    an_install_by_a_requests_link_is_recorded_with_it, what_is_sent_is_recorded_with_its_step,
};
use presses::{
    a_command_told_often_makes_one_request, a_press_and_its_answer_meet_in_either_order,
    a_press_of_no_request_is_kept_with_its_reason, a_request_is_drafted_with_its_message,
    presses_and_answers_at_once_lose_nothing,
};

promises! {
    a_request_is_drafted_with_its_message,
    a_press_and_its_answer_meet_in_either_order,
    presses_and_answers_at_once_lose_nothing,
    a_command_told_often_makes_one_request,
    a_press_of_no_request_is_kept_with_its_reason,
    a_row_goes_to_one_worker_and_comes_back_uncertain,
    what_is_sent_is_recorded_with_its_step,
    a_settled_message_is_closed_once_for_each_press,
    an_install_by_a_requests_link_is_recorded_with_it,
    requests_are_paged_by_their_last_change,
    requests_are_found_by_what_they_are,
    a_request_is_shown_with_the_names_of_whom_and_where,
    limits_see_what_was_asked_before,
    waiting_rounds_and_open_offers_are_known,
    entries_know_the_request_they_answer,
    people_are_those_named_and_those_who_acted,
}

/// One app in one workspace.
struct Site {
    store: Store,
    app: i64,
    home: InstallationRef,
}

impl Site {
    async fn new(store: &Store) -> Self {
        let app = store.insert_app(&new_app("insectoid", "A1"), at(0)).await.unwrap();
        Self {
            home: installed(store, app, "T1").await,
            store: store.clone(),
            app,
        }
    }

    async fn draft(&self, ask: Ask) -> PermissionRequest {
        let new = NewAsk {
            ask,
            installation: self.home.clone(),
            outbox: None,
        };
        self.store.draft_request(new).await.unwrap()
    }

    /// A press of `round`, a second after `when`.
    fn press(&self, round: &str, when: i64, what: Press) -> PressRecord {
        PressRecord {
            app: self.app,
            round: round.to_owned(),
            installation: None,
            tenant: Some(self.home.key.tenant.clone()),
            user: Some("U1".parse().unwrap()),
            channel: None,
            kind: "block_actions".to_owned(),
            subject: "PR".to_owned(),
            arrived_at: at(when),
            issued_at: None,
            what,
        }
    }

    async fn answer(&self, teller: &Teller, event_id: &str, when: i64, fact: Fact) {
        teller
            .tell_as(event_id, self.app, &self.home.key, when, None, fact)
            .await;
    }
}

fn scopes(names: &[&str]) -> BTreeSet<Scope> {
    names.iter().map(|name| scope(name)).collect()
}

fn ask(key: &InstallationKey, user: Option<&str>, names: &[&str], when: i64) -> Ask {
    Ask {
        installation: key.clone(),
        model: Model::Workspace,
        kind: Kind::App,
        user: user.map(|user| user.parse().unwrap()),
        channel: user.is_none().then(|| "C1".parse().unwrap()),
        scopes: scopes(names),
        optional: BTreeSet::new(),
        message: "Try our new slash command.".to_owned(),
        button: "Add the command".to_owned(),
        author: Author::Console {
            name: "Orla".to_owned(),
        },
        drafted_at: at(when),
        again_of: None,
    }
}

fn step(when: i64, what: Happening) -> Step {
    Step { at: at(when), what }
}

fn offered(when: i64) -> Step {
    let what = Happening::Offered {
        channel: "D1".parse().unwrap(),
        message_ts: "1497911545.000001".to_owned(),
    };
    step(when, what)
}

fn pressed(round: &str, when: i64) -> Step {
    let what = Happening::Pressed {
        round: round.to_owned(),
        user: Some("U1".parse().unwrap()),
        via: Via::Button,
        issued_at: None,
    };
    step(when, what)
}

fn presented(round: &str, when: i64) -> Step {
    let what = Happening::Asked {
        round: round.to_owned(),
        call: "call".to_owned(),
        verified_us: 100,
        left_us: 900,
        answered_us: 9_000,
        age_ms: 12,
        outcome: Outcome::Presented,
    };
    step(when, what)
}

fn granted(round: &str, names: &[&str]) -> Fact {
    Fact::ScopeGranted {
        scopes: [(grantbook_core::ResourceType::Channel, scopes(names))].into(),
        unplaced: BTreeSet::new(),
        trigger_id: Some(round.to_owned()),
    }
}

fn denied(round: &str, names: &[&str]) -> Fact {
    Fact::ScopeDenied {
        scopes: scopes(names),
        trigger_id: Some(round.to_owned()),
    }
}

/// The moment in seconds after [`at`]`(0)`.
fn seconds(moment: Timestamp) -> i64 {
    moment.seconds() - at(0).seconds()
}
