//! `Secrets`: a file with every secret that was handed out, for whoever searches where none of them may be.
//!
//! A line for each: its kind, a tab, and the secret itself. Written only where somebody asks for it
//! ([`crate::sim::Builder::secrets_to`]); the folder is theirs to guard and to empty.

use std::{
    fs::{File, OpenOptions},
    io::{self, Write as _},
    path::Path,
    sync::atomic::{AtomicU32, Ordering},
};

use crate::state::World;

/// Where secrets are noted.
#[derive(Debug)]
pub(crate) struct Secrets(File);

impl Secrets {
    /// A new file in `folder`, which is there already. Nobody else of this machine may read it.
    pub(crate) fn create(folder: &Path) -> io::Result<Self> {
        static FILES: AtomicU32 = AtomicU32::new(0);
        let number = FILES.fetch_add(1, Ordering::Relaxed);
        let path = folder.join(format!("{}-{number}.secrets", std::process::id()));
        let mut options = OpenOptions::new();
        options.create_new(true).append(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(path).map(Self)
    }

    /// Notes one. What cannot be written down would be searched for in vain, so that is said loudly.
    pub(crate) fn note(&mut self, kind: &str, secret: &str) {
        if secret.is_empty() {
            return;
        }
        if let Err(error) = self.0.write_all(format!("{kind}\t{secret}\n").as_bytes()) {
            tracing::error!(error = %error, "a secret that was handed out could not be noted");
        }
    }

    /// Notes what the apps of a world were registered with.
    pub(crate) fn note_apps(&mut self, world: &World) {
        for app in world.apps.values() {
            self.note("client secret", app.client_secret.expose());
            self.note("signing secret", app.signing_secret.expose());
            self.note("verification token", &app.verification_token);
            for token in &app.app_tokens {
                self.note("app-level token", token.token.expose());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{Seed, SlackSim};

    #[tokio::test]
    async fn every_secret_that_is_handed_out_is_noted() {
        let folder = tempfile::tempdir().unwrap();
        let sim = SlackSim::builder()
            .secrets_to(folder.path())
            .seed(Seed::northwind("http://127.0.0.1:9"))
            .start()
            .await
            .unwrap();
        let consent = serde_json::json!({
            "action": "consent", "app": "insectoid", "team": "T061EG9R6", "user": "U061F7AUR", "scopes": ["chat:write"],
        });
        let acted = sim.act(serde_json::from_value(consent).unwrap()).await.unwrap();
        let code = acted.code.unwrap();
        let app = sim
            .apps()
            .into_iter()
            .find(|app| app.slug.as_str() == "insectoid")
            .unwrap();
        let form = [
            ("client_id", app.client_id.as_str()),
            ("client_secret", app.client_secret.expose()),
            ("code", code.expose()),
        ];
        let address = format!("{}/api/oauth.access", sim.url());
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let answer: serde_json::Value = http
            .post(address)
            .form(&form)
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap();
        sim.shutdown().await;

        let files: Vec<_> = std::fs::read_dir(folder.path()).unwrap().flatten().collect();
        assert_eq!(files.len(), 1);
        let noted = std::fs::read_to_string(files[0].path()).unwrap();
        for (kind, secret) in [
            ("client secret", app.client_secret.expose()),
            ("signing secret", app.signing_secret.expose()),
            ("code", code.expose()),
            ("workspace token", answer["access_token"].as_str().unwrap()),
            ("refresh token", answer["refresh_token"].as_str().unwrap()),
        ] {
            let line = format!("{kind}\t{secret}");
            assert!(noted.lines().any(|noted| noted == line), "a {kind} is missing");
        }
    }
}
