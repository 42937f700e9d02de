//! The filter of the list of workspaces, as it stands in the address and as the server is asked.

use grantbook_core::{AppSlug, Scope, Timestamp, grants::Status};
use time::{Date, OffsetDateTime, Time};

use crate::{
    address::query,
    view_model::time_words::{iso_day, parse_day},
};

/// Rows on one page of the list.
pub const PAGE: usize = 50;

/// Which way a list runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Smallest, or A, first.
    Ascending,
    /// Largest, or newest, first.
    Descending,
}

impl Order {
    /// The other way.
    #[must_use]
    pub const fn reversed(self) -> Self {
        match self {
            Self::Ascending => Self::Descending,
            Self::Descending => Self::Ascending,
        }
    }

    const fn as_str(self) -> &'static str {
        match self {
            Self::Ascending => "asc",
            Self::Descending => "desc",
        }
    }
}

/// What workspaces are sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// Their name.
    Name,
    /// How many scopes are held there.
    Scopes,
    /// What happened last.
    #[default]
    LastChange,
}

impl Sort {
    const ALL: [Self; 3] = [Self::Name, Self::Scopes, Self::LastChange];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Scopes => "scopes",
            Self::LastChange => "last_change",
        }
    }

    /// The order one expects of it at first.
    pub const fn natural(self) -> Order {
        match self {
            Self::Name => Order::Ascending,
            Self::Scopes | Self::LastChange => Order::Descending,
        }
    }
}

/// Statuses one can filter by, with their words.
pub const STATUSES: [(Status, &str); 4] = [
    (Status::Installed, "Installed"),
    (Status::Revoked, "Revoked"),
    (Status::Uninstalled, "Uninstalled"),
    (Status::Unknown, "Not installed yet"),
];

/// What the list shows. Absent means all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WorkspacesFilter {
    /// Part of a name or an id.
    pub q: String,
    /// Installed, revoked …
    pub status: Option<Status>,
    /// Workspaces where this app is or was.
    pub app: Option<AppSlug>,
    /// Workspaces where this scope is held.
    pub scope: Option<Scope>,
    /// Workspaces where something happened since this day began, in UTC.
    pub changed_since: Option<Date>,
    /// What it is sorted by.
    pub sort: Sort,
    /// Which way; absent is the sort's natural order.
    pub order: Option<Order>,
    /// Where the page begins; absent at the top.
    pub cursor: Option<String>,
}

impl WorkspacesFilter {
    /// Reads an address, parameter by parameter; what makes no sense is left out.
    pub fn read(parameter: impl Fn(&str) -> Option<String>) -> Self {
        let parameter = |name| parameter(name).filter(|value| !value.is_empty());
        let order = parameter("order").and_then(|text| match text.as_str() {
            "asc" => Some(Order::Ascending),
            "desc" => Some(Order::Descending),
            _ => None,
        });
        let sort = parameter("sort").and_then(|text| Sort::ALL.into_iter().find(|sort| sort.as_str() == text));
        Self {
            q: parameter("q").unwrap_or_default(),
            status: parameter("status").and_then(|text| status(&text)),
            app: parameter("app").and_then(|text| text.parse().ok()),
            scope: parameter("scope").and_then(|text| text.parse().ok()),
            changed_since: parameter("changed_since").and_then(|text| parse_day(&text)),
            sort: sort.unwrap_or_default(),
            order,
            cursor: parameter("cursor"),
        }
    }

    /// The query string of the page's address.
    pub fn address(&self) -> String {
        let sort = if self.sort == Sort::default() {
            ""
        } else {
            self.sort.as_str()
        };
        let order = self
            .order
            .filter(|order| *order != self.sort.natural())
            .map_or("", Order::as_str);
        let since = self.changed_since.map(iso_day).unwrap_or_default();
        self.pairs(sort, order, &since, "", self.cursor.as_deref().unwrap_or_default())
    }

    /// The query string of the call that reads this page of the list.
    pub fn call(&self) -> String {
        let limit = PAGE.to_string();
        self.asked(&limit, self.cursor.as_deref().unwrap_or_default())
    }

    /// The query string of the export of the whole list.
    pub fn export(&self) -> String {
        self.asked("", "")
    }

    fn asked(&self, limit: &str, cursor: &str) -> String {
        let since = self
            .changed_since
            .map(|day| Timestamp::from(OffsetDateTime::new_utc(day, Time::MIDNIGHT)).to_string());
        self.pairs(
            self.sort.as_str(),
            self.order_in_force().as_str(),
            &since.unwrap_or_default(),
            limit,
            cursor,
        )
    }

    fn pairs(&self, sort: &str, order: &str, since: &str, limit: &str, cursor: &str) -> String {
        query(&[
            ("q", &self.q),
            ("status", self.status.map_or("", Status::as_str)),
            ("app", self.app.as_ref().map_or("", AppSlug::as_str)),
            ("scope", self.scope.as_ref().map_or("", Scope::as_str)),
            ("changed_since", since),
            ("sort", sort),
            ("order", order),
            ("limit", limit),
            ("cursor", cursor),
        ])
    }

    /// Which way the list runs.
    pub fn order_in_force(&self) -> Order {
        self.order.unwrap_or(self.sort.natural())
    }

    /// Whether the newest change is on top, so that changed rows move there.
    pub fn is_newest_first(&self) -> bool {
        self.sort == Sort::LastChange && self.order_in_force() == Order::Descending
    }

    /// How many filters are in force; sorting is none.
    pub fn count(&self) -> usize {
        [
            !self.q.is_empty(),
            self.status.is_some(),
            self.app.is_some(),
            self.scope.is_some(),
            self.changed_since.is_some(),
        ]
        .into_iter()
        .filter(|is_active| *is_active)
        .count()
    }

    /// The same order without any filter, from the top.
    #[must_use]
    pub fn cleared(&self) -> Self {
        Self {
            sort: self.sort,
            order: self.order,
            ..Self::default()
        }
    }

    /// Sorted by `sort`, or the other way round if it already is, from the top.
    #[must_use]
    pub fn sorted_by(&self, sort: Sort) -> Self {
        let order = (self.sort == sort).then(|| self.order_in_force().reversed());
        Self {
            sort,
            order,
            cursor: None,
            ..self.clone()
        }
    }
}

fn status(text: &str) -> Option<Status> {
    STATUSES
        .into_iter()
        .map(|(status, _)| status)
        .find(|status| status.as_str() == text)
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    fn read(query: &str) -> WorkspacesFilter {
        let pairs: HashMap<_, _> = query.split('&').filter_map(|pair| pair.split_once('=')).collect();
        WorkspacesFilter::read(|name| pairs.get(name).map(ToString::to_string))
    }

    #[test]
    fn an_address_reads_back_as_written() {
        let query = "q=field&status=revoked&app=insectoid&scope=chat:write&changed_since=2026-11-14&sort=name&order=desc&cursor=abc";
        assert_eq!(read(query).address(), query);
        assert_eq!(read(query).count(), 5);
    }

    #[test]
    fn what_is_taken_for_granted_is_not_in_the_address() {
        assert_eq!(WorkspacesFilter::default().address(), "");
        assert_eq!(read("sort=last_change&order=desc&q=").address(), "");
    }

    #[test]
    fn what_makes_no_sense_is_left_out() {
        assert_eq!(
            read("status=happy&app=A.B&scope=Chat&changed_since=monday&sort=size&order=up"),
            WorkspacesFilter::default()
        );
    }

    #[test]
    fn the_server_is_asked_with_everything_spelled_out() {
        assert_eq!(
            read("changed_since=2026-11-14&cursor=abc").call(),
            "changed_since=2026-11-14T00:00:00Z&sort=last_change&order=desc&limit=50&cursor=abc"
        );
        assert_eq!(read("q=hq&cursor=abc").export(), "q=hq&sort=last_change&order=desc");
    }

    #[test]
    fn sorting_twice_turns_the_list_round_and_leads_to_its_top() {
        let once = read("cursor=abc").sorted_by(Sort::Name);
        assert_eq!(
            (once.order_in_force(), once.cursor.as_deref()),
            (Order::Ascending, None)
        );
        assert_eq!(once.sorted_by(Sort::Name).order_in_force(), Order::Descending);
        assert!(read("").is_newest_first() && !once.is_newest_first());
    }

    #[test]
    fn clearing_keeps_the_order() {
        assert_eq!(
            read("q=hq&scope=chat:write&sort=scopes").cleared().address(),
            "sort=scopes"
        );
    }
}
