//! What a script does over REST: ask for more, and read how it went.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::ensure;
use grantbook_core::{
    Scope,
    request::{RequestId, StateName},
    view::{
        Page,
        requests::{NewRequest, RequestStory, RequestView},
    },
};
use secrecy::ExposeSecret as _;
use serde::de::DeserializeOwned;

use super::{Button, CHANNELS, Stage, until};

impl Stage {
    /// Has the first console ask the people of [`CHANNELS`] for `commands`, so many times, and waits for the
    /// messages.
    ///
    /// # Errors
    ///
    /// Fails when a request is refused or a message does not come.
    pub async fn offer(&self, count: usize) -> anyhow::Result<Vec<Button>> {
        for number in 0..count {
            let new = NewRequest {
                installation: self.key.clone(),
                user: None,
                channel: Some(CHANNELS[number % CHANNELS.len()].parse()?),
                scopes: [Scope::new("commands")?].into(),
                optional: BTreeSet::new(),
                message: Some(format!("Try our new slash command ({number}).")),
                button: Some("Add /insectoid command".to_owned()),
                again_of: None,
            };
            let request = self
                .http
                .post(self.at("api/v1/permission-requests"))
                .bearer_auth(self.api_key.expose_secret())
                .json(&new);
            let answer = request.send().await?;
            ensure!(answer.status() == 201, "drafted with {}", answer.status());
        }
        until("every message is offered", async || {
            let offered = self.listed(&[StateName::Offered]).await?.len();
            Ok((offered == count).then_some(()))
        })
        .await?;
        let buttons = self.buttons()?;
        ensure!(buttons.len() == count, "{} messages", buttons.len());
        Ok(buttons)
    }

    fn buttons(&self) -> anyhow::Result<Vec<Button>> {
        let world = self.sim.world();
        let mut buttons = BTreeMap::new();
        let written = world
            .messages
            .iter()
            .flat_map(|(channel, log)| log.iter().map(move |message| (channel, message)));
        for (channel, message) in written {
            let callback = message.attachments[0]["callback_id"].as_str().unwrap_or_default();
            if let Some(number) = callback.strip_prefix("perm_request_") {
                let button = Button {
                    request: RequestId(number.parse()?),
                    channel: channel.clone(),
                    ts: message.ts(),
                };
                buttons.insert(button.request, button);
            }
        }
        Ok(buttons.into_values().collect())
    }

    /// A request's story, as the page reads it.
    ///
    /// # Errors
    ///
    /// Fails when the console does not answer.
    pub async fn story(&self, request: RequestId) -> anyhow::Result<RequestStory> {
        self.get(&format!("permission-requests/{request}")).await
    }

    /// The story, once the request is in `state`.
    ///
    /// # Errors
    ///
    /// Fails after a minute.
    pub async fn reaches(&self, request: RequestId, state: StateName) -> anyhow::Result<RequestStory> {
        until(&format!("{request} is {state}"), async || {
            let story = self.story(request).await?;
            Ok((story.request.state == state).then_some(story))
        })
        .await
    }

    /// All requests in some states, or in any, as the page lists them.
    ///
    /// # Errors
    ///
    /// Fails when the console does not answer.
    pub async fn listed(&self, states: &[StateName]) -> anyhow::Result<Vec<RequestView>> {
        let states: Vec<_> = states.iter().map(|state| state.as_str()).collect();
        let mut items = Vec::new();
        let mut cursor = String::new();
        loop {
            let path = format!("permission-requests?limit=100&state={}{cursor}", states.join(","));
            let page: Page<RequestView> = self.get(&path).await?;
            items.extend(page.items);
            match page.next_cursor {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return Ok(items),
            }
        }
    }

    async fn get<T: DeserializeOwned>(&self, path: &str) -> anyhow::Result<T> {
        let url = self.at(&format!("api/v1/{path}"));
        let request = self.http.get(url).bearer_auth(self.api_key.expose_secret());
        let answer = request.send().await?;
        ensure!(answer.status() == 200, "{path} answered {}", answer.status());
        Ok(answer.json().await?)
    }
}
