//! What was decided here without a request, and how each decision stands at Slack.

use grantbook_core::view::{
    ReceiptState,
    approvals::{AppWishView, OrgAppView},
};
use leptos::prelude::*;

use crate::reactive::redrawn;
use crate::{
    client::Remote,
    components::{Icon, RelativeTime, SentenceText, Tone},
    view_model::{
        audit,
        org_apps::{place, receipt},
        sentence::marked,
    },
};

/// The card, where there are any.
pub(super) fn card(app: Remote<OrgAppView>) -> AnyView {
    redrawn(move || {
        let app = app.value().filter(|app| !app.wishes.is_empty())?;
        let mut wishes = app.wishes.clone();
        wishes.sort_by_key(|wish| std::cmp::Reverse(wish.requested_at));
        let rows = wishes.iter().map(|wish| one(&app, wish)).collect_view();
        Some(view! {
            <section class="card" data-wishes="">
                <div class="card-head"><h2>"Decisions"</h2><span class="end small subtle">"taken here without a request"</span></div>
                <ul class="alarms">{rows}</ul>
            </section>
        })
    })
}

fn one(app: &OrgAppView, wish: &AppWishView) -> AnyView {
    let tone = match wish.state {
        ReceiptState::Seen => Tone::Granted,
        ReceiptState::Failed => Tone::Denied,
        ReceiptState::Acknowledged => Tone::Info,
        ReceiptState::Requested | ReceiptState::Sent => Tone::Pending,
    };
    let name = wish.team.as_ref().and_then(|team| {
        let place = app.places.iter().find(|place| place.team == *team)?;
        place.team_name.clone()
    });
    let place = place(name.as_deref(), wish.team.as_ref().map(ToString::to_string));
    let next = wish.next_at.map(|at| view! { " · next try "<RelativeTime at/> });
    view! {
        <li class=format!("alarm {}", tone.class()) data-wish=wish.what.as_str() data-state=format!("{:?}", wish.state).to_lowercase()>
            <span class=format!("node {}", tone.class())><Icon glyph=tone.glyph()/></span>
            <div>
                <strong><SentenceText segments=marked(&receipt(wish, &place))/></strong>
                <p class="small">{audit::who(&wish.who)}": “"{wish.reason.clone()}"” · "<RelativeTime at=wish.at/>{next}</p>
            </div>
        </li>
    }
    .into_any()
}
