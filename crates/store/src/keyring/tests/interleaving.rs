//! Whatever the order in which two rotations look and write, are killed, and tokens are saved by two
//! processes: every read, by either, answers the newest token.

use proptest::{
    prelude::{Just, Strategy as _, any, prop_oneof},
    test_runner::{Config, TestRunner},
};

use super::{NOW, Scene, access, installed, rotate, token};
use crate::{
    Store,
    installations::InstallationRef,
    keyring::{Rotation, rotation::Page},
};

const TOKENS: usize = 3;

#[derive(Clone, Debug)]
enum Deed {
    /// A process saves a token.
    Save { token: usize, process: usize },
    /// A rotation begins, or takes up the one that is under way. What it held is gone, as by a kill.
    Begin { rotation: usize, process: usize },
    /// A rotation reads some secrets, and holds them sealed again.
    Look { rotation: usize },
    /// A rotation writes what it holds.
    Write { rotation: usize },
}

fn deeds() -> impl proptest::strategy::Strategy<Value = Vec<Deed>> {
    let two = || any::<bool>().prop_map(usize::from);
    let deed = prop_oneof![
        3 => (0..TOKENS, two()).prop_map(|(token, process)| Deed::Save { token, process }),
        1 => (two(), two()).prop_map(|(rotation, process)| Deed::Begin { rotation, process }),
        3 => (two(), Just(())).prop_map(|(rotation, ())| Deed::Look { rotation }),
        3 => (two(), Just(())).prop_map(|(rotation, ())| Deed::Write { rotation }),
    ];
    proptest::collection::vec(deed, 1..24)
}

/// Two processes on one database, the tokens as they were last saved, and up to two rotations.
struct Bench {
    processes: [Store; 2],
    installations: Vec<InstallationRef>,
    newest: Vec<String>,
    saved: usize,
    rotations: [Option<(Rotation, Option<Page>)>; 2],
}

impl Bench {
    async fn new(scene: &Scene) -> Self {
        let processes = [scene.open("a").await, scene.open("a").await];
        let installations = installed(&processes[0], TOKENS).await;
        let mut bench = Self {
            processes,
            installations,
            newest: vec![String::new(); TOKENS],
            saved: 0,
            rotations: [None, None],
        };
        for token in 0..TOKENS {
            bench.save(token, 0).await;
        }
        bench
    }

    async fn save(&mut self, which: usize, process: usize) {
        self.saved += 1;
        self.newest[which] = self.saved.to_string();
        let new = token(&self.newest[which]);
        let saved = self.processes[process].save_token(&self.installations[which], &new);
        saved.await.unwrap();
    }

    async fn act(&mut self, deed: Deed) {
        match deed {
            Deed::Save { token, process } => self.save(token, process).await,
            Deed::Begin { rotation, process } => {
                let begun = self.processes[process].rotate_keys(NOW).await.unwrap();
                self.rotations[rotation] = Some((begun, None));
            }
            Deed::Look { rotation } => {
                if let Some((rotation, held)) = &mut self.rotations[rotation] {
                    *held = rotation.look(2).await.unwrap();
                }
            }
            Deed::Write { rotation } => {
                if let Some((rotation, held)) = &mut self.rotations[rotation]
                    && let Some(page) = held.take()
                {
                    rotation.write(page).await.unwrap();
                }
            }
        }
    }

    async fn check(&self) {
        for process in &self.processes {
            for (installation, newest) in self.installations.iter().zip(&self.newest) {
                assert_eq!(&access(process, &installation.key).await, newest);
            }
        }
    }

    /// Ends what is under way, and sees that nothing is left behind.
    async fn end(&mut self) {
        self.rotations = [None, None];
        rotate(&self.processes[0], 2).await;
        self.check().await;
        let state = self.processes[1].key_state().await.unwrap();
        let (active, retired) = state.keys.split_last().unwrap();
        assert_eq!(active.secrets, 2 + 2 * TOKENS as u64);
        assert!(retired.iter().all(|key| key.secrets == 0), "{retired:?}");
    }
}

#[test]
fn any_interleaving_of_rotations_and_saves_keeps_the_newest_token() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    let scene = Scene::new();
    // One database for all cases: each begins where the one before it ended.
    let bench = std::cell::RefCell::new(runtime.block_on(Bench::new(&scene)));
    let mut runner = TestRunner::new(Config {
        cases: 60,
        failure_persistence: None,
        max_shrink_iters: 200,
        ..Config::default()
    });
    let outcome = runner.run(&deeds(), |deeds| {
        let mut bench = bench.borrow_mut();
        runtime.block_on(async {
            for deed in deeds {
                bench.act(deed).await;
                bench.check().await;
            }
            bench.end().await;
        });
        Ok(())
    });
    outcome.unwrap();
}
