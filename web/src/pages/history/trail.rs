//! Newer and Older: the cursors that led here lead back.

use leptos::prelude::*;

use super::Here;
use crate::reactive::{Show, effect, memo};
use crate::{
    components::Pager,
    view_model::{
        history::{HistoryFilter, PAGE},
        number,
    },
};

/// The cursors of the pages above this one, from the top; the top itself has none.
#[derive(Clone, Copy)]
pub struct Trail {
    above: RwSignal<Vec<Option<String>>>,
    here: Here,
}

/// Follows the address, also when the browser's own buttons change it.
pub fn use_trail(here: Here) -> Trail {
    let above = RwSignal::new(Vec::new());
    let cursor = memo(move |_| here.filter.with(|filter| filter.cursor.clone()));
    effect(move || {
        let cursor = cursor.get();
        above.update(
            |above: &mut Vec<Option<String>>| match above.iter().position(|known| *known == cursor) {
                Some(known) => above.truncate(known),
                None if cursor.is_none() => above.clear(),
                None => {}
            },
        );
    });
    Trail { above, here }
}

impl Trail {
    fn go(self, cursor: Option<String>) {
        self.here.apply.run(self.here.filter.get_untracked().at(cursor));
        window().scroll_to_with_x_and_y(0.0, 0.0);
    }

    fn down(self, cursor: String) {
        let from = self.here.filter.with_untracked(|filter| filter.cursor.clone());
        self.above.update(|above| above.push(from));
        self.go(Some(cursor));
    }

    fn up(self) {
        self.go(self.above.with_untracked(|above| above.last().cloned().flatten()));
    }

    /// How many rows stand above this page; unknown in the middle of a list that somebody shared.
    fn rows_above(self) -> Option<usize> {
        let is_top = self.here.filter.with(HistoryFilter::is_at_top);
        self.above.with(|above| match above.first() {
            None if is_top => Some(0),
            Some(None) => Some(above.len() * PAGE),
            _ => None,
        })
    }
}

/// The pager, and which rows are shown.
#[component]
pub fn TrailPager(here: Here, trail: Trail) -> impl IntoView {
    let page = here.page.signal();
    let next = memo(move |_| page.with(|page| page.as_ref().and_then(|page| page.next_cursor.clone())));
    let count = memo(move |_| page.with(|page| page.as_ref().map_or(0, |page| page.items.len())));
    let shown = |number: usize| number::thousands(u64::try_from(number).unwrap_or_default());
    let summary = move || match (count.get(), trail.rows_above()) {
        (0, _) => String::new(),
        (count, None) => number::count(u64::try_from(count).unwrap_or_default(), "entry"),
        (count, Some(above)) if next.with(Option::is_some) => {
            format!("{} to {}", shown(above + 1), shown(above + count))
        }
        (count, Some(above)) => format!(
            "{} to {} of {}",
            shown(above + 1),
            shown(above + count),
            shown(above + count)
        ),
    };
    let older = move || {
        next.get()
            .map(|cursor| Callback::new(move |()| trail.down(cursor.clone())))
    };
    let newer = move || (!here.filter.with(HistoryFilter::is_at_top)).then(|| Callback::new(move |()| trail.up()));
    view! {
        <Show when=move || count.get() != 0>
            <Pager summary=Signal::derive(summary) newer=Signal::derive(newer) older=Signal::derive(older)>
                <span><kbd>"J"</kbd><kbd>"K"</kbd>"move"</span>
                <span><kbd>"↵"</kbd>"details"</span>
                <span><kbd>"L"</kbd>"copy link"</span>
            </Pager>
        </Show>
    }
}
