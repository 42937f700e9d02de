//! One request in the list.

use grantbook_core::{request::RequestId, view::requests::RequestView};
use leptos::prelude::*;

use crate::reactive::{Memo, redrawn};
use crate::{
    address,
    components::{AppIcon, RelativeTime, RequestPill, ScopeTags},
    view_model::requests::{asked_whom, short_reason, took},
};

/// Scopes shown of one request.
const SCOPES: usize = 3;

/// The row; the request it follows may be read again.
pub fn request_row(id: RequestId, row: Memo<Option<RequestView>>) -> AnyView {
    let cell = move |draw: fn(RequestView) -> AnyView| redrawn(move || row.get().map(draw));
    view! {
        <tr data-request=id.to_string()>
            <td class="lead"><a href=address::request(id) data-row="">{cell(name)}</a></td>
            <td class="wide" data-label="State">{cell(state)}</td>
            <td class="wide" data-label="Asked for">{cell(|row| view! { <ScopeTags scopes=row.scopes most=SCOPES/> }.into_any())}</td>
            <td class="num" data-label="Took">{cell(time)}</td>
            <td class="nowrap" data-label="Changed">{cell(|row| view! { <RelativeTime at=row.updated_at/> }.into_any())}</td>
        </tr>
    }
    .into_any()
}

fn name(row: RequestView) -> AnyView {
    view! {
        <span class="who">
            <AppIcon name=row.app_name.clone()/>
            <span>
                <b class="trunc">{format!("{} asked {}", row.app_name, asked_whom(&row))}</b>
                <small class="trunc"><span class="mono">{row.id.to_string()}</span>" in "{row.tenant_name}", by "{row.author_name}</small>
            </span>
        </span>
    }
    .into_any()
}

fn state(row: RequestView) -> AnyView {
    let reason = short_reason(&row).map(|reason| view! { <small class="subtle small">{reason}</small> });
    view! { <span class="row" title=row.sentence><RequestPill state=row.state/>{reason}</span> }.into_any()
}

fn time(row: RequestView) -> AnyView {
    match row.took_ms {
        Some(ms) => took(ms).into_any(),
        None => view! { <span class="subtle">"–"</span> }.into_any(),
    }
}
