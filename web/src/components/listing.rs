//! What every paged list does: Newer and Older, rows that arrive while it is read, and what stands in
//! its place while there are none.

use std::{collections::BTreeSet, time::Duration};

use grantbook_core::view::Page;
use leptos::prelude::*;

use super::{Glyph, Icon, Pager};
use crate::reactive::{Memo, Show, derived, effect, heard, memo, redrawn};
use crate::{
    client::{Notice, Remote, UiError, use_live},
    clock,
    view_model::number,
};

/// Changes that come this close together are read together.
const GATHER: Duration = Duration::from_millis(400);

/// Scrolled further than this, in pixels, the reader is no longer at the top.
const TOP: f64 = 160.0;

/// A list that is read page by page.
#[derive(Clone, Copy)]
pub struct Listing {
    /// What the server is asked: filter and place as a query string.
    pub call: Memo<String>,
    /// Where the page begins; absent at the top.
    pub cursor: Memo<Option<String>>,
    /// Leads to another place of the list.
    pub go: Callback<Option<String>>,
    /// Reads the page again.
    pub refresh: Callback<()>,
}

impl Listing {
    /// Whether the reader looks at the newest rows, so that new ones may appear among them.
    pub fn is_at_top(self) -> bool {
        self.cursor.with_untracked(Option::is_none) && window().scroll_y().unwrap_or_default() <= TOP
    }

    /// Reads the page again every so many seconds, and on these notices, while the reader looks at the newest rows
    /// and the calling component lives.
    pub fn keep_fresh(self, seconds: u64, concerns: fn(&Notice) -> bool) {
        clock::every(seconds, move || {
            if self.is_at_top() {
                self.refresh.run(());
            }
        });
        use_live().listen(move |notice| {
            if concerns(notice) && self.is_at_top() {
                self.refresh.run(());
            }
        });
    }

    fn to_top(self) {
        window().scroll_to_with_x_and_y(0.0, 0.0);
        if self.cursor.with_untracked(Option::is_some) {
            self.go.run(None);
        } else {
            self.refresh.run(());
        }
    }
}

/// The row that a notice is about.
type Concerns = Box<dyn Fn(&Notice) -> Option<String>>;

/// Rows that changed since the list was read: at its top they appear, anywhere else they wait under a
/// line, so that nothing moves under the reader.
#[derive(Clone, Copy)]
pub struct Fresh {
    waiting: RwSignal<BTreeSet<String>>,
    listing: Listing,
}

impl Fresh {
    /// Watches the live stream while the calling component lives. `concerns` names the row that a notice
    /// is about, if it is about this list; `would_jump` tells whether reading again moves rows that are
    /// being read.
    pub fn watch(
        listing: Listing,
        concerns: impl Fn(&Notice) -> Option<String> + 'static,
        would_jump: impl Fn() -> bool + 'static,
    ) -> Self {
        let fresh = Self {
            waiting: RwSignal::new(BTreeSet::new()),
            listing,
        };
        fresh.listen(Box::new(concerns), Box::new(would_jump));
        effect(move || {
            listing.call.track();
            fresh.waiting.update(BTreeSet::clear);
        });
        fresh
    }

    fn listen(self, concerns: Concerns, would_jump: Box<dyn Fn() -> bool>) {
        let scheduled = StoredValue::new(false);
        use_live().listen(move |notice| {
            if !matches!(notice, Notice::CaughtUp) {
                let Some(row) = concerns(notice) else { return };
                if would_jump() {
                    return self.waiting.update(|all| _ = all.insert(row));
                }
            }
            if !scheduled.get_value() {
                scheduled.set_value(true);
                let read = move || {
                    if scheduled.try_set_value(false).is_none() {
                        self.listing.refresh.run(());
                    }
                };
                set_timeout(read, GATHER);
            }
        });
    }

    /// How many rows wait.
    pub fn count(self) -> usize {
        self.waiting.with(BTreeSet::len)
    }

    /// Shows them: goes to the top and reads again.
    pub fn show(self) {
        self.waiting.update(BTreeSet::clear);
        self.listing.to_top();
    }
}

/// What is shown of a list: how many rows, and where the next page begins.
pub fn shown<T: Clone + PartialEq + Send + Sync + 'static>(page: Remote<Page<T>>) -> Memo<(usize, Option<String>)> {
    memo(move |_| {
        page.signal().with(|page| {
            page.as_ref()
                .map_or((0, None), |page| (page.items.len(), page.next_cursor.clone()))
        })
    })
}

/// Names of the two directions of a list that is not by time.
pub const BACK_AND_ON: (&str, &str) = ("Previous", "Next");

/// Newer and Older: the cursors that led here lead back.
#[component]
pub fn TrailPager(
    /// The list.
    listing: Listing,
    /// What is shown of it, from [`shown`].
    shown: Memo<(usize, Option<String>)>,
    /// Rows on a full page.
    size: usize,
    /// One row, in a word.
    one: &'static str,
    /// Hints at keys beside `J` and `K`.
    hints: [(&'static str, &'static str); 2],
    /// Names of the two directions, if the list is not by time.
    #[prop(default = ("Newer", "Older"))]
    words: (&'static str, &'static str),
) -> impl IntoView {
    let above = RwSignal::new(Vec::<Option<String>>::new());
    // The browser's own buttons change the address as well.
    effect(move || {
        let cursor = listing.cursor.get();
        above.update(|above| match above.iter().position(|known| *known == cursor) {
            Some(known) => above.truncate(known),
            None if cursor.is_none() => above.clear(),
            None => {}
        });
    });
    let go = move |cursor| {
        listing.go.run(cursor);
        window().scroll_to_with_x_and_y(0.0, 0.0);
    };
    let down = Callback::new(move |()| {
        let from = listing.cursor.get_untracked();
        let next = shown.with_untracked(|(_, next)| next.clone());
        above.update(|above| above.push(from));
        go(next);
    });
    let up = Callback::new(move |()| go(above.with_untracked(|above| above.last().cloned().flatten())));
    // Unknown in the middle of a list that somebody shared.
    let rows_above = move || {
        above.with(|above| match above.first() {
            None if listing.cursor.with(Option::is_none) => Some(0),
            Some(None) => Some(above.len() * size),
            _ => None,
        })
    };
    let number = |number: usize| number::thousands(u64::try_from(number).unwrap_or_default());
    let summary = move || match (shown.get(), rows_above()) {
        ((0, _), _) => String::new(),
        ((count, _), None) => number::count(u64::try_from(count).unwrap_or_default(), one),
        ((count, Some(_)), Some(above)) => format!("{} to {}", number(above + 1), number(above + count)),
        ((count, None), Some(above)) => {
            let last = number(above + count);
            format!("{} to {last} of {last}", number(above + 1))
        }
    };
    let older = move || shown.with(|(_, next)| next.is_some()).then_some(down);
    let newer = move || listing.cursor.with(Option::is_some).then_some(up);
    view! {
        <Show when=move || shown.with(|(count, _)| *count != 0)>
            <Pager summary=derived(summary) newer=derived(newer) older=derived(older) words>
                <span><kbd>"J"</kbd><kbd>"K"</kbd>"move"</span>
                {hints.map(|(key, does)| view! { <span><kbd>{key}</kbd>{does}</span> }).collect_view()}
            </Pager>
        </Show>
    }
}

/// What is in the place of a list's rows.
#[derive(Clone, PartialEq)]
pub enum ListState {
    /// Nothing is known yet.
    Waiting,
    /// The rows.
    Rows,
    /// There are none that match.
    NothingMatches,
    /// There are none at all.
    NothingYet,
    /// They could not be read.
    Failed(UiError),
}

/// How a list stands; `is_filtered` tells an empty page from an empty list.
pub fn list_state<T: Clone + PartialEq + Send + Sync + 'static>(
    page: Remote<Page<T>>,
    is_filtered: impl Fn() -> bool + Send + Sync + 'static,
) -> Memo<ListState> {
    let is_empty = derived(move || {
        page.signal()
            .with(|page| page.as_ref().map(|page| page.items.is_empty()))
    });
    let error = derived(move || page.error());
    state_of(is_empty, error, Box::new(is_filtered))
}

fn state_of(
    is_empty: Signal<Option<bool>>,
    error: Signal<Option<UiError>>,
    is_filtered: Box<dyn Fn() -> bool + Send + Sync>,
) -> Memo<ListState> {
    memo(move |_| match (is_empty.get(), error.get()) {
        (Some(false), _) => ListState::Rows,
        (Some(true), _) if is_filtered() => ListState::NothingMatches,
        (Some(true), _) => ListState::NothingYet,
        (None, Some(error)) => ListState::Failed(error),
        (None, None) => ListState::Waiting,
    })
}

/// The banner over rows that are there, but could not be read again.
#[component]
pub fn OldRows(
    /// What could not be read: `The list`.
    what: &'static str,
    /// Whether there are rows.
    #[prop(into)]
    has_rows: Signal<bool>,
    /// Why the last read failed.
    #[prop(into)]
    error: Signal<Option<UiError>>,
    /// Reads again.
    #[prop(into)]
    on_retry: Callback<()>,
) -> impl IntoView {
    redrawn(move || {
        error.get().filter(|_| has_rows.get()).map(|error| {
            view! {
                <div class="banner denied" role="alert">
                    <Icon glyph=Glyph::Warn/>
                    <div class="grow"><strong>{what}" could not be read again."</strong><p>{error.detail}" "<code>{error.code}</code></p></div>
                    <button class="btn sm end" type="button" on:click=heard(move |_| on_retry.run(()))>"Try again"</button>
                </div>
            }
        })
    })
}
