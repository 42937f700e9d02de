//! A labeled input with its help and its error.

use crate::reactive::redrawn;
use leptos::prelude::*;

use super::{Glyph, Icon};

/// What an input holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldKind {
    /// Plain text.
    Text,
    /// The name one signs in with.
    UserName,
    /// The password one has.
    Password,
    /// A password one makes up.
    NewPassword,
}

impl FieldKind {
    const fn input(self) -> (&'static str, &'static str) {
        match self {
            Self::Text => ("text", "off"),
            Self::UserName => ("text", "username"),
            Self::Password => ("password", "current-password"),
            Self::NewPassword => ("password", "new-password"),
        }
    }
}

/// The input.
#[component]
pub fn Field(
    /// Its id, unique on the page.
    id: &'static str,
    /// Its label.
    label: &'static str,
    /// What it holds.
    kind: FieldKind,
    /// Its value.
    value: RwSignal<String>,
    /// What is wrong with it.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
    /// A rule, said before anybody breaks it.
    #[prop(optional)]
    help: Option<&'static str>,
    /// Whether it has the focus when the page appears.
    #[prop(optional)]
    first: bool,
) -> impl IntoView {
    let (input_type, autocomplete) = kind.input();
    let input = NodeRef::<leptos::html::Input>::new();
    if first {
        input.on_load(|input| {
            let _ = input.focus();
        });
    }
    let described = format!("{id}-help {id}-error");
    view! {
        <div class="field">
            <label for=id>{label}</label>
            <input
                class="input" id=id name=id type=input_type autocomplete=autocomplete spellcheck="false" autocapitalize="none"
                required aria-describedby=described node_ref=input
                aria-invalid=move || error.with(Option::is_some).to_string()
                bind:value=value
            />
            {help.map(|help| view! { <p class="help" id=format!("{id}-help")>{help}</p> })}
            {redrawn(move || error.get().map(|error| view! {
                <p class="err" id=format!("{id}-error") role="alert"><Icon glyph=Glyph::Warn/><span>{error}</span></p>
            }))}
        </div>
    }
}
