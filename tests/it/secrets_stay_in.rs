//! No secret leaves by a side door: what every command prints is looked at here; databases, logs and all other
//! output of the whole suite by `cargo xtask secrets`, for which the tests keep them as evidence.

use std::{
    collections::BTreeMap,
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context as _, ensure};
use grantbook_tests::{
    evidence,
    stage::{Postman, Stage},
};

const SERVER: [&str; 4] = ["--exact", "secrets_stay_in::the_server", "--ignored", "--nocapture"];
const COMMAND: [&str; 4] = ["--exact", "secrets_stay_in::the_command", "--ignored", "--nocapture"];
/// Tells the process its command line, as JSON.
const LINE: &str = "COMMAND_LINE";

/// A rules file.
const RULES: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../crates/server/src/demo/approvals/rules/first.toml"
);

/// What commands need beside `--json`; those that need nothing are not named.
fn arguments(command: &str) -> Vec<&'static str> {
    match command {
        "app add" => vec![
            "sprout",
            "--name",
            "Sprout",
            "--app-id",
            "A0SPR0UT1",
            "--client-id",
            "1.2",
        ],
        "app manifest" | "app secrets" | "app test" => vec!["insectoid"],
        "key add" => vec!["the test"],
        "rules check" => vec![RULES],
        "user add" | "user unlink" => vec!["ada"],
        "user link" => vec!["ada", "U061F7AUR"],
        _ => Vec::new(),
    }
}

/// A console's database after some work: an app installed, its token stored, a button pressed.
struct Site {
    stage: Stage,
    folder: PathBuf,
}

impl Site {
    async fn new() -> anyhow::Result<Self> {
        let stage = Stage::prepare(None, Postman::Simulator).await?;
        let server = stage.serve(&SERVER).await?;
        stage.install().await?;
        let button = stage.offer(1).await?.remove(0);
        stage.press(&button, &grantbook_tests::stage::IZZY.parse()?).await?;
        stage.spent(1).await?;
        drop(server);
        let folder = stage.journal(stage.address());
        let folder = folder.parent().context("the console's folder")?.to_owned();
        Ok(Self { stage, folder })
    }

    /// Runs a command and answers what it printed; its input are the secrets of an app.
    fn run(&self, words: &[&str]) -> anyhow::Result<String> {
        let mut line = vec!["grantbook"];
        line.extend(words);
        let mut child = Command::new(std::env::current_exe()?)
            .args(COMMAND)
            .env(LINE, serde_json::to_string(&line)?)
            .env("GRANTBOOK_DATABASE__URL", &self.stage.database)
            .env("GRANTBOOK_KEYS__FILE", self.folder.join("master.key"))
            .env("GRANTBOOK_SLACK__BASE_URL", self.stage.sim.url())
            .env("GRANTBOOK_SERVER__BIND", self.stage.address().to_string())
            .env("GRANTBOOK_LOG__FILTER", "debug")
            .current_dir(&self.folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let app = &self.stage.sim.apps()[0];
        let input = format!("{}\n{}\n", app.client_secret.expose(), app.signing_secret.expose());
        // Most commands read nothing and may be gone already.
        let _ = child.stdin.take().context("its input")?.write_all(input.as_bytes());
        let output = child.wait_with_output()?;
        let (told, complained) = (
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr),
        );
        let printed = format!("{told}\n{complained}");
        ensure!(
            output.status.code() != Some(2),
            "{words:?} is not understood: {complained}"
        );
        evidence::printed(&words.join("-"), printed.as_bytes())?;
        Ok(printed)
    }

    /// Every command that can print JSON, by its help.
    fn commands(&self) -> anyhow::Result<Vec<String>> {
        let (mut found, mut open) = (Vec::new(), vec![Vec::<String>::new()]);
        while let Some(path) = open.pop() {
            let mut words: Vec<&str> = path.iter().map(String::as_str).collect();
            words.push("--help");
            let help = self.run(&words)?;
            let below = help.split("Commands:\n").nth(1).unwrap_or_default();
            let names = below.lines().map_while(|line| line.split_whitespace().next());
            for name in names.filter(|name| *name != "help") {
                let mut path = path.clone();
                path.push(name.to_owned());
                open.push(path);
            }
            if below.is_empty() && help.contains("--json") {
                found.push(path.join(" "));
            }
        }
        found.sort();
        Ok(found)
    }

    /// What Slack handed out and the console was told, with what it is.
    fn secrets(&self) -> BTreeMap<String, &'static str> {
        let mut secrets = BTreeMap::new();
        for app in self.stage.sim.apps() {
            secrets.insert(app.client_secret.expose().to_owned(), "a client secret");
            secrets.insert(app.signing_secret.expose().to_owned(), "a signing secret");
        }
        let world = self.stage.sim.world();
        secrets.extend(world.tokens().map(|(token, _)| (token.to_owned(), "a token")));
        secrets
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_command_prints_a_secret_of_slack() -> anyhow::Result<()> {
    let site = Site::new().await?;
    let secrets = site.secrets();
    assert!(secrets.values().any(|kind| *kind == "a token"));
    let commands = site.commands()?;
    for known in [
        "app add",
        "app list",
        "check-config",
        "doctor",
        "keys rotate",
        "ledger verify",
    ] {
        assert!(
            commands.iter().any(|command| command == known),
            "{known} is not among {commands:?}"
        );
    }
    for command in &commands {
        let mut words: Vec<&str> = command.split(' ').collect();
        words.extend(arguments(command));
        for words in [words.clone(), [words, vec!["--json"]].concat()] {
            let printed = site.run(&words)?;
            for (secret, kind) in &secrets {
                assert!(
                    !printed.contains(secret.as_str()),
                    "`{}` prints {kind}",
                    words.join(" ")
                );
            }
        }
    }
    println!("{} commands: {}", commands.len(), commands.join(", "));
    site.stage.sim.shutdown().await;
    Ok(())
}

/// Every source file below `folder`.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let (mut found, mut open) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                found.push(path);
            }
        }
    }
    found
}

#[test]
fn every_test_of_the_whole_system_leaves_its_evidence() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("it");
    for (own, instead) in [
        (["tempfile::", "tempdir()"].concat(), "evidence::folder()"),
        (["SlackSim::", "builder()"].concat(), "evidence::simulator()"),
    ] {
        for path in sources(&here) {
            // Its folder holds pictures.
            if path.ends_with("harness_works.rs") {
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            let clean = !text.contains(&own);
            assert!(
                clean,
                "{}: `{instead}` instead of `{own}`, so that secrets are searched for there",
                path.display()
            );
        }
    }
}

#[test]
#[ignore = "not a test: the process that the test above starts"]
fn the_server() {
    let _ = grantbook_server::cli::main_of(["grantbook", "serve"]);
}

#[test]
#[ignore = "not a test: a command, as a process of its own"]
fn the_command() {
    let line = std::env::var_os(LINE).unwrap().into_string().unwrap();
    let words: Vec<String> = serde_json::from_str(&line).unwrap();
    let _ = grantbook_server::cli::main_of(words);
}
