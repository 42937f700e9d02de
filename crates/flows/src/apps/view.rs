//! A registered app as a document: what people enter at Slack, and how everything stands. No secrets.

use grantbook_core::{
    AppSlug,
    manifest::Addresses,
    view::{
        AppView,
        apps::{SecretView, SecretsView, SocketView},
    },
};
use grantbook_store::apps::{AppRecord, Replaced};

use super::Apps;
use crate::sockets::SocketStatus;

impl Apps {
    /// Where Slack and browsers reach the console about this app.
    pub(super) fn addresses(&self, slug: &AppSlug) -> Addresses {
        let door = |door| self.house.addresses.slack_door(slug, door).to_string();
        Addresses {
            redirect: door("oauth/callback"),
            events: door("events"),
            interactions: door("interactions"),
            commands: door("commands"),
        }
    }

    /// The app, installed in so many tenants.
    pub(super) fn view(&self, record: &AppRecord, installations: u64, sockets: Option<&SocketStatus>) -> AppView {
        let Addresses {
            redirect,
            events,
            interactions,
            commands,
        } = self.addresses(&record.slug);
        AppView {
            slug: record.slug.clone(),
            name: record.name.clone(),
            app_id: record.app_id.clone(),
            client_id: record.client_id.clone(),
            model: record.model,
            scopes: record.scopes.clone(),
            user_scopes: record.user_scopes.clone(),
            single_channel: record.single_channel,
            token_rotation: record.token_rotation,
            org_deploy: record.org_deploy,
            socket: socket(record, sockets),
            secrets: SecretsView {
                client: self.secret(record.previous_client_secret.as_ref()),
                signing: self.secret(record.previous_signing_secret.as_ref()),
            },
            last_signed_at: record.signed_at,
            installations,
            install_url: self.house.addresses.slack_door(&record.slug, "install").to_string(),
            events_url: events,
            interactions_url: interactions,
            commands_url: commands,
            redirect_url: redirect,
            created_at: record.created_at,
        }
    }

    fn secret(&self, previous: Option<&Replaced>) -> SecretView {
        let now = self.house.clock.now();
        SecretView {
            previous_until: previous.map(|replaced| replaced.until).filter(|until| now < *until),
        }
    }
}

fn socket(record: &AppRecord, status: Option<&SocketStatus>) -> Option<SocketView> {
    let app_token = record.app_token.is_some();
    let status = status.cloned().unwrap_or_default();
    let view = SocketView {
        connections: record.socket_connections,
        open: status.open,
        app_token,
        last_error: status.problem,
        num_connections: status.num_connections,
    };
    (app_token || record.socket_connections > 0).then_some(view)
}
