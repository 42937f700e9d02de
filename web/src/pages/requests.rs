//! Requests: whom the apps asked for more, how each stands, and why some failed.

use grantbook_core::{
    request::StateName,
    view::{
        Model, Page,
        requests::{RequestNotice, RequestView},
    },
};
use leptos::prelude::*;
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_query_map},
};

use crate::reactive::{Memo, Show, derived, heard, memo};
use crate::{
    address,
    client::{self, Notice, Remote, remote_keeping},
    components::{
        self, CopyLink, FilterBar, FilterChip, Fresh, Glyph, Icon, Listing, PageHead, SearchInput, TrailPager,
        filter_choice::{app_options, option, scope_form, typed_form, workspace_options},
        shown,
    },
    view_model::requests::{Field, PAGE, RequestsFilter, model_words, state_words},
};

pub mod row;
pub mod table;

/// What the parts of the page share.
#[derive(Clone, Copy)]
pub struct Here {
    /// The filter in force: the address.
    filter: Memo<RequestsFilter>,
    /// Puts another filter in force.
    apply: Callback<RequestsFilter>,
    /// The page of the list.
    page: Remote<Page<RequestView>>,
}

/// The page. Its filter is its address.
#[component]
pub fn RequestsPage() -> impl IntoView {
    let query = use_query_map();
    let filter = memo(move |_| query.with(|query| RequestsFilter::read(|name| query.get(name))));
    let navigate = use_navigate();
    let apply = Callback::new(move |to: RequestsFilter| {
        let options = NavigateOptions {
            scroll: false,
            ..NavigateOptions::default()
        };
        navigate(&to.href(), options);
    });
    let call = memo(move |_| filter.with(RequestsFilter::call));
    let page = remote_keeping(
        move || call.get(),
        |query| async move { client::requests(&query).await },
    );
    let listing = Listing {
        call,
        cursor: memo(move |_| filter.with(|filter| filter.cursor.clone())),
        go: Callback::new(move |cursor| apply.run(filter.with_untracked(|filter| filter.at(cursor)))),
        refresh: Callback::new(move |()| page.refresh()),
    };
    let fresh = Fresh::watch(
        listing,
        move |notice| match notice {
            Notice::Asked(notice) => filter
                .with_untracked(|filter| may_show(filter, notice))
                .then(|| notice.request.to_string()),
            _ => None,
        },
        move || !listing.is_at_top(),
    );
    let here = Here { filter, apply, page };
    let export = move || client::requests_csv(&filter.with(RequestsFilter::export));
    view! {
        <PageHead title="Requests" text=|| "Whom your apps asked for more, how each request stands, and why some failed.">
            <CopyLink/>
            <a class="btn" href=export download="permission-requests.csv" rel="external"><Icon glyph=Glyph::Export/>"Export CSV"</a>
            <a class="btn primary" href=address::ASK data-ask=""><Icon glyph=Glyph::Ask/>"Ask for more"</a>
        </PageHead>
        {tabs(address::REQUESTS)}
        {filters(here)}
        <table::RequestsTable here fresh/>
        <TrailPager listing shown=shown(page) size=PAGE one="request" hints=[("↵", "open"), ("E", "ask")]/>
    }
}

/// Requests and strays, side by side.
pub fn tabs(here: &'static str) -> AnyView {
    let all = [(address::REQUESTS, "Requests"), (address::STRAYS, "Strays")];
    components::tabs("Requests", &all, here)
}

/// Whether a request that changed may be in the list; whom it asks for what is known only after reading.
fn may_show(filter: &RequestsFilter, notice: &RequestNotice) -> bool {
    filter.app.as_ref().is_none_or(|app| *app == notice.installation.app)
        && filter
            .workspace
            .as_ref()
            .is_none_or(|tenant| *tenant == notice.installation.tenant)
}

fn filters(here: Here) -> AnyView {
    let count = memo(move |_| here.filter.with(RequestsFilter::count));
    let q = memo(move |_| here.filter.with(|filter| filter.q.clone()));
    let search = move |q: String| {
        here.apply.run(RequestsFilter {
            q,
            ..here.filter.with_untracked(|filter| filter.at(None))
        });
    };
    view! {
        <FilterBar label="Filter the requests">
            <SearchInput placeholder="Number, name or text" label="Filter requests by number, name or text" value=q on_search=search/>
            {Field::ALL.map(|field| chip(here, field)).collect_view()}
            <Show when=move || count.with(|count| *count > 1)>
                <button class="linklike link small" type="button" on:click=heard(move |_| here.apply.run(RequestsFilter::default()))>"Clear filters"</button>
            </Show>
        </FilterBar>
    }
    .into_any()
}

fn chip(here: Here, field: Field) -> AnyView {
    let value = derived(move || here.filter.with(|filter| filter.value(field)));
    let set = Callback::new(move |text: String| {
        here.apply
            .run(here.filter.with_untracked(|filter| filter.with(field, &text)));
    });
    view! { <FilterChip label=field.label() value set panel=panel(field)/> }.into_any()
}

fn panel(field: Field) -> fn(Callback<String>) -> AnyView {
    match field {
        Field::State => |set| {
            StateName::ALL
                .iter()
                .map(|state| option(state.as_str(), state_words(*state), set))
                .collect_view()
                .into_any()
        },
        Field::App => app_options,
        Field::Workspace => workspace_options,
        Field::Person => |set| {
            typed_form(
                "A person's id",
                "U061F7AUR",
                "[UW][A-Z0-9]+",
                "U or W, then capital letters and digits",
                false,
                set,
            )
        },
        Field::Scope => scope_form,
        Field::Model => |set| {
            [Model::Workspace, Model::Modern]
                .map(|model| option(model.as_str(), model_words(model), set))
                .collect_view()
                .into_any()
        },
    }
}
