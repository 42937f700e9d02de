//! What a table shows while its rows are on the way: bars of the rows' size.

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
