//! A dialog that does one thing: says what follows, does it, and stays open with the reason where it fails.

use std::{future::Future, pin::Pin};

use leptos::{ev, prelude::*};

use super::{Dialog, Glyph, Icon};
use crate::client::UiError;
use crate::reactive::{effect, heard, redrawn};
use crate::shell::keys::command_key;

/// What is done; nothing on success.
pub type Doing = Pin<Box<dyn Future<Output = Result<(), UiError>>>>;

/// What the dialog says.
pub struct Confirm {
    /// Its heading.
    pub title: String,
    /// The way out, which names its effect.
    pub keep: &'static str,
    /// The button that does it; none where it is empty.
    pub act: String,
    /// Whether it takes something away.
    pub danger: bool,
    /// Why it cannot be done yet; the button is off so long.
    pub obstacle: Signal<Option<String>>,
}

/// The dialog. `run` begins the work; on success the dialog closes.
pub fn confirm(
    open: RwSignal<bool>,
    words: Confirm,
    run: impl Fn() -> Doing + Send + Sync + 'static,
    body: ChildrenFn,
) -> AnyView {
    boxed(open, words, Box::new(run), body)
}

fn boxed(open: RwSignal<bool>, words: Confirm, run: Box<dyn Fn() -> Doing + Send + Sync>, body: ChildrenFn) -> AnyView {
    let Confirm {
        title,
        keep,
        act,
        danger,
        obstacle,
    } = words;
    let (busy, failed) = (RwSignal::new(false), RwSignal::new(None::<UiError>));
    let run = StoredValue::new(run);
    effect(move || {
        if open.get() {
            failed.set(None);
        }
    });
    let act_now = StoredValue::new(Box::new(move || {
        if busy.get_untracked() || obstacle.with_untracked(Option::is_some) {
            return;
        }
        busy.set(true);
        failed.set(None);
        let doing = run.with_value(|run| run());
        leptos::task::spawn_local(async move {
            let done = doing.await;
            busy.try_set(false);
            match done {
                Ok(()) => _ = open.try_set(false),
                Err(error) => _ = failed.try_set(Some(error)),
            }
        });
    }) as Box<dyn Fn() + Send + Sync>);
    let listener = window_event_listener(ev::keydown, move |event: ev::KeyboardEvent| {
        let confirms = event.key() == "Enter" && (event.meta_key() || event.ctrl_key());
        if confirms && open.get_untracked() {
            event.prevent_default();
            act_now.with_value(|act| act());
        }
    });
    on_cleanup(move || listener.remove());
    let class = if danger { "btn danger" } else { "btn primary" };
    let is_act = !act.is_empty();
    let why = move || {
        let why = obstacle.get().filter(|_| is_act)?;
        Some(view! { <p class="why small muted" role="status">{why}</p> })
    };
    let foot = move || {
        let act = act.clone();
        view! {
            {redrawn(why)}
            <button class="btn ghost" type="button" on:click=heard(move |_| open.set(false))>{keep}" "<kbd>"Esc"</kbd></button>
            {(!act.is_empty()).then(|| view! {
                <button class=class class:busy=move || busy.get() type="button" data-act="" title=move || obstacle.get()
                    aria-disabled=move || obstacle.with(Option::is_some).to_string() on:click=heard(move |_| act_now.with_value(|act| act()))>{act}" "<kbd class="hide-narrow">{command_key()}" ↵"</kbd></button>
            })}
        }
    };
    let wrong = move || failed.get().map(problem);
    view! {
        <Dialog open title foot>
            <div class="stack">{body()}{redrawn(wrong)}</div>
        </Dialog>
    }
    .into_any()
}

/// A failure under a form, with its code.
pub fn problem(error: UiError) -> AnyView {
    view! { <p class="err" role="alert"><Icon glyph=Glyph::Warn/><span>{error.detail}" "<code>{error.code}</code></span></p> }.into_any()
}

/// What will happen, and what will not: a line each.
pub fn consequences(lines: Vec<(bool, String)>) -> AnyView {
    let line = |(bad, text): (bool, String)| {
        let (class, glyph) = if bad {
            ("bad", Glyph::Minus)
        } else {
            ("ok", Glyph::Check)
        };
        view! { <li><span class=class><Icon glyph/></span><span>{text}</span></li> }
    };
    view! { <ul class="consequences">{lines.into_iter().map(line).collect_view()}</ul> }.into_any()
}
