//! Adding an app in four steps, which ends with a tested connection.

use grantbook_core::AppSlug;
use leptos::prelude::*;
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_query_map},
};

use super::{
    app::{connection, form::Form},
    gate::only_admins,
};
use crate::reactive::{memo, redrawn};
use crate::{
    address::{self, join, query},
    components::{Crumb, Glyph, Icon, PageHead},
};

mod credentials;
mod says;

const STEPS: [(&str, &str); 4] = [
    ("What it is", "model, name, scopes"),
    ("At Slack", "paste the manifest"),
    ("Credentials", "from Slack’s page"),
    ("Connection", "tested with Slack"),
];

/// The page. The last step has the app in its address, so that it can be loaded again.
#[component]
pub fn WizardPage() -> impl IntoView {
    only_admins("Add an app", || view! { <Steps/> }.into_any())
}

#[component]
fn Steps() -> impl IntoView {
    let parameters = use_query_map();
    let added = memo(move |_| parameters.with(|query| query.get("app")?.parse::<AppSlug>().ok()));
    let form = Form::empty();
    let step = RwSignal::new(0_usize);
    let at = memo(move |_| {
        if added.with(Option::is_some) {
            STEPS.len() - 1
        } else {
            step.get()
        }
    });
    let go = Callback::new(move |to: usize| {
        step.set(to);
        window().scroll_to_with_x_and_y(0.0, 0.0);
    });
    let navigate = use_navigate();
    let done = Callback::new(move |slug: AppSlug| {
        let options = NavigateOptions {
            replace: true,
            ..NavigateOptions::default()
        };
        navigate(&join(address::ADD_APP, &query(&[("app", slug.as_str())])), options);
    });
    let body = move || match (at.get(), added.get()) {
        (_, Some(slug)) => tested(&slug),
        (0, None) => says::what(form, go),
        (1, None) => says::manifest(form, go),
        _ => credentials::step(form, go, done),
    };
    view! {
        <PageHead title="Add an app" text=|| "Four steps: say what it is, make it at Slack, enter its credentials here, and see that both understand each other."
            crumbs=vec![Crumb::new("Apps", address::APPS)]/>
        <section class="card"><div class="card-body">{redrawn(move || track(at.get()))}</div></section>
        {redrawn(body)}
    }
}

/// Where one is on the way.
fn track(at: usize) -> AnyView {
    let one = |(index, (title, note)): (usize, (&'static str, &'static str))| {
        let (class, node, glyph) = match index.cmp(&at) {
            std::cmp::Ordering::Less => ("step", "node granted", Glyph::Check),
            std::cmp::Ordering::Equal => ("step", "node info", Glyph::Pencil),
            std::cmp::Ordering::Greater => ("step todo", "node", Glyph::Clock),
        };
        let current = (index == at).then_some("step");
        view! { <li class=class aria-current=current><span class=node><Icon glyph/></span><b>{title}</b><small>{note}</small></li> }
    };
    view! { <ol class="steps">{STEPS.into_iter().enumerate().map(one).collect_view()}</ol> }.into_any()
}

/// The app is here: is it connected?
fn tested(slug: &AppSlug) -> AnyView {
    let install = join(&format!("/slack/{slug}/install"), "");
    view! {
        {connection::card(slug.clone(), true)}
        <div class="row wrap">
            <a class="btn primary" href=install rel="external" data-install="">"Install it at Slack"</a>
            <a class="btn" href=address::app(slug)>"To the app’s page"</a>
            <span class="small subtle">"A first delivery comes when Slack verifies the events address, or once the app is installed and something happens."</span>
        </div>
    }
    .into_any()
}
