//! What an app of today asks for: new scopes, some of them optional, the person's own, and what it has.

use std::collections::BTreeSet;

use grantbook_core::{Scope, sensitivity};

use super::{ConsentPage, ask, words};
use crate::{
    html::{Html, html},
    pages::icons::sensitivity_mark,
    state::Installation,
};

impl ConsentPage<'_> {
    pub(super) fn asks_v2(&self) -> Html {
        let installation = self.world.installation_of(&self.request.app, self.tenant);
        let held = installation
            .and_then(|i| i.bot.as_ref())
            .map(|bot| bot.scopes.clone())
            .unwrap_or_default();
        let lent = installation
            .and_then(|i| i.users.get(self.user))
            .cloned()
            .unwrap_or_default();
        let optional = self.world.optional_scopes(self.request, self.tenant);
        let fresh: Html = missing(&self.request.scopes, &held)
            .map(|scope| {
                if optional.contains(scope) {
                    choice(scope)
                } else {
                    ask(scope)
                }
            })
            .collect();
        let personal: Html = missing(&self.request.user_scopes, &lent).map(ask).collect();
        let may = !optional.is_empty();
        let has_new = missing(&self.request.scopes, &held).next().is_some();
        let has_personal = missing(&self.request.user_scopes, &lent).next().is_some();
        let title = if held.is_empty() {
            "What it asks for"
        } else {
            "What is new"
        };
        html!(
            "{}{}{}{}{}",
            has_new.then(|| section(
                "new",
                title,
                may.then_some("Untick what is optional to leave it out."),
                &fresh
            )),
            has_personal.then(|| section(
                "personal",
                "What it asks of you",
                Some("It would do this as you, in your name."),
                &personal
            )),
            (!has_new && !has_personal).then(|| html!(
                "<p class=\"muted\" id=\"nothing-new\">It asks for nothing that it does not have already.</p>"
            )),
            self.is_org_wide().then(|| self.workspaces()),
            installation.map(|installation| self.already(installation, &held, &lent))
        )
    }

    /// Of the whole organization, the workspaces that the app can be added to at once.
    fn workspaces(&self) -> Html {
        let org = self.world.org(&self.request.app);
        let rows: Html = self
            .world
            .teams
            .values()
            .filter(|team| org.is_none_or(|org| !org.teams.contains(&team.id)))
            .map(|team| {
                html!(
                    "<label class=\"opt\"><input type=\"checkbox\" name=\"workspace\" value=\"{}\"><span>{}</span>\
                     <span class=\"mono small subtle\">{}</span></label>",
                    team.id,
                    team.name,
                    team.id
                )
            })
            .collect();
        html!(
            "<section class=\"stack tight\" id=\"workspaces\"><h2>Where it works at once</h2>\
             <p class=\"muted\">Administrators can add it to more workspaces later. It reaches nothing in the others.</p>\
             <div class=\"places\">{}</div></section>",
            rows
        )
    }

    /// What the app has in this workspace, asked for again or not: installing again removes nothing.
    fn already(&self, installation: &Installation, held: &BTreeSet<Scope>, lent: &BTreeSet<Scope>) -> Html {
        let row = |scope: &Scope| {
            html!(
                "<li data-scope=\"{}\"><span class=\"mono small\">{}</span> <span class=\"subtle\">{}</span></li>",
                scope,
                scope,
                words(scope)
            )
        };
        let bot: Html = held.iter().map(row).collect();
        let personal: Html = lent.iter().map(row).collect();
        let installer = self.world.users.get(&installation.installer);
        let by = installer.map(|user| html!(", installed by <strong>@{}</strong>", user.name));
        html!(
            "<details class=\"held\" id=\"held\"><summary><span>It already has {}{}</span></summary>\
             <p class=\"small subtle\">Installing again only adds: it keeps these, whatever you answer.</p><ul>{}{}</ul></details>",
            count(held.len() + lent.len()),
            by,
            bot,
            personal
        )
    }
}

fn count(scopes: usize) -> String {
    match scopes {
        1 => "1 scope".to_owned(),
        many => format!("{many} scopes"),
    }
}

/// The scopes that are not held yet.
fn missing<'a>(scopes: &'a [Scope], held: &'a BTreeSet<Scope>) -> impl Iterator<Item = &'a Scope> {
    scopes.iter().filter(|scope| !held.contains(*scope))
}

fn section(id: &str, title: &str, words: Option<&str>, rows: &Html) -> Html {
    html!(
        "<section class=\"stack tight\" id=\"{}\"><h2>{}</h2>{}<ul class=\"ask\">{}</ul></section>",
        id,
        title,
        words.map(|words| html!("<p class=\"muted\">{}</p>", words)),
        rows.clone()
    )
}

/// An optional scope, which may be unticked.
fn choice(scope: &Scope) -> Html {
    let (grade, reason) = sensitivity::judge(scope.as_str());
    html!(
        "<li data-scope=\"{}\" class=\"may\">{}<label class=\"opt\"><input type=\"checkbox\" name=\"optional\" value=\"{}\" checked>\
         <span><strong>{}</strong><span class=\"plain\">{} sensitivity: {}</span>\
         <span class=\"named\"><span class=\"small subtle mono\">{}</span><span class=\"tag\">Optional</span></span></span></label></li>",
        scope,
        sensitivity_mark(scope),
        scope,
        words(scope),
        grade.as_str(),
        reason,
        scope
    )
}
