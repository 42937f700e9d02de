//! What a test looks at: dialogs, tokens, what people were told, the ledger, and calls.

use grantbook_core::view::{EntryView, Page, requests::StrayView};
use grantbook_simulator::{
    Answer, Dialog,
    state::{Token, TokenKind},
};
use serde_json::{Value, json};

use super::stage::{APP, Place, Stage};

impl Stage {
    /// The dialogs that were shown in a workspace, the latest first.
    pub(crate) fn dialogs(&self, place: &Place) -> Vec<Dialog> {
        let mut dialogs = self.sim.dialogs();
        dialogs.retain(|dialog| dialog.team == place.team);
        dialogs
    }

    /// The person answers the latest dialog there.
    pub(crate) async fn answer(&self, place: &Place, answer: Answer) {
        let dialog = &self.dialogs(place)[0].id;
        self.act(json!({ "action": "answer_dialog", "dialog": dialog, "answer": answer }))
            .await;
    }

    /// The workspace's live token of an app.
    pub(crate) fn token(&self, place: &Place) -> String {
        let (world, now) = (self.sim.world(), self.sim.clock().now());
        let app = APP.parse().unwrap();
        let token = world
            .live_tokens(&app, &place.team, now)
            .next()
            .map(|(text, _)| text.to_owned());
        token.expect("a token")
    }

    /// A refresh token of another app that rotates its tokens.
    pub(crate) fn refresh_token(&self, place: &Place) -> String {
        let world = self.sim.world();
        let here = |token: &Token| token.kind == TokenKind::Refresh && token.team() == Some(&place.team);
        let token = world.tokens().find(|(_, token)| here(token));
        token.expect("a refresh token").0.to_owned()
    }

    /// The app's own user in a workspace.
    pub(crate) fn app_user(&self, place: &Place) -> String {
        let world = self.sim.world();
        let installation = world.installation(&APP.parse().unwrap(), &place.team);
        installation.unwrap().app_user.to_string()
    }

    /// Asks for permissions past the console.
    pub(crate) async fn request(&self, place: &Place, scopes: &[&str], trigger: &str) -> Value {
        let url = format!("{}/api/apps.permissions.request", self.sim.url());
        let form = [("scopes", scopes.join(",")), ("trigger_id", trigger.to_owned())];
        let request = self.http.post(url).bearer_auth(self.token(place)).form(&form);
        request.send().await.unwrap().json().await.unwrap()
    }

    /// What an app told the person alone.
    pub(crate) fn told(&self, place: &Place) -> Vec<String> {
        let world = self.sim.world();
        let alone = world
            .messages
            .values()
            .flatten()
            .filter(|m| m.only_for.as_ref() == Some(&place.user));
        alone.map(|message| message.text.clone()).collect()
    }

    /// What the ledger has of a workspace.
    pub(crate) async fn ledger(&self, place: &Place) -> Vec<EntryView> {
        let page: Page<EntryView> = self
            .get(&format!("installations/{}/history?limit=100", place.key))
            .await;
        page.items
    }

    /// Presses that were nobody's, in a workspace.
    pub(crate) async fn strays(&self, place: &Place) -> Vec<StrayView> {
        let page: Page<StrayView> = self.get("permission-requests/strays?limit=100").await;
        let here = |stray: &StrayView| stray.user.as_ref() == Some(&place.user);
        page.items.into_iter().filter(here).collect()
    }

    /// The calls of a workspace that asked for permissions.
    pub(crate) fn calls(&self, place: &Place) -> usize {
        let calls = self.sim.all_calls();
        let asks = calls
            .iter()
            .filter(|call| call.method.ends_with("request") && call.team.as_ref() == Some(&place.team));
        asks.count()
    }
}
