//! "Check a scope": may the app do this here?

use grantbook_core::{
    ResourceId, Scope, catalogue,
    check::Check,
    grants::Mark,
    view::{CheckView, GrantsView},
};
use leptos::{ev, prelude::*};

use super::Here;
use crate::reactive::{derived, effect, heard, redrawn};
use crate::{
    client::{self, UiError},
    clock,
    components::{Dialog, Glyph, Icon, SentenceText},
    view_model::{
        compose::Draft,
        names,
        sentence::marked,
        time_words,
        workspace::{Askable, askable},
    },
};

/// The button and its dialog.
#[component]
pub fn CheckDialog(here: Here) -> impl IntoView {
    let open = RwSignal::new(false);
    let foot = move || {
        view! {
            <button class="btn ghost" type="button" on:click=heard(move |_| open.set(false))>"Close "<kbd>"Esc"</kbd></button>
            <button class="btn primary" type="submit" form="check-form">"Check"</button>
        }
    };
    view! {
        <button class="btn primary" type="button" on:click=heard(move |_| open.set(true))>"Check a scope…"</button>
        <Dialog open title="May the app do this here?" foot><CheckForm here/></Dialog>
    }
}

#[component]
fn CheckForm(here: Here) -> impl IntoView {
    let (scope, resource) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let (answer, busy) = (RwSignal::new(None::<Result<CheckView, UiError>>), RwSignal::new(false));
    let wrong = RwSignal::new(None::<String>);
    let grants = RwSignal::new(None::<GrantsView>);
    effect(move || {
        let Some(key) = here.installation.with(|view| view.as_ref().map(|view| view.id.clone())) else {
            return;
        };
        let at = here.address.with(|address| address.at);
        leptos::task::spawn_local(async move {
            // Without the list one can still ask about the scope alone.
            if let Ok(view) = client::grants(&key, at).await {
                grants.try_set(Some(view));
            }
        });
    });
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let Some(key) = here
            .installation
            .with_untracked(|view| view.as_ref().map(|view| view.id.clone()))
        else {
            return;
        };
        let asked = match Scope::new(scope.get_untracked().trim()) {
            Ok(asked) => asked,
            Err(error) => return wrong.set(Some(format!("{}.", capitalized(&error.to_string())))),
        };
        wrong.set(None);
        busy.set(true);
        let (on, at) = (
            ResourceId::new(resource.get_untracked()).ok(),
            here.address.with_untracked(|address| address.at),
        );
        leptos::task::spawn_local(async move {
            let result = client::check(&key, &asked, on.as_ref(), at).await;
            busy.try_set(false);
            answer.try_set(Some(result));
        });
    };
    let options = move || grants.with(|view| view.as_ref().map(|view| view! { <Resources all=askable(view)/> }));
    let names = derived(move || grants.with(|view| view.as_ref().map(|view| view.names.clone()).unwrap_or_default()));
    view! {
        <form id="check-form" class="stack" on:submit=heard(submit)>
            <div class="field">
                <label for="check-scope">"Scope"</label>
                <input class="input mono" id="check-scope" list="check-scopes" placeholder="channels:history" autocomplete="off" spellcheck="false"
                    autocapitalize="none" required bind:value=scope aria-invalid=move || wrong.with(Option::is_some).to_string() aria-describedby="check-error"/>
                <datalist id="check-scopes">{catalogue::all().iter().map(|info| view! { <option value=info.name></option> }).collect_view()}</datalist>
                {redrawn(move || wrong.get().map(|text| view! { <p class="err" id="check-error" role="alert"><Icon glyph=Glyph::Warn/><span>{text}</span></p> }))}
            </div>
            <div class="field">
                <label for="check-resource">"Resource"</label>
                <select class="input" id="check-resource" on:change=heard(move |event| resource.set(event_target_value(&event)))>
                    <option value="">"Anywhere in this workspace"</option>
                    {redrawn(options)}
                </select>
            </div>
        </form>
        <div aria-live="polite" aria-busy=move || busy.get().to_string()>
            {redrawn(move || answer.get().map(|answer| match answer {
                Ok(view) => {
                    let ask = ask_link(here, &view);
                    view! { <Verdict view names/>{ask} }.into_any()
                },
                Err(error) => view! { <p class="err" role="alert">{error.detail}" "<code>{error.code}</code></p> }.into_any(),
            }))}
        </div>
    }
}

/// A draft for what is missing, where asking can bring it.
fn ask_link(here: Here, view: &CheckView) -> Option<AnyView> {
    let missing = matches!(view.check, Check::ScopeNotHeld | Check::ScopeNotForType);
    if !missing || here.is_past() {
        return None;
    }
    let key = here
        .installation
        .with(|view| view.as_ref().map(|view| view.id.clone()))?;
    let draft = Draft::of(key).about(view.scope.clone(), view.resource.as_ref());
    Some(view! { <p class="row ask-row"><a class="btn sm" data-ask="" href=draft.href()><Icon glyph=Glyph::Ask/>"Ask for "{view.scope.to_string()}</a></p> }.into_any())
}

fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[component]
fn Resources(all: Vec<Askable>) -> impl IntoView {
    let group = |group: &[Askable]| {
        let kind = group.first().map(|one| one.resource_type.plural())?;
        let options = group.iter().map(|one| {
            let text = if one.name == one.id {
                one.id.clone()
            } else {
                format!("{} ({})", one.name, one.id)
            };
            view! { <option value=one.id.clone()>{text}</option> }
        });
        Some(view! { <optgroup label=kind>{options.collect_view()}</optgroup> })
    };
    all.chunk_by(|a, b| a.resource_type == b.resource_type)
        .map(group)
        .collect_view()
}

/// The decision, then one line for each thing that was looked at.
#[component]
fn Verdict(view: CheckView, names: Signal<std::collections::BTreeMap<String, String>>) -> impl IntoView {
    let (class, word) = if view.allowed {
        ("verdict granted", "Allowed")
    } else {
        ("verdict denied", "Not allowed")
    };
    let lines = reasons(&view.check).into_iter().map(|(holds, text, mark)| {
        let (class, glyph) = if holds { ("yes", Glyph::Check) } else { ("no", Glyph::X) };
        let mark = mark.map(|mark| view! { <MarkText mark names/> });
        view! { <li><span class=class><Icon glyph/></span><span>{text}{mark}</span></li> }
    });
    view! {
        <div class=class data-verdict=if view.allowed { "yes" } else { "no" }>
            <strong>{word}</strong>
            <p><SentenceText segments=marked(&view.sentence)/></p>
            <ul class="because">{lines.collect_view()}</ul>
        </div>
    }
}

fn reasons(check: &Check) -> Vec<(bool, String, Option<Mark>)> {
    let plain = |holds, text: &str| (holds, text.to_owned(), None);
    let installed = || plain(true, "The app is installed here and its token works.");
    match check {
        Check::NotInstalled => vec![plain(false, "The app is not installed here.")],
        Check::TokenRevoked => vec![plain(false, "Its tokens were revoked at Slack.")],
        Check::ScopeNotHeld => vec![installed(), plain(false, "The scope is not held.")],
        Check::ScopeNotForType => vec![
            installed(),
            plain(false, "The scope is held for other resource types only."),
        ],
        Check::ResourceNotGranted => vec![
            installed(),
            plain(true, "The scope is held."),
            plain(false, "The resource was not given."),
        ],
        Check::ResourceExcluded => {
            vec![
                installed(),
                plain(true, "The scope is held."),
                plain(false, "The resource is an exception to the wildcard."),
            ]
        }
        Check::Granted {
            resource_type,
            scope,
            resource,
        } => {
            let held = format!("The scope is held for {}, ", resource_type.plural());
            let given = resource
                .clone()
                .map(|mark| (true, "The resource was given, ".to_owned(), Some(mark)));
            [installed(), (true, held, Some(scope.clone()))]
                .into_iter()
                .chain(given)
                .collect()
        }
    }
}

/// `since 3 Mar 2026 by @izzy, entry 12`.
#[component]
fn MarkText(mark: Mark, names: Signal<std::collections::BTreeMap<String, String>>) -> impl IntoView {
    let when = time_words::relative(mark.since, clock::now());
    let who = move || match &mark.actor {
        Some(actor) => format!(" by {}", names.with(|names| names::person_in(actor, names))),
        None => ", who: not known to the ledger".to_owned(),
    };
    view! { "granted "<time title=time_words::absolute(mark.since)>{when}</time>{redrawn(who)}", entry "{mark.seq}"." }
}
