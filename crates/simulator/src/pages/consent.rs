//! The consent pages of both versions of OAuth, and the page shown instead when the request is wrong.
//!
//! For browser tests: `#allow`, `#cancel`, `select[name=team]`, `select[name=user]`, `li[data-scope]`;
//! in version 1 `input[name=channel][value=C…]` (checkboxes, or radios with `single_channel=true`) and
//! `input[name=wildcard][value=channel]`; in version 2 `#new`, `#personal`, `#held` around the scopes
//! and `input[name=optional][value=SCOPE]`, for the whole organization `option[value=E…]` of the former and
//! `#workspaces input[name=workspace]`; on the error page `[data-error]`.

mod today;

use std::collections::BTreeSet;

use grantbook_core::{ResourceType, Scope, TeamId, Tenant, UserId, catalogue, sensitivity};

use super::icons::{icon, kind_icon, sensitivity_mark};
use crate::{
    html::{Html, html},
    state::{ConsentRequest, Conversation, OauthVersion, Team, User, World},
};

/// What the page needs to know.
#[derive(Debug)]
pub(crate) struct ConsentPage<'a> {
    pub(crate) world: &'a World,
    pub(crate) request: &'a ConsentRequest,
    /// Where the app would be installed.
    pub(crate) tenant: &'a Tenant,
    /// The workspace, or one of the person's where it is the whole organization.
    pub(crate) team: &'a TeamId,
    pub(crate) user: &'a UserId,
    pub(crate) nonce: &'a str,
    /// The query of the page's address without `team` and `user`.
    pub(crate) query: &'a [(String, String)],
    /// What was wrong with the last try.
    pub(crate) problem: Option<String>,
}

impl ConsentPage<'_> {
    pub(crate) fn main(&self) -> Html {
        let Some(app) = self.world.apps.get(&self.request.app) else {
            return Html::default();
        };
        let team = self.place_name();
        let initial = app.name.chars().next().map(String::from);
        let again =
            self.request.version == OauthVersion::V2 && self.world.installation_of(&app.id, self.tenant).is_some();
        let wish = if again {
            "asks for more"
        } else {
            "wants to be installed"
        };
        let (asks, note) = match self.request.version {
            OauthVersion::V1 => (
                self.asks_v1(),
                "It always gets its own conversation with you, where it may write and read.",
            ),
            OauthVersion::V2 => (
                self.asks_v2(),
                if self.is_org_wide() {
                    "What it may do holds in every workspace that it is added to; it reads only conversations it is a member of."
                } else {
                    "What it may do holds in the whole workspace; it reads only conversations it is a member of."
                },
            ),
        };
        html!(
            "<main class=\"paper\" id=\"main\">{}<form class=\"card\" method=\"post\" action=\"{}\" id=\"consent\">\
             <input type=\"hidden\" name=\"nonce\" value=\"{}\"><input type=\"hidden\" name=\"team\" value=\"{}\">\
             <input type=\"hidden\" name=\"user\" value=\"{}\">\
             <div class=\"card-head tall\"><span class=\"who\"><span class=\"app-icon tone-2 lg\" aria-hidden=\"true\">{}</span>\
             <span><h1>{} {}</h1><small class=\"subtle\">in {}. {}</small></span></span></div>\
             <div class=\"card-body stack\">{}{}<p class=\"note\">{}</p></div>\
             <div class=\"card-foot\"><span class=\"grow\">You are sent to <span class=\"mono\">{}</span></span>\
             <button class=\"btn\" type=\"submit\" name=\"decision\" value=\"cancel\" id=\"cancel\" formnovalidate>Cancel</button>\
             <button class=\"btn primary\" type=\"submit\" name=\"decision\" value=\"allow\" id=\"allow\">Allow</button></div></form></main>",
            self.acting(),
            self.request.version.page(),
            self.nonce,
            self.tenant.as_str(),
            self.user,
            initial,
            app.name,
            wish,
            team,
            app.description,
            self.problem.as_ref().map(|problem| banner(problem)),
            asks,
            note,
            self.request.redirect_uri.origin().ascii_serialization(),
        )
    }

    /// Whether it is about the whole organization.
    fn is_org_wide(&self) -> bool {
        matches!(self.tenant, Tenant::Enterprise(_))
    }

    fn place_name(&self) -> String {
        match (self.tenant, &self.world.enterprise) {
            (Tenant::Enterprise(_), Some(enterprise)) => format!("all of {}", enterprise.name),
            _ => self
                .world
                .teams
                .get(self.team)
                .map(|team| team.name.clone())
                .unwrap_or_default(),
        }
    }

    /// The whole organization as a choice, for those who administer it and apps that can be installed in it.
    fn organization(&self) -> Option<Html> {
        let enterprise = self.world.enterprise.as_ref()?;
        let id = self.world.org_for(&self.request.app)?;
        let words = format!("{}, the whole organization", enterprise.name);
        let may = self.is_org_wide() || self.world.is_org_admin(self.user);
        may.then(|| option(id.as_str(), &words, self.is_org_wide()))
    }

    fn asks_v1(&self) -> Html {
        let asks: Html = self.request.scopes.iter().map(ask).collect();
        html!(
            "<section class=\"stack tight\"><h2>What it asks for</h2><ul class=\"ask\">{}</ul></section>{}",
            asks,
            self.places()
        )
    }

    /// Who acts, and where.
    fn acting(&self) -> Html {
        let kept: Html = self
            .query
            .iter()
            .map(|(name, value)| html!("<input type=\"hidden\" name=\"{}\" value=\"{}\">", name, value))
            .collect();
        let here = !self.is_org_wide();
        let team = |team: &Team| option(team.id.as_str(), &team.name, here && team.id == *self.team);
        let user = |user: &&User| option(user.id.as_str(), &format!("@{}", user.name), user.id == *self.user);
        let teams: Html = self.world.teams.values().map(team).collect();
        let mut people = self.world.members(self.team);
        people.retain(|person| here || self.world.is_org_admin(&person.id));
        let users: Html = people.iter().map(user).collect();
        html!(
            "<form class=\"acting\" method=\"get\" action=\"{}\" id=\"acting\">{}\
             <div class=\"field\"><label for=\"team\">Workspace</label><select class=\"input\" name=\"team\" id=\"team\" data-submit>{}{}</select></div>\
             <div class=\"field\"><label for=\"user\">Acting as</label><select class=\"input\" name=\"user\" id=\"user\" data-submit>{}</select></div>\
             <button class=\"btn\" type=\"submit\" data-without-script>Change</button></form>",
            self.request.version.page(),
            kept,
            teams,
            self.organization(),
            users
        )
    }

    /// Where the app is to be added, for the types its scopes work on.
    fn places(&self) -> Option<Html> {
        let kinds: BTreeSet<ResourceType> = self
            .request
            .scopes
            .iter()
            .flat_map(catalogue::resource_types)
            .copied()
            .collect();
        let places = self.world.visible(self.team, self.user);
        let places: Vec<&&Conversation> = places.iter().filter(|c| kinds.contains(&c.kind)).collect();
        if places.is_empty() {
            return None;
        }
        let single = self.request.single_channel;
        let all = (!single && kinds.contains(&ResourceType::Channel)).then(|| {
            html!(
                "<label class=\"opt all\"><input type=\"checkbox\" name=\"wildcard\" value=\"channel\">{}<span>All public channels, present and future</span></label>",
                icon("hash")
            )
        });
        let rows: Html = places.into_iter().map(|place| self.place(place)).collect();
        let (title, words) = if single {
            ("Where it goes", "Choose the one channel it is added to.")
        } else {
            (
                "Where it goes",
                "Choose where it is added. What it asks for applies in these places only; leave all empty to add it nowhere yet.",
            )
        };
        Some(html!(
            "<section class=\"stack tight\"><h2>{}</h2><p class=\"muted\">{}</p><div class=\"places\">{}{}</div></section>",
            title,
            words,
            all,
            rows
        ))
    }

    fn place(&self, place: &Conversation) -> Html {
        let (kind, required) = if self.request.single_channel {
            ("radio", "required")
        } else {
            ("checkbox", "")
        };
        html!(
            "<label class=\"opt\"><input type=\"{}\" name=\"channel\" value=\"{}\" {}>{}<span>{}</span><span class=\"mono small subtle\">{}</span></label>",
            kind,
            place.id,
            required,
            kind_icon(place.kind),
            self.world.conversation_name(place),
            place.id
        )
    }
}

fn option(value: &str, words: &str, selected: bool) -> Html {
    html!(
        "<option value=\"{}\" {}>{}</option>",
        value,
        if selected { "selected" } else { "" },
        words
    )
}

fn ask(scope: &Scope) -> Html {
    let (grade, reason) = sensitivity::judge(scope.as_str());
    html!(
        "<li data-scope=\"{}\">{}<div><strong>{}</strong><p class=\"plain\">{} sensitivity: {}</p><p class=\"small subtle mono\">{}</p></div></li>",
        scope,
        sensitivity_mark(scope),
        words(scope),
        grade.as_str(),
        reason,
        scope
    )
}

/// What a scope lets an app do, as a sentence.
fn words(scope: &Scope) -> String {
    let (_, reason) = sensitivity::judge(scope.as_str());
    let words = catalogue::find(scope)
        .map(|info| info.description)
        .filter(|words| !words.is_empty())
        .unwrap_or(reason);
    capital(words.trim_start_matches("Workspace apps: "))
}

/// The same, beginning with a capital letter.
fn capital(words: &str) -> String {
    let mut rest = words.chars();
    rest.next()
        .map(|first| first.to_uppercase().chain(rest).collect())
        .unwrap_or_default()
}

fn banner(problem: &str) -> Html {
    html!(
        "<div class=\"banner denied\" role=\"alert\">{}<p>{}</p></div>",
        icon("warn"),
        problem
    )
}

/// Instead of the consent page: what is wrong, with Slack's name for it.
pub(crate) fn error(code: &str, sentence: &str, advice: &str) -> Html {
    html!(
        "<main class=\"paper\" id=\"main\"><div class=\"card\" data-error=\"{}\"><div class=\"blank err\">{}\
         <h1>This app cannot be installed like this</h1><p>{}. {}</p><p class=\"mono small subtle\">{}</p></div></div></main>",
        code,
        icon("warn"),
        sentence,
        advice,
        code
    )
}
