//! Turning the pages of the list: the cursors that led here lead back.

use grantbook_core::view::{Page, WorkspaceView};
use leptos::prelude::*;

use crate::reactive::{Show, effect, memo};
use crate::{
    client::Remote,
    components::Pager,
    filter::{PAGE, WorkspacesFilter},
    view_model::number,
};

/// The cursors of the pages above this one, from the top; the top itself has none.
#[derive(Clone, Copy)]
pub struct Trail {
    above: RwSignal<Vec<Option<String>>>,
    filter: Memo<WorkspacesFilter>,
    apply: Callback<WorkspacesFilter>,
}

/// Follows the address, also when the browser's own buttons change it.
pub fn use_trail(filter: Memo<WorkspacesFilter>, apply: Callback<WorkspacesFilter>) -> Trail {
    let above = RwSignal::new(Vec::new());
    effect(move || {
        let cursor = filter.with(|filter| filter.cursor.clone());
        above.update(
            |above: &mut Vec<Option<String>>| match above.iter().position(|known| *known == cursor) {
                Some(known) => above.truncate(known),
                None if cursor.is_none() => above.clear(),
                None => {}
            },
        );
    });
    Trail { above, filter, apply }
}

impl Trail {
    fn go(self, cursor: Option<String>) {
        self.apply.run(WorkspacesFilter {
            cursor,
            ..self.filter.get_untracked()
        });
        window().scroll_to_with_x_and_y(0.0, 0.0);
    }

    fn down(self, cursor: String) {
        let here = self.filter.with_untracked(|filter| filter.cursor.clone());
        self.above.update(|above| above.push(here));
        self.go(Some(cursor));
    }

    fn up(self) {
        self.go(self.above.with_untracked(|above| above.last().cloned().flatten()));
    }

    /// How many rows stand above this page; unknown in the middle of a list that somebody shared.
    fn rows_above(self) -> Option<usize> {
        let is_top = self.filter.with(|filter| filter.cursor.is_none());
        self.above.with(|above| match above.first() {
            None if is_top => Some(0),
            Some(None) => Some(above.len() * PAGE),
            _ => None,
        })
    }
}

/// Newer and Older, and which rows are shown.
#[component]
pub fn TrailPager(filter: Memo<WorkspacesFilter>, page: Remote<Page<WorkspaceView>>, trail: Trail) -> impl IntoView {
    let page = page.signal();
    let next = memo(move |_| page.with(|page| page.as_ref().and_then(|page| page.next_cursor.clone())));
    let count = memo(move |_| page.with(|page| page.as_ref().map_or(0, |page| page.items.len())));
    let summary = move || {
        let count = count.get();
        let shown = |number: usize| number::thousands(u64::try_from(number).unwrap_or_default());
        match trail.rows_above() {
            _ if count == 0 => String::new(),
            None => number::count(u64::try_from(count).unwrap_or_default(), "workspace"),
            Some(above) if next.with(Option::is_some) => format!("{} to {}", shown(above + 1), shown(above + count)),
            Some(above) => format!(
                "{} to {} of {}",
                shown(above + 1),
                shown(above + count),
                shown(above + count)
            ),
        }
    };
    let older = move || {
        next.get()
            .map(|cursor| Callback::new(move |()| trail.down(cursor.clone())))
    };
    let newer = move || {
        filter
            .with(|filter| filter.cursor.is_some())
            .then(|| Callback::new(move |()| trail.up()))
    };
    view! {
        <Show when=move || count.get() != 0>
            <Pager summary=Signal::derive(summary) newer=Signal::derive(newer) older=Signal::derive(older)>
                <span><kbd>"J"</kbd><kbd>"K"</kbd>"move"</span>
                <span><kbd>"↵"</kbd>"open"</span>
                <span><kbd>"/"</kbd>"filter"</span>
            </Pager>
        </Show>
    }
}
