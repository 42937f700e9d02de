//! Whatever the order in which processes lease, mark, write, die and come back, installs happen and time
//! passes: a refresh token for single use is spent at most once, and the newest token is the one that is kept.

use std::collections::BTreeSet;

use grantbook_core::UserId;
use grantbook_store::{
    Store,
    tokens::{CredentialState, Fence, Leased},
};
use proptest::{
    collection::vec,
    prelude::{Just, ProptestConfig, Strategy, prop_oneof},
    test_runner::TestRunner,
};

use super::{Site, pair, texts};
use crate::store_contract::{at, installed};

const WORKERS: usize = 3;
const CASES: u32 = 24;

#[derive(Clone, Copy, Debug)]
enum Deed {
    Lease(usize),
    Mark(usize),
    Replace(usize),
    Fail(usize),
    Lose(usize),
    Release(usize),
    Settle,
    Install,
    Revoke,
    Wait(i64),
}

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let worker = 0..WORKERS;
    let deed = prop_oneof![
        5 => worker.clone().prop_map(Deed::Lease),
        5 => worker.clone().prop_map(Deed::Mark),
        3 => worker.clone().prop_map(Deed::Replace),
        2 => worker.clone().prop_map(Deed::Fail),
        1 => worker.clone().prop_map(Deed::Lose),
        1 => worker.prop_map(Deed::Release),
        2 => Just(Deed::Settle),
        1 => Just(Deed::Install),
        1 => Just(Deed::Revoke),
        4 => (1_i64..40).prop_map(Deed::Wait),
    ];
    vec(deed, 1..40)
}

/// What a worker has in mind: it may be wrong by now.
#[derive(Clone, Copy)]
struct Mind {
    fence: Fence,
    generation: u64,
}

/// What the database must agree with.
struct Model {
    site: Site,
    id: i64,
    now: i64,
    minds: [Option<Mind>; WORKERS],
    /// Generations whose refresh token was sent, and not known to be unspent.
    spent: BTreeSet<u64>,
    generation: u64,
    newest: u32,
}

impl Model {
    async fn renew(&mut self, worker: usize) {
        let Some(mind) = self.minds[worker] else { return };
        let number = self.newest + 1;
        let token = pair(number, self.now);
        let store = &self.site.store;
        if store
            .replace_token(self.id, mind.fence, &token, at(self.now))
            .await
            .unwrap()
        {
            assert_eq!(mind.generation, self.generation, "an old answer was taken");
            (self.generation, self.newest) = (self.generation + 1, number);
        }
    }

    async fn act(&mut self, deed: Deed) {
        let store = self.site.store.clone();
        let now = at(self.now);
        match deed {
            Deed::Lease(worker) => {
                if let Leased::Got { fence, credential } = self.site.lease("worker", self.now).await {
                    let generation = credential.generation;
                    assert!(!self.spent.contains(&generation), "a spent token was leased");
                    self.minds[worker] = Some(Mind { fence, generation });
                }
            }
            Deed::Mark(worker) => {
                if let Some(mind) = self.minds[worker]
                    && store.mark_spending(self.id, mind.fence, now).await.unwrap()
                {
                    assert!(self.spent.insert(mind.generation), "a refresh token was spent twice");
                }
            }
            Deed::Replace(worker) => self.renew(worker).await,
            Deed::Fail(worker) => {
                if let Some(mind) = self.minds[worker]
                    && store
                        .refresh_failed(self.id, mind.fence, "timeout", None, false, now)
                        .await
                        .unwrap()
                {
                    self.spent.remove(&mind.generation);
                }
            }
            Deed::Lose(worker) => {
                if let Some(mind) = self.minds[worker] {
                    store.refresh_lost(self.id, mind.fence, "no_answer", now).await.unwrap();
                }
            }
            Deed::Release(worker) => {
                if let Some(mind) = self.minds[worker] {
                    store.release_lease(self.id, mind.fence).await.unwrap();
                }
            }
            Deed::Settle => {
                store.settle_abandoned(self.id, true, now).await.unwrap();
            }
            Deed::Install => {
                (self.generation, self.newest) = (self.generation + 1, self.newest + 1);
                let token = pair(self.newest, self.now);
                store.save_token(&self.site.home, &token).await.unwrap();
            }
            Deed::Revoke => {
                let bots: BTreeSet<UserId> = ["UBOT".parse().unwrap()].into();
                let row = self.site.home.row;
                store.revoke_holders(row, &BTreeSet::new(), &bots, now).await.unwrap();
            }
            Deed::Wait(seconds) => self.now += seconds,
        }
        self.check().await;
    }

    async fn check(&self) {
        let stands = self.site.credential().await;
        let number = self.newest;
        let (access, refresh) = (format!("xoxe.xoxb-1-{number}"), format!("xoxe-1-{number}"));
        assert_eq!(texts(&stands), (access.as_str(), Some(refresh.as_str())));
        assert_eq!(stands.generation, self.generation);
        assert_eq!(stands.spending_since.is_some(), self.spent.contains(&self.generation));
        assert_eq!(stands.state == CredentialState::Revoked, stands.revoked_at.is_some());
    }
}

pub(super) async fn no_refresh_token_is_spent_twice_whatever_the_order(store: &Store) {
    let first = Site::new(store).await;
    let config = ProptestConfig {
        cases: CASES,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    let count = std::cell::Cell::new(1);
    let outcome = TestRunner::new(config).run(&deeds(), |deeds| {
        count.set(count.get() + 1);
        let tenant = format!("T{}", count.get());
        let run = async {
            let home = installed(store, first.app, &tenant).await;
            store.save_token(&home, &pair(1, 0)).await.unwrap();
            let site = Site {
                store: store.clone(),
                app: first.app,
                home,
            };
            let mut model = Model {
                id: site.credential().await.id,
                site,
                now: 0,
                minds: [None; WORKERS],
                spent: BTreeSet::new(),
                generation: 1,
                newest: 1,
            };
            for deed in deeds {
                model.act(deed).await;
            }
        };
        tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(run));
        Ok(())
    });
    outcome.unwrap();
}
