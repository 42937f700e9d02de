//! One app in the list: each fact for itself.

use grantbook_core::{
    approval::Previous,
    view::approvals::{AlarmKind, OrgAppView, ResolutionView},
};
use leptos::prelude::*;

use crate::{
    address,
    components::{AppIcon, Glyph, Icon, Pill, RelativeTime, Tone},
    view_model::{
        number::thousands,
        org_apps::{alarm_words, status_words},
        time_words,
    },
};

/// The row.
pub(super) fn row(app: OrgAppView) -> AnyView {
    let href = address::org_app(&app.enterprise, &app.app);
    let number = |label: &'static str, count: u64| {
        view! { <td class="num" data-label=label><span class:subtle=count == 0>{thousands(count)}</span></td> }
    };
    let mut kinds: Vec<AlarmKind> = app.alarms.iter().map(|alarm| alarm.kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    view! {
        <tr data-app=app.app.to_string()>
            <td class="lead"><a href=href data-row=""><span class="who">
                <AppIcon name=app.app_name.clone()/>
                <span><b class="trunc" title=app.app_name.clone()>{app.app_name.clone()}</b><small class="mono">{app.app.to_string()}</small></span>
            </span></a></td>
            <td class="wide" data-label="Whole organization">{match &app.org {
                Some(org) => resolution(org),
                None => view! { <span class="subtle">"Not decided"</span> }.into_any(),
            }}</td>
            {number("Approved in", app.approved_in)}
            {number("Restricted in", app.restricted_in)}
            <td class="num" data-label="Installed in">
                <span class:subtle={app.installed_in == 0}>{thousands(app.installed_in)}</span>
                {app.installed_for_organization.then(|| view! { <br/><small class="subtle small">"organization-wide"</small> })}
            </td>
            {number("Open requests", app.open_requests)}
            <td class="wide" class:skip-narrow={kinds.is_empty()} data-label="Alarms">{alarms(&kinds)}</td>
        </tr>
    }
    .into_any()
}

/// A status as a pill.
pub fn status(status: Previous) -> AnyView {
    let tone = match status {
        Previous::Approved => Tone::Granted,
        Previous::Restricted => Tone::Restricted,
        Previous::Unresolved | Previous::Other => Tone::Expired,
    };
    view! { <Pill tone text=status_words(status)/> }.into_any()
}

/// What stands in one place, and since when.
pub fn resolution(stands: &ResolutionView) -> AnyView {
    let ends = stands.ends_at.map(|at| {
        view! { ", "<span title=time_words::absolute(at)>"ends "{time_words::date(at)}</span> }
    });
    view! {
        {status(stands.status)}
        <br/><small class="subtle small"><RelativeTime at=stands.date_updated/>{ends}</small>
    }
    .into_any()
}

/// Alarms as words. What is restricted and installed is two facts, and shown as two.
fn alarms(kinds: &[AlarmKind]) -> AnyView {
    if kinds.is_empty() {
        return view! { <span class="subtle" aria-label="No alarm">"–"</span> }.into_any();
    }
    let one = |kind: &AlarmKind| {
        if *kind == AlarmKind::RestrictedButInstalled {
            return view! {
                <Pill tone=Tone::Restricted text="Restricted"/>
                <Pill tone=Tone::Granted text="Installed" glyph=Glyph::Apps/>
            }
            .into_any();
        }
        view! { <span class="state pending"><Icon glyph=Glyph::Warn/>{alarm_words(*kind)}</span> }.into_any()
    };
    view! { <span class="row wrap tight">{kinds.iter().map(one).collect_view()}</span> }.into_any()
}
