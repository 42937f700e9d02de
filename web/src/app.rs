//! The routes of the page.

use leptos::prelude::*;
use leptos_router::{
    components::{ParentRoute, Redirect, Route, Router, Routes},
    path,
};

use crate::{
    address, clock,
    components::{Sprite, ToastList, Toasts},
    pages::{
        ask::AskPage, history::HistoryPage, not_found::NotFoundPage, request::RequestPage, requests::RequestsPage,
        setup::SetupPage, signin::SignInPage, strays::StraysPage, workspace::WorkspacePage, workspaces::WorkspacesPage,
    },
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
                <Route path=path!("/setup") view=SetupPage/>
                <ParentRoute path=path!("") view=Shell>
                    <Route path=path!("/") view=|| view! { <Redirect path=address::WORKSPACES/> }/>
                    <Route path=path!("/workspaces") view=WorkspacesPage/>
                    <Route path=path!("/workspaces/:tenant") view=WorkspacePage/>
                    <Route path=path!("/requests") view=RequestsPage/>
                    <Route path=path!("/requests/new") view=AskPage/>
                    <Route path=path!("/requests/strays") view=StraysPage/>
                    <Route path=path!("/requests/:request") view=RequestPage/>
                    <Route path=path!("/history") view=HistoryPage/>
                    <Route path=path!("/*rest") view=NotFoundPage/>
                </ParentRoute>
            </Routes>
        </Router>
        <ToastList/>
    }
}
