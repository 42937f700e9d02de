//! Icons: one sprite for the page, and references into it.

use leptos::prelude::*;

/// The drawings, as `<symbol>` elements.
const SPRITE: &str = include_str!("icon/sprite.svg");

/// Every icon of the sprite.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Glyph {
    /// Four squares: workspaces.
    Grid,
    /// A speech bubble with a plus: asking for more.
    Ask,
    /// A book: the ledger.
    Book,
    /// A box: an app.
    Apps,
    /// A key.
    Key,
    /// A shield.
    Shield,
    /// A magnifying glass.
    Search,
    /// Arrows up and down.
    UpDown,
    /// An arrow head to the right.
    Right,
    /// An arrow head to the left.
    Left,
    /// An arrow head down.
    Down,
    /// An arrow head up.
    Up,
    /// A tick: granted, done.
    Check,
    /// A cross: denied, remove.
    X,
    /// A clock: waiting, expired.
    Clock,
    /// A circle with a bar: restricted.
    Ban,
    /// Add.
    Plus,
    /// Take away.
    Minus,
    /// A triangle: attention.
    Warn,
    /// An i in a circle.
    Info,
    /// The dark theme.
    Moon,
    /// The light theme.
    Sun,
    /// The system's theme.
    Screen,
    /// Open the navigation.
    Menu,
    /// A chain: a link.
    Link,
    /// More.
    Dots,
    /// An arrow out of a tray.
    Export,
    /// An arrow in a circle: again, reconcile.
    Refresh,
    /// A bolt: an event.
    Bolt,
    /// A channel.
    Hash,
    /// An eye.
    Eye,
    /// A lock.
    Lock,
    /// A person.
    User,
    /// Keys of a keyboard.
    Keyboard,
    /// A door with an arrow.
    Leave,
    /// A paper plane: sent.
    Send,
    /// A pencil: drafted.
    Pencil,
    /// A finger on a button: pressed.
    Press,
    /// A tray: received.
    Inbox,
    /// Lines with marks: rules.
    Rules,
    /// Bars: reports.
    Chart,
}

impl Glyph {
    const fn href(self) -> &'static str {
        match self {
            Self::Grid => "#i-grid",
            Self::Ask => "#i-ask",
            Self::Book => "#i-book",
            Self::Apps => "#i-apps",
            Self::Key => "#i-key",
            Self::Shield => "#i-shield",
            Self::Search => "#i-search",
            Self::UpDown => "#i-updown",
            Self::Right => "#i-right",
            Self::Left => "#i-left",
            Self::Down => "#i-down",
            Self::Up => "#i-up",
            Self::Check => "#i-check",
            Self::X => "#i-x",
            Self::Clock => "#i-clock",
            Self::Ban => "#i-ban",
            Self::Plus => "#i-plus",
            Self::Minus => "#i-minus",
            Self::Warn => "#i-warn",
            Self::Info => "#i-info",
            Self::Moon => "#i-moon",
            Self::Sun => "#i-sun",
            Self::Screen => "#i-screen",
            Self::Menu => "#i-menu",
            Self::Link => "#i-link",
            Self::Dots => "#i-dots",
            Self::Export => "#i-export",
            Self::Refresh => "#i-refresh",
            Self::Bolt => "#i-bolt",
            Self::Hash => "#i-hash",
            Self::Eye => "#i-eye",
            Self::Lock => "#i-lock",
            Self::User => "#i-user",
            Self::Keyboard => "#i-keyboard",
            Self::Leave => "#i-leave",
            Self::Send => "#i-send",
            Self::Pencil => "#i-pencil",
            Self::Press => "#i-press",
            Self::Inbox => "#i-inbox",
            Self::Rules => "#i-rules",
            Self::Chart => "#i-chart",
        }
    }
}

/// The sprite; once per page, before anything that refers to it.
#[component]
pub fn Sprite() -> impl IntoView {
    view! { <svg class="sprite" aria-hidden="true" inner_html=SPRITE></svg> }
}

/// One icon. It is decoration: whatever it means stands beside it, or in the label of what holds it.
#[component]
pub fn Icon(
    /// Which one.
    #[prop(into)]
    glyph: Signal<Glyph>,
    /// 14 instead of 16 pixels.
    #[prop(optional)]
    small: bool,
) -> impl IntoView {
    let class = if small { "icon icon-sm" } else { "icon" };
    view! { <svg class=class aria-hidden="true"><use href=move || glyph.get().href()></use></svg> }
}
