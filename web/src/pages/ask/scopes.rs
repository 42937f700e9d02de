//! For what: the catalogue's scopes, those first that the app wants and does not hold.

use grantbook_core::{Scope, catalogue::ScopeInfo, view::Model};
use leptos::prelude::*;

use super::Compose;
use crate::reactive::{heard, memo, redrawn};
use crate::{
    components::{Glyph, Icon, ScopeTag, SearchInput},
    view_model::compose::{Groups, Part, groups},
};

/// What is chosen, and all that can be.
pub fn scopes(compose: Compose) -> AnyView {
    let typed = RwSignal::new(String::new());
    let found = memo(move |_| {
        let facts = compose.facts.value()??;
        let user = compose.draft.with(|draft| draft.user.clone());
        let (model, wanted) = (facts.installation.model, &facts.app.scopes);
        Some(typed.with(|typed| groups(model, wanted, Some(&facts.grants), user.as_ref(), typed)))
    });
    let shown = move || match found.get() {
        Some(found) => listed(compose, found),
        None => view! { <p class="help">"Choose an app and a workspace first."</p> }.into_any(),
    };
    view! {
        {redrawn(move || picked(compose))}
        <SearchInput placeholder="Find a scope by name or meaning" label="Find a scope" value=typed on_search=move |text| typed.set(text)/>
        {redrawn(shown)}
        {super::said(compose, Part::Scopes)}
    }
    .into_any()
}

/// The scopes chosen; of a modern app each may be one that the person can leave out.
fn picked(compose: Compose) -> Option<AnyView> {
    let draft = compose.draft.get();
    let modern = compose
        .facts
        .signal()
        .with(|facts| facts.as_ref()?.as_ref().map(|facts| facts.installation.model))
        == Some(Model::Modern);
    let one = |scope: &Scope| {
        let (dropped, left_out) = (scope.clone(), scope.clone());
        let drop = move |_| {
            let draft = compose.draft.with_untracked(|draft| draft.toggled(&dropped));
            compose.apply.run(draft);
        };
        let optional = draft.optional.contains(scope);
        let leave_out = move |_| {
            let draft = compose.draft.with_untracked(|draft| draft.with_optional(&left_out));
            compose.apply.run(draft);
        };
        let toggle = modern.then(|| {
            view! {
                <label class="opt small"><input type="checkbox" prop:checked=optional on:change=heard(leave_out)/><span>"may be left out"</span></label>
            }
        });
        view! {
            <li class="row">
                <ScopeTag scope=scope.clone() optional/>
                {toggle}
                <button class="btn ghost square sm" type="button" aria-label=format!("Do not ask for {scope}") on:click=heard(drop)><Icon glyph=Glyph::X small=true/></button>
            </li>
        }
    };
    (!draft.scopes.is_empty())
        .then(|| view! { <ul class="row wrap picked" aria-label="Scopes chosen">{draft.scopes.iter().map(one).collect_view()}</ul> }.into_any())
}

fn listed(compose: Compose, found: Groups) -> AnyView {
    let is_empty = found.suggested.is_empty() && found.others.is_empty() && found.held.is_empty();
    if is_empty {
        return view! { <p class="help">"No scope that this kind of app can hold has that in its name or its meaning."</p> }.into_any();
    }
    view! {
        <div class="scope-list" tabindex="-1">
            {group(compose, "Suggested: the app asks for these on installation", found.suggested, false)}
            {group(compose, "All others", found.others, false)}
            {group(compose, "Held already", found.held, true)}
        </div>
    }
    .into_any()
}

fn group(compose: Compose, title: &'static str, scopes: Vec<&'static ScopeInfo>, held: bool) -> Option<AnyView> {
    if scopes.is_empty() {
        return None;
    }
    let rows = scopes.into_iter().filter_map(|info| row(compose, info, held));
    Some(view! { <h3>{title}</h3><ul>{rows.collect_view()}</ul> }.into_any())
}

fn row(compose: Compose, info: &'static ScopeInfo, held: bool) -> Option<AnyView> {
    let scope = Scope::new(info.name).ok()?;
    let tag = view! { <ScopeTag scope=scope.clone()/>" "<span class="small muted">{info.description}</span> };
    if held {
        return Some(view! { <li class="opt is-held"><Icon glyph=Glyph::Check/><span>{tag}</span></li> }.into_any());
    }
    let (toggled, checked) = (scope.clone(), scope);
    let toggle = move |_| {
        let draft = compose.draft.with_untracked(|draft| draft.toggled(&toggled));
        compose.apply.run(draft);
    };
    let is_chosen = move || compose.draft.with(|draft| draft.scopes.contains(&checked));
    Some(
        view! {
            <li><label class="opt" data-scope=info.name>
                <input type="checkbox" prop:checked=is_chosen on:change=heard(toggle)/><span>{tag}</span>
            </label></li>
        }
        .into_any(),
    )
}
