//! "What this app may do here": the panel on an app's page, with a button for every change.
//!
//! For browser tests, inside `#access`:
//! - `[data-kind=channel]` holds one resource type; in it `[data-scope=…]` and `[data-resource=…]`.
//! - `select[name=scopes]` with `button[data-action=grant-scope]` and `button[data-action=deny-scope]`.
//! - `select[name=channel]` with `button[data-action=add-resource]`.
//! - `button[data-action=remove-scope|remove-resource|grant-wildcard|remove-wildcard|exclude]`.
//! - `button[data-action=revoke-tokens]`, `button[data-action=uninstall]`.
//! - not installed: `a[data-action=install]` (at the app), `a[data-action=install-from-slack]`.

mod doors;
mod today;

use grantbook_core::{ResourceType, Scope};

use super::{
    client::View,
    icons::{icon, kind_icon, kind_words, sensitivity_mark, state},
};
use crate::{
    html::{Html, html},
    state::{App, Granted, Installation, OauthVersion, World},
};

pub(super) fn panel(world: &World, view: &View, app: &App) -> Html {
    match world.installation(&app.id, &view.team) {
        Some(installation) => installed(world, view, app, installation),
        None => absent(view, app),
    }
}

fn absent(view: &View, app: &App) -> Html {
    let scopes: Vec<&str> = app.scopes.iter().map(Scope::as_str).collect();
    let page = if app.is_modern() {
        OauthVersion::V2
    } else {
        OauthVersion::V1
    }
    .page();
    let query = [
        ("client_id", app.client_id.as_str()),
        ("scope", &scopes.join(",")),
        ("team", view.team.as_str()),
        ("user", view.user.as_str()),
    ];
    let query = serde_urlencoded::to_string(query).unwrap_or_default();
    let own = app.install_url.as_ref().map(|url| {
        html!(
            "<a class=\"btn primary\" href=\"{}\" data-action=\"install\">Install from the app\u{2019}s own page</a>",
            url
        )
    });
    html!(
        "<section class=\"access\" id=\"access\" data-installed=\"false\"><div class=\"head\"><h2 class=\"grow\">{} is not installed here</h2>{}</div>\
         <p class=\"muted\">{} It would ask for {}.</p><div class=\"actions\">{}\
         <a class=\"btn\" href=\"{}?{}\" data-action=\"install-from-slack\">Install from here, without a state</a></div></section>",
        app.name,
        state("expired", "minus", "Not installed"),
        app.description,
        scopes.join(", "),
        own,
        page,
        query
    )
}

fn installed(world: &World, view: &View, app: &App, installation: &Installation) -> Html {
    let live = world.has_token(&app.id, &world.tenant_at(&app.id, &view.team));
    let token = if live {
        state("granted", "check", "Installed")
    } else {
        state("denied", "ban", "Tokens revoked")
    };
    let installer = world
        .users
        .get(&installation.installer)
        .map(|user| format!("@{}", user.name));
    let kinds: Html = ResourceType::ALL
        .into_iter()
        .filter(|kind| *kind != ResourceType::User)
        .filter_map(|kind| kind_row(world, view, app, installation, kind))
        .collect();
    let people: Html = people_row(world, installation).into_iter().collect();
    let body = (!view.folded).then(|| {
        html!(
            "<ul class=\"grants\">{}{}{}</ul>{}{}",
            today::bot_row(installation),
            kinds,
            people,
            if app.is_modern() {
                today::doors(world, view, app, installation)
            } else {
                doors::doors(world, view, app, installation)
            },
            doors::endings(world, view, app, live)
        )
    });
    html!(
        "<section class=\"access\" id=\"access\" data-installed=\"true\"><div class=\"head\"><h2>What this app may do here</h2>\
         <small class=\"small grow\">installed by {}</small>{}</div>{}</section>",
        installer.unwrap_or_else(|| installation.installer.to_string()),
        token,
        body
    )
}

/// A button that does one thing, as a form of its own.
fn button(
    view: &View,
    app: &App,
    action: &str,
    fields: &[(&str, &str)],
    class: &str,
    label: &str,
    inside: &Html,
) -> Html {
    let fields: Html = fields
        .iter()
        .map(|(name, value)| html!("<input type=\"hidden\" name=\"{}\" value=\"{}\">", name, value))
        .collect();
    html!(
        "<form method=\"post\" action=\"/client/act\">{}<input type=\"hidden\" name=\"app\" value=\"{}\">{}\
         <button type=\"submit\" class=\"{}\" name=\"action\" value=\"{}\" data-action=\"{}\" aria-label=\"{}\" title=\"{}\">{}</button></form>",
        view.hidden(),
        app.id,
        fields,
        class,
        action,
        action.replace('_', "-"),
        label,
        label,
        inside
    )
}

fn kind_row(world: &World, view: &View, app: &App, installation: &Installation, kind: ResourceType) -> Option<Html> {
    let scopes = installation.scopes_on(kind);
    let granted = installation.resources.get(&kind).cloned().unwrap_or_default();
    let granted_any = granted.wildcard || !granted.ids.is_empty();
    if scopes.is_empty() && !granted_any {
        return None;
    }
    let scope_pills: Html = scopes
        .iter()
        .map(|scope| {
            let cross = button(
                view,
                app,
                "remove_scope",
                &[("scopes", scope.as_str())],
                "",
                &format!("Remove {scope}"),
                &icon("x"),
            );
            html!(
                "<span class=\"pill scope-pill\" data-scope=\"{}\">{}{}{}</span>",
                scope,
                sensitivity_mark(scope),
                scope,
                cross
            )
        })
        .collect();
    let nowhere = (!granted_any).then(|| {
        html!("<span class=\"note\">Nowhere yet: it holds scopes for this type, but was added to none.</span>")
    });
    Some(html!(
        "<li data-kind=\"{}\"><div class=\"kind\"><b>{}</b><small class=\"small\">{}</small></div><div class=\"what\"><div class=\"pills\">{}</div>\
         <div class=\"pills\">{}{}</div></div></li>",
        kind,
        kind_words(kind),
        kind,
        scope_pills,
        places(world, view, app, kind, &granted),
        nowhere
    ))
}

fn places(world: &World, view: &View, app: &App, kind: ResourceType, granted: &Granted) -> Html {
    let name = |id: &grantbook_core::ResourceId| {
        let known = world.conversations.get(id).map(|c| world.conversation_name(c));
        known
            .or_else(|| world.teams.get(id.as_str()).map(|team| team.name.clone()))
            .unwrap_or_else(|| id.to_string())
    };
    if granted.wildcard {
        let words = format!("All {}, present and future", kind_words(kind).to_lowercase());
        let cross = button(
            view,
            app,
            "remove_wildcard",
            &[("resource_type", kind.as_str())],
            "",
            "Take the whole type back",
            &icon("x"),
        );
        let excluded: Html = granted
            .excluded
            .iter()
            .map(|id| {
                html!(
                    "<span class=\"pill fixed excluded\" data-excluded=\"{}\">except {}</span>",
                    id,
                    name(id)
                )
            })
            .collect();
        return html!(
            "<span class=\"pill\" data-wildcard=\"{}\">{}{}{}</span>{}",
            kind,
            kind_icon(kind),
            words,
            cross,
            excluded
        );
    }
    granted
        .ids
        .iter()
        .map(|id| {
            let label = format!("Remove from {}", name(id));
            let cross = button(
                view,
                app,
                "remove_resource",
                &[("resource", id.as_str())],
                "",
                &label,
                &icon("x"),
            );
            html!(
                "<span class=\"pill\" data-resource=\"{}\">{}{}{}</span>",
                id,
                kind_icon(kind),
                name(id),
                cross
            )
        })
        .collect()
}

fn people_row(world: &World, installation: &Installation) -> Option<Html> {
    if installation.users.is_empty() {
        return None;
    }
    let people: Html = installation
        .users
        .iter()
        .map(|(user, scopes)| {
            let name = world
                .users
                .get(user)
                .map_or_else(|| user.to_string(), |user| format!("@{}", user.name));
            let scopes: Vec<&str> = scopes.iter().map(Scope::as_str).collect();
            html!(
                "<span class=\"pill fixed\" data-resource=\"{}\">{}{}: <span class=\"mono\">{}</span></span>",
                user,
                icon("user"),
                name,
                scopes.join(", ")
            )
        })
        .collect();
    Some(html!(
        "<li data-kind=\"user\"><div class=\"kind\"><b>People</b><small class=\"small\">user</small></div><div class=\"what\"><div class=\"pills\">{}</div></div></li>",
        people
    ))
}
