//! A filter of named fields that hold plain text: as it stands in the address, and as the server is asked.

use super::time_words::{date, end_of, parse_day};
use crate::address::query;

/// Rows on one page of a list that is filtered so.
pub const PAGE: usize = 50;

/// The values of some fields, and the place in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fields {
    names: &'static [&'static str],
    values: Vec<String>,
    /// Where the page begins; absent at the top.
    pub cursor: Option<String>,
}

/// Whether a field holds a day.
fn is_day(name: &str) -> bool {
    name == "from" || name == "to"
}

impl Fields {
    /// Reads an address, parameter by parameter; a day that is none is left out.
    pub fn read(names: &'static [&'static str], parameter: impl Fn(&str) -> Option<String>) -> Self {
        let value = |name: &&'static str| {
            let text = parameter(name).unwrap_or_default();
            if is_day(name) && parse_day(&text).is_none() {
                return String::new();
            }
            text.trim().to_owned()
        };
        Self {
            names,
            values: names.iter().map(value).collect(),
            cursor: parameter("cursor").filter(|cursor| !cursor.is_empty()),
        }
    }

    /// The value of a field; empty where it does not filter.
    pub fn get(&self, name: &str) -> &str {
        let at = self.names.iter().position(|known| *known == name);
        at.and_then(|at| self.values.get(at)).map_or("", String::as_str)
    }

    /// The value of a field for people; absent where it does not filter.
    pub fn shown(&self, name: &str) -> Option<String> {
        let value = self.get(name);
        match parse_day(value).filter(|_| is_day(name)) {
            Some(day) => Some(date(end_of(day))),
            None => Some(value.to_owned()).filter(|value| !value.is_empty()),
        }
    }

    /// The filter with another value in a field, from the top of the list.
    #[must_use]
    pub fn with(&self, name: &str, value: &str) -> Self {
        let names = self.names;
        let changed = |(known, old): (&&'static str, &String)| {
            if *known == name {
                value.trim().to_owned()
            } else {
                old.clone()
            }
        };
        Self {
            names,
            values: names.iter().zip(&self.values).map(changed).collect(),
            cursor: None,
        }
    }

    /// No filter at all.
    #[must_use]
    pub fn cleared(&self) -> Self {
        Self {
            names: self.names,
            values: self.names.iter().map(|_| String::new()).collect(),
            cursor: None,
        }
    }

    /// The same filter at another place of the list.
    #[must_use]
    pub fn at(&self, cursor: Option<String>) -> Self {
        Self { cursor, ..self.clone() }
    }

    /// How many fields filter.
    pub fn count(&self) -> usize {
        self.values.iter().filter(|value| !value.is_empty()).count()
    }

    /// The query string of the page's address.
    pub fn address(&self) -> String {
        self.pairs("", self.cursor.as_deref().unwrap_or_default())
    }

    /// The query string of the call that reads this page of the list.
    pub fn call(&self) -> String {
        self.pairs(&PAGE.to_string(), self.cursor.as_deref().unwrap_or_default())
    }

    /// The query string of the export of the whole list.
    pub fn export(&self) -> String {
        self.pairs("", "")
    }

    fn pairs(&self, limit: &str, cursor: &str) -> String {
        let fields = self.names.iter().zip(&self.values);
        let mut pairs: Vec<(&str, &str)> = fields.map(|(name, value)| (*name, value.as_str())).collect();
        pairs.extend([("limit", limit), ("cursor", cursor)]);
        query(&pairs)
    }
}

#[cfg(test)]
mod tests {
    use super::{super::query::parameters, *};

    const NAMES: &[&str] = &["who", "what", "from"];

    fn read(query: &str) -> Fields {
        Fields::read(NAMES, parameters(query))
    }

    #[test]
    fn an_address_reads_back_as_written() {
        let query = "who=user:orla&what=key.made&from=2026-11-21&cursor=abc";
        assert_eq!(read(query).address(), query);
        assert_eq!(
            read(query).call(),
            "who=user:orla&what=key.made&from=2026-11-21&limit=50&cursor=abc"
        );
        assert_eq!(read(query).export(), "who=user:orla&what=key.made&from=2026-11-21");
        assert_eq!(read("").address(), "");
    }

    #[test]
    fn days_are_days_and_other_parameters_are_none_of_it() {
        let fields = read("from=yesterday&who=%20orla%20&else=1");
        assert_eq!((fields.get("from"), fields.get("who"), fields.count()), ("", "orla", 1));
        assert_eq!(read("from=2026-11-21").shown("from").as_deref(), Some("21 Nov 2026"));
        assert_eq!(read("").shown("who"), None);
    }

    #[test]
    fn another_value_leads_to_the_top() {
        let fields = read("who=cli&cursor=abc");
        assert_eq!(fields.with("what", "key.made").address(), "who=cli&what=key.made");
        assert_eq!(fields.with("who", "").address(), "");
        assert_eq!(fields.cleared().count(), 0);
        assert_eq!(fields.at(None).address(), "who=cli");
    }
}
