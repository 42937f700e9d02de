//! What an entry states, in a sentence of parts that components can style.

use grantbook_core::{ResourceId, Scope, UserId, fact::Resource};

mod change;
mod entry;
mod request;
#[cfg(test)]
mod tests;

pub use change::change_sentence;
pub use entry::{entry_sentence, entry_why, look};
pub use request::{marked, request_title, scoped};

/// What to say where nobody is named.
pub const WHO_UNKNOWN: &str = "who: not known to the ledger";

/// One part of a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Segment {
    /// Plain words, with the spaces they need.
    Text(String),
    /// Somebody who did it, or to whom it happened.
    Person {
        /// Their name, or their id where no name is known.
        name: String,
        /// Their id.
        id: UserId,
    },
    /// An app or the console itself, by name.
    Actor(String),
    /// A scope.
    Scope(Scope),
    /// A resource, or a whole type.
    Resource {
        /// Its name.
        name: String,
        /// Its id; absent for a whole type.
        id: Option<ResourceId>,
    },
    /// Slack's own spelling of something.
    Code(String),
}

/// How an entry looks beside others: the color of its node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Something was given.
    Granted,
    /// Something was refused.
    Denied,
    /// Something ended.
    Ended,
    /// The ledger was corrected.
    Info,
}

/// The sentence without its styles, for labels and tests.
pub fn plain(segments: &[Segment]) -> String {
    segments
        .iter()
        .map(|segment| match segment {
            Segment::Text(text) | Segment::Actor(text) | Segment::Code(text) => text.as_str(),
            Segment::Person { name, .. } | Segment::Resource { name, .. } => name,
            Segment::Scope(scope) => scope.as_str(),
        })
        .collect()
}

/// Longer lists end in "and 5 more".
const LISTED: usize = 4;

/// Puts a sentence together.
#[derive(Default)]
struct Words(Vec<Segment>);

impl Words {
    fn text(mut self, text: impl Into<String>) -> Self {
        self.0.push(Segment::Text(text.into()));
        self
    }

    fn actor(mut self, name: &str) -> Self {
        self.0.push(Segment::Actor(name.to_owned()));
        self
    }

    fn who(mut self, id: &UserId, name: Option<&str>) -> Self {
        self.0.push(Segment::Person {
            name: super::names::person(id, name),
            id: id.clone(),
        });
        self
    }

    /// `@izzy allowed commands`, or `commands was allowed` where nobody is named.
    fn scopes_done(self, who: Option<(&UserId, Option<&str>)>, verb: &str, scopes: &[Scope]) -> Self {
        if let Some((id, name)) = who {
            return self.who(id, name).text(format!(" {verb} ")).scopes(scopes);
        }
        let be = if scopes.len() == 1 { "was" } else { "were" };
        self.scopes(scopes).text(format!(" {be} {verb}"))
    }

    fn scopes<'a>(self, scopes: impl IntoIterator<Item = &'a Scope>) -> Self {
        self.list(
            scopes.into_iter().map(|scope| Segment::Scope(scope.clone())).collect(),
            "scope",
        )
    }

    fn resources<'a>(
        self,
        resources: impl IntoIterator<Item = &'a Resource>,
        names: &std::collections::BTreeMap<String, String>,
    ) -> Self {
        let segment = |resource: &Resource| Segment::Resource {
            name: super::names::resource(resource, names),
            id: match &resource.reach {
                grantbook_core::Reach::Specific(id) => Some(id.clone()),
                grantbook_core::Reach::Wildcard => None,
            },
        };
        self.list(resources.into_iter().map(segment).collect(), "resource")
    }

    fn list(mut self, items: Vec<Segment>, one: &str) -> Self {
        let total = items.len();
        if total == 0 {
            return self.text(format!("no {one}"));
        }
        let shown = if total > LISTED { LISTED - 1 } else { total };
        for (at, item) in items.into_iter().take(shown).enumerate() {
            if at > 0 {
                self = self.text(if at + 1 == total { " and " } else { ", " });
            }
            self.0.push(item);
        }
        if total > shown {
            self.text(format!(" and {} more", total - shown))
        } else {
            self
        }
    }
}
