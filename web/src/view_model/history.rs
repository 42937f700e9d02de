//! The filter of the grant history, as it stands in the address and as the server is asked.

use std::fmt;

use grantbook_core::{AppSlug, Fact, InstallationKey, Scope, Source, Tenant, view::EntryView};
use time::Date;

use super::time_words::{date, end_of, iso_day, parse_day};
use crate::address::{HISTORY, join, query};

/// Entries on one page of the list.
pub const PAGE: usize = 50;

/// Which entry stands in the side panel.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryKey {
    /// Its ledger.
    pub installation: InstallationKey,
    /// Its number there.
    pub seq: u64,
}

impl EntryKey {
    /// The key of an entry.
    pub fn of(entry: &EntryView) -> Self {
        Self {
            installation: entry.installation.clone(),
            seq: entry.seq,
        }
    }

    /// Reads what [`fmt::Display`] writes: `insectoid.T061EG9R6:1904`.
    fn parse(text: &str) -> Option<Self> {
        let (installation, seq) = text.rsplit_once(':')?;
        Some(Self {
            installation: installation.parse().ok()?,
            seq: seq.parse().ok()?,
        })
    }
}

impl fmt::Display for EntryKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.installation, self.seq)
    }
}

/// What the history shows. Absent means all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HistoryFilter {
    /// Entries about this app.
    pub app: Option<AppSlug>,
    /// Entries in this workspace.
    pub workspace: Option<Tenant>,
    /// Entries that name this scope.
    pub scope: Option<Scope>,
    /// Entries of this kind, one of [`Fact::KINDS`].
    pub kind: Option<&'static str>,
    /// Entries that came from there.
    pub source: Option<Source>,
    /// From the beginning of this day, in UTC.
    pub from: Option<Date>,
    /// To the end of this day, in UTC.
    pub to: Option<Date>,
    /// Where the page begins; absent at the top.
    pub cursor: Option<String>,
    /// The entry in the side panel.
    pub entry: Option<EntryKey>,
}

/// One of the filters, to name it and to take it away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// By app.
    App,
    /// By workspace.
    Workspace,
    /// By scope.
    Scope,
    /// By kind.
    Kind,
    /// By source.
    Source,
    /// From a day.
    From,
    /// To a day.
    To,
}

impl Field {
    /// In the order of the filter bar.
    pub const ALL: [Self; 7] = [
        Self::App,
        Self::Workspace,
        Self::Scope,
        Self::Kind,
        Self::Source,
        Self::From,
        Self::To,
    ];

    /// Its name on the chip.
    pub const fn label(self) -> &'static str {
        match self {
            Self::App => "App",
            Self::Workspace => "Workspace",
            Self::Scope => "Scope",
            Self::Kind => "Kind",
            Self::Source => "Source",
            Self::From => "From",
            Self::To => "To",
        }
    }
}

impl HistoryFilter {
    /// Reads an address, parameter by parameter; what makes no sense is left out.
    pub fn read(parameter: impl Fn(&str) -> Option<String>) -> Self {
        let parameter = |name| parameter(name).filter(|value| !value.is_empty());
        Self {
            app: parameter("app").and_then(|text| text.parse().ok()),
            workspace: parameter("workspace").and_then(|text| text.parse().ok()),
            scope: parameter("scope").and_then(|text| text.parse().ok()),
            kind: parameter("kind").and_then(|text| Fact::KINDS.into_iter().find(|kind| *kind == text)),
            source: parameter("source").and_then(|text| text.parse().ok()),
            from: parameter("from").and_then(|text| parse_day(&text)),
            to: parameter("to").and_then(|text| parse_day(&text)),
            cursor: parameter("cursor"),
            entry: parameter("entry").and_then(|text| EntryKey::parse(&text)),
        }
    }

    /// The query string of the page's address.
    pub fn address(&self) -> String {
        let entry = self.entry.as_ref().map(ToString::to_string).unwrap_or_default();
        self.pairs("", self.cursor.as_deref().unwrap_or_default(), &entry)
    }

    /// The path and query of the page.
    pub fn href(&self) -> String {
        join(HISTORY, &self.address())
    }

    /// The query string of the call that reads this page of the list.
    pub fn call(&self) -> String {
        self.pairs(&PAGE.to_string(), self.cursor.as_deref().unwrap_or_default(), "")
    }

    /// The query string of the export of the whole list.
    pub fn export(&self) -> String {
        self.pairs("", "", "")
    }

    fn pairs(&self, limit: &str, cursor: &str, entry: &str) -> String {
        query(&[
            ("app", self.app.as_ref().map_or("", AppSlug::as_str)),
            ("workspace", self.workspace.as_ref().map_or("", Tenant::as_str)),
            ("scope", self.scope.as_ref().map_or("", Scope::as_str)),
            ("kind", self.kind.unwrap_or_default()),
            ("source", self.source.map_or("", Source::as_str)),
            ("from", &self.from.map(iso_day).unwrap_or_default()),
            ("to", &self.to.map(iso_day).unwrap_or_default()),
            ("limit", limit),
            ("cursor", cursor),
            ("entry", entry),
        ])
    }

    /// What a field filters by, in words; absent where it does not.
    pub fn value(&self, field: Field) -> Option<String> {
        match field {
            Field::App => self.app.as_ref().map(ToString::to_string),
            Field::Workspace => self.workspace.as_ref().map(ToString::to_string),
            Field::Scope => self.scope.as_ref().map(ToString::to_string),
            Field::Kind => self.kind.map(kind_words).map(ToOwned::to_owned),
            Field::Source => self.source.map(source_words).map(ToOwned::to_owned),
            Field::From => self.from.map(|day| date(end_of(day))),
            Field::To => self.to.map(|day| date(end_of(day))),
        }
    }

    /// The filter with `field` as `text` has it, or without it where the text makes no sense; from
    /// the top of the list.
    #[must_use]
    pub fn with(&self, field: Field, text: &str) -> Self {
        let mut next = Self {
            cursor: None,
            entry: None,
            ..self.clone()
        };
        match field {
            Field::App => next.app = text.parse().ok(),
            Field::Workspace => next.workspace = text.parse().ok(),
            Field::Scope => next.scope = text.parse().ok(),
            Field::Kind => next.kind = Fact::KINDS.into_iter().find(|kind| *kind == text),
            Field::Source => next.source = text.parse().ok(),
            Field::From => next.from = parse_day(text),
            Field::To => next.to = parse_day(text),
        }
        next
    }

    /// How many filters are in force.
    pub fn count(&self) -> usize {
        Field::ALL
            .into_iter()
            .filter(|field| self.value(*field).is_some())
            .count()
    }

    /// The same page with another entry, or none, in the side panel.
    #[must_use]
    pub fn selecting(&self, entry: Option<EntryKey>) -> Self {
        Self { entry, ..self.clone() }
    }

    /// The same filters at another place of the list.
    #[must_use]
    pub fn at(&self, cursor: Option<String>) -> Self {
        Self {
            cursor,
            entry: None,
            ..self.clone()
        }
    }

    /// Whether the list shows its newest entries, so that new ones may appear in it.
    pub fn is_at_top(&self) -> bool {
        self.cursor.is_none()
    }
}

/// A kind of entry in plain words.
pub fn kind_words(kind: &'static str) -> &'static str {
    match kind {
        "installed" => "installed",
        "scope_granted" => "scope granted",
        "scope_denied" => "scope denied",
        "resources_added" => "resources added",
        "resources_removed" => "resources removed",
        "user_resource_granted" => "person granted",
        "user_resource_denied" => "person denied",
        "user_resource_removed" => "person withdrew",
        "team_access_granted" => "workspace access granted",
        "team_access_revoked" => "workspace access revoked",
        "conversation_joined" => "conversation joined",
        "conversation_left" => "conversation left",
        "tokens_revoked" => "tokens revoked",
        "uninstalled" => "uninstalled",
        "reconciled" => "reconciled",
        other => other,
    }
}

/// A source in plain words.
pub const fn source_words(source: Source) -> &'static str {
    match source {
        Source::Event => "event",
        Source::Oauth => "oauth",
        Source::Reconcile => "reconcile",
    }
}

#[cfg(test)]
mod tests;
