//! What is never said: a token in a log, in a problem or in what is told about tokens.

use std::{
    io,
    sync::{Arc, Mutex},
};

use grantbook_core::view::Role;
use http::Method;
use serde_json::json;

use super::{
    fake_slack::{FakeSlack, REFRESHED},
    harness::{Answer, Harness},
    tokens::{AT, TOKEN, install, read, token_key},
};

/// Where all logs of the test go.
#[derive(Clone, Default)]
struct Tape(Arc<Mutex<Vec<u8>>>);

impl io::Write for Tape {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn no_log_and_no_problem_names_a_token() {
    let tape = Tape::default();
    let writer = tape.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .finish();
    // For the whole process: the database has threads of its own.
    tracing::subscriber::set_global_default(subscriber).unwrap();
    let slack = FakeSlack::start().await;
    let console = Harness::with_app_at(slack.url.clone()).await;
    install(&console, 60).await;
    let ada = console.signed_in("ada", Role::Admin).await;
    let (key, _) = token_key(&console, &ada).await;
    assert!(read(&console, &key).await.text().contains(REFRESHED));
    let wish = json!({ "reason": "a drill" });
    let path = format!("{AT}/uninstall");
    console.page(&ada, Method::POST, &path, Some(&wish)).await;
    let missing = console.script(&key, Method::GET, &format!("{TOKEN}?holder=U1")).await;
    let refused = console.page(&ada, Method::GET, TOKEN, None).await;
    let everything = console.page(&ada, Method::GET, "/api/v1/audit", None).await;
    let events = console
        .page(&ada, Method::GET, &format!("{AT}/token-events"), None)
        .await;
    let logs = String::from_utf8(tape.0.lock().unwrap().clone()).unwrap();
    assert!(logs.contains("a token was handed out"), "the tape is empty");
    let (_, secret) = key.rsplit_once('_').unwrap();
    let answers = [&missing, &refused, &everything, &events].map(Answer::text);
    for text in answers.into_iter().chain([logs.as_str()]) {
        for hidden in ["-secret", "client secret", "client+secret", secret] {
            assert!(!text.contains(hidden), "{hidden}: {text}");
        }
    }
}
