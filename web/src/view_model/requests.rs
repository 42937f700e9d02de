//! Permission requests: the filter of the list as it stands in the address, and words for lists and stories.

use grantbook_core::{
    AppSlug, Scope, Tenant, UserId,
    request::{Author, Kind, StateName, TRIGGER_LIFE_MS},
    view::{
        Model,
        requests::{RequestView, RoundView},
    },
};

use super::{names, number::thousands, time_words::duration};
use crate::address::{REQUESTS, join, query};

/// Requests on one page of the list.
pub const PAGE: usize = 50;

/// Which requests the list shows. Absent means all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequestsFilter {
    /// Part of a number, a name or a text.
    pub q: String,
    /// How they stand.
    pub state: Option<StateName>,
    /// Requests of this app.
    pub app: Option<AppSlug>,
    /// Requests in this workspace.
    pub workspace: Option<Tenant>,
    /// Requests to this person.
    pub user: Option<UserId>,
    /// Requests for this scope.
    pub scope: Option<Scope>,
    /// Which Slack is asked.
    pub model: Option<Model>,
    /// Where the page begins; absent at the top.
    pub cursor: Option<String>,
}

/// One of the filters, to name it and to take it away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// By state.
    State,
    /// By app.
    App,
    /// By workspace.
    Workspace,
    /// By person.
    Person,
    /// By scope.
    Scope,
    /// By model.
    Model,
}

impl Field {
    /// In the order of the filter bar.
    pub const ALL: [Self; 6] = [
        Self::State,
        Self::App,
        Self::Workspace,
        Self::Person,
        Self::Scope,
        Self::Model,
    ];

    /// Its name on the chip.
    pub const fn label(self) -> &'static str {
        match self {
            Self::State => "State",
            Self::App => "App",
            Self::Workspace => "Workspace",
            Self::Person => "Person",
            Self::Scope => "Scope",
            Self::Model => "Model",
        }
    }
}

impl RequestsFilter {
    /// Reads an address, parameter by parameter; what makes no sense is left out.
    pub fn read(parameter: impl Fn(&str) -> Option<String>) -> Self {
        let mut filter = Self {
            q: parameter("q").unwrap_or_default(),
            cursor: parameter("cursor").filter(|text| !text.is_empty()),
            ..Self::default()
        };
        for field in Field::ALL {
            filter.put(field, &parameter(field.parameter()).unwrap_or_default());
        }
        filter
    }

    /// The path and query of the page.
    pub fn href(&self) -> String {
        join(REQUESTS, &self.pairs("", true))
    }

    /// The query string of the call that reads this page of the list.
    pub fn call(&self) -> String {
        self.pairs(&PAGE.to_string(), true)
    }

    /// The query string of the export of the whole list.
    pub fn export(&self) -> String {
        self.pairs("", false)
    }

    fn pairs(&self, limit: &str, place: bool) -> String {
        let fields = Field::ALL.map(|field| (field.parameter(), self.spelled(field)));
        let mut pairs = vec![("q", self.q.as_str())];
        pairs.extend(fields.iter().map(|(name, value)| (*name, value.as_str())));
        pairs.push(("limit", limit));
        pairs.push(("cursor", self.cursor.as_deref().filter(|_| place).unwrap_or_default()));
        query(&pairs)
    }

    /// A field's value as addresses spell it; empty where there is none.
    fn spelled(&self, field: Field) -> String {
        match field {
            Field::State => self.state.map_or("", StateName::as_str),
            Field::App => self.app.as_ref().map_or("", AppSlug::as_str),
            Field::Workspace => self.workspace.as_ref().map_or("", Tenant::as_str),
            Field::Person => self.user.as_ref().map_or("", UserId::as_str),
            Field::Scope => self.scope.as_ref().map_or("", Scope::as_str),
            Field::Model => self.model.map_or("", Model::as_str),
        }
        .to_owned()
    }

    fn put(&mut self, field: Field, text: &str) {
        match field {
            Field::State => self.state = text.parse().ok(),
            Field::App => self.app = text.parse().ok(),
            Field::Workspace => self.workspace = text.parse().ok(),
            Field::Person => self.user = text.parse().ok(),
            Field::Scope => self.scope = text.parse().ok(),
            Field::Model => {
                self.model = [Model::Workspace, Model::Modern]
                    .into_iter()
                    .find(|model| model.as_str() == text);
            }
        }
    }

    /// What a field filters by, in words; absent where it does not.
    pub fn value(&self, field: Field) -> Option<String> {
        match field {
            Field::State => self.state.map(|state| state_words(state).to_owned()),
            Field::Model => self.model.map(|model| model_words(model).to_owned()),
            _ => Some(self.spelled(field)).filter(|text| !text.is_empty()),
        }
    }

    /// The filter with `field` as `text` has it, or without it where the text makes no sense; from the
    /// top of the list.
    #[must_use]
    pub fn with(&self, field: Field, text: &str) -> Self {
        let mut next = self.at(None);
        next.put(field, text);
        next
    }

    /// How many filters are in force.
    pub fn count(&self) -> usize {
        let fields = Field::ALL.into_iter().filter(|field| self.value(*field).is_some());
        fields.count() + usize::from(!self.q.is_empty())
    }

    /// The same filters at another place of the list.
    #[must_use]
    pub fn at(&self, cursor: Option<String>) -> Self {
        Self { cursor, ..self.clone() }
    }
}

impl Field {
    const fn parameter(self) -> &'static str {
        match self {
            Self::State => "state",
            Self::App => "app",
            Self::Workspace => "workspace",
            Self::Person => "user",
            Self::Scope => "scope",
            Self::Model => "model",
        }
    }
}

/// A state in one or two words.
pub const fn state_words(state: StateName) -> &'static str {
    match state {
        StateName::Drafted => "Drafted",
        StateName::Offered => "Waiting",
        StateName::Triggered => "Pressed",
        StateName::Presented => "Dialog open",
        StateName::Granted => "Allowed",
        StateName::PartlyGranted => "Partly allowed",
        StateName::Denied => "Denied",
        StateName::Unanswered => "Unanswered",
        StateName::Expired => "Too late",
        StateName::Failed => "Failed",
    }
}

/// How Slack is asked, by its own names.
pub const fn model_words(model: Model) -> &'static str {
    match model {
        Model::Workspace => "legacy",
        Model::Modern => "modern",
    }
}

/// The call that asks, for the tag of a story.
pub fn method(request: &RequestView) -> &'static str {
    match (request.model, request.kind) {
        (Model::Modern, _) => "modern: oauth.v2.access",
        (Model::Workspace, Kind::App) => "legacy: apps.permissions.request",
        (Model::Workspace, Kind::Personal) => "legacy: apps.permissions.users.request",
    }
}

/// Who is asked: a person, or everybody in a conversation.
pub fn asked_whom(request: &RequestView) -> String {
    match (&request.user, &request.channel) {
        (Some(user), _) => names::person(user, request.user_name.as_deref()),
        (None, Some(channel)) => names::conversation(channel, request.channel_name.as_deref()),
        (None, None) => "somebody".to_owned(),
    }
}

/// Who drafted it: a console user by name, or a person by their command.
pub fn drafted_by(request: &RequestView) -> String {
    match &request.author {
        Author::Console { .. } => request.author_name.clone(),
        Author::Command { .. } => format!("@{} by a slash command", request.author_name.trim_start_matches('@')),
    }
}

/// Why it did not go well, in as few words as a list has room for.
pub fn short_reason(request: &RequestView) -> Option<String> {
    match request.state {
        StateName::Expired => request
            .delay_ms
            .map(|delay| format!("{} ms late", thousands(delay.saturating_sub(TRIGGER_LIFE_MS)))),
        StateName::PartlyGranted => Some(format!("{} of {}", request.granted.len(), request.scopes.len())),
        StateName::Failed => request.code.clone(),
        _ => None,
    }
}

/// How long it took from press to answer; Slack dates answers to the second.
pub fn took(ms: u64) -> String {
    match i64::try_from(ms / 1_000).unwrap_or(i64::MAX) {
        0 => "under 1 s".to_owned(),
        seconds => duration(seconds),
    }
}

/// By how many milliseconds a press was too late for its trigger, if it was.
pub fn late_by(round: &RoundView) -> Option<u64> {
    let age = round.age_ms.unwrap_or_default();
    let spent = age + round.left_us? / 1_000;
    let answered = age + round.answered_us.unwrap_or_default() / 1_000;
    let end = if spent >= TRIGGER_LIFE_MS { spent } else { answered };
    end.checked_sub(TRIGGER_LIFE_MS).filter(|late| *late > 0)
}

#[cfg(test)]
pub(crate) mod tests;
