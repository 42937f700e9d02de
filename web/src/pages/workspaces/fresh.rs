//! Changes that arrive while the list is shown: its top is read again in place, anywhere else they
//! wait under a line, so that nothing moves under the reader.

use std::{collections::BTreeSet, time::Duration};

use grantbook_core::{
    Tenant,
    view::{Page, WorkspaceView},
};
use leptos::prelude::*;

use crate::reactive::effect;
use crate::{
    client::{Notice, Remote, use_live},
    filter::WorkspacesFilter,
};

/// Changes that come this close together are read together.
const GATHER: Duration = Duration::from_millis(400);

/// Scrolled further than this, in pixels, the reader is no longer at the top.
const TOP: f64 = 160.0;

/// Workspaces that changed since the list was read.
#[derive(Clone, Copy)]
pub struct Fresh {
    waiting: RwSignal<BTreeSet<Tenant>>,
    page: Remote<Page<WorkspaceView>>,
    filter: Memo<WorkspacesFilter>,
    apply: Callback<WorkspacesFilter>,
}

impl Fresh {
    /// Watches the live stream while the page is shown.
    pub(super) fn watch(
        filter: Memo<WorkspacesFilter>,
        page: Remote<Page<WorkspaceView>>,
        apply: Callback<WorkspacesFilter>,
    ) -> Self {
        let fresh = Self {
            waiting: RwSignal::new(BTreeSet::new()),
            page,
            filter,
            apply,
        };
        let scheduled = StoredValue::new(false);
        use_live().listen(move |notice| {
            if let Notice::Changed(event) = notice {
                let other_app =
                    |filter: &WorkspacesFilter| filter.app.as_ref().is_some_and(|app| *app != event.installation.app);
                if filter.with_untracked(other_app) {
                    return;
                }
                if fresh.would_jump() {
                    return fresh.waiting.update(|all| _ = all.insert(event.tenant.clone()));
                }
            }
            if !scheduled.get_value() {
                scheduled.set_value(true);
                set_timeout(
                    move || {
                        if scheduled.try_set_value(false).is_none() {
                            page.refresh();
                        }
                    },
                    GATHER,
                );
            }
        });
        effect(move || {
            filter.track();
            fresh.waiting.update(BTreeSet::clear);
        });
        fresh
    }

    /// Whether reading again could move the rows that are being looked at.
    fn would_jump(self) -> bool {
        let (at_top, moves) = self
            .filter
            .with_untracked(|filter| (filter.cursor.is_none(), filter.is_newest_first()));
        let scrolled = window().scroll_y().unwrap_or_default() > TOP;
        moves && (!at_top || scrolled)
    }

    /// How many workspaces changed.
    pub(super) fn count(self) -> usize {
        self.waiting.with(BTreeSet::len)
    }

    /// Shows them: goes to the top and reads again.
    pub(super) fn show(self) {
        self.waiting.update(BTreeSet::clear);
        window().scroll_to_with_x_and_y(0.0, 0.0);
        let filter = self.filter.get_untracked();
        if filter.cursor.is_some() {
            self.apply.run(WorkspacesFilter { cursor: None, ..filter });
        } else {
            self.page.refresh();
        }
    }
}
