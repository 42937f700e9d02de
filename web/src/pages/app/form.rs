//! What one says about an app, for the wizard and for changing it later.

use grantbook_core::view::{
    AppView, Model,
    apps::{AppChange, AppDraft},
};
use leptos::prelude::*;

use crate::{
    components::{Field, FieldKind, Glyph, Icon},
    reactive::{derived, redrawn},
    view_model::wizard::{scopes_of, slug_of, typed},
};

/// Connections where Socket Mode is on: one may be renewed while the other stays.
const CONNECTIONS: u8 = 2;

/// The fields.
#[derive(Clone, Copy)]
pub struct Form {
    /// Legacy or modern.
    pub model: RwSignal<Model>,
    /// The name for people.
    pub name: RwSignal<String>,
    /// The scopes it asks for, as they are typed.
    pub scopes: RwSignal<String>,
    /// The scopes to act as a person.
    pub user_scopes: RwSignal<String>,
    /// Its tokens end.
    pub rotation: RwSignal<bool>,
    /// In whole organizations.
    pub org: RwSignal<bool>,
    /// One channel at a time.
    pub single: RwSignal<bool>,
    /// By Socket Mode.
    pub socket: RwSignal<bool>,
    /// The app-level token; typed only.
    pub app_token: RwSignal<String>,
    connections: StoredValue<u8>,
}

impl Form {
    /// Nothing said yet.
    pub fn empty() -> Self {
        let text = || RwSignal::new(String::new());
        let off = || RwSignal::new(false);
        Self {
            model: RwSignal::new(Model::Modern),
            name: text(),
            scopes: text(),
            user_scopes: text(),
            rotation: RwSignal::new(true),
            org: off(),
            single: off(),
            socket: off(),
            app_token: text(),
            connections: StoredValue::new(CONNECTIONS),
        }
    }

    /// As an app has it.
    pub fn fill(self, app: &AppView) {
        let connections = app.socket.as_ref().map_or(0, |socket| socket.connections);
        self.model.set(app.model);
        self.name.set(app.name.clone());
        self.scopes.set(typed(&app.scopes));
        self.user_scopes.set(typed(&app.user_scopes));
        self.rotation.set(app.token_rotation);
        self.org.set(app.org_deploy);
        self.single.set(app.single_channel);
        self.socket.set(connections > 0);
        self.app_token.set(String::new());
        self.connections
            .set_value(if connections > 0 { connections } else { CONNECTIONS });
    }

    /// Connections over all replicas.
    pub fn connections(self) -> u8 {
        if self.socket.get() {
            self.connections.get_value()
        } else {
            0
        }
    }

    /// What is still wrong; tracks.
    pub fn obstacle(self) -> Option<String> {
        if self.name.with(|name| slug_of(name).is_empty()) {
            return Some("Give the app a name with letters or digits.".to_owned());
        }
        let wrong = |text: RwSignal<String>| text.with(|text| scopes_of(text).err());
        wrong(self.scopes).or_else(|| wrong(self.user_scopes))
    }

    /// For a manifest; nothing while something is wrong. Tracks.
    pub fn draft(self) -> Option<AppDraft> {
        let name = self.name.with(|name| name.trim().to_owned());
        Some(AppDraft {
            slug: slug_of(&name).parse().ok()?,
            name,
            model: self.model.get(),
            scopes: self.scopes.with(|text| scopes_of(text).ok())?,
            user_scopes: self.user_scopes.with(|text| scopes_of(text).ok())?,
            token_rotation: self.rotation.get(),
            org_deploy: self.org.get(),
            socket_connections: self.connections(),
        })
    }

    /// What is to be different; nothing while something is wrong.
    pub fn change(self) -> Option<AppChange> {
        let draft = untrack(|| self.draft())?;
        Some(AppChange {
            name: Some(draft.name),
            scopes: Some(draft.scopes),
            user_scopes: Some(draft.user_scopes),
            single_channel: Some(self.single.get_untracked()),
            token_rotation: Some(draft.token_rotation),
            org_deploy: Some(draft.org_deploy),
            socket_connections: Some(draft.socket_connections),
            app_token: self.typed_token(),
        })
    }

    /// The app-level token, if one was typed.
    pub fn typed_token(self) -> Option<String> {
        let token = self.app_token.with_untracked(|token| token.trim().to_owned());
        (!token.is_empty()).then_some(token)
    }

    /// Name, scopes, and what it can.
    pub fn fields(self) -> AnyView {
        let modern = move || self.model.get() == Model::Modern;
        let of_model = move || {
            if modern() {
                view! {
                    {area("app-user-scopes", "Scopes to act as the person who installs it", "search:read", self.user_scopes)}
                    {tick(self.rotation, "Its tokens end and are refreshed", "Token rotation at Slack, which cannot be switched off again there.")}
                    {tick(self.org, "It may be installed in a whole organization", "Enterprise Grid: one install for all workspaces.")}
                    {tick(self.socket, "Socket Mode", "This console calls Slack: no public address is needed, but an app-level token.")}
                }
                .into_any()
            } else {
                tick(
                    self.single,
                    "An install asks for one channel only",
                    "Run it again for each further channel.",
                )
            }
        };
        view! {
            <Field id="app-name" label="Name" kind=FieldKind::Text value=self.name/>
            {area("app-scopes", "Scopes it asks for", "chat:write channels:read", self.scopes)}
            {redrawn(of_model)}
        }
        .into_any()
    }
}

/// Scopes, typed.
fn area(id: &'static str, label: &'static str, example: &'static str, value: RwSignal<String>) -> AnyView {
    let wrong = derived(move || value.with(|text| scopes_of(text).err()));
    let error = move || {
        wrong
            .get()
            .map(|text| view! { <p class="err" role="alert"><Icon glyph=Glyph::Warn/><span>{text}</span></p> })
    };
    view! {
        <div class="field">
            <label for=id>{label}</label>
            <textarea class="input mono" id=id rows="2" spellcheck="false" autocapitalize="none" placeholder=example bind:value=value></textarea>
            {redrawn(error)}
        </div>
    }
    .into_any()
}

/// A choice with what it means.
pub fn tick(value: RwSignal<bool>, text: &'static str, note: &'static str) -> AnyView {
    view! {
        <label class="opt"><input type="checkbox" bind:checked=value/><span>{text}<br/><span class="small subtle">{note}</span></span></label>
    }
    .into_any()
}
