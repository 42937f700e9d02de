//! What can be seen from here: our own address, what arrived, and which connections stand.

use grantbook_store::apps::AppRecord;
use url::{Host, Url};

use super::finding::Finding;
use crate::{House, sockets::SocketStatus};

/// Browsers and Slack come back by this address.
pub(super) fn public_url(url: &Url, app: &AppRecord) -> Finding {
    let loopback = match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    if loopback {
        let sentence = format!("The console's public address {url} is this machine's own.");
        return if app.socket_connections > 0 {
            Finding::passed(sentence)
        } else {
            Finding {
                hint: Some(
                    "Only a simulator on this machine can reach it. For Slack itself set server.public_url to an \
                     https address, or use Socket Mode."
                        .to_owned(),
                ),
                ..Finding::passed(sentence)
            }
        };
    }
    if url.scheme() == "https" {
        return Finding::passed(format!("The console's public address is {url}."));
    }
    Finding::failed(
        format!("The console's public address {url} is not an https address."),
        "Slack accepts https only: set server.public_url to the https address of this console.",
    )
}

/// Whether the app's own connections stand, over which its deliveries come.
pub(super) fn connected(status: Option<&SocketStatus>) -> Finding {
    let status = status.cloned().unwrap_or_default();
    match (status.open, status.problem) {
        (0, Some(problem)) => Finding::failed(
            "No Socket Mode connection is open.",
            format!("{problem} The console tries again by itself, and at once when the app is changed here."),
        ),
        (0, None) => Finding::waiting(
            "No Socket Mode connection is open yet.",
            "A running console opens them within seconds: start one with `grantbook serve`, and run the test again.",
        ),
        (1, _) => Finding::passed("One Socket Mode connection is open; deliveries come over it."),
        (open, _) => Finding::passed(format!(
            "{open} Socket Mode connections are open; deliveries come over them."
        )),
    }
}

/// Whether Slack has sent anything that this console could believe.
pub(super) fn delivered(house: &House, app: &AppRecord) -> Finding {
    let address = house.addresses.slack_door(&app.slug, "events");
    match app.signed_at {
        Some(at) => Finding::passed(format!(
            "A delivery signed with the app's signing secret arrived, the last one on {}.",
            at.in_words()
        )),
        None => Finding::waiting(
            "No delivery signed with the app's signing secret has arrived yet.",
            format!(
                "Enter {address} as the request URL under Event Subscriptions at Slack: it is verified at once. If \
                 Slack says that it is not, the signing secret here is another one."
            ),
        ),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use grantbook_core::{
        Timestamp,
        view::{Model, apps::CheckState},
    };

    use super::*;

    fn app(socket_connections: u8) -> AppRecord {
        AppRecord {
            row: 1,
            slug: "atlas".parse().unwrap(),
            app_id: "A1".parse().unwrap(),
            name: "Atlas".to_owned(),
            model: Model::Modern,
            client_id: "1.2".to_owned(),
            client_secret: "c".into(),
            signing_secret: "s".into(),
            scopes: BTreeSet::new(),
            single_channel: false,
            created_at: Timestamp::from_seconds(0),
            app_token: None,
            socket_connections,
            user_scopes: BTreeSet::new(),
            token_rotation: false,
            org_deploy: false,
            previous_client_secret: None,
            previous_signing_secret: None,
            signed_at: None,
        }
    }

    #[test]
    fn the_public_address_is_https_or_this_machines_own() {
        for (url, state, hint) in [
            ("https://grantbook.example.com", CheckState::Passed, false),
            ("http://127.0.0.1:8080", CheckState::Passed, true),
            ("http://[::1]:8080", CheckState::Passed, true),
            ("http://localhost:8080", CheckState::Passed, true),
            ("http://grantbook.example.com", CheckState::Failed, true),
            ("http://localhost.example.com", CheckState::Failed, true),
        ] {
            let finding = public_url(&url.parse().unwrap(), &app(0));
            assert_eq!((finding.state, finding.hint.is_some()), (state, hint), "{url}");
        }
        let socket = public_url(&"http://localhost:8080".parse().unwrap(), &app(1));
        assert!(socket.hint.is_none(), "a socket needs no way in");
    }

    #[test]
    fn connections_are_open_or_waited_for_or_in_trouble() {
        let status = |open, problem: Option<&str>| SocketStatus {
            open,
            problem: problem.map(ToOwned::to_owned),
            ..SocketStatus::default()
        };
        for (status, state) in [
            (None, CheckState::Waiting),
            (Some(status(0, None)), CheckState::Waiting),
            (
                Some(status(0, Some("Slack does not take the token."))),
                CheckState::Failed,
            ),
            (Some(status(1, Some("One of two was refused."))), CheckState::Passed),
            (Some(status(2, None)), CheckState::Passed),
        ] {
            assert_eq!(connected(status.as_ref()).state, state, "{status:?}");
        }
    }
}
