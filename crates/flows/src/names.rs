//! Names of channels and people, asked of Slack where the app's scopes allow it, so that pages can say
//! `#field-notes` instead of `C0BH9C3`. Names are a courtesy: nothing depends on them.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Mutex, PoisonError},
};

use grantbook_api::{
    client::Caller,
    error::ErrorCode,
    methods::{ConversationsInfo, Method, UsersInfo},
};
use grantbook_core::{
    InstallationKey, Reach, ResourceId, ResourceType, Tenant, Timestamp, UserId,
    request::{Author, RequestId},
    view::GrantsView,
};
use grantbook_store::{Store, StoreError, names::Name};

use crate::{House, rotation::TokenError};

/// How long a refusal for want of a scope is remembered, in seconds.
const LACKING_SECONDS: i64 = 600;
/// Unknown names asked for at once; the rest follow with the next change.
const AT_ONCE: usize = 50;

/// The use case.
#[derive(Clone, Debug)]
pub struct Names {
    house: House,
}

impl Names {
    /// The use case over `house`.
    pub fn new(house: House) -> Self {
        Self { house }
    }

    /// Learns the names of what `key` was granted and who granted it, as far as they are unknown.
    /// Answers whether there were any to learn.
    pub async fn learn(&self, key: &InstallationKey) -> bool {
        self.try_learn(key).await.unwrap_or_else(|error| {
            tracing::debug!(installation = %key, error = &error as &dyn std::error::Error, "names were not learned");
            false
        })
    }

    async fn try_learn(&self, key: &InstallationKey) -> Result<bool, StoreError> {
        let store = &self.house.store;
        let Some(grants) = store.grants(key).await? else {
            return Ok(false);
        };
        let view = GrantsView::of(key.clone(), None, &grants);
        let mut wanted: BTreeSet<ResourceId> = BTreeSet::new();
        for grant in &view.resources {
            if let (Reach::Specific(id), false) = (&grant.reach, grant.resource_type == ResourceType::Team) {
                wanted.insert(id.clone());
            }
        }
        let marks = view
            .scopes
            .iter()
            .map(|grant| &grant.mark)
            .chain(view.resources.iter().filter_map(|r| r.mark.as_ref()));
        wanted.extend(marks.filter_map(|mark| mark.actor.as_ref()).map(ResourceId::from));
        self.learn_ids(key, wanted).await
    }

    /// Learns who is asked by a request, who pressed, and where its message is, as far as they are unknown.
    /// Answers whether there were any to learn.
    pub async fn learn_of_request(&self, id: RequestId) -> bool {
        self.try_learn_of_request(id).await.unwrap_or_else(|error| {
            tracing::debug!(request = %id, error = &error as &dyn std::error::Error, "names were not learned");
            false
        })
    }

    async fn try_learn_of_request(&self, id: RequestId) -> Result<bool, StoreError> {
        let store = &self.house.store;
        let Some(request) = store.request(id).await? else {
            return Ok(false);
        };
        let (ask, rounds) = (&request.ask, request.rounds());
        let author = match &ask.author {
            Author::Command { user } => Some(user),
            Author::Console { .. } => None,
        };
        let people = ask.user.iter().chain(author);
        let people = people.chain(rounds.iter().filter_map(|round| round.user.as_ref()));
        let wanted: BTreeSet<ResourceId> = people.map(ResourceId::from).chain(ask.channel.clone()).collect();
        self.learn_ids(&ask.installation, wanted).await
    }

    async fn learn_ids(&self, key: &InstallationKey, wanted: BTreeSet<ResourceId>) -> Result<bool, StoreError> {
        let store = &self.house.store;
        let known = store.names(&key.tenant, wanted.iter().map(ToString::to_string)).await?;
        let unknown: Vec<_> = wanted
            .into_iter()
            .filter(|id| !known.contains_key(id.as_str()))
            .take(AT_ONCE)
            .collect();
        if unknown.is_empty() {
            return Ok(false);
        }
        let calling = match self.house.calling(key).await {
            Ok(calling) => calling,
            Err(TokenError::Store(error)) => return Err(error),
            Err(_) => return Ok(false),
        };
        let caller = calling.caller();
        let mut learned = Vec::new();
        for id in unknown {
            if let Some((kind, name)) = self.ask(key, &caller, &id).await {
                learned.push(Name {
                    id: id.to_string(),
                    name,
                    kind: kind.to_owned(),
                });
            }
        }
        if learned.is_empty() {
            return Ok(false);
        }
        store.save_names(&key.tenant, &learned, self.house.clock.now()).await?;
        Ok(true)
    }

    async fn ask(&self, key: &InstallationKey, caller: &Caller<'_>, id: &ResourceId) -> Option<(&'static str, String)> {
        if let Ok(user) = UserId::new(id.as_str()) {
            let answer = self.call(key, caller, &UsersInfo { user }).await?;
            return Some(("user", format!("@{}", answer.user.name)));
        }
        let asked = ConversationsInfo { channel: id.clone() };
        let channel = self.call(key, caller, &asked).await?.channel;
        match (channel.name, channel.user) {
            (Some(name), _) if channel.is_private || channel.is_mpim => Some(("group", name)),
            (Some(name), _) => Some(("channel", format!("#{name}"))),
            (None, Some(user)) => {
                let answer = self.call(key, caller, &UsersInfo { user }).await?;
                Some(("im", format!("@{}", answer.user.name)))
            }
            (None, None) => None,
        }
    }

    /// Calls a method, unless the app was told a short while ago that it lacks the scope.
    async fn call<M: Method>(&self, key: &InstallationKey, caller: &Caller<'_>, arguments: &M) -> Option<M::Answer> {
        let (lacking, now) = (&self.house.lacking, self.house.clock.now());
        if lacking.is_known(key, M::NAME, now) {
            return None;
        }
        match self.house.slack.call(caller, arguments).await {
            Ok(answer) => Some(answer),
            Err(error) => {
                if error.code() == Some(&ErrorCode::MissingScope) {
                    lacking.note(key, M::NAME, now);
                }
                None
            }
        }
    }
}

/// Methods that an installation lacks the scope for, remembered for a while: names are asked for at every
/// change, and an app without `users:read` would be refused each time.
#[derive(Default)]
pub(crate) struct Lacking(Mutex<HashMap<(InstallationKey, &'static str), Timestamp>>);

impl Lacking {
    fn is_known(&self, key: &InstallationKey, method: &'static str, now: Timestamp) -> bool {
        let noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        noted.get(&(key.clone(), method)).is_some_and(|until| now < *until)
    }

    /// Forgets it all: the app may have got scopes.
    pub(crate) fn forget(&self, key: &InstallationKey) {
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        noted.retain(|(of, _), _| of != key);
    }

    fn note(&self, key: &InstallationKey, method: &'static str, now: Timestamp) {
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        noted.retain(|_, until| now < *until);
        noted.insert((key.clone(), method), now.plus_seconds(LACKING_SECONDS));
    }
}

/// Keeps the handle of whoever pressed or typed, which Slack told by the way: an app without `users:read`
/// learns names no other way. Returns at once.
pub(crate) fn told(house: &House, tenant: Tenant, user: &UserId, name: &str) {
    if name.is_empty() {
        return;
    }
    let (store, now) = (house.store.clone(), house.clock.now());
    let name = Name {
        id: user.to_string(),
        name: format!("@{name}"),
        kind: "user".to_owned(),
    };
    tokio::spawn(async move {
        if let Err(error) = keep(&store, &tenant, name, now).await {
            tracing::debug!(error = &error as &dyn std::error::Error, "a name was not kept");
        }
    });
}

async fn keep(store: &Store, tenant: &Tenant, name: Name, now: Timestamp) -> Result<(), StoreError> {
    let known = store.names(tenant, [name.id.clone()]).await?;
    if known.get(&name.id) == Some(&name.name) {
        return Ok(());
    }
    store.save_names(tenant, &[name], now).await
}
