//! Deciding about an app whether or not anybody asked: for the whole organization, or for chosen workspaces.

use std::{collections::BTreeSet, sync::Arc};

use grantbook_core::{
    approval::Previous,
    view::approvals::{AppWish, AppWishWhat, OrgAppView},
};
use leptos::prelude::*;

use super::places::Chosen;
use crate::reactive::{derived, heard, redrawn};
use crate::{
    client::{self, Remote},
    components::{Confirm, Doing, Field, FieldKind, Glyph, Icon, Popover, confirm, consequences, use_toasts},
    session::use_session,
    view_model::{
        number::count,
        org_apps::{self as words, Target},
    },
};

/// The menu of the page's head: decisions for the whole organization.
pub(super) fn organization(app: Remote<OrgAppView>) -> AnyView {
    let session = use_session();
    redrawn(move || {
        if !session.is_approver() {
            return ().into_any();
        }
        let menu = RwSignal::new(false);
        let all =
            [AppWishWhat::Approve, AppWishWhat::Restrict, AppWishWhat::Clear].map(|what| (what, RwSignal::new(false)));
        let item = move |(what, open): (AppWishWhat, RwSignal<bool>)| {
            let pick = move |_| {
                menu.set(false);
                open.set(true);
            };
            let text = format!("{}…", words::verb(what));
            view! { <button class="menu-item" type="button" data-everywhere=what.as_str() on:click=heard(pick)>{text}</button> }
        };
        let dialogs = all.map(|(what, open)| dialog(app, what, None, open)).collect_view();
        view! {
            <Popover open=menu class="btn" right=true button=move || view! { "For the organization"<Icon glyph=Glyph::Down/> }>
                {all.map(item).collect_view()}
            </Popover>
            {dialogs}
        }
        .into_any()
    })
}

/// A button with its dialog for the chosen workspaces.
pub(super) fn button(app: Remote<OrgAppView>, what: AppWishWhat, chosen: Option<Chosen>) -> AnyView {
    let open = RwSignal::new(false);
    let none = move || chosen.is_some_and(|chosen| chosen.with(BTreeSet::is_empty));
    let press = move |_| {
        if !untrack(none) {
            open.set(true);
        }
    };
    let title = move || none().then_some("Choose a workspace first.");
    let text = format!("{}…", words::verb(what));
    view! {
        <button class="btn sm" type="button" data-decide=what.as_str() title=title aria-disabled=move || none().to_string()
            on:click=heard(press)>{text}</button>
        {dialog(app, what, chosen, open)}
    }
    .into_any()
}

/// What the chosen workspaces are like.
fn targets(app: &OrgAppView, chosen: Chosen) -> Vec<Target> {
    let is_chosen = |team: &_| chosen.with_untracked(|chosen| chosen.contains(team));
    let places = app.places.iter().filter(|place| is_chosen(&place.team));
    places
        .map(|place| Target {
            name: place.team_name.clone().unwrap_or_else(|| place.team.to_string()),
            status: place.resolution.as_ref().map_or(Previous::Unresolved, |one| one.status),
            is_installed: place.installed_at.is_some(),
        })
        .collect()
}

fn dialog(app: Remote<OrgAppView>, what: AppWishWhat, chosen: Option<Chosen>, open: RwSignal<bool>) -> AnyView {
    let toasts = use_toasts();
    redrawn(move || {
        // Drawn for what stands when it opens: it does not change under the reader.
        open.get().then(|| ())?;
        let view = untrack(move || app.value())?;
        let targets = chosen.map(|chosen| targets(&view, chosen));
        let reason = RwSignal::new(String::new());
        let place = match targets.as_deref() {
            Some([one]) => one.name.clone(),
            Some(many) => count(many.len() as u64, "workspace"),
            None => "the organization".to_owned(),
        };
        let verb = words::verb(what);
        let words = Confirm {
            title: format!("{verb} {} for {place}", view.app_name),
            keep: words::keep(what),
            act: format!("{verb} for {place}"),
            danger: what == AppWishWhat::Restrict,
            obstacle: derived(move || reason.with(|reason| obstacle(reason))),
        };
        let lines = words::consequences(what, &view, targets.as_deref());
        let (enterprise, id) = (view.enterprise.clone(), view.app.clone());
        let run = move || -> Doing {
            let (enterprise, id) = (enterprise.clone(), id.clone());
            Box::pin(async move {
                let teams = chosen.map(|chosen| chosen.get_untracked()).unwrap_or_default();
                let wish = AppWish {
                    organization: chosen.is_none(),
                    teams: teams.into_iter().collect(),
                    reason: reason.get_untracked().trim().to_owned(),
                };
                client::decide_org_app(&enterprise, &id, what, &wish).await?;
                if let Some(chosen) = chosen {
                    chosen.set(BTreeSet::new());
                }
                toasts.say("Written down; Slack is asked. What it answers stands under Decisions.");
                app.refresh();
                Ok(())
            })
        };
        let body = move || {
            view! {
                {consequences(lines.clone())}
                <Field id="wish-reason" label="Why?" kind=FieldKind::Text value=reason help="Kept in the audit log." first=true/>
            }
            .into_any()
        };
        Some(confirm(open, words, run, Arc::new(body)))
    })
}

fn obstacle(reason: &str) -> Option<String> {
    match reason.trim().chars().count() {
        0 => Some("Say why first.".to_owned()),
        1..=500 => None,
        _ => Some("A reason has at most 500 characters.".to_owned()),
    }
}
