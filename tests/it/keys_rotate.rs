//! `grantbook keys rotate` over ten thousand tokens, killed again and again, while one process reads two hundred
//! tokens a second and another saves new ones: no read fails or answers an old token, progress never falls, and
//! in the end every secret is under the new key.
//!
//! The rotation is a process of its own, started from this very test binary, so that it can be killed.

use std::{
    fmt::Write as _,
    io::{BufRead as _, BufReader},
    process::{Child, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context as _, ensure};
use grantbook_core::{InstallationKey, Timestamp, view::encryption::EncryptionView};
use grantbook_store::{Store, installations::InstallationRef, tokens::NewToken, vault::Place};
use grantbook_tests::{
    postgres::{Durability, Postgres},
    site::{Site, now_seconds},
};
use sea_orm::{ConnectionTrait as _, Database, DbBackend};
use secrecy::ExposeSecret as _;
use serde::Deserialize;
use tokio::time::{MissedTickBehavior, interval};

const TOKENS: usize = 10_000;
/// An access and a refresh token each, and both secrets of the app.
const SECRETS: u64 = 2 * TOKENS as u64 + 2;
/// Rows in one statement.
const IN_BULK: usize = 500;
/// Tasks that look at all tokens in the end.
const LOOKERS: usize = 4;
const READS_A_SECOND: u32 = 200;
const SAVES_A_SECOND: u32 = 20;
const ROTATION: [&str; 4] = ["--exact", "keys_rotate::the_rotation", "--ignored", "--nocapture"];
/// Where the rotation is killed: percent of the secrets moved, and milliseconds after that was told.
const KILLS: [(u64, u64); 6] = [(0, 0), (10, 1), (30, 3), (50, 7), (70, 13), (90, 5)];

/// What is known of one token from outside.
struct Known {
    installation: InstallationRef,
    /// The version that was saved last, for certain.
    saved: AtomicU32,
}

/// What readers and writers share.
struct Load {
    tokens: Vec<Known>,
    stop: AtomicBool,
    reads: AtomicUsize,
    saves: AtomicUsize,
}

fn token(number: usize, version: u32) -> NewToken {
    NewToken {
        access: format!("xoxe.xoxb-{number}-{version}").into(),
        refresh: Some(format!("xoxe-1-{number}-{version}").into()),
        issued_at: Timestamp::from_seconds(now_seconds()),
        expires_at: None,
    }
}

/// The app in as many workspaces as there are tokens, written in bulk: only rotating them is the matter here.
async fn installed(site: &Site) -> anyhow::Result<Vec<Known>> {
    let store = site.store().await?;
    let app = store.app_by_slug(&"insectoid".parse()?).await?.context("registered")?;
    let db = Database::connect(site.database()).await?;
    let blob = |bytes: &[u8]| match db.get_database_backend() {
        DbBackend::Sqlite => format!("X'{}'", hex(bytes)),
        _ => format!("'\\x{}'", hex(bytes)),
    };
    let tenants: Vec<_> = (0..TOKENS).map(|number| format!("('T{number:08}', '', 0)")).collect();
    for chunk in tenants.chunks(IN_BULK) {
        let values = chunk.join(", ");
        db.execute_unprepared(&format!("INSERT INTO tenants (id, name, updated_at) VALUES {values}"))
            .await?;
    }
    db.execute_unprepared(&format!(
        "INSERT INTO installations (app, tenant, status, model, head_hash, created_at) \
         SELECT {}, id, 'installed', 'modern', {}, 0 FROM tenants ORDER BY id",
        app.row,
        blob(&[0; 32])
    ))
    .await?;
    let mut known = Vec::new();
    let mut rows = Vec::new();
    for (number, (row, key)) in store.installation_keys().await?.into_iter().enumerate() {
        let NewToken { access, refresh, .. } = token(number, 1);
        let seal = |column, secret| store.vault().seal_text(&Place::new("tokens", column, &key), secret);
        let access = blob(&seal("access", &access)?);
        let refresh = blob(&seal("refresh", &refresh.context("it rotates")?)?);
        rows.push(format!(
            "({row}, 'app', 'bot', {access}, {refresh}, '', 1, 0, 1, 'live')"
        ));
        known.push(Known {
            installation: InstallationRef { row, key },
            saved: AtomicU32::new(1),
        });
    }
    for chunk in rows.chunks(IN_BULK) {
        let values = chunk.join(", ");
        db.execute_unprepared(&format!(
            "INSERT INTO credentials \
             (installation, holder, kind, access, refresh, hint, key_id, issued_at, generation, state) VALUES {values}"
        ))
        .await?;
    }
    db.close().await?;
    store.close().await?;
    ensure!(known.len() == TOKENS, "{} were installed", known.len());
    Ok(known)
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        // Writing to a text cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// The version of a token that was read, which must be of its installation, access and refresh token alike.
async fn version(store: &Store, number: usize, key: &InstallationKey) -> anyhow::Result<u32> {
    let token = store.load_token(key).await?.context("no token")?;
    let refresh = token.refresh.context("no refresh token")?;
    let of = |text: &str, prefix: &str| {
        let rest = text.strip_prefix(prefix)?.strip_prefix(&number.to_string())?;
        rest.strip_prefix('-')?.parse().ok()
    };
    let access: u32 = of(token.access.expose_secret(), "xoxe.xoxb-").context("another's token")?;
    ensure!(of(refresh.expose_secret(), "xoxe-1-") == Some(access), "two halves");
    Ok(access)
}

/// Steps through the tokens in an order that looks random: the number is prime to theirs.
fn shuffled(step: usize) -> usize {
    (step * 7_919) % TOKENS
}

async fn read(store: Store, load: Arc<Load>) -> anyhow::Result<()> {
    let mut tick = interval(Duration::from_secs(1) / READS_A_SECOND);
    tick.set_missed_tick_behavior(MissedTickBehavior::Burst);
    while !load.stop.load(Ordering::Relaxed) {
        tick.tick().await;
        let number = shuffled(load.reads.fetch_add(1, Ordering::Relaxed));
        let known = &load.tokens[number];
        let at_least = known.saved.load(Ordering::SeqCst);
        let found = version(&store, number, &known.installation.key).await?;
        ensure!(found >= at_least, "token {number}: version {found} after {at_least}");
    }
    Ok(store.close().await?)
}

async fn save(store: Store, load: Arc<Load>) -> anyhow::Result<()> {
    let mut tick = interval(Duration::from_secs(1) / SAVES_A_SECOND);
    while !load.stop.load(Ordering::Relaxed) {
        tick.tick().await;
        let number = shuffled(load.saves.fetch_add(1, Ordering::Relaxed) * 3);
        let known = &load.tokens[number];
        let next = known.saved.load(Ordering::SeqCst) + 1;
        store.save_token(&known.installation, &token(number, next)).await?;
        known.saved.store(next, Ordering::SeqCst);
    }
    Ok(store.close().await?)
}

#[derive(Clone, Copy, Debug, Deserialize)]
struct Step {
    key: u32,
    done: u64,
    total: u64,
    unreadable: u64,
    finished: bool,
}

/// A rotation that is killed when this is dropped.
struct Running(Child);

impl Running {
    fn start(site: &Site) -> anyhow::Result<Self> {
        let mut command = site.command(&ROTATION)?;
        Ok(Self(command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?))
    }

    /// Follows what it prints until `enough`, or its end; answers the steps, which never fall.
    fn follow(&mut self, enough: impl Fn(&Step) -> bool) -> anyhow::Result<Vec<Step>> {
        let mut steps: Vec<Step> = Vec::new();
        let lines = BufReader::new(self.0.stdout.as_mut().context("its output")?).lines();
        for line in lines {
            let line = line?;
            // The test runner has a word before the first one.
            let Some((_, json)) = line.split_once("{\"key\"") else {
                continue;
            };
            let step: Step = serde_json::from_str(&format!("{{\"key\"{json}"))?;
            let before = steps.last().map_or(0, |step| step.done);
            ensure!(
                step.done >= before && step.done <= step.total,
                "{before}, then {step:?}"
            );
            steps.push(step);
            if enough(&step) {
                break;
            }
        }
        Ok(steps)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Rotates, killed at each of [`KILLS`] and taken up again; answers the last step.
fn rotate_under_fire(site: &Site) -> anyhow::Result<Step> {
    let mut reached = 0;
    for (percent, wait) in KILLS {
        let mut running = Running::start(site)?;
        let steps = running.follow(|step| step.done >= SECRETS * percent / 100)?;
        std::thread::sleep(Duration::from_millis(wait));
        drop(running);
        let (first, last) = (
            steps.first().context("it told nothing")?,
            steps.last().context("nothing")?,
        );
        ensure!(!last.finished, "the kill at {percent}% came too late to prove anything");
        ensure!(first.done >= reached, "{reached} were moved, then {first:?}");
        ensure!(first.key == 2 && first.total == SECRETS, "{first:?}");
        reached = last.done;
    }
    let steps = Running::start(site)?.follow(|_| false)?;
    let first = steps.first().context("it told nothing")?;
    ensure!(first.done >= reached, "{reached} were moved, then {first:?}");
    steps.last().copied().context("it told nothing")
}

async fn rotated_while_served(database: Option<String>) -> anyhow::Result<()> {
    let site = Arc::new(Site::prepare(database, 0).await?);
    let begun = Instant::now();
    let load = Arc::new(Load {
        tokens: installed(&site).await?,
        stop: AtomicBool::new(false),
        reads: AtomicUsize::new(0),
        saves: AtomicUsize::new(0),
    });
    println!("{TOKENS} tokens after {:?}", begun.elapsed());
    let begun = Instant::now();
    let reading = tokio::spawn(read(site.store().await?, Arc::clone(&load)));
    let saving = tokio::spawn(save(site.store().await?, Arc::clone(&load)));
    let rotated = Arc::clone(&site);
    let last = tokio::task::spawn_blocking(move || rotate_under_fire(&rotated)).await?;
    let elapsed = begun.elapsed();
    load.stop.store(true, Ordering::Relaxed);
    reading.await?.context("a read failed")?;
    saving.await?.context("a save failed")?;
    let last = last?;
    assert!(last.finished && last.unreadable == 0, "{last:?}");
    assert_eq!(last.done, SECRETS);
    settled(&site, &load).await?;
    println!(
        "{SECRETS} secrets moved in {elapsed:?}, killed {} times, beside {} reads and {} saves",
        KILLS.len(),
        load.reads.load(Ordering::Relaxed),
        load.saves.load(Ordering::Relaxed)
    );
    Ok(())
}

/// Every secret is under the new key, and every token is the newest.
async fn settled(site: &Site, load: &Arc<Load>) -> anyhow::Result<()> {
    let store = site.store().await?;
    let EncryptionView {
        keys,
        under_master,
        rotation,
        ..
    } = store.key_state().await?;
    assert_eq!(under_master, 0);
    let [old, new] = &keys[..] else { panic!("{keys:?}") };
    assert_eq!((old.secrets, new.secrets), (0, SECRETS));
    assert!(old.retired_at.is_some() && old.unused_since.is_some());
    assert!(rotation.is_some_and(|rotation| rotation.finished_at.is_some()));
    let mut lookers = Vec::new();
    for looker in 0..LOOKERS {
        let (store, load) = (store.clone(), Arc::clone(load));
        lookers.push(tokio::spawn(async move {
            for (number, known) in load.tokens.iter().enumerate().skip(looker).step_by(LOOKERS) {
                let found = version(&store, number, &known.installation.key).await?;
                assert_eq!(found, known.saved.load(Ordering::SeqCst), "token {number}");
            }
            anyhow::Ok(())
        }));
    }
    for looker in lookers {
        looker.await??;
    }
    Ok(store.close().await?)
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_rotate_under_load_and_kills_on_sqlite() -> anyhow::Result<()> {
    rotated_while_served(None).await
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_rotate_under_load_and_kills_on_postgresql() -> anyhow::Result<()> {
    let postgres = Postgres::start(Durability::Relaxed)?;
    rotated_while_served(Some(postgres.fresh_database()?)).await
}

#[test]
#[ignore = "not a test: the process that the tests above start and kill"]
fn the_rotation() {
    let _ = grantbook_server::cli::main_of(["grantbook", "keys", "rotate", "--json", "--batch", "100"]);
}
