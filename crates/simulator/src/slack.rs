//! `Slack`: the running simulator's inside, shared by all its doors.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use grantbook_api::events::Envelope;
use grantbook_core::Timestamp;

use crate::{
    calls::CallLog,
    clock::VirtualClock,
    faults::{Fault, Faults},
    ids::IdSource,
    limits::Limits,
    push::Push,
    seed::{Seed, SeedError},
    sockets::{DisconnectReason, Sockets},
    state::{Acted, Action, ActionError, Answered, ConsentRequest, Moment, World},
};

/// How long a consent page can be answered, in seconds.
const FORM_SECONDS: i64 = 3_600;

/// The most consent pages open at once; older ones expire.
const FORMS: usize = 1_000;

#[derive(Debug)]
pub(crate) struct Slack {
    model: Mutex<Model>,
    forms: Mutex<BTreeMap<String, Form>>,
    pub(crate) clock: VirtualClock,
    pub(crate) calls: CallLog,
    pub(crate) faults: Faults,
    pub(crate) limits: Limits,
    pub(crate) push: Push,
    pub(crate) sockets: Sockets,
    /// What `{console}` stands for in seed documents.
    pub(crate) console_url: String,
}

#[derive(Debug)]
struct Model {
    world: World,
    ids: IdSource,
}

/// A consent page that was shown and not yet answered.
#[derive(Clone, Debug)]
struct Form {
    request: ConsentRequest,
    shown: Timestamp,
}

impl Slack {
    pub(crate) fn new(
        world: World,
        ids: IdSource,
        clock: VirtualClock,
        push: Push,
        limits: Limits,
        console_url: String,
    ) -> Self {
        Self {
            model: Mutex::new(Model { world, ids }),
            forms: Mutex::default(),
            clock,
            calls: CallLog::default(),
            faults: Faults::default(),
            limits,
            push,
            sockets: Sockets::default(),
            console_url,
        }
    }

    /// Looks at the world.
    pub(crate) fn read<T>(&self, look: impl FnOnce(&World) -> T) -> T {
        look(&self.model.lock().unwrap_or_else(PoisonError::into_inner).world)
    }

    /// Changes the world and queues the events that tell of it, before anybody else changes it.
    pub(crate) fn change<T>(&self, change: impl FnOnce(&mut World, &mut Moment<'_>) -> (T, Vec<Envelope>)) -> T {
        let mut model = self.model.lock().unwrap_or_else(PoisonError::into_inner);
        let Model { world, ids } = &mut *model;
        let mut moment = Moment {
            now: self.clock.now(),
            ids,
        };
        let (result, events) = change(world, &mut moment);
        for envelope in events {
            if let Some(app) = world.apps.get(&envelope.api_app_id) {
                let fault = self.faults.take(envelope.event.kind(), Fault::hits_events);
                self.push.send(app, envelope, &self.clock, fault.as_ref());
            }
        }
        result
    }

    /// Does one deed and queues its events.
    pub(crate) fn act(&self, action: &Action) -> Result<Acted, ActionError> {
        self.act_aloud(action, true)
    }

    /// Does one deed of which no app hears: its events are lost, as while an app's addresses are down for longer
    /// than Slack tries.
    pub(crate) fn act_quietly(&self, action: &Action) -> Result<Acted, ActionError> {
        self.act_aloud(action, false)
    }

    fn act_aloud(&self, action: &Action, aloud: bool) -> Result<Acted, ActionError> {
        let acted = self.act_in_world(action, aloud);
        if let (Ok(_), Action::SocketMode { app, enabled: false }) = (&acted, action)
            && let Some(id) = self.read(|world| world.app(app).map(|app| app.id.clone()))
        {
            self.sockets.disconnect(&id, DisconnectReason::LinkDisabled);
        }
        acted
    }

    fn act_in_world(&self, action: &Action, aloud: bool) -> Result<Acted, ActionError> {
        self.change(|world, moment| match world.act(moment, action) {
            Ok(acted) => {
                if let (Action::Secrets { .. }, Some(secrets)) = (action, moment.ids.secrets()) {
                    secrets.note_apps(world);
                }
                if !aloud {
                    let heard = Acted {
                        events: Vec::new(),
                        posts: Vec::new(),
                        ..acted
                    };
                    return (Ok(heard), Vec::new());
                }
                for post in &acted.posts {
                    let sent = world
                        .apps
                        .get(&post.app)
                        .is_some_and(|app| self.push.post(app, post, &self.clock));
                    if !sent {
                        world.answered(moment, post, &Answered::NoAddress);
                    }
                }
                let events = acted.events.clone();
                (Ok(acted), events)
            }
            Err(error) => (Err(error), Vec::new()),
        })
    }

    /// Says where the simulator itself is, so that apps can be told where to reply.
    pub(crate) fn set_root(&self, root: String) {
        self.model.lock().unwrap_or_else(PoisonError::into_inner).world.root = root;
    }

    /// Starts again from a seed. Logs and the clock stay.
    pub(crate) fn reseed(&self, seed: Seed) -> Result<(), SeedError> {
        let mut world = World::new(seed)?;
        let mut model = self.model.lock().unwrap_or_else(PoisonError::into_inner);
        world.root.clone_from(&model.world.root);
        if let Some(secrets) = model.ids.secrets() {
            secrets.note_apps(&world);
        }
        model.world = world;
        drop(model);
        self.faults.clear();
        Ok(())
    }

    /// A fresh value for forms and request ids.
    pub(crate) fn nonce(&self) -> String {
        self.model.lock().unwrap_or_else(PoisonError::into_inner).ids.nonce()
    }

    /// A ticket for a WebSocket, and the simulator's own address.
    pub(crate) fn ticket(&self) -> (String, String) {
        let mut model = self.model.lock().unwrap_or_else(PoisonError::into_inner);
        (model.ids.ticket(), model.world.root.clone())
    }

    /// The name of an envelope of Socket Mode.
    pub(crate) fn envelope_id(&self) -> String {
        self.model.lock().unwrap_or_else(PoisonError::into_inner).ids.envelope()
    }

    /// Remembers a consent page; answers the nonce its form must bring back.
    pub(crate) fn show_form(&self, request: ConsentRequest) -> String {
        let (nonce, shown) = (self.nonce(), self.clock.now());
        let mut forms = self.forms.lock().unwrap_or_else(PoisonError::into_inner);
        forms.retain(|_, form| shown < form.shown.plus_seconds(FORM_SECONDS));
        if forms.len() >= FORMS
            && let Some(oldest) = forms
                .iter()
                .min_by_key(|(_, form)| form.shown)
                .map(|(nonce, _)| nonce.clone())
        {
            forms.remove(&oldest);
        }
        forms.insert(nonce.clone(), Form { request, shown });
        nonce
    }

    /// What the page with this nonce asked; each page is answered once.
    pub(crate) fn take_form(&self, nonce: &str) -> Option<ConsentRequest> {
        let mut forms = self.forms.lock().unwrap_or_else(PoisonError::into_inner);
        let form = forms.remove(nonce)?;
        (self.clock.now() < form.shown.plus_seconds(FORM_SECONDS)).then_some(form.request)
    }
}
