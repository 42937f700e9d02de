//! Who is signed in, for the whole page.

use grantbook_core::view::{Role, SessionView};
use leptos::prelude::*;

use crate::client::{self, UiError};

/// What is known about the session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SessionState {
    /// The server was asked and has not answered yet.
    Asking,
    /// Signed in.
    In(SessionView),
    /// Not signed in, or no longer.
    Out,
    /// The server could not be asked.
    Failed(UiError),
}

/// The session, in the context of every component.
#[derive(Clone, Copy, Debug)]
pub struct Session {
    state: RwSignal<SessionState>,
}

impl Session {
    /// Starts without knowing anything, and learns from the client when the session is over.
    pub fn provide() -> Self {
        let session = Self {
            state: RwSignal::new(SessionState::Asking),
        };
        client::when_signed_out(move || session.state.set(SessionState::Out));
        provide_context(session);
        session
    }

    /// What is known now.
    pub fn state(self) -> RwSignal<SessionState> {
        self.state
    }

    /// Asks the server who is signed in.
    pub fn ask(self) {
        leptos::task::spawn_local(async move {
            let state = match client::session().await {
                Ok(view) => SessionState::In(view),
                Err(error) if error.status == 401 => SessionState::Out,
                Err(error) => SessionState::Failed(error),
            };
            self.state.set(state);
        });
    }

    /// Remembers a session that has just begun.
    pub fn enter(self, view: SessionView) {
        self.state.set(SessionState::In(view));
    }

    /// Forgets the session, after signing out.
    pub fn leave(self) {
        self.state.set(SessionState::Out);
    }

    /// The session document while signed in; tracks changes.
    pub fn view(self) -> Option<SessionView> {
        self.state.with(|state| {
            if let SessionState::In(view) = state {
                Some(view.clone())
            } else {
                None
            }
        })
    }

    /// Whether the person may decide app requests; tracks changes.
    pub fn is_approver(self) -> bool {
        let may = |role| matches!(role, Role::Admin | Role::Approver);
        self.state
            .with(|state| matches!(state, SessionState::In(view) if may(view.role)))
    }

    /// Whether the person may change things; tracks changes.
    pub fn is_admin(self) -> bool {
        self.state
            .with(|state| matches!(state, SessionState::In(view) if view.role == Role::Admin))
    }
}

/// The session of this page.
pub fn use_session() -> Session {
    expect_context()
}
