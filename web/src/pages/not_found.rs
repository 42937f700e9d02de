//! An address that leads nowhere.

use leptos::prelude::*;

use crate::{
    address,
    components::{Empty, Glyph, PageTitle},
};

/// Says so, and leads back.
#[component]
pub fn NotFoundPage() -> impl IntoView {
    view! {
        <PageTitle text="Not found"/>
        <h1 class="visually-hidden">"Not found"</h1>
        <Empty glyph=Glyph::Search title="There is no such page" text=|| "The address may be incomplete, or from another version of the console.">
            <a class="btn sm" href=address::WORKSPACES>"Go to the workspaces"</a>
        </Empty>
    }
}
