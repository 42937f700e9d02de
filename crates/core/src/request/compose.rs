//! What a draft would do, before anybody is asked: mistakes that Slack would refuse, and the reach it adds.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{Grants, ResourceId, ResourceType, Scope, Sensitivity, UserId, catalogue, grants::Status, view::Model};

use super::Kind;

/// The most scopes in one request: their names travel in the button's value, which holds 2,000 characters.
pub const MOST_SCOPES: usize = 30;
/// The longest message text, in characters. Slack cuts messages at 40,000; nobody reads a request of that length.
pub const LONGEST_MESSAGE: usize = 3_000;
/// The longest text of a button, in characters. Block Kit refuses more than 75.
pub const LONGEST_BUTTON: usize = 75;

/// A mistake in a draft, to be mended before it is sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Mistake {
    /// The app is not installed there, or its tokens were revoked.
    #[error("the app is not installed there with a working token; install it again first")]
    NotInstalled,
    /// No scope.
    #[error("choose at least one scope")]
    NoScopes,
    /// More than [`MOST_SCOPES`].
    #[error("one request asks for at most {MOST_SCOPES} scopes")]
    TooManyScopes,
    /// Slack has no such scope for this kind of app.
    #[error("{0} is not a scope that this kind of app can hold")]
    UnknownScope(Scope),
    /// Scopes of both kinds.
    #[error(
        "{app} is the app's own and {personal} is for acting as a person; Slack refuses both in one request (mixed_scope): ask twice"
    )]
    Mixed {
        /// One of the app's own.
        app: Scope,
        /// One for acting as a person.
        personal: Scope,
    },
    /// Everything asked for is held already.
    #[error("the app holds all of these scopes already")]
    NothingNew,
    /// Acting for a person without saying for whom.
    #[error("say whom to ask: these scopes are granted person by person")]
    NobodyToAsk,
    /// Neither person nor channel.
    #[error("choose a person or a channel to send the message to")]
    Nowhere,
    /// The app was not given this conversation, so it cannot write there.
    #[error("the app was not given {0}, so it cannot send the message there")]
    ChannelNotGranted(ResourceId),
    /// The message is empty or too long.
    #[error("the message needs 1 to {LONGEST_MESSAGE} characters")]
    Message,
    /// The button's text is empty or too long.
    #[error("the button needs 1 to {LONGEST_BUTTON} characters")]
    Button,
    /// Only modern apps have optional scopes, and only of those they ask for.
    #[error("{0} cannot be optional here")]
    NotOptional(Scope),
}

impl Mistake {
    /// The mistake as a stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotInstalled => "not_installed",
            Self::NoScopes => "no_scopes",
            Self::TooManyScopes => "too_many_scopes",
            Self::UnknownScope(_) => "unknown_scope",
            Self::Mixed { .. } => "mixed_scope",
            Self::NothingNew => "nothing_new",
            Self::NobodyToAsk => "nobody_to_ask",
            Self::Nowhere => "nowhere_to_send",
            Self::ChannelNotGranted(_) => "channel_not_granted",
            Self::Message => "message_length",
            Self::Button => "button_length",
            Self::NotOptional(_) => "not_optional",
        }
    }
}

/// What a draft says, before it is a request.
#[derive(Clone, Debug)]
pub struct Draft<'a> {
    /// Legacy or modern.
    pub model: Model,
    /// Whom to ask.
    pub user: Option<&'a UserId>,
    /// Where to write.
    pub channel: Option<&'a ResourceId>,
    /// For what.
    pub scopes: &'a BTreeSet<Scope>,
    /// What may be left out.
    pub optional: &'a BTreeSet<Scope>,
    /// In which words.
    pub message: &'a str,
    /// With which button.
    pub button: &'a str,
}

/// What one scope of a draft would newly reach.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Gain {
    /// The scope.
    pub scope: Scope,
    /// Slack's line about it; empty where none was published.
    pub description: String,
    /// Our judgment of it.
    pub sensitivity: Sensitivity,
    /// Whether it is held already, everywhere it can be.
    pub held: bool,
    /// By type: how many resources it would newly work on, of those the app was given.
    pub reach: Vec<Reached>,
}

/// The resources of one type that a scope would newly work on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Reached {
    /// The type.
    pub resource_type: ResourceType,
    /// Single resources the app was given.
    pub resources: u64,
    /// Whether the app was given the whole type, present and future.
    pub all: bool,
}

/// The kind of a set of scopes, or why they have none.
pub fn kind_of(model: Model, scopes: &BTreeSet<Scope>) -> Result<Kind, Mistake> {
    let mut app = None;
    let mut personal = None;
    for scope in scopes {
        match Kind::of(scope, model) {
            Some(Kind::App) => app = app.or(Some(scope)),
            Some(Kind::Personal) => personal = personal.or(Some(scope)),
            None => return Err(Mistake::UnknownScope(scope.clone())),
        }
    }
    match (app, personal) {
        (None, None) => Err(Mistake::NoScopes),
        (Some(_), None) => Ok(Kind::App),
        (None, Some(_)) => Ok(Kind::Personal),
        // Today's authorize page takes both, in two parameters; the dialog of the Permissions API does not.
        (Some(app), Some(personal)) => Err(Mistake::Mixed {
            app: app.clone(),
            personal: personal.clone(),
        }),
    }
}

/// Checks a draft against what the app may do now. All mistakes at once, the gravest first.
pub fn check(draft: &Draft<'_>, grants: &Grants) -> Result<Kind, Vec<Mistake>> {
    let mut mistakes = Vec::new();
    if grants.status != Status::Installed {
        mistakes.push(Mistake::NotInstalled);
    }
    if draft.scopes.len() > MOST_SCOPES {
        mistakes.push(Mistake::TooManyScopes);
    }
    let kind = kind_of(draft.model, draft.scopes)
        .map_err(|mistake| mistakes.push(mistake))
        .ok();
    match (kind, draft.user, draft.channel) {
        (Some(Kind::Personal), None, _) => mistakes.push(Mistake::NobodyToAsk),
        (_, None, None) => mistakes.push(Mistake::Nowhere),
        (_, _, Some(channel)) if !reaches(grants, channel) => {
            mistakes.push(Mistake::ChannelNotGranted(channel.clone()));
        }
        _ => {}
    }
    if let Some(kind) = kind
        && draft.scopes.iter().all(|scope| holds(grants, kind, draft.user, scope))
    {
        mistakes.push(Mistake::NothingNew);
    }
    for scope in draft.optional {
        if draft.model == Model::Workspace || !draft.scopes.contains(scope) {
            mistakes.push(Mistake::NotOptional(scope.clone()));
        }
    }
    let fits = |text: &str, most| !text.trim().is_empty() && text.chars().count() <= most;
    if !fits(draft.message, LONGEST_MESSAGE) {
        mistakes.push(Mistake::Message);
    }
    if !fits(draft.button, LONGEST_BUTTON) {
        mistakes.push(Mistake::Button);
    }
    match kind {
        Some(kind) if mistakes.is_empty() => Ok(kind),
        _ => Err(mistakes),
    }
}

fn reaches(grants: &Grants, channel: &ResourceId) -> bool {
    grants
        .resources
        .values()
        .any(|of_type| of_type.reaching(channel).is_some())
}

/// Whether a scope is held wherever it can be: for the app on all its types, or for this person.
pub fn holds(grants: &Grants, kind: Kind, user: Option<&UserId>, scope: &Scope) -> bool {
    match kind {
        Kind::Personal => user
            .and_then(|user| grants.users.get(user.as_str()))
            .is_some_and(|held| held.contains_key(scope)),
        Kind::App => {
            let types = catalogue::resource_types(scope);
            let on = |kind: &ResourceType| grants.scopes.get(kind).is_some_and(|held| held.contains_key(scope));
            if types.is_empty() {
                grants.unplaced.contains_key(scope) || grants.is_placed(scope)
            } else {
                types.iter().all(on)
            }
        }
    }
}

/// What each scope would newly reach.
pub fn gains(grants: &Grants, kind: Kind, user: Option<&UserId>, scopes: &BTreeSet<Scope>) -> Vec<Gain> {
    scopes
        .iter()
        .map(|scope| {
            let info = catalogue::find(scope);
            Gain {
                scope: scope.clone(),
                description: info.map_or("", |info| info.description).to_owned(),
                sensitivity: crate::sensitivity::judge(scope.as_str()).0,
                held: holds(grants, kind, user, scope),
                reach: match kind {
                    Kind::App => reached(grants, scope),
                    Kind::Personal => vec![Reached {
                        resource_type: ResourceType::User,
                        resources: 1,
                        all: false,
                    }],
                },
            }
        })
        .collect()
}

fn reached(grants: &Grants, scope: &Scope) -> Vec<Reached> {
    let new = |kind: &&ResourceType| grants.scopes.get(*kind).is_none_or(|held| !held.contains_key(scope));
    catalogue::resource_types(scope)
        .iter()
        .filter(new)
        .map(|&resource_type| {
            let given = grants.resources.get(&resource_type);
            Reached {
                resource_type,
                resources: given.map_or(0, |given| given.specific.len() as u64),
                all: given.is_some_and(|given| given.wildcard.is_some()),
            }
        })
        .collect()
}
