//! The line over a list that says what has arrived, without moving the rows that are being read.

use leptos::prelude::*;

use super::{Glyph, Icon};
use crate::reactive::{Show, heard, redrawn};

/// The line. It takes no room and stays in sight while the list is scrolled.
#[component]
pub fn FreshLine(
    /// What has arrived; nothing is shown without it.
    #[prop(into)]
    text: Signal<Option<String>>,
    /// Shows it.
    #[prop(into)]
    on_show: Callback<()>,
) -> impl IntoView {
    view! {
        <div class="fresh-spot">
            <Show when=move || text.with(Option::is_some)>
                <button class="btn sm" type="button" on:click=heard(move |_| on_show.run(()))>
                    <Icon glyph=Glyph::Up/><span role="status">{redrawn(move || text.get())}</span>
                </button>
            </Show>
        </div>
    }
}
