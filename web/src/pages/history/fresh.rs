//! Entries that arrive while the list is shown: at its top they appear, anywhere else they wait
//! under a line, so that nothing moves under the reader.

use std::{collections::BTreeSet, time::Duration};

use leptos::prelude::*;

use super::Here;
use crate::reactive::{Show, effect, heard, memo, redrawn};
use crate::{
    client::{Notice, use_live},
    view_model::history::{EntryKey, HistoryFilter},
};

/// Changes that come this close together are read together.
const GATHER: Duration = Duration::from_millis(400);

/// Scrolled further than this, in pixels, the reader is no longer at the top.
const TOP: f64 = 160.0;

/// Entries that were written since the list was read.
#[derive(Clone, Copy)]
pub struct Fresh {
    waiting: RwSignal<BTreeSet<EntryKey>>,
    here: Here,
}

impl Fresh {
    /// Watches the live stream while the page is shown.
    pub fn watch(here: Here) -> Self {
        let fresh = Self {
            waiting: RwSignal::new(BTreeSet::new()),
            here,
        };
        let scheduled = StoredValue::new(false);
        use_live().listen(move |notice| {
            if let Notice::Changed(event) = notice {
                let may_concern = here.filter.with_untracked(|filter| {
                    filter.app.as_ref().is_none_or(|app| *app == event.installation.app)
                        && filter.workspace.as_ref().is_none_or(|tenant| *tenant == event.tenant)
                        && filter.kind.is_none_or(|kind| kind == event.kind)
                });
                if !may_concern {
                    return;
                }
                if !fresh.is_at_top() {
                    let key = EntryKey {
                        installation: event.installation.clone(),
                        seq: event.seq,
                    };
                    return fresh.waiting.update(|all| _ = all.insert(key));
                }
            }
            if !scheduled.get_value() {
                scheduled.set_value(true);
                let read = move || {
                    if scheduled.try_set_value(false).is_none() {
                        here.page.refresh();
                    }
                };
                set_timeout(read, GATHER);
            }
        });
        let list = memo(move |_| here.filter.with(HistoryFilter::call));
        effect(move || {
            list.track();
            fresh.waiting.update(BTreeSet::clear);
        });
        fresh
    }

    fn is_at_top(self) -> bool {
        self.here.filter.with_untracked(HistoryFilter::is_at_top) && window().scroll_y().unwrap_or_default() <= TOP
    }

    /// How many entries wait.
    pub fn count(self) -> usize {
        self.waiting.with(BTreeSet::len)
    }

    /// Shows them: goes to the top and reads again.
    pub fn show(self) {
        self.waiting.update(BTreeSet::clear);
        window().scroll_to_with_x_and_y(0.0, 0.0);
        let filter = self.here.filter.get_untracked();
        if filter.is_at_top() {
            self.here.page.refresh();
        } else {
            self.here.apply.run(filter.at(None));
        }
    }
}

/// The line over the list: `3 new`.
#[component]
pub fn FreshLine(fresh: Fresh) -> impl IntoView {
    view! {
        <Show when=move || fresh.count() != 0>
            <button class="fresh" type="button" on:click=heard(move |_| fresh.show())>
                <span role="status">{redrawn(move || format!("{} new: show", fresh.count()))}</span>
            </button>
        </Show>
    }
}
