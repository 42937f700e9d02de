//! Whether console and Slack understand each other about an app: each check with what to do next.

use grantbook_core::{
    AppSlug,
    view::apps::{CheckState, ConnectionCheck, ConnectionTest},
};
use leptos::prelude::*;

use crate::reactive::{heard, redrawn};
use crate::{
    client::{self, remote},
    clock,
    components::{Icon, SentenceText, Tone, problem},
    view_model::{
        sentence::marked,
        wizard::{Standing, standing, verdict},
    },
};

/// How often it is tested again while something is awaited, in seconds.
const PACE: u64 = 3;
/// So often at most before somebody has to ask.
const MOST: u32 = 200;

/// The card; `at_once` tests without being asked.
pub fn card(slug: AppSlug, at_once: bool) -> AnyView {
    let asked = RwSignal::new(at_once);
    let turns = StoredValue::new(0_u32);
    let read = remote(
        move || asked.get(),
        move |asked| {
            let slug = slug.clone();
            async move {
                if asked {
                    client::test_app(&slug).await.map(Some)
                } else {
                    Ok(None)
                }
            }
        },
    );
    clock::every(PACE, move || {
        let waits = read.signal().with_untracked(|test| {
            let test = test.as_ref().and_then(Option::as_ref);
            test.is_some_and(|test| standing(test) == Standing::Waiting)
        });
        if waits && turns.get_value() < MOST {
            turns.set_value(turns.get_value() + 1);
            read.refresh();
        }
    });
    let test = move |_| {
        turns.set_value(0);
        if asked.get_untracked() {
            read.refresh();
        } else {
            asked.set(true);
        }
    };
    let body = move || {
        match (read.value().flatten(), read.error()) {
        (_, Some(error)) => problem(error),
        (Some(test), None) => checks(test),
        (None, None) if asked.get() => view! { <div class="stack"><span class="skel w3"></span><span class="skel w2"></span><span class="skel w3"></span></div> }.into_any(),
        (None, None) => view! { <p class="muted">"Asks Slack whether it answers, whether the credentials are right, and whether its deliveries arrive here."</p> }.into_any(),
    }
    };
    view! {
        <section class="card" id="connection" aria-labelledby="connection-heading">
            <div class="card-head">
                <h2 id="connection-heading">"Connection"</h2>
                <button class="btn sm end" class:busy=move || asked.get() && read.is_loading() type="button" data-test="" on:click=heard(test)>
                    {redrawn(move || if asked.get() { "Test again" } else { "Test the connection" })}
                </button>
            </div>
            <div class="card-body" aria-live="polite">{redrawn(body)}</div>
        </section>
    }
    .into_any()
}

fn checks(test: ConnectionTest) -> AnyView {
    let standing = standing(&test);
    let word = match standing {
        Standing::Failed => "failed",
        Standing::Waiting => "waiting",
        Standing::Sound => "sound",
    };
    view! {
        <p data-standing=word><strong>{verdict(standing)}</strong></p>
        <ul class="tokens checks">{test.checks.into_iter().map(line).collect_view()}</ul>
    }
    .into_any()
}

fn line(check: ConnectionCheck) -> AnyView {
    let (tone, word) = match check.state {
        CheckState::Passed => (Tone::Granted, "passed"),
        CheckState::Failed => (Tone::Denied, "failed"),
        CheckState::Waiting => (Tone::Pending, "waiting"),
    };
    let hint = check
        .hint
        .map(|hint| view! { <p class="small muted"><SentenceText segments=marked(&hint)/></p> });
    view! {
        <li data-check=check.name data-state=word>
            <span class=format!("node {}", tone.class()) title=word><Icon glyph=tone.glyph()/></span>
            <div><p><span class="visually-hidden">{word}": "</span><SentenceText segments=marked(&check.sentence)/></p>{hint}</div>
        </li>
    }
    .into_any()
}
