//! Heads of sortable tables.

use leptos::prelude::*;

use super::{Glyph, Icon};
use crate::filter::Order;
use crate::reactive::{derived, heard, memo};

/// A column that can be sorted by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column<S> {
    /// What the server sorts by.
    pub sort: S,
    /// Its head.
    pub text: &'static str,
    /// Whether it holds numbers.
    pub number: bool,
}

/// The head of a column with its button; `aria-sort` says how the table is sorted.
#[component]
pub fn SortHeader<S>(
    /// The column.
    column: Column<S>,
    /// How the table is sorted now.
    #[prop(into)]
    sorted: Signal<(S, Order)>,
    /// Sorts by this column, or the other way round if it is already.
    #[prop(into)]
    on_sort: Callback<S>,
) -> impl IntoView
where
    S: Copy + PartialEq + Send + Sync + 'static,
{
    let Column { sort, text, number } = column;
    let order = memo(move |_| sorted.with(|(by, order)| (*by == sort).then_some(*order)));
    let aria = move || {
        order.get().map(|order| match order {
            Order::Ascending => "ascending",
            Order::Descending => "descending",
        })
    };
    let glyph = derived(move || {
        if order.get() == Some(Order::Ascending) {
            Glyph::Up
        } else {
            Glyph::Down
        }
    });
    view! {
        <th scope="col" class:num=number aria-sort=aria>
            <button type="button" on:click=heard(move |_| on_sort.run(sort))>{text}<Icon glyph/></button>
        </th>
    }
}
