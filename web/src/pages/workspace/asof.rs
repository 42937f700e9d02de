//! The As of bar: which moment is shown.

use grantbook_core::{Timestamp, view::ChangeTick};
use leptos::{ev, html, prelude::*, svg};
use leptos_router::hooks::use_navigate;

use super::{Here, grants::Picture};
use crate::reactive::{Memo, derived, heard, memo, redrawn};
use crate::{
    clock,
    components::{Glyph, Icon, Segment, Segmented},
    view_model::{
        asof::{Track, WIDTH},
        number::count,
        time_words,
    },
};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Moment {
    Now,
    AtInstall,
    Other,
}

/// Goes to a moment; `None` is now.
fn mover(here: Here) -> Callback<Option<Timestamp>> {
    let navigate = use_navigate();
    Callback::new(move |at: Option<Timestamp>| {
        let address = here.address.get_untracked();
        if address.at != at {
            here.go(&navigate, &address.at(at));
        }
    })
}

/// Presets, a date, and a track with a tick for each day with changes.
#[component]
pub fn AsOf(here: Here, changes: Signal<Vec<ChangeTick>>) -> impl IntoView {
    let go = mover(here);
    let installed_at = memo(move |_| {
        here.installation
            .with(|view| view.as_ref().and_then(|view| view.installed_at))
    });
    let at = memo(move |_| here.address.with(|address| address.at));
    let chosen = derived(move || match at.get() {
        None => Moment::Now,
        Some(at) if Some(at) == installed_at.get() => Moment::AtInstall,
        Some(_) => Moment::Other,
    });
    let choose = move |moment: Moment| match moment {
        Moment::AtInstall => go.run(installed_at.get_untracked()),
        Moment::Now | Moment::Other => go.run(None),
    };
    let segments = vec![
        Segment::word(Moment::Now, "Now"),
        Segment::word(Moment::AtInstall, "At install"),
    ];
    // Memo: the drawing changes with the day's changes, not with every step of the clock.
    let now = clock::use_now();
    let track = memo(move |_| changes.with(|changes| Track::of(changes, now.get_untracked())));
    view! {
        <div class="asof">
            <span class="label">"As of"</span>
            <Segmented label="Moment shown" segments chosen on_choose=choose/>
            <DateInput at changes go/>
            <TrackSlider at track changes go/>
            <span class="small subtle nowrap tabular">{redrawn(move || track.with(Track::summary))}</span>
        </div>
    }
}

#[component]
fn DateInput(
    at: Memo<Option<Timestamp>>,
    changes: Signal<Vec<ChangeTick>>,
    go: Callback<Option<Timestamp>>,
) -> impl IntoView {
    let first = move || {
        changes.with(|changes| {
            changes
                .first()
                .map(|tick| time_words::iso_day(time_words::day(tick.at)))
        })
    };
    let today = time_words::day(clock::now());
    let value = move || {
        at.get()
            .map(|at| time_words::iso_day(time_words::day(at)))
            .unwrap_or_default()
    };
    let pick = move |event| match time_words::parse_day(&event_target_value(&event)) {
        Some(day) if day < today => go.run(Some(time_words::end_of(day))),
        _ => go.run(None),
    };
    view! {
        <input
            class="input asof-date" type="date" aria-label="Pick a date, in UTC" title="The end of that day, in UTC"
            min=first max=time_words::iso_day(today) prop:value=value on:change=heard(pick)
        />
    }
}

/// The track as a slider: arrows step from change to change, End is now.
#[component]
fn TrackSlider(
    at: Memo<Option<Timestamp>>,
    track: Memo<Track>,
    changes: Signal<Vec<ChangeTick>>,
    go: Callback<Option<Timestamp>>,
) -> impl IntoView {
    let node = NodeRef::<svg::Svg>::new();
    let place = move || track.with(|track| at.get().map_or(WIDTH - 10.0, |at| track.x(at)));
    let words = move || at.get().map_or_else(|| "Now".to_owned(), time_words::absolute);
    let position = move || {
        track.with(|track| {
            at.get().map_or(track.ticks.len(), |at| {
                track.ticks.iter().filter(|tick| tick.at < at).count()
            })
        })
    };
    let keys = move |event: ev::KeyboardEvent| {
        let (here, track) = (at.get_untracked(), track.get_untracked());
        let next = match event.key().as_str() {
            "ArrowLeft" | "ArrowDown" | "PageDown" => track.before(here),
            "ArrowRight" | "ArrowUp" | "PageUp" => track.after(here),
            "Home" => track.ticks.first().map(|tick| tick.at),
            "End" => None,
            _ => return,
        };
        event.prevent_default();
        go.run(next);
    };
    let click = move |event: ev::MouseEvent| {
        let Some(node) = node.get_untracked() else { return };
        let area = node.get_bounding_client_rect();
        let share = (f64::from(event.client_x()) - area.left()) / area.width().max(1.0);
        go.run(track.with_untracked(|track| track.nearest(share)));
    };
    let ticks = move || {
        track
            .get()
            .ticks
            .into_iter()
            .map(|tick| {
                let class = if tick.removal { "tick del" } else { "tick" };
                view! { <line class=class x1=tick.x x2=tick.x y1=if tick.busy { 8 } else { 10 } y2="16"></line> }
            })
            .collect_view()
    };
    let knob = move || format!("M{} 16h.01", place());
    view! {
        <svg
            class="asof-track" viewBox=format!("0 0 {WIDTH} 32") preserveAspectRatio="none" node_ref=node
            role="slider" tabindex="0" aria-label=move || track.with(|track| changes.with(|changes| track.label(changes)))
            aria-valuemin="0" aria-valuemax=move || track.with(|track| track.ticks.len()) aria-valuenow=position aria-valuetext=words
            on:keydown=heard(keys) on:click=heard(click)
        >
            <line class="base" x1="8" x2=WIDTH - 10.0 y1="16" y2="16"></line>
            <line class="span" x1="8" x2=place y1="16" y2="16"></line>
            {redrawn(ticks)}
            <path class="knob" d=knob vector-effect="non-scaling-stroke"></path>
            <path class="knob in" d=knob vector-effect="non-scaling-stroke"></path>
        </svg>
    }
}

/// Away from now: which moment is shown, what differs, and the way back.
#[component]
pub fn PastBanner(here: Here, drawn: Memo<Option<Picture>>) -> impl IntoView {
    let go = mover(here);
    let back = NodeRef::<html::Button>::new();
    let past =
        memo(move |_| drawn.with(|drawn| drawn.as_ref().and_then(|drawn| Some((drawn.at?, drawn.changed.len())))));
    let differ = |cells: usize| match cells {
        0 => "Nothing differs from now. ".to_owned(),
        1 => "1 cell differs from now and is outlined. ".to_owned(),
        cells => format!(
            "{} differ from now and are outlined. ",
            count(u64::try_from(cells).unwrap_or_default(), "cell")
        ),
    };
    redrawn(move || {
        past.get().map(|(at, cells)| {
            view! {
                <div class="banner pending" role="status" data-past="">
                    <Icon glyph=Glyph::Clock/>
                    <div class="grow">
                        <strong>"The page shows "<time datetime=at.to_string()>{time_words::absolute(at)}</time>"."</strong>
                        <p>{differ(cells)}"Installing and checking with Slack wait until you are back at Now."</p>
                    </div>
                    <button class="btn sm end" type="button" node_ref=back on:click=heard(move |_| go.run(None))>"Back to Now"</button>
                </div>
            }
        })
    })
}
