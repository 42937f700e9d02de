//! Pills: a state as colour, icon and word together.

use grantbook_core::{grants::Status, request::StateName, view::TokenState};
use leptos::prelude::*;

use super::{Glyph, Icon};
use crate::view_model::requests::state_words;

/// The colour roles of a state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// Works, allowed.
    Granted,
    /// Refused, broken.
    Denied,
    /// Waiting.
    Pending,
    /// Over, without harm.
    #[default]
    Expired,
    /// Forbidden by a rule or a person.
    Restricted,
    /// Worth knowing.
    Info,
}

impl Tone {
    /// The class that carries the role, also on nodes and banners.
    pub const fn class(self) -> &'static str {
        match self {
            Self::Granted => "granted",
            Self::Denied => "denied",
            Self::Pending => "pending",
            Self::Expired => "expired",
            Self::Restricted => "restricted",
            Self::Info => "info",
        }
    }

    /// The icon that says the same without colour.
    pub const fn glyph(self) -> Glyph {
        match self {
            Self::Granted => Glyph::Check,
            Self::Denied => Glyph::X,
            Self::Pending | Self::Expired => Glyph::Clock,
            Self::Restricted => Glyph::Ban,
            Self::Info => Glyph::Info,
        }
    }
}

/// A state in a word.
#[component]
pub fn Pill(
    /// Its role.
    tone: Tone,
    /// The word.
    #[prop(into)]
    text: String,
    /// Another icon than the role's own.
    #[prop(optional)]
    glyph: Option<Glyph>,
) -> impl IntoView {
    view! {
        <span class=format!("state {}", tone.class())>
            <Icon glyph=glyph.unwrap_or(tone.glyph())/>
            {text}
        </span>
    }
}

/// Whether an app is installed.
#[component]
pub fn StatusPill(
    /// The status.
    status: Status,
) -> impl IntoView {
    let (tone, glyph, text) = match status {
        Status::Installed => (Tone::Granted, Glyph::Check, "Installed"),
        Status::Revoked => (Tone::Denied, Glyph::X, "Revoked"),
        Status::Uninstalled => (Tone::Expired, Glyph::Minus, "Uninstalled"),
        Status::Unknown => (Tone::Pending, Glyph::Clock, "Not installed yet"),
    };
    view! { <Pill tone text glyph/> }
}

/// Whether a token works; an installation that is over says so instead.
#[component]
pub fn TokenPill(
    /// The installation's status.
    status: Status,
    /// The token's state.
    token: TokenState,
) -> impl IntoView {
    let (tone, text) = match (status, token) {
        (Status::Uninstalled, _) => return view! { <StatusPill status/> }.into_any(),
        (Status::Revoked, _) | (_, TokenState::Revoked) => (Tone::Denied, "Token revoked"),
        (_, TokenState::Live) => (Tone::Granted, "Token live"),
        (_, TokenState::Expired) => (Tone::Expired, "Token expired"),
        (_, TokenState::NeedsReauthorization | TokenState::Exhausted) => (Tone::Denied, "Needs re-authorization"),
        (_, TokenState::Missing) => (Tone::Pending, "No token"),
    };
    view! { <Pill tone text/> }.into_any()
}

/// How a permission request stands.
#[component]
pub fn RequestPill(
    /// The state.
    state: StateName,
) -> impl IntoView {
    let (tone, glyph) = match state {
        StateName::Drafted => (Tone::Info, Glyph::Pencil),
        StateName::Offered => (Tone::Pending, Glyph::Send),
        StateName::Triggered => (Tone::Pending, Glyph::Press),
        StateName::Presented => (Tone::Pending, Glyph::Clock),
        StateName::Granted => (Tone::Granted, Glyph::Check),
        StateName::PartlyGranted => (Tone::Granted, Glyph::Minus),
        StateName::Denied => (Tone::Denied, Glyph::X),
        StateName::Unanswered => (Tone::Expired, Glyph::Clock),
        StateName::Expired => (Tone::Denied, Glyph::Clock),
        StateName::Failed => (Tone::Denied, Glyph::Warn),
    };
    view! { <Pill tone text=state_words(state) glyph/> }
}
