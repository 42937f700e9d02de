//! The pure world: what deeds change, and which events they send.

use grantbook_api::{
    ErrorCode,
    events::{Event, Grant, ResourceGrant},
};
use grantbook_core::{AppId, ResourceId, ResourceType, Scope, TeamId, Timestamp};

use super::{Acted, Action, ActionError, AppModel, Exchange, InstallAnswer, Moment, World};
use crate::{ids::IdSource, seed::Seed};

const START: Timestamp = Timestamp::from_seconds(1_497_911_545);
const CHANNEL: &str = "C061EG9T2";

struct Play {
    world: World,
    ids: IdSource,
    now: Timestamp,
}

impl Play {
    fn new() -> Self {
        let world = World::new(Seed::northwind("http://127.0.0.1:1")).unwrap();
        Self {
            world,
            ids: IdSource::seeded(1),
            now: START,
        }
    }

    fn act(&mut self, json: &str) -> Result<Acted, ActionError> {
        let action: Action =
            serde_json::from_str(&json.replace("HERE", r#""app":"insectoid","team":"T061EG9R6""#)).unwrap();
        self.world.act(
            &mut Moment {
                now: self.now,
                ids: &mut self.ids,
            },
            &action,
        )
    }

    fn events(&mut self, json: &str) -> Vec<Event> {
        self.act(json)
            .unwrap()
            .events
            .into_iter()
            .map(|envelope| envelope.event)
            .collect()
    }

    fn exchange(&mut self, code: &str) -> Result<InstallAnswer, ErrorCode> {
        let exchange = Exchange {
            code,
            redirect_uri: None,
            single_channel: false,
        };
        self.world.exchange(
            &mut Moment {
                now: self.now,
                ids: &mut self.ids,
            },
            &app(),
            &exchange,
        )
    }

    /// Installs the app with these further fields of a consent.
    fn install(&mut self, fields: &str) -> InstallAnswer {
        let code = self.code(fields);
        self.exchange(&code).unwrap()
    }

    fn code(&mut self, fields: &str) -> String {
        let json = format!(r#"{{"action":"consent",HERE,"user":"U061F7AUR"{fields}}}"#);
        self.act(&json).unwrap().code.unwrap().expose().to_owned()
    }
}

fn app() -> AppId {
    AppId::new("A0BLA3EP2").unwrap()
}

fn team() -> TeamId {
    TeamId::new("T061EG9R6").unwrap()
}

fn scope(name: &str) -> Scope {
    Scope::new(name).unwrap()
}

fn channel() -> ResourceId {
    ResourceId::new(CHANNEL).unwrap()
}

fn added(event: &Event) -> &[ResourceGrant] {
    match event {
        Event::ResourcesAdded { resources } => resources,
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_installation_starts_with_the_conversation_with_its_installer() {
    let mut play = Play::new();
    let answer = play.install(r#","scopes":["commands"]"#);
    assert_eq!(
        answer.install.authorizing_user.app_home,
        Some(ResourceId::new("D0BH95DLH").unwrap())
    );
    assert!(answer.install.scopes[&ResourceType::AppHome].contains("im:history"));
    assert!(answer.install.refresh_token.is_some() && answer.install.expires_in == Some(3600));
    let grants = added(&answer.events[0].event);
    assert_eq!(grants.len(), 1);
    assert_eq!(grants[0].resource_type, ResourceType::AppHome);
    let expected = ["chat:write", "commands", "im:history", "im:read"].map(scope);
    assert_eq!(grants[0].scopes, expected, "every scope in force is listed");
    assert!(answer.events[0].authed_teams.is_empty());
}

#[test]
fn a_second_run_adds_and_never_removes() {
    let mut play = Play::new();
    let first = play.install(r#","scopes":["chat:write"],"resources":["C061EG9T2"]"#);
    let second = play.install(r#","scopes":["channels:history"]"#);
    assert_eq!(
        second.install.scopes[&ResourceType::Channel],
        [scope("channels:history")].into(),
        "of this run alone"
    );
    let installation = play.world.installation(&app(), &team()).unwrap();
    assert!(installation.reaches(ResourceType::Channel, &channel()));
    assert!(installation.holds(ResourceType::Channel, "chat:write"));
    assert_eq!(
        added(&second.events[0].event)[0].scopes,
        ["channels:history", "chat:write"].map(scope)
    );
    assert_eq!(first.install.app_user_id, second.install.app_user_id);
    let refresh = |answer: &InstallAnswer| answer.install.refresh_token.as_ref().unwrap().expose().to_owned();
    assert_eq!(refresh(&first), refresh(&second));
}

#[test]
fn a_single_channel_run_needs_one_channel_and_names_it() {
    let mut play = Play::new();
    let none = play.act(r#"{"action":"consent",HERE,"user":"U061F7AUR","single_channel":true}"#);
    assert_eq!(none.unwrap_err(), ActionError::OneChannel);
    let answer = play.install(r#","single_channel":true,"resources":["C061EG9T2"]"#);
    assert_eq!(answer.install.single_channel_id, Some(channel()));
}

#[test]
fn a_code_is_good_once_and_for_ten_minutes() {
    let mut play = Play::new();
    let (first, second) = (play.code(""), play.code(""));
    assert!(play.exchange(&first).is_ok());
    assert_eq!(play.exchange(&first).unwrap_err(), ErrorCode::CodeAlreadyUsed);
    play.now = START.plus_seconds(600);
    assert_eq!(play.exchange(&second).unwrap_err(), ErrorCode::InvalidCode);
    assert_eq!(play.exchange("made.up").unwrap_err(), ErrorCode::InvalidCode);
}

#[test]
fn codes_of_other_apps_models_and_unverified_people_are_refused() {
    let mut play = Play::new();
    let code = play.code("");
    let user = play.world.users.values_mut().find(|user| user.name == "izzy").unwrap();
    user.email_unverified = true;
    assert_eq!(play.exchange(&code).unwrap_err(), ErrorCode::UserEmailUnverified);
    play.world.apps.get_mut("A0BLA3EP2").unwrap().model = AppModel::Granular;
    assert_eq!(
        play.exchange(&code).unwrap_err(),
        ErrorCode::OauthAuthorizationUrlMismatch
    );
    let other = AppId::new("A0DEP10Y5").unwrap();
    let exchange = Exchange {
        code: &code,
        redirect_uri: None,
        single_channel: false,
    };
    let refused = play.world.exchange(
        &mut Moment {
            now: play.now,
            ids: &mut play.ids,
        },
        &other,
        &exchange,
    );
    assert_eq!(refused.unwrap_err(), ErrorCode::InvalidCode);
}

#[test]
fn a_granted_scope_is_told_before_the_resources_it_works_on() {
    let mut play = Play::new();
    play.install(r#","scopes":["chat:write"]"#);
    let events = play.events(r#"{"action":"grant_scope",HERE,"scopes":["commands"]}"#);
    assert!(
        matches!(&events[0], Event::ScopeGranted { scopes, trigger_id: Some(_) } if *scopes == [scope("commands")])
    );
    let grants = added(&events[1]);
    assert_eq!(grants[0].grant, Grant::Specific(ResourceId::new("D0BH95DLH").unwrap()));
    assert_eq!(
        grants[0].scopes,
        ["chat:write", "commands", "im:history", "im:read"].map(scope)
    );
    let denied = play.events(r#"{"action":"deny_scope",HERE,"scopes":["users:read"]}"#);
    assert!(matches!(&denied[..], [Event::ScopeDenied { .. }]));
    let personal = play.events(r#"{"action":"grant_scope",HERE,"scopes":["reminders:write:user"],"user":"U061F7AUR"}"#);
    assert!(matches!(&personal[..], [Event::UserResourceGranted { .. }]));
    let mixed = play.act(r#"{"action":"grant_scope",HERE,"scopes":["reminders:write:user","commands"]}"#);
    assert_eq!(mixed.unwrap_err(), ActionError::MixedScope);
}

#[test]
fn a_team_scope_brings_the_workspace_as_its_resource() {
    let mut play = Play::new();
    play.install(r#","scopes":["chat:write"]"#);
    let events = play.events(r#"{"action":"grant_scope",HERE,"scopes":["users:read"]}"#);
    let grants = added(&events[1]);
    assert_eq!(
        (grants[0].resource_type, &grants[0].grant),
        (ResourceType::Team, &Grant::Specific(ResourceId::from(&team())))
    );
}

#[test]
fn a_wildcard_has_exceptions_and_comes_back_whole() {
    let mut play = Play::new();
    play.install(r#","scopes":["chat:write"],"resources":["C061EG9T2"]"#);
    let events = play.events(r#"{"action":"grant_wildcard",HERE,"resource_type":"channel"}"#);
    assert_eq!(
        added(&events[0])[0].grant,
        Grant::Wildcard {
            class: Some(ResourceType::Channel)
        }
    );
    let excluded = play.events(r#"{"action":"exclude",HERE,"resource":"C061EG9T2"}"#);
    assert!(matches!(&excluded[..], [Event::ResourcesRemoved { .. }]));
    let reaches = |play: &Play| {
        play.world
            .installation(&app(), &team())
            .unwrap()
            .reaches(ResourceType::Channel, &channel())
    };
    assert!(!reaches(&play));
    assert_eq!(
        play.events(r#"{"action":"add_resource",HERE,"resource":"C061EG9T2"}"#)
            .len(),
        1
    );
    assert!(reaches(&play));
    play.events(r#"{"action":"remove_wildcard",HERE,"resource_type":"channel"}"#);
    assert!(!reaches(&play));
    let again = play.act(r#"{"action":"exclude",HERE,"resource":"C061EG9T2"}"#);
    assert_eq!(again.unwrap_err(), ActionError::NotWildcard(ResourceType::Channel));
}

#[test]
fn removing_a_scope_sends_nothing_and_removing_a_resource_does() {
    let mut play = Play::new();
    play.install(r#","scopes":["chat:write"],"resources":["C061EG9T2"]"#);
    assert!(
        play.events(r#"{"action":"remove_scope",HERE,"scopes":["chat:write"]}"#)
            .is_empty()
    );
    assert!(
        !play
            .world
            .installation(&app(), &team())
            .unwrap()
            .holds(ResourceType::Channel, "chat:write")
    );
    let removed = play.events(r#"{"action":"remove_resource",HERE,"resource":"C061EG9T2"}"#);
    assert!(matches!(&removed[..], [Event::ResourcesRemoved { .. }]));
    let again = play.act(r#"{"action":"remove_resource",HERE,"resource":"C061EG9T2"}"#);
    assert_eq!(again.unwrap_err(), ActionError::NothingChanges);
}

#[test]
fn an_uninstall_ends_tokens_first_and_keeps_the_apps_user_for_the_next_time() {
    let mut play = Play::new();
    let before = play.install("");
    let token = before.install.access_token.expose().to_owned();
    let events = play.events(r#"{"action":"uninstall",HERE}"#);
    assert!(matches!(
        &events[..],
        [Event::TokensRevoked { .. }, Event::AppUninstalled]
    ));
    assert_eq!(
        play.world.authenticate(&token, play.now).unwrap_err(),
        ErrorCode::TokenRevoked
    );
    let refused = play.act(r#"{"action":"add_resource",HERE,"resource":"C061EG9T2"}"#);
    assert_eq!(refused.unwrap_err(), ActionError::NotInstalled);
    let after = play.install("");
    assert_eq!(after.install.app_user_id, before.install.app_user_id);
    assert_ne!(after.install.access_token.expose(), token);
}

#[test]
fn a_refresh_is_repeatable_and_an_expired_token_is_invalid() {
    let mut play = Play::new();
    let install = play.install("").install;
    let refresh = install.refresh_token.unwrap();
    play.now = START.plus_seconds(3600);
    assert_eq!(
        play.world
            .authenticate(install.access_token.expose(), play.now)
            .unwrap_err(),
        ErrorCode::InvalidAuth
    );
    let mut again = || {
        let mut moment = Moment {
            now: play.now,
            ids: &mut play.ids,
        };
        play.world
            .refresh(&mut moment, &app(), refresh.expose())
            .unwrap()
            .access_token
            .expose()
            .to_owned()
    };
    let (first, second) = (again(), again());
    assert_ne!(first, second);
    assert!(play.world.authenticate(&first, play.now).is_ok() && play.world.authenticate(&second, play.now).is_ok());
}

#[test]
fn a_first_message_to_the_app_opens_its_home_and_tells_it() {
    let mut play = Play::new();
    play.install("");
    let orla = play
        .world
        .users
        .values()
        .find(|user| user.name == "orla")
        .unwrap()
        .id
        .clone();
    let json = format!(r#"{{"action":"message_app",HERE,"user":"{orla}","text":"hello"}}"#);
    let acted = play.act(&json).unwrap();
    assert!(matches!(acted.events[0].event, Event::ResourcesAdded { .. }));
    assert!(matches!(&acted.events[1].event, Event::AppHomeMessage { text: Some(text), .. } if text == "hello"));
    assert_eq!(acted.events[1].authed_teams.len(), 1);
    assert_eq!(play.events(&json).len(), 1, "the home is open now");
}
