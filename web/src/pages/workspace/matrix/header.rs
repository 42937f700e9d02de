//! The head of the matrix: types above, resources below.

use grantbook_core::{
    ResourceType,
    matrix::{Column, Target},
};
use leptos::prelude::*;

use super::{Grid, begins_type};
use crate::components::{Glyph, Icon};
use crate::reactive::{Show, heard, redrawn};

/// Two rows of heads.
#[component]
pub fn Header(grid: Grid) -> impl IntoView {
    let types = move || {
        let types = grid.small.with(|matrix| {
            matrix
                .types()
                .into_iter()
                .map(|(kind, columns)| (kind, columns.len()))
                .collect::<Vec<_>>()
        });
        types
            .into_iter()
            .map(|(kind, span)| view! { <TypeHead grid kind span/> })
            .collect_view()
    };
    let columns = move || {
        grid.small.with(|matrix| {
            let heads = matrix.columns.iter().enumerate().map(|(at, column)| {
                let same = !begins_type(&matrix.columns, at);
                view! { <ColumnHead grid column=column.clone() same/> }
            });
            heads.collect_view()
        })
    };
    view! {
        <thead>
            <tr><th rowspan="2" scope="col">"Scope"</th>{redrawn(types)}</tr>
            <tr>{redrawn(columns)}</tr>
        </thead>
    }
}

#[component]
fn TypeHead(grid: Grid, kind: ResourceType, span: usize) -> impl IntoView {
    let is_open = move || grid.expanded.with(|expanded| expanded.contains(&kind));
    let close = move |_| {
        grid.expanded.update(|expanded| {
            expanded.remove(&kind);
        });
    };
    view! {
        <th colspan=span title=kind.plural()>
            {kind.as_str()}
            <Show when=is_open>
                <button class="linklike" type="button" aria-label=format!("Draw {} as one column", kind.plural()) on:click=heard(close)>
                    <Icon glyph=Glyph::Left small=true/>"fold"
                </button>
            </Show>
        </th>
    }
}

#[component]
fn ColumnHead(grid: Grid, column: Column, same: bool) -> impl IntoView {
    let kind = column.key.resource_type;
    let face = match &column.key.target {
        Target::Many => {
            let open = move |_| {
                // One at a time: another type that was open folds again.
                grid.expanded.set([kind].into());
            };
            view! {
                <button class="linklike" type="button" aria-expanded="false" on:click=heard(open)>
                    {column.resources}" "{kind.plural()}<Icon glyph=Glyph::Right small=true/>
                </button>
                <small>"all in one"</small>
            }
            .into_any()
        }
        Target::Wildcard => {
            view! { <span class="trunc">{format!("every {}", kind.noun())}</span><small>"all"</small> }.into_any()
        }
        Target::NoneYet => view! { <span class="subtle">"none yet"</span><small>"–"</small> }.into_any(),
        Target::One(id) => {
            let id = id.to_string();
            let small = (column.name != id).then(|| view! { <small>{id.clone()}</small> });
            view! { <span class="trunc" title=column.name.clone()>{column.name.clone()}</span>{small} }.into_any()
        }
    };
    view! { <th scope="col" class:same=same data-column=column.key.text()>{face}</th> }
}
