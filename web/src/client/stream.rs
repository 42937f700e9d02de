//! The live stream: one `EventSource` for the page, opened again with patience when it breaks.

use std::{rc::Rc, time::Duration};

use grantbook_core::{
    Timestamp,
    view::{StreamEvent, approvals::AppRequestNotice, requests::RequestNotice},
};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Event, EventSource, MessageEvent};

use super::http;
use crate::{clock, document};

/// Seconds to wait before each further try; the last one repeats.
const PATIENCE: [i64; 5] = [1, 3, 5, 10, 30];

/// Whether the page hears of changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LiveState {
    /// First connection under way.
    Connecting,
    /// Changes arrive.
    Live,
    /// The connection broke at `since`; the next try is at `retry_at`.
    Stale {
        /// The last moment at which the page was up to date.
        since: Timestamp,
        /// When the next try begins.
        retry_at: Timestamp,
    },
}

/// What a listener is told.
#[derive(Clone, Debug)]
pub enum Notice {
    /// Something changed.
    Changed(StreamEvent),
    /// A request came to stand otherwise.
    Asked(RequestNotice),
    /// An app request came, or came to stand otherwise.
    Queued(AppRequestNotice),
    /// The connection is back; changes may have been missed, so read again.
    CaughtUp,
}

type Listener = Rc<dyn Fn(&Notice)>;

/// The live stream, in the context of every signed-in page.
#[derive(Clone, Copy)]
pub struct Live {
    state: RwSignal<LiveState>,
    tries: StoredValue<usize>,
    next_id: StoredValue<u32>,
    listeners: StoredValue<Vec<(u32, Listener)>, LocalStorage>,
    connection: StoredValue<Option<Connection>, LocalStorage>,
    retry: StoredValue<Option<TimeoutHandle>>,
}

impl Live {
    /// Connects, and stays connected while the calling component lives.
    pub fn provide() -> Self {
        let live = Self {
            state: RwSignal::new(LiveState::Connecting),
            tries: StoredValue::new(0),
            next_id: StoredValue::new(0),
            listeners: StoredValue::new_local(Vec::new()),
            connection: StoredValue::new_local(None),
            retry: StoredValue::new(None),
        };
        provide_context(live);
        live.connect();
        on_cleanup(move || {
            live.stop_waiting();
            live.connection.try_set_value(None);
        });
        live
    }

    /// Whether changes arrive.
    pub fn state(self) -> ReadSignal<LiveState> {
        self.state.read_only()
    }

    /// Calls `listener` for every change, while the calling component lives.
    pub fn listen(self, listener: impl Fn(&Notice) + 'static) {
        let id = self.next_id.get_value();
        self.next_id.set_value(id.wrapping_add(1));
        self.listeners.update_value(|all| all.push((id, Rc::new(listener))));
        on_cleanup(move || {
            self.listeners
                .try_update_value(|all| all.retain(|(other, _)| *other != id));
        });
    }

    /// Tries again at once.
    pub fn try_now(self) {
        self.stop_waiting();
        self.connect();
    }

    fn connect(self) {
        // Asking for the session first tells a lost session from a lost server.
        leptos::task::spawn_local(async move {
            match super::session().await {
                Ok(_) => self.open(),
                Err(error) if error.status == 401 => {}
                Err(_) => self.broken(),
            }
        });
    }

    fn open(self) {
        let Some(connection) = Connection::open(self) else {
            return self.broken();
        };
        self.connection.try_set_value(Some(connection));
    }

    fn opened(self) {
        let again = self
            .state
            .try_get_untracked()
            .is_some_and(|state| state != LiveState::Connecting);
        self.tries.try_set_value(0);
        self.state.try_set(LiveState::Live);
        if again {
            self.tell(&Notice::CaughtUp);
        }
    }

    fn broken(self) {
        self.connection.try_set_value(None);
        let (Some(tries), Some(state)) = (self.tries.try_get_value(), self.state.try_get_untracked()) else {
            return;
        };
        self.tries.set_value(tries + 1);
        let wait = PATIENCE.get(tries).or(PATIENCE.last()).copied().unwrap_or_default();
        let now = clock::now();
        let since = if let LiveState::Stale { since, .. } = state {
            since
        } else {
            now
        };
        self.state.set(LiveState::Stale {
            since,
            retry_at: now.plus_seconds(wait),
        });
        let wait = Duration::from_secs(wait.unsigned_abs());
        self.retry
            .set_value(set_timeout_with_handle(move || self.connect(), wait).ok());
    }

    fn stop_waiting(self) {
        if let Some(handle) = self.retry.try_update_value(Option::take).flatten() {
            handle.clear();
        }
    }

    /// Tells the listeners of what a message of the stream says.
    fn hearing(self, read: fn(&str) -> Option<Notice>) -> Closure<dyn FnMut(MessageEvent)> {
        Closure::new(move |event: MessageEvent| {
            let text = event.data().as_string().unwrap_or_default();
            if let Some(notice) = read(&text) {
                self.tell(&notice);
            }
        })
    }

    fn tell(self, notice: &Notice) {
        let listeners = self.listeners.try_with_value(Clone::clone).unwrap_or_default();
        for (_, listener) in &listeners {
            listener(notice);
        }
    }
}

/// The live stream of this page.
pub fn use_live() -> Live {
    expect_context()
}

/// An open `EventSource` with its handlers; closed when dropped.
struct Connection {
    source: EventSource,
    _opened: Closure<dyn FnMut(Event)>,
    _broken: Closure<dyn FnMut(Event)>,
    _changed: Closure<dyn FnMut(MessageEvent)>,
    _asked: Closure<dyn FnMut(MessageEvent)>,
    _queued: Closure<dyn FnMut(MessageEvent)>,
}

impl Connection {
    fn open(live: Live) -> Option<Self> {
        let source = EventSource::new(&http::address("stream", "")).ok()?;
        let opened = Closure::new(move |_: Event| live.opened());
        // Dropping the connection drops the handler that is running: let it return first.
        let broken = Closure::new(move |_: Event| set_timeout(move || live.broken(), Duration::ZERO));
        let changed = live.hearing(|text| document::read(text).map(Notice::Changed));
        let asked = live.hearing(|text| document::read(text).map(Notice::Asked));
        let queued = live.hearing(|text| document::read(text).map(Notice::Queued));
        source.set_onopen(Some(opened.as_ref().unchecked_ref()));
        source.set_onerror(Some(broken.as_ref().unchecked_ref()));
        source
            .add_event_listener_with_callback("change", changed.as_ref().unchecked_ref())
            .ok()?;
        source
            .add_event_listener_with_callback("request", asked.as_ref().unchecked_ref())
            .ok()?;
        source
            .add_event_listener_with_callback("app_request", queued.as_ref().unchecked_ref())
            .ok()?;
        Some(Self {
            source,
            _opened: opened,
            _broken: broken,
            _changed: changed,
            _asked: asked,
            _queued: queued,
        })
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.source.set_onopen(None);
        self.source.set_onerror(None);
        self.source.close();
    }
}
