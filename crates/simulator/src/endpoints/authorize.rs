//! `GET /oauth/authorize`: a person sees what an app asks for, chooses where it goes, and decides.
//! `GET /oauth/v2/authorize`: the same for apps of today, whose scopes hold in the whole workspace.
//!
//! `POST` of either address takes the decision. The request itself is remembered on the server under
//! a nonce, so that the form can change nothing but the choices.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::State,
    response::{IntoResponse as _, Response},
};
use grantbook_core::{ResourceId, ResourceType, Scope, TeamId, Tenant, UserId};
use http::{HeaderMap, StatusCode, Uri, header};

use super::assets::{page, same_site};
use crate::{
    pages::{
        self,
        consent::{self, ConsentPage},
    },
    slack::Slack,
    state::{Choice, ConsentError, ConsentRequest, World},
};

/// The acting person and place, which the page's own form may change.
const ACTING: [&str; 2] = ["team", "user"];

/// The query of a consent page.
struct Query(Vec<(String, String)>);

impl Query {
    fn of(uri: &Uri) -> Self {
        Self(serde_urlencoded::from_str(uri.query().unwrap_or_default()).unwrap_or_default())
    }

    fn field(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }
}

pub(super) async fn show(State(slack): State<Arc<Slack>>, uri: Uri) -> Response {
    let query = Query::of(&uri);
    let single = query
        .field("single_channel")
        .is_some_and(|value| value == "true" || value == "1");
    let request = slack.read(|world| {
        world.consent_request(
            query.field("client_id").unwrap_or_default(),
            query.field("scope"),
            query.field("redirect_uri"),
            query.field("state").map(str::to_owned),
            single,
        )
    });
    present(&slack, request, &query)
}

/// `/oauth/v2/authorize`: `scope` is for the bot, `user_scope` of the person.
pub(super) async fn show_v2(State(slack): State<Arc<Slack>>, uri: Uri) -> Response {
    let query = Query::of(&uri);
    let request = slack.read(|world| {
        world.consent_request_v2(
            query.field("client_id").unwrap_or_default(),
            query.field("scope"),
            query.field("user_scope"),
            query.field("redirect_uri"),
            query.field("state").map(str::to_owned),
        )
    });
    present(&slack, request, &query)
}

/// The page for a request, or what is wrong with it.
fn present(slack: &Slack, request: Result<ConsentRequest, ConsentError>, query: &Query) -> Response {
    let request = match request {
        Ok(request) => request,
        Err(error) => return refuse(slack, &error),
    };
    let (team, user) = (query.field("team"), query.field("user"));
    let only = slack.read(|world| world.apps.get(&request.app).and_then(|app| app.only_team.clone()));
    let team = team.or(only.as_ref().map(TeamId::as_str));
    if let Some(Ok(tenant)) = team.map(str::parse::<Tenant>)
        && let Err(error) = slack.read(|world| world.check_tenant(&request, &tenant))
    {
        return refuse(slack, &error);
    }
    render(slack, &request, team, user, &query.0, None)
}

fn refuse(slack: &Slack, error: &ConsentError) -> Response {
    let advice = match error {
        ConsentError::InvalidClientId => "The app has a wrong client_id in its configuration.",
        ConsentError::BadRedirectUri => "Register the address with the app, or send one of those it has.",
        ConsentError::InvalidScope(_) => "Ask only for scopes that apps of this kind can have.",
        ConsentError::WrongVersion => {
            "Workspace apps come to /oauth/authorize, apps with granular scopes to /oauth/v2/authorize."
        }
        ConsentError::NoScopes => "Name scopes for the bot in scope, or scopes of the person in user_scope.",
        ConsentError::InvalidTeam => "Choose the app's own workspace, or distribute the app.",
        ConsentError::NoOrgInstall => "Choose a workspace, or let the app be deployed in organizations.",
        ConsentError::ScopeNotAllowedOnEnterprise(_) => "Leave the scope out, or choose a workspace.",
        ConsentError::NoBotScopes => "Name scopes for the bot in scope, or choose a workspace.",
    };
    let main = consent::error(error.code(), &error.to_string(), advice);
    page(
        StatusCode::BAD_REQUEST,
        &pages::document(
            "Not possible",
            super::client::clock(slack),
            &crate::html::Html::default(),
            &main,
        ),
        None,
    )
}

fn render(
    slack: &Slack,
    request: &ConsentRequest,
    team: Option<&str>,
    user: Option<&str>,
    query: &[(String, String)],
    problem: Option<String>,
) -> Response {
    let Some((tenant, team, user)) = slack.read(|world| acting(world, team, user)) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let query: Vec<(String, String)> = query
        .iter()
        .filter(|(name, _)| !ACTING.contains(&name.as_str()))
        .cloned()
        .collect();
    let origin = request.redirect_uri.origin().ascii_serialization();
    let nonce = slack.show_form(request.clone());
    let main = slack.read(|world| {
        ConsentPage {
            world,
            request,
            tenant: &tenant,
            team: &team,
            user: &user,
            nonce: &nonce,
            query: &query,
            problem,
        }
        .main()
    });
    let text = pages::document(
        "Allow an app",
        super::client::clock(slack),
        &crate::html::Html::default(),
        &main,
    );
    page(StatusCode::OK, &text, Some(&origin))
}

/// The place and the person asked for, or the first that fit, with a workspace of that person.
fn acting(world: &World, team: Option<&str>, user: Option<&str>) -> Option<(Tenant, TeamId, UserId)> {
    let person = user.and_then(|id| world.users.get(id));
    if let Some(Ok(tenant @ Tenant::Enterprise(_))) = team.map(str::parse::<Tenant>) {
        let asked = person.filter(|person| world.is_org_admin(&person.id));
        let admin = asked.or_else(|| world.users.values().find(|person| world.is_org_admin(&person.id)))?;
        return Some((tenant, admin.teams.first()?.clone(), admin.id.clone()));
    }
    let team = team.and_then(|id| world.teams.get(id)).map(|team| team.id.clone());
    let team = team.or_else(|| person.and_then(|person| person.teams.first().cloned()));
    let team = team.or_else(|| super::client::first_team(world))?;
    let person = person.filter(|person| person.teams.contains(&team));
    let user = person
        .map(|person| person.id.clone())
        .or_else(|| super::client::first_user(world, &team))?;
    Some((Tenant::Team(team.clone()), team, user))
}

pub(super) async fn answer(State(slack): State<Arc<Slack>>, headers: HeaderMap, body: Bytes) -> Response {
    if !same_site(&headers) {
        return StatusCode::FORBIDDEN.into_response();
    }
    let fields: Vec<(String, String)> = serde_urlencoded::from_bytes(&body).unwrap_or_default();
    let field = |name: &str| {
        fields
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    };
    let Some(request) = field("nonce").and_then(|nonce| slack.take_form(nonce)) else {
        let main = consent::error(
            "invalid_form",
            "This page was answered before, or was open too long",
            "Start the installation again.",
        );
        let text = pages::document(
            "Expired",
            super::client::clock(&slack),
            &crate::html::Html::default(),
            &main,
        );
        return page(StatusCode::FORBIDDEN, &text, None);
    };
    if field("decision") != Some("allow") {
        return found(request.denied().as_str());
    }
    let all = |name: &'static str| {
        fields
            .iter()
            .filter(move |(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    };
    let (team, user) = (field("team").unwrap_or_default(), field("user").unwrap_or_default());
    let (Ok(tenant), Ok(user_id)) = (team.parse::<Tenant>(), UserId::new(user)) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let choice = Choice {
        resources: all("channel").filter_map(|id| ResourceId::new(id).ok()).collect(),
        wildcards: all("wildcard")
            .filter_map(|kind| kind.parse::<ResourceType>().ok())
            .collect(),
        untick: slack.read(|world| {
            let ticked: Vec<&str> = all("optional").collect();
            let mut optional = world.optional_scopes(&request, &tenant);
            optional.retain(|scope| !ticked.contains(&scope.as_str()));
            optional.into_iter().collect()
        }),
        teams: all("workspace").filter_map(|id| TeamId::new(id).ok()).collect(),
    };
    let allowed = slack.change(|world, moment| (world.allow(moment, &request, &tenant, &user_id, &choice), Vec::new()));
    match allowed {
        Ok(code) => found(request.allowed(&code).as_str()),
        Err(error) => {
            let query = query_of(&slack, &request);
            render(
                &slack,
                &request,
                Some(team),
                Some(user),
                &query,
                Some(format!("{error}.")),
            )
        }
    }
}

/// The query that asks the same again.
fn query_of(slack: &Slack, request: &ConsentRequest) -> Vec<(String, String)> {
    let client_id = slack.read(|world| world.apps.get(&request.app).map(|app| app.client_id.to_string()));
    let list = |scopes: &[Scope]| scopes.iter().map(Scope::as_str).collect::<Vec<_>>().join(",");
    let fields = [
        ("client_id", client_id),
        ("scope", Some(list(&request.scopes))),
        (
            "user_scope",
            Some(list(&request.user_scopes)).filter(|scopes| !scopes.is_empty()),
        ),
        ("redirect_uri", request.redirect_given.clone()),
        ("state", request.state.clone()),
        ("single_channel", request.single_channel.then(|| "true".to_owned())),
    ];
    fields
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)))
        .collect()
}

fn found(address: &str) -> Response {
    (
        StatusCode::FOUND,
        [
            (header::LOCATION, address.to_owned()),
            (header::CACHE_CONTROL, "no-store".to_owned()),
        ],
    )
        .into_response()
}
