//! `apps.uninstall`: takes the app out of the workspace or organization of the token that calls.
//!
//! The app proves itself beside the token, in the form; so the arguments are written by
//! [`AppsUninstall::form`] alone, and read by whoever plays Slack. Sent by
//! [`SlackClient::apps_uninstall`](crate::SlackClient::apps_uninstall).

use serde::Deserialize;

use crate::{
    oauth::{ClientCredentials, ClientId},
    secret::ClientSecret,
};

/// The method's name.
pub const NAME: &str = "apps.uninstall";

/// Who says so. Everything is optional: what is missing is for Slack to say.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct AppsUninstall {
    /// The app.
    pub client_id: Option<ClientId>,
    /// The app's secret.
    pub client_secret: Option<ClientSecret>,
}

impl AppsUninstall {
    /// The arguments of `app`.
    pub fn new(app: &ClientCredentials) -> Self {
        Self {
            client_id: Some(app.id.clone()),
            client_secret: Some(app.secret.clone()),
        }
    }

    /// The fields of the form, the secret in plain.
    pub fn form(&self) -> Vec<(&'static str, &str)> {
        [
            ("client_id", self.client_id.as_ref().map(ClientId::as_str)),
            ("client_secret", self.client_secret.as_ref().map(ClientSecret::expose)),
        ]
        .into_iter()
        .filter_map(|(name, value)| value.map(|value| (name, value)))
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_client_writes_the_simulator_reads() {
        let app = ClientCredentials {
            id: ClientId::new("1.2"),
            secret: ClientSecret::new("s3cret"),
        };
        let sent = AppsUninstall::new(&app);
        let form = serde_urlencoded::to_string(sent.form()).unwrap();
        assert_eq!(form, "client_id=1.2&client_secret=s3cret");
        let read: AppsUninstall = serde_urlencoded::from_str(&form).unwrap();
        assert_eq!(read.form(), sent.form());
        assert!(!format!("{read:?}").contains("s3cret"));
    }
}
