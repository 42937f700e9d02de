//! The routes of the page.

use leptos::prelude::*;
use leptos_router::{
    Lazy,
    components::{ParentRoute, Redirect, Route, Router, Routes},
    path,
};

use crate::{
    address, clock,
    components::{Sprite, ToastList, Toasts},
    pages::{lazy, not_found::NotFoundPage, signin::SignInPage, workspaces::WorkspacesPage},
    session::Session,
    shell::Shell,
};

/// The whole page.
#[component]
pub fn App() -> impl IntoView {
    clock::provide_clock();
    Toasts::provide();
    Session::provide().ask();
    view! {
        <Sprite/>
        <Router>
            <Routes fallback=NotFoundPage>
                <Route path=path!("/signin") view=SignInPage/>
                <Route path=path!("/setup") view={Lazy::<lazy::Setup>::new()}/>
                <ParentRoute path=path!("") view=Shell>
                    <Route path=path!("/") view=|| view! { <Redirect path=address::WORKSPACES/> }/>
                    <Route path=path!("/workspaces") view=WorkspacesPage/>
                    <Route path=path!("/workspaces/:tenant") view={Lazy::<lazy::Workspace>::new()}/>
                    <Route path=path!("/requests") view={Lazy::<lazy::Requests>::new()}/>
                    <Route path=path!("/requests/new") view={Lazy::<lazy::Ask>::new()}/>
                    <Route path=path!("/requests/strays") view={Lazy::<lazy::Strays>::new()}/>
                    <Route path=path!("/requests/:request") view={Lazy::<lazy::Request>::new()}/>
                    <Route path=path!("/queue") view={Lazy::<lazy::Queue>::new()}/>
                    <Route path=path!("/queue/:request") view={Lazy::<lazy::AppRequest>::new()}/>
                    <Route path=path!("/history") view={Lazy::<lazy::History>::new()}/>
                    <Route path=path!("/drift") view={Lazy::<lazy::Drift>::new()}/>
                    <Route path=path!("/drift/unused") view={Lazy::<lazy::Unused>::new()}/>
                    <Route path=path!("/org-apps") view={Lazy::<lazy::OrgApps>::new()}/>
                    <Route path=path!("/org-apps/:enterprise/:app") view={Lazy::<lazy::OrgApp>::new()}/>
                    <Route path=path!("/reports") view={Lazy::<lazy::Reports>::new()}/>
                    <Route path=path!("/apps") view={Lazy::<lazy::Apps>::new()}/>
                    <Route path=path!("/apps/new") view={Lazy::<lazy::Wizard>::new()}/>
                    <Route path=path!("/apps/:slug") view={Lazy::<lazy::App>::new()}/>
                    <Route path=path!("/rules") view={Lazy::<lazy::Rules>::new()}/>
                    <Route path=path!("/rules/versions") view={Lazy::<lazy::RulesVersions>::new()}/>
                    <Route path=path!("/rules/versions/:version") view={Lazy::<lazy::RulesVersion>::new()}/>
                    <Route path=path!("/keys") view={Lazy::<lazy::Keys>::new()}/>
                    <Route path=path!("/audit") view={Lazy::<lazy::Audit>::new()}/>
                    <Route path=path!("/*rest") view=NotFoundPage/>
                </ParentRoute>
            </Routes>
        </Router>
        <ToastList/>
    }
}
