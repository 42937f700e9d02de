//! What the store promises of tokens and their rotation, on both databases: one refreshes, the others see what
//! it brought, and nothing is spent twice.

mod crashes;
mod due;
mod interleavings;
mod leases;
mod logs;
mod people;
mod revocations;

use grantbook_core::{InstallationKey, Timestamp};
use grantbook_store::{
    Store,
    installations::InstallationRef,
    queries::PageRequest,
    token_events::What,
    tokens::{Credential, Fence, Holder, Leased, NewToken},
};
use grantbook_tests::postgres::{Durability, Postgres};
use secrecy::ExposeSecret;

use crate::store_contract::{at, installed, new_app, open, promises};
use crashes::{
    a_crash_after_the_commit_is_none, a_crash_before_the_mark_costs_the_lease_only,
    a_mark_left_behind_asks_for_a_person_where_the_token_was_for_single_use,
    a_mark_left_behind_is_taken_back_where_the_token_is_reusable, a_slow_answer_counts_while_nobody_took_over,
};
use due::{what_ends_soon_is_due_unless_it_rests, what_failed_too_often_waits_for_somebody_to_ask};
use interleavings::no_refresh_token_is_spent_twice_whatever_the_order;
use leases::{
    a_new_install_ends_a_refresh_under_way, a_reusable_refresh_token_stays, of_a_thousand_at_once_one_gets_the_lease,
    of_two_at_once_one_gets_the_lease, who_lost_the_lease_writes_nothing, whoever_waited_finds_the_new_token,
};
use logs::{token_events_are_paged_newest_first, what_was_done_is_found_by_who_and_what};
use people::{a_token_of_an_app_without_bot_is_kept_once, peoples_tokens_rotate_apart_from_the_apps};
use revocations::{
    a_late_revocation_spares_the_newer_token, a_revocation_ends_a_refresh_under_way,
    a_revocation_ends_the_tokens_it_names, a_workspace_apps_token_is_named_by_who_allowed_it,
    an_uninstall_ends_every_token, ends_leave_one_state_in_whatever_order_they_are_told,
};

promises! {
    of_two_at_once_one_gets_the_lease,
    of_a_thousand_at_once_one_gets_the_lease,
    whoever_waited_finds_the_new_token,
    who_lost_the_lease_writes_nothing,
    a_new_install_ends_a_refresh_under_way,
    a_reusable_refresh_token_stays,
    a_crash_before_the_mark_costs_the_lease_only,
    a_mark_left_behind_asks_for_a_person_where_the_token_was_for_single_use,
    a_mark_left_behind_is_taken_back_where_the_token_is_reusable,
    a_crash_after_the_commit_is_none,
    a_slow_answer_counts_while_nobody_took_over,
    no_refresh_token_is_spent_twice_whatever_the_order,
    what_ends_soon_is_due_unless_it_rests,
    what_failed_too_often_waits_for_somebody_to_ask,
    peoples_tokens_rotate_apart_from_the_apps,
    a_token_of_an_app_without_bot_is_kept_once,
    a_revocation_ends_the_tokens_it_names,
    a_late_revocation_spares_the_newer_token,
    a_revocation_ends_a_refresh_under_way,
    an_uninstall_ends_every_token,
    a_workspace_apps_token_is_named_by_who_allowed_it,
    ends_leave_one_state_in_whatever_order_they_are_told,
    token_events_are_paged_newest_first,
    what_was_done_is_found_by_who_and_what,
}

/// How long a lease lasts here, in seconds.
const LEASE: i64 = 30;

/// One app in one workspace, its token received at the beginning.
struct Site {
    store: Store,
    app: i64,
    home: InstallationRef,
}

impl Site {
    async fn new(store: &Store) -> Self {
        let app = store.insert_app(&new_app("insectoid", "A1"), at(0)).await.unwrap();
        let site = Self {
            home: installed(store, app, "T1").await,
            store: store.clone(),
            app,
        };
        site.store.save_token(&site.home, &pair(1, 0)).await.unwrap();
        site
    }

    fn key(&self) -> &InstallationKey {
        &self.home.key
    }

    async fn credential(&self) -> Credential {
        let found = self.store.credential(self.key(), &Holder::App).await.unwrap();
        found.expect("the app's credential")
    }

    async fn lease(&self, owner: &str, when: i64) -> Leased {
        let leased = self
            .store
            .lease_refresh(self.key(), &Holder::App, owner, at(when), LEASE);
        leased.await.unwrap()
    }

    /// Takes the lease, which is free.
    async fn take(&self, owner: &str, when: i64) -> (Fence, Credential) {
        match self.lease(owner, when).await {
            Leased::Got { fence, credential } => (fence, *credential),
            other => panic!("{other:?}"),
        }
    }

    /// Takes the lease and marks.
    async fn spend(&self, owner: &str, when: i64) -> (Fence, Credential) {
        let (fence, credential) = self.take(owner, when).await;
        assert!(self.store.mark_spending(credential.id, fence, at(when)).await.unwrap());
        (fence, credential)
    }

    /// What happened to the tokens, oldest first, with their generations.
    async fn told(&self) -> Vec<(What, u64)> {
        let page = self.store.token_events(self.key(), &PageRequest::first(1_000)).await;
        let events = page.unwrap().items;
        events
            .iter()
            .rev()
            .map(|event| (event.what, event.generation))
            .collect()
    }
}

/// A bot's tokens as Slack rotates them, received at `when`.
fn pair(number: u32, when: i64) -> NewToken {
    NewToken {
        access: format!("xoxe.xoxb-1-{number}").into(),
        refresh: Some(format!("xoxe-1-{number}").into()),
        issued_at: at(when),
        expires_at: Some(at(when + 43_200)),
    }
}

/// A workspace app's token; its refresh token comes with the first one only.
fn workspace_token(number: u32, refresh: Option<&str>, when: i64) -> NewToken {
    NewToken {
        access: format!("xoxa-2-{number}").into(),
        refresh: refresh.map(Into::into),
        issued_at: at(when),
        expires_at: Some(at(when + 3_600)),
    }
}

/// The texts of access and refresh token.
fn texts(credential: &Credential) -> (&str, Option<&str>) {
    let refresh = credential.refresh.as_ref();
    (
        credential.access.expose_secret(),
        refresh.map(ExposeSecret::expose_secret),
    )
}

fn until(leased: &Leased) -> Option<Timestamp> {
    match leased {
        Leased::Held { until } => Some(*until),
        _ => None,
    }
}
