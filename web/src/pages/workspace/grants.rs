//! "What the app may do here": the matrix, now or at a moment, kept up to date while one looks.

use std::collections::{BTreeMap, BTreeSet};

use grantbook_core::{
    InstallationKey, Timestamp,
    grants::Status,
    matrix::{CellKey, Matrix},
    view::GrantsView,
};
use leptos::prelude::*;

use super::{
    Here,
    asof::{AsOf, PastBanner},
    matrix::{Legend, MatrixTable},
};
use crate::reactive::{Memo, derived, heard, memo, redrawn};
use crate::{
    client::{self, Notice, Remote, remote_keeping, use_live},
    components::{Empty, ErrorBox, Glyph, Icon},
    view_model::workspace::{fresh, picture},
};

/// What is drawn, all of one moment.
#[derive(Clone, Default, PartialEq)]
pub struct Picture {
    /// Rows, columns, cells.
    pub matrix: Matrix,
    /// Away from now: the cells that differ from now.
    pub changed: BTreeSet<CellKey>,
    /// The moment; absent is now.
    pub at: Option<Timestamp>,
    /// Installed or not at that moment.
    pub status: Status,
    /// Names of ids.
    pub names: BTreeMap<String, String>,
}

/// The card.
#[component]
pub fn GrantsCard(here: Here, key: InstallationKey) -> impl IntoView {
    let at = memo(move |_| here.address.with(|address| address.at));
    let (of_shown, of_now) = (key.clone(), key.clone());
    let shown = remote_keeping(
        move || at.get(),
        move |at| {
            let key = of_shown.clone();
            async move { client::grants(&key, at).await }
        },
    );
    // Away from now both are needed: what was, and what differs today.
    let today = remote_keeping(
        move || at.with(Option::is_some),
        move |away| {
            let key = of_now.clone();
            async move {
                if away {
                    client::grants(&key, None).await.map(Some)
                } else {
                    Ok(None)
                }
            }
        },
    );
    use_live().listen(move |notice| {
        let concerns = match notice {
            Notice::Changed(event) => event.installation == key,
            Notice::Asked(_) | Notice::Queued(_) => false,
            Notice::CaughtUp => true,
        };
        if concerns {
            shown.refresh();
            today.refresh();
        }
    });
    let drawn = memo(move |before: Option<&Option<Picture>>| {
        draw(shown.value(), today.value().flatten()).or_else(|| before.cloned().flatten())
    });
    let new_cells = watch_for_new(shown);
    let title = move || {
        here.installation
            .with(|view| view.as_ref().map(|view| format!("What {} may do here", view.app_name)))
    };
    view! {
        <PastBanner here drawn/>
        <section class="card" aria-labelledby="matrix-heading" aria-busy=move || shown.is_loading().to_string()>
            <div class="card-head"><h2 id="matrix-heading">{redrawn(title)}</h2><Legend drawn/></div>
            <AsOf here changes=derived(move || shown.value().map(|view| view.changes).unwrap_or_default())/>
            <Unrefreshed shown/>
            <Body shown drawn new_cells/>
        </section>
    }
}

fn draw(shown: Option<GrantsView>, today: Option<GrantsView>) -> Option<Picture> {
    let shown = shown?;
    if shown.at.is_some() && today.is_none() {
        return None;
    }
    let (matrix, changed) = picture(&shown, today.as_ref());
    let mut names = today.map(|view| view.names).unwrap_or_default();
    names.extend(shown.names);
    Some(Picture {
        matrix,
        changed,
        at: shown.at,
        status: shown.status,
        names,
    })
}

/// Cells granted while the page was open; they stay marked until the moment or the app changes.
fn watch_for_new(shown: Remote<GrantsView>) -> RwSignal<BTreeSet<CellKey>> {
    let new_cells = RwSignal::new(BTreeSet::new());
    let value = shown.signal();
    Effect::new(move |before: Option<Option<GrantsView>>| {
        let after = value.get();
        match (before.flatten(), &after) {
            (Some(before), Some(after)) if before.at.is_none() && after.at.is_none() => {
                let cells = fresh(&before, after);
                if !cells.is_empty() {
                    new_cells.update(|all| all.extend(cells));
                }
            }
            _ => new_cells.set(BTreeSet::new()),
        }
        after
    });
    new_cells
}

/// The matrix is there, but could not be read again.
#[component]
fn Unrefreshed(shown: Remote<GrantsView>) -> impl IntoView {
    let has_value = memo(move |_| shown.signal().with(Option::is_some));
    redrawn(move || {
        shown.error().filter(|_| has_value.get()).map(|error| {
            view! {
                <div class="banner denied flat" role="alert">
                    <Icon glyph=Glyph::Warn/>
                    <div class="grow"><strong>"The grants could not be read again."</strong><p>{error.detail}" "<code>{error.code}</code></p></div>
                    <button class="btn sm end" type="button" on:click=heard(move |_| shown.refresh())>"Try again"</button>
                </div>
            }
        })
    })
}

#[component]
fn Body(
    shown: Remote<GrantsView>,
    drawn: Memo<Option<Picture>>,
    new_cells: RwSignal<BTreeSet<CellKey>>,
) -> impl IntoView {
    let is_empty = memo(move |_| drawn.with(|drawn| drawn.as_ref().map(|drawn| drawn.matrix.groups.is_empty())));
    let status = memo(move |_| drawn.with(|drawn| drawn.as_ref().map(|drawn| drawn.status)));
    let announced = move || new_cells.with(announce);
    // A memo, since every read clears the error: what stands here must not be drawn anew for that.
    let error = memo(move |_| shown.error());
    let body = move || match (is_empty.get(), error.get()) {
        (Some(false), _) => view! { <MatrixTable drawn new_cells/> }.into_any(),
        (Some(true), _) => view! { <Nothing status=status.get().unwrap_or_default()/> }.into_any(),
        (None, Some(error)) => {
            view! { <ErrorBox title="The grants could not be read" error on_retry=move |()| shown.refresh()/> }
                .into_any()
        }
        (None, None) => view! { <Bars wanted=derived(move || shown.wants_skeleton())/> }.into_any(),
    };
    view! {
        {redrawn(body)}
        <p class="visually-hidden" role="status">{redrawn(announced)}</p>
    }
}

fn announce(cells: &BTreeSet<CellKey>) -> Option<String> {
    let (scope, column) = cells.first()?;
    Some(match cells.len() {
        1 => format!("Newly granted: {scope} on {}", column.text()),
        more => format!("{more} cells are newly granted"),
    })
}

#[component]
fn Nothing(status: Status) -> impl IntoView {
    let (title, text) = match status {
        Status::Uninstalled => (
            "Nothing: the app is uninstalled",
            "Everything granted here ended. What it could do before is in the history and under As of.",
        ),
        Status::Unknown => (
            "Nothing: the app was not installed yet",
            "Choose a later moment, or Now.",
        ),
        Status::Installed | Status::Revoked => (
            "No scopes yet",
            "The app is installed and was granted nothing. Its next request appears here.",
        ),
    };
    view! { <Empty glyph=Glyph::Lock title text=move || text/> }
}

#[component]
fn Bars(wanted: Signal<bool>) -> impl IntoView {
    let row = || {
        let cells = (0..6)
            .map(|_| view! { <td class="gap"><span class="skel w2 mid"></span></td> })
            .collect_view();
        view! { <tr><th><span class="skel w3"></span></th>{cells}</tr> }
    };
    view! {
        <div class="matrix-wrap" class:unseen=move || !wanted.get()>
            <table class="matrix" aria-hidden="true"><tbody>{(0..8).map(|_| row()).collect_view()}</tbody></table>
        </div>
    }
}
