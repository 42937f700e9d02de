//! What a table or a request's page shows while its content is on the way: bars of the content's size.

use leptos::prelude::*;

/// Rows of bars, for within a `<tbody>`.
#[component]
pub fn SkeletonRows(
    /// How many rows.
    #[prop(default = 8)]
    rows: usize,
    /// How many columns; the first has a dot for the avatar.
    columns: usize,
) -> impl IntoView {
    let cell = |row: usize, column: usize| {
        let width = if column > 1 {
            "skel w1"
        } else if row.is_multiple_of(2) {
            "skel w2"
        } else {
            "skel w3"
        };
        if column > 0 {
            return view! { <td><span class="skel w2"></span></td> }.into_any();
        }
        view! {
            <td class="lead"><span class="row"><span class="skel dot"></span><span class=format!("{width} grow")></span></span></td>
        }
        .into_any()
    };
    (0..rows)
        .map(|row| view! { <tr aria-hidden="true">{(0..columns).map(|column| cell(row, column)).collect_view()}</tr> })
        .collect_view()
}

/// Bars of the size of a request's page: cards of these classes, and two beside each other.
pub fn skeleton_of_request(above: &[&'static str]) -> AnyView {
    let card = |class: &'static str| view! { <section class=class><span class="skel w1"></span><span class="skel w3"></span><span class="skel w2"></span></section> };
    let beside = "card skel-card tall";
    view! {
        <div class="stack" aria-busy="true" aria-label="The request is being read">
            <div class="row"><span class="skel w1"></span></div>
            {above.iter().copied().map(card).collect_view()}
            <div class="cols main-side">{card(beside)}{card(beside)}</div>
        </div>
    }
    .into_any()
}
