//! One workspace: what each of its apps may do there, where, since when, and who said so.

use grantbook_core::{InstallationKey, Tenant, view::InstallationView};
use leptos::prelude::*;
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_params_map, use_query_map},
};

use crate::reactive::{Memo, effect, memo, redrawn};
use crate::{
    client::{self, Notice, Remote, UiError, remote, use_live},
    view_model::{
        number::count,
        workspace::{WorkspaceAddress, chosen},
    },
};

pub mod apps;
pub mod asof;
pub mod check;
mod end;
pub mod facts;
pub mod grants;
pub mod head;
pub mod history;
pub mod install_again;
pub mod matrix;
pub mod notice;
pub mod reconcile;
pub mod states;
pub mod token;
mod token_story;
mod unused;

use notice::{NoticeBanner, Notices};

/// What is shown: one installation in one workspace, at one moment.
#[derive(Clone, Copy)]
pub struct Here {
    workspace: Remote<grantbook_core::view::WorkspaceView>,
    address: Memo<WorkspaceAddress>,
    /// The installation chosen; absent while nothing is known.
    installation: Memo<Option<InstallationView>>,
    notices: Notices,
}

impl Here {
    /// Leads to another app or moment of the same workspace, without moving the page.
    fn go(self, navigate: &impl Fn(&str, NavigateOptions), to: &WorkspaceAddress) {
        let tenant = self
            .workspace
            .signal()
            .with_untracked(|view| view.as_ref().map(|view| view.tenant.clone()));
        if let Some(tenant) = tenant {
            navigate(
                &to.href(&tenant),
                NavigateOptions {
                    replace: true,
                    scroll: false,
                    ..Default::default()
                },
            );
        }
    }

    /// Why nothing can be changed from the moment shown, if so.
    fn is_past(self) -> bool {
        self.address.with(|address| address.at.is_some())
    }
}

/// What stands on the page.
#[derive(Clone, PartialEq)]
enum State {
    Waiting,
    Skeleton,
    Missing,
    Failed(UiError),
    NoApp,
    OtherApp,
    Ready(InstallationKey),
}

/// One workspace.
#[component]
pub fn WorkspacePage() -> impl IntoView {
    let (params, query) = (use_params_map(), use_query_map());
    let tenant = memo(move |_| params.with(|params| params.get("tenant")?.parse::<Tenant>().ok()));
    let address = memo(move |_| query.with(|query| WorkspaceAddress::read(|name| query.get(name))));
    let workspace = remote(
        move || tenant.get(),
        |tenant| async move {
            match tenant {
                Some(tenant) => client::workspace(&tenant).await,
                None => Err(no_such_workspace()),
            }
        },
    );
    let installation = memo(move |_| {
        let app = address.with(|address| address.app.clone());
        workspace
            .signal()
            .with(|view| chosen(&view.as_ref()?.installations, app.as_ref()).cloned())
    });
    let here = Here {
        workspace,
        address,
        installation,
        notices: Notices::default(),
    };
    use_live().listen(move |notice| {
        let concerns = match notice {
            Notice::Changed(event) => tenant.with_untracked(|tenant| tenant.as_ref() == Some(&event.tenant)),
            Notice::Asked(_) | Notice::Queued(_) => false,
            Notice::CaughtUp => true,
        };
        if concerns {
            workspace.refresh();
        }
    });
    welcome_install(here);
    let state = memo(move |_| state(here));
    view! {
        {redrawn(move || match state.get() {
            State::Waiting => ().into_any(),
            State::Skeleton => view! { <states::Skeleton/> }.into_any(),
            State::Missing => view! { <states::Missing/> }.into_any(),
            State::Failed(error) => view! { <states::Failed error on_retry=move |()| workspace.refresh()/> }.into_any(),
            State::NoApp => view! { <head::Head here/><states::NoApp/> }.into_any(),
            State::OtherApp => view! { <head::Head here/><apps::AppTabs here/><states::OtherApp/> }.into_any(),
            State::Ready(key) => view! { <Content here key/> }.into_any(),
        })}
    }
}

fn no_such_workspace() -> UiError {
    UiError {
        rules: None,
        code: "workspace_not_found".to_owned(),
        detail: "The address holds no workspace id (T… or E…).".to_owned(),
        status: 404,
    }
}

fn state(here: Here) -> State {
    here.workspace.signal().with(|view| match view {
        Some(view) if view.installations.is_empty() => State::NoApp,
        Some(_) => match here
            .installation
            .with(|chosen| chosen.as_ref().map(|chosen| chosen.id.clone()))
        {
            Some(key) => State::Ready(key),
            None => State::OtherApp,
        },
        None => match here.workspace.error() {
            Some(error) if error.is_not_found() => State::Missing,
            Some(error) => State::Failed(error),
            None if here.workspace.wants_skeleton() => State::Skeleton,
            None => State::Waiting,
        },
    })
}

/// Says what an install that has just ended well gave, and drops that word from the address.
fn welcome_install(here: Here) {
    let navigate = use_navigate();
    effect(move || {
        if !here.address.with(|address| address.installed) {
            return;
        }
        let Some(done) = here.installation.get() else { return };
        let what = format!(
            "{} was installed with {} on {}.",
            done.app_name,
            count(done.scopes, "scope"),
            count(done.resources, "resource")
        );
        here.notices.good(what);
        let address = WorkspaceAddress {
            installed: false,
            ..here.address.get_untracked()
        };
        here.go(&navigate, &address);
    });
}

/// The page once its installation is known; made anew for each.
#[component]
fn Content(here: Here, key: InstallationKey) -> impl IntoView {
    view! {
        <head::Head here/>
        <apps::AppTabs here/>
        <NoticeBanner notices=here.notices/>
        <facts::Facts here/>
        <grants::GrantsCard here key=key.clone()/>
        <div class="cols main-side">
            <history::HistoryCard here key=key.clone()/>
            <div class="stack">{token::card(here, key.clone())}{unused::card(here, key)}</div>
        </div>
    }
}
