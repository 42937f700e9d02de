//! Asking for more, from the console: what a draft would do, sending it, asking again, and its story.
//!
//! A request and the message that carries it are written in one transaction; the [`outbox`](crate::outbox)
//! sends the message. Nothing here talks to Slack.

mod story;
mod wording;

use std::{collections::BTreeSet, sync::Arc};

use grantbook_core::{
    Grants, InstallationKey, Timestamp, UserId,
    request::{
        Ask, Author, Kind, PermissionRequest, RequestId, State,
        compose::{self, Draft, Mistake},
        policy::NotNow,
        words,
    },
    view::{
        Model, Page,
        requests::{AgainView, MistakeView, NewRequest, PersonView, PreviewView, RequestStory, RequestView, StrayView},
    },
};
use grantbook_store::{
    StoreError,
    installations::InstallationRef,
    outbox::NewOutbox,
    queries::{PageRequest, QueryError},
    requests::{NewAsk, RequestFilter},
};
use tokio::sync::Mutex;

use crate::{House, outbox};

use story::Telling;

/// Why a request was not made.
#[derive(Debug, thiserror::Error)]
pub enum CreateError {
    /// There is no such installation.
    #[error("{0} is not installed")]
    NotFound(InstallationKey),
    /// The draft needs mending; the gravest mistake first.
    #[error("{}", sentences(.0))]
    Mistakes(Vec<Mistake>),
    /// The limits on asking do not allow it yet.
    #[error(transparent)]
    NotNow(#[from] NotNow),
    /// The request to be repeated does not exist.
    #[error("there is no such request")]
    UnknownRequest,
    /// Storage failed.
    #[error("could not reach storage")]
    Store(#[from] StoreError),
}

fn sentences(mistakes: &[Mistake]) -> String {
    let texts: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
    texts.join("; ")
}

/// The use cases.
#[derive(Clone, Debug)]
pub struct Requests {
    house: House,
    /// Held from looking at earlier requests to the new one's commit, so that a doubled click asks once.
    asking: Arc<Mutex<()>>,
}

/// Where a request is made.
struct Place {
    installation: InstallationRef,
    model: Model,
    app_name: String,
    grants: Grants,
}

impl Requests {
    /// The use cases over `house`. Clones share the guard against doubled clicks.
    pub fn new(house: House) -> Self {
        Self {
            house,
            asking: Arc::default(),
        }
    }

    /// What a draft would do, without doing any of it.
    pub async fn preview(&self, draft: &NewRequest) -> Result<PreviewView, CreateError> {
        let place = self.place(&draft.installation).await?;
        let (message, button) = wording::of(draft, &place.app_name, place.model);
        let checked = check(draft, &place, &message, &button);
        let kind = compose::kind_of(place.model, &draft.scopes).ok();
        let gains = kind.map(|kind| compose::gains(&place.grants, kind, draft.user.as_ref(), &draft.scopes));
        let limits = self.limits(&place, draft.user.as_ref(), &draft.scopes).await?;
        let mistakes = checked.err().unwrap_or_default();
        Ok(PreviewView {
            ready: mistakes.is_empty() && limits.is_ok(),
            mistakes: mistakes.iter().map(mistake).collect(),
            kind,
            gains: gains.unwrap_or_default(),
            message,
            button,
            limits: AgainView::of(limits),
        })
    }

    /// Drafts a request and has its message sent.
    pub async fn create(&self, draft: NewRequest, author: Author) -> Result<RequestView, CreateError> {
        let place = self.place(&draft.installation).await?;
        let (message, button) = wording::of(&draft, &place.app_name, place.model);
        let kind = check(&draft, &place, &message, &button).map_err(CreateError::Mistakes)?;
        let ask = Ask {
            installation: draft.installation,
            model: place.model,
            kind,
            user: draft.user,
            channel: draft.channel,
            scopes: draft.scopes,
            optional: draft.optional,
            message,
            button,
            author,
            drafted_at: self.house.clock.now(),
            again_of: draft.again_of,
        };
        self.draft(ask, &place).await
    }

    /// Asks the same again, in a request of its own.
    pub async fn again(&self, id: RequestId, author: Author) -> Result<RequestView, CreateError> {
        let request = self.house.store.request(id).await?;
        let request = request.ok_or(CreateError::UnknownRequest)?;
        let mut ask = request.ask.clone();
        if let State::PartlyGranted { missing, .. } = request.state() {
            ask.scopes.clone_from(missing);
            ask.optional.retain(|scope| missing.contains(scope));
        }
        let place = self.place(&ask.installation).await?;
        let kind = recheck(&ask, &place).map_err(CreateError::Mistakes)?;
        let ask = Ask {
            model: place.model,
            kind,
            author,
            drafted_at: self.house.clock.now(),
            again_of: Some(id),
            ..ask
        };
        self.draft(ask, &place).await
    }

    /// Requests, newest change first, a page at a time.
    pub async fn list(&self, filter: &RequestFilter, page: &PageRequest) -> Result<Page<RequestView>, QueryError> {
        self.house.store.request_views(filter, page).await
    }

    /// One request with all that happened; `None` where there is no such request.
    pub async fn story(&self, id: RequestId) -> Result<Option<RequestStory>, StoreError> {
        let store = &self.house.store;
        let Some((request, view)) = self.in_step(id).await? else {
            return Ok(None);
        };
        let key = &request.ask.installation;
        let place = match self.place(key).await {
            Ok(place) => place,
            Err(CreateError::Store(error)) => return Err(error),
            // An installation that went away under a story is no failure.
            Err(_) => return Ok(None),
        };
        let rounds: Vec<String> = request.rounds().iter().map(|round| round.round.clone()).collect();
        let entries = store.entries_of_rounds(place.installation.row, &rounds).await?;
        let again = self.may_repeat(&request, &place).await?;
        let mut names = store.names(&key.tenant, story::ids(&request)).await?;
        for entry in &entries {
            names.extend(entry.names.clone());
        }
        let telling = Telling {
            request: &request,
            grants: &place.grants,
            entries: &entries,
            names: &names,
        };
        Ok(Some(telling.tell(view, again)))
    }

    /// Presses and commands that belong to no request, newest first.
    pub async fn strays(&self, page: &PageRequest) -> Result<Page<StrayView>, QueryError> {
        let mut page = self.house.store.strays(page).await?;
        for stray in &mut page.items {
            stray.sentence = words::explain_stray(&stray.code).to_owned();
        }
        Ok(page)
    }

    /// People of a workspace who can be asked, as far as they are known here; `None` for an unknown
    /// installation. `query` is part of a name or id; empty for everybody.
    pub async fn people(&self, key: &InstallationKey, query: &str) -> Result<Option<Page<PersonView>>, StoreError> {
        let store = &self.house.store;
        if store.installation_ref(key).await?.is_none() {
            return Ok(None);
        }
        Ok(Some(Page {
            items: store.people(&key.tenant, query).await?,
            next_cursor: None,
        }))
    }

    /// A request with its document. They are read one after the other: again, where a press came in between.
    async fn in_step(&self, id: RequestId) -> Result<Option<(PermissionRequest, RequestView)>, StoreError> {
        let store = &self.house.store;
        for last in [false, false, true] {
            let (Some(request), Some(view)) = (store.request(id).await?, store.request_view(id).await?) else {
                return Ok(None);
            };
            let alike = view.state == request.state().name() && view.presses == request.rounds().len() as u64;
            if alike || last {
                return Ok(Some((request, view)));
            }
        }
        Ok(None)
    }

    async fn draft(&self, ask: Ask, place: &Place) -> Result<RequestView, CreateError> {
        let asking = self.asking.lock().await;
        self.limits(place, ask.user.as_ref(), &ask.scopes).await??;
        let now = self.house.clock.now();
        let ask = NewAsk {
            outbox: Some(NewOutbox {
                id: format!("{}:{}", outbox::OFFER, self.house.ids.id()),
                kind: outbox::OFFER.to_owned(),
                installation: place.installation.row,
                request: None,
                payload: serde_json::json!({}),
                due_at: now,
            }),
            installation: place.installation.clone(),
            ask,
        };
        let id = self.house.store.draft_request(ask).await?.id;
        drop(asking);
        self.house.outbox_due.notify_one();
        // Just written: it can only be missing if somebody deleted it by hand.
        let view = self.house.store.request_view(id).await?;
        view.ok_or(CreateError::UnknownRequest)
    }

    async fn place(&self, key: &InstallationKey) -> Result<Place, CreateError> {
        let store = &self.house.store;
        let (Some(installation), Some(view)) = (
            store.installation_ref(key).await?,
            store.installation(key, self.house.clock.now()).await?,
        ) else {
            return Err(CreateError::NotFound(key.clone()));
        };
        Ok(Place {
            installation,
            model: view.model,
            app_name: view.app_name,
            grants: store.grants(key).await?.unwrap_or_default(),
        })
    }

    /// What the limits on asking say. They protect people, so that a message to a channel passes.
    async fn limits(
        &self,
        place: &Place,
        user: Option<&UserId>,
        scopes: &BTreeSet<grantbook_core::Scope>,
    ) -> Result<Result<(), NotNow>, StoreError> {
        let Some(user) = user else { return Ok(Ok(())) };
        let now: Timestamp = self.house.clock.now();
        let earlier = self
            .house
            .store
            .earlier_requests(place.installation.row, user, scopes, now);
        Ok(self.house.policy.may_ask(&earlier.await?, now))
    }

    async fn may_repeat(&self, request: &PermissionRequest, place: &Place) -> Result<AgainView, StoreError> {
        let ask = &request.ask;
        if let Err(mistakes) = recheck(ask, place) {
            return Ok(AgainView {
                allowed: false,
                reason: mistakes.first().map(ToString::to_string),
                until: None,
            });
        }
        let limits = self.limits(place, ask.user.as_ref(), &ask.scopes).await?;
        Ok(AgainView::of(limits))
    }
}

fn check(draft: &NewRequest, place: &Place, message: &str, button: &str) -> Result<Kind, Vec<Mistake>> {
    let draft = Draft {
        model: place.model,
        user: draft.user.as_ref(),
        channel: draft.channel.as_ref(),
        scopes: &draft.scopes,
        optional: &draft.optional,
        message,
        button,
    };
    compose::check(&draft, &place.grants)
}

fn recheck(ask: &Ask, place: &Place) -> Result<Kind, Vec<Mistake>> {
    let draft = Draft {
        model: place.model,
        user: ask.user.as_ref(),
        channel: ask.channel.as_ref(),
        scopes: &ask.scopes,
        optional: &ask.optional,
        message: &ask.message,
        button: &ask.button,
    };
    compose::check(&draft, &place.grants)
}

fn mistake(mistake: &Mistake) -> MistakeView {
    MistakeView {
        code: mistake.code().to_owned(),
        sentence: mistake.to_string(),
    }
}
