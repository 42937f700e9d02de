//! One slot of an app: its connection, replaced as Slack wishes, and whatever comes over it.

use std::{pin::pin, sync::Arc, time::Duration};

use grantbook_api::{
    secret::AppToken,
    socket::{Ended, MAX_CONNECTIONS, Random, Received, SocketMode, SocketSettings, SocketStatus},
};
use grantbook_core::{AppId, AppSlug};
use grantbook_store::{apps::AppRecord, sockets::SlotState};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::{
    sync::oneshot,
    task::{JoinError, JoinSet},
    time::timeout,
};

use super::{envelope::Doors, measure, words};
use crate::House;

/// Envelopes of one connection that are worked on at once. What comes beyond is dropped, for Slack to send it
/// again: nothing may wait here, since a press would wait behind it.
const AT_ONCE: usize = 1_024;

/// How long what was taken may take when the connection closes: as long as Slack waits, and a little more.
const FAREWELL: Duration = Duration::from_secs(4);

/// What an app's connections depend on: when any of it changes, they are made anew.
#[derive(Clone)]
pub(super) struct Wish {
    pub(super) row: i64,
    pub(super) slug: AppSlug,
    pub(super) app_id: AppId,
    pub(super) token: Option<SecretString>,
    /// Over all processes; 1 to 10.
    pub(super) connections: u8,
}

impl Wish {
    /// What an app in Socket Mode wants.
    pub(super) fn of(app: &AppRecord) -> Self {
        let most = u8::try_from(MAX_CONNECTIONS).unwrap_or(u8::MAX);
        Self {
            row: app.row,
            slug: app.slug.clone(),
            app_id: app.app_id.clone(),
            token: app.app_token.clone(),
            connections: app.socket_connections.min(most),
        }
    }

    /// Places of one slot, so that all slots together, wherever they are, never have more than Slack allows. With
    /// two, a connection is replaced before it closes; with one, after, while the other slots serve.
    fn places(&self) -> usize {
        (MAX_CONNECTIONS / usize::from(self.connections.max(1))).clamp(1, 2)
    }

    /// Whether the same connections serve both.
    pub(super) fn is_served_like(&self, other: &Self) -> bool {
        let token = |wish: &Self| wish.token.as_ref().map(|token| token.expose_secret().to_owned());
        self.app_id == other.app_id && self.places() == other.places() && token(self) == token(other)
    }
}

/// How a line ended.
pub(super) enum End {
    /// It was told to.
    Stopped,
    /// There is no connection to be had.
    Refused(Ended),
    /// The token is another app's.
    WrongApp(AppId),
}

/// Keeps a slot's connection until `stop`, or until there is none to be had.
pub(super) async fn keep(house: House, wish: Arc<Wish>, slot: u8, mut stop: oneshot::Receiver<()>) -> End {
    let Some(token) = &wish.token else {
        return End::Stopped;
    };
    let token = AppToken::new(token.expose_secret());
    let settings = SocketSettings {
        connections: 1,
        places: wish.places(),
        ..SocketSettings::default()
    };
    let (socket, mut arrivals) = SocketMode::new(&house.slack, wish.slug.clone(), token, settings, random(&house));
    let mut status = socket.status();
    let mut running = pin!(socket.run());
    let doors = Doors::new(&house);
    let mut work = JoinSet::new();
    let (end, mut runs) = loop {
        tokio::select! {
            _ = &mut stop => break (End::Stopped, true),
            ended = &mut running => break (End::Refused(ended), false),
            Some(done) = work.join_next() => survived(done),
            Ok(()) = status.changed() => {
                let now = status.borrow_and_update().clone();
                if let Some(theirs) = foreign(&wish, &now) {
                    break (End::WrongApp(theirs), true);
                }
                house.sockets.tell(&wish.slug, slot, told(&now));
            }
            Some(received) = arrivals.recv() => {
                if let Some(theirs) = foreign(&wish, &status.borrow()) {
                    break (End::WrongApp(theirs), true);
                }
                take(&mut work, &doors, &wish, received);
            }
        }
    };
    // What was not taken comes again; what was taken has its time, connection and all.
    drop(arrivals);
    let rest = async {
        while runs || !work.is_empty() {
            tokio::select! {
                _ = &mut running, if runs => runs = false,
                Some(done) = work.join_next() => survived(done),
            }
        }
    };
    if timeout(FAREWELL, rest).await.is_err() {
        tracing::warn!(app = %wish.slug, "a connection closed before all that came over it was acknowledged");
    }
    house.sockets.tell(&wish.slug, slot, SlotState::default());
    end
}

fn take(work: &mut JoinSet<()>, doors: &Doors, wish: &Wish, received: Received) {
    let kind = measure::label(&received.envelope.kind);
    measure::received(kind);
    if work.len() < AT_ONCE {
        work.spawn(doors.clone().handle(wish.slug.clone(), received));
    } else {
        measure::refused(kind, "overloaded");
    }
}

fn survived(done: Result<(), JoinError>) {
    if let Err(error) = done {
        tracing::error!(%error, "what came over a socket made its handler stop");
    }
}

/// The app that Slack greeted, where it is another one than the token was entered for.
fn foreign(wish: &Wish, status: &SocketStatus) -> Option<AppId> {
    status.app_id.clone().filter(|app| *app != wish.app_id)
}

fn told(status: &SocketStatus) -> SlotState {
    SlotState {
        open: status.open > 0,
        problem: status.last_error.as_ref().map(words::failed),
        slack_counts: status.num_connections,
    }
}

/// Any numbers, for jitter.
pub(super) fn random(house: &House) -> Random {
    let ids = Arc::clone(&house.ids);
    Arc::new(move || {
        let id = ids.id();
        id.get(..16)
            .and_then(|digits| u64::from_str_radix(digits, 16).ok())
            .unwrap_or_default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wish(connections: u8, token: &str) -> Wish {
        Wish {
            row: 1,
            slug: "insectoid".parse().unwrap(),
            app_id: "A1".parse().unwrap(),
            token: Some(token.to_owned().into()),
            connections,
        }
    }

    #[test]
    fn all_slots_together_never_have_more_places_than_slack_allows() {
        for connections in 1..=10 {
            let places = wish(connections, "xapp-1").places() * usize::from(connections);
            assert!(
                (usize::from(connections)..=MAX_CONNECTIONS).contains(&places),
                "{connections}"
            );
        }
    }

    #[test]
    fn another_token_wants_other_connections_and_one_slot_more_does_not() {
        assert!(wish(2, "xapp-1").is_served_like(&wish(3, "xapp-1")));
        assert!(!wish(2, "xapp-1").is_served_like(&wish(2, "xapp-2")));
        assert!(
            !wish(5, "xapp-1").is_served_like(&wish(6, "xapp-1")),
            "less room to replace them"
        );
    }
}
