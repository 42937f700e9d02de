//! The verdict of a check in one sentence: what was asked, and since when, by whom and through what it is so.

use std::collections::BTreeMap;

use crate::{
    Grants, ResourceId, ResourceType, Scope, Source,
    check::Check,
    grants::{Mark, Status},
    request::RequestId,
};

/// What a sentence needs besides the verdict.
#[derive(Clone, Copy, Debug)]
pub struct About<'a> {
    /// The scope asked about.
    pub scope: &'a Scope,
    /// The resource asked about; anywhere without one.
    pub resource: Option<&'a ResourceId>,
    /// The grants that were asked.
    pub grants: &'a Grants,
    /// Names of people and conversations by id, as far as they are known.
    pub names: &'a BTreeMap<String, String>,
    /// The name of the resource, where `names` does not have it.
    pub resource_name: Option<&'a str>,
    /// The request through which the scope was granted.
    pub request: Option<RequestId>,
}

impl About<'_> {
    /// `#general (C123)`, `@orla (U061)`, or the id alone.
    fn shown(&self, id: &str) -> String {
        match self.called(id) {
            Some(name) => format!("{name} ({id})"),
            None => id.to_owned(),
        }
    }

    fn called(&self, id: &str) -> Option<String> {
        let name = match self.names.get(id) {
            Some(name) => name,
            None => self
                .resource_name
                .filter(|_| self.resource.is_some_and(|resource| resource.as_str() == id))?,
        };
        let name = name.trim_start_matches(['#', '@']);
        let sign = match id.as_bytes().first() {
            Some(b'C' | b'G') => "#",
            Some(b'U' | b'W') => "@",
            _ => "",
        };
        (!name.is_empty()).then(|| format!("{sign}{name}"))
    }

    /// ` on 3 March 2026 by @orla`.
    fn when_and_who(&self, mark: &Mark) -> String {
        let who = mark.actor.as_ref().map(|actor| {
            let name = self.called(actor.as_str());
            format!(" by {}", name.as_deref().unwrap_or(actor.as_str()))
        });
        format!("{}{}", mark.since.day_in_words(), who.unwrap_or_default())
    }

    fn resource_shown(&self) -> String {
        self.resource
            .map_or_else(|| "it".to_owned(), |id| self.shown(id.as_str()))
    }

    /// `channels and direct messages`: for what the scope is held.
    fn held_for(&self) -> String {
        let held = self.grants.scopes.iter();
        let of_types = held.filter_map(|(kind, scopes)| scopes.contains_key(self.scope).then_some(*kind));
        let of_people = self.grants.users.values().any(|scopes| scopes.contains_key(self.scope));
        let mut kinds: Vec<&str> = of_types.map(ResourceType::plural).collect();
        if of_people {
            kinds.push("some people");
        }
        match kinds.split_last() {
            None => "no kind of resource yet".to_owned(),
            Some((last, [])) => (*last).to_owned(),
            Some((last, others)) => format!("{} and {last}", others.join(", ")),
        }
    }
}

/// The verdict in a sentence.
pub fn sentence(check: &Check, about: &About<'_>) -> String {
    let scope = about.scope;
    let resource = about.resource_shown();
    match check {
        Check::Granted {
            resource_type,
            scope,
            resource,
        } => granted(*resource_type, scope, resource.as_ref(), about),
        Check::NotInstalled => format!("Not granted: {}.", absent(about)),
        Check::TokenRevoked => format!(
            "Not granted: the app is installed, but its tokens were revoked{}.",
            since(about)
        ),
        Check::ScopeNotHeld => match about.grants.denied.get(scope) {
            Some(mark) => format!("Not granted: `{scope}` was refused {}.", about.when_and_who(mark)),
            None => format!("Not granted: the app does not hold `{scope}`."),
        },
        Check::ScopeNotForType => {
            let held = about.held_for();
            format!(
                "Not granted: the app holds `{scope}` for {held}, but not for the kind of resource that {resource} is."
            )
        }
        Check::ResourceNotGranted if about.resource.is_none() => {
            format!("Not granted: the app holds `{scope}`, but Slack has not named a resource for it yet.")
        }
        Check::ResourceNotGranted => {
            let held = about.held_for();
            format!("Not granted: the app holds `{scope}` for {held}, but {resource} is not among its resources.")
        }
        Check::ResourceExcluded => {
            let mark = excluded(about).map(|mark| format!(", taken out {}", about.when_and_who(mark)));
            let held = about.held_for();
            format!(
                "Not granted: the app holds `{scope}` for {held} and was given all of them except {resource}{}.",
                mark.unwrap_or_default()
            )
        }
    }
}

fn granted(kind: ResourceType, scope: &Mark, resource: Option<&Mark>, about: &About<'_>) -> String {
    let place = match about.resource {
        Some(id) => format!("on {}", about.shown(id.as_str())),
        None => format!("for {}", kind.plural()),
    };
    let through = match (about.request, scope.source) {
        (Some(request), _) => format!(" through a request ({request})"),
        (None, Source::Oauth) => " when the app was installed".to_owned(),
        (None, Source::Reconcile) => " as Slack's own lists say".to_owned(),
        (None, Source::Event) => String::new(),
    };
    // What came in one entry is told once.
    let given = resource.filter(|resource| resource.seq != scope.seq);
    let given = given.map(|given| format!("; the {} was given {}", kind.noun(), about.when_and_who(given)));
    format!(
        "`{}` {place}: granted {}{through}{}.",
        about.scope,
        about.when_and_who(scope),
        given.unwrap_or_default()
    )
}

fn absent(about: &About<'_>) -> String {
    match about.grants.status {
        Status::Uninstalled => format!("the app was uninstalled{}", since(about)),
        _ => "the app is not installed here".to_owned(),
    }
}

/// Since when the app stands as it stands.
fn since(about: &About<'_>) -> String {
    let mark = about.grants.status_mark.as_ref();
    mark.map(|mark| format!(" {}", about.when_and_who(mark)))
        .unwrap_or_default()
}

fn excluded<'a>(about: &About<'a>) -> Option<&'a Mark> {
    let id = about.resource?;
    let mut resources = about.grants.resources.values();
    resources.find_map(|resources| resources.excluded.get(id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grants::Resources;

    /// 2026-03-03.
    const MARCH: i64 = 1_772_542_800;

    fn mark(day: i64, actor: Option<&str>, source: Source, seq: u64) -> Mark {
        Mark {
            since: crate::Timestamp::from_seconds(MARCH + day * 86_400),
            actor: actor.map(|id| id.parse().unwrap()),
            source,
            seq,
        }
    }

    /// Holds `chat:write` for channels, given C123 by the same entry and C456 by a later one.
    fn grants() -> Grants {
        let scope = mark(0, Some("U061"), Source::Event, 3);
        let mut resources = Resources::default();
        resources.specific.insert("C123".parse().unwrap(), scope.clone());
        resources
            .specific
            .insert("C456".parse().unwrap(), mark(2, Some("U062"), Source::Event, 5));
        let mut grants = Grants {
            status: Status::Installed,
            ..Grants::default()
        };
        let held = [("chat:write".parse().unwrap(), scope)].into();
        grants.scopes.insert(ResourceType::Channel, held);
        grants.resources.insert(ResourceType::Channel, resources);
        grants
    }

    fn said(grants: &Grants, scope: &str, resource: Option<&str>, request: Option<i64>) -> String {
        let scope: Scope = scope.parse().unwrap();
        let resource: Option<ResourceId> = resource.map(|id| id.parse().unwrap());
        let names = [("C123", "general"), ("U061", "orla")];
        let names = names.map(|(id, name)| (id.to_owned(), name.to_owned())).into();
        let about = About {
            scope: &scope,
            resource: resource.as_ref(),
            grants,
            names: &names,
            resource_name: (resource.as_ref().is_some_and(|id| id.as_str() == "C999")).then_some("#secret"),
            request: request.map(RequestId),
        };
        sentence(&grants.check(&scope, resource.as_ref()), &about)
    }

    #[test]
    fn a_grant_says_since_when_by_whom_and_through_what() {
        let grants = grants();
        for (resource, request, sentence) in [
            (
                Some("C123"),
                Some(7),
                "`chat:write` on #general (C123): granted 3 March 2026 by @orla through a request (PR-7).",
            ),
            (
                Some("C456"),
                None,
                "`chat:write` on C456: granted 3 March 2026 by @orla; the channel was given 5 March 2026 by U062.",
            ),
            (None, None, "`chat:write` for channels: granted 3 March 2026 by @orla."),
        ] {
            assert_eq!(said(&grants, "chat:write", resource, request), sentence);
        }
    }

    #[test]
    fn what_came_with_an_install_or_from_slacks_lists_says_so() {
        let mut grants = grants();
        for (source, words) in [
            (Source::Oauth, "granted 3 March 2026 when the app was installed."),
            (Source::Reconcile, "granted 3 March 2026 as Slack's own lists say."),
        ] {
            let held = [("chat:write".parse().unwrap(), mark(0, None, source, 1))].into();
            grants.scopes.insert(ResourceType::Channel, held);
            let said = said(&grants, "chat:write", None, None);
            assert!(said.ends_with(words), "{said}");
        }
    }

    #[test]
    fn a_refusal_says_what_is_missing() {
        let mut grants = grants();
        let refused = mark(1, Some("U061"), Source::Event, 4);
        grants.denied.insert("files:read".parse().unwrap(), refused.clone());
        for (scope, resource, sentence) in [
            (
                "files:read",
                None,
                "Not granted: `files:read` was refused 4 March 2026 by @orla.",
            ),
            (
                "pins:read",
                Some("C123"),
                "Not granted: the app does not hold `pins:read`.",
            ),
            (
                "chat:write",
                Some("C999"),
                "Not granted: the app holds `chat:write` for channels, but #secret (C999) is not among its resources.",
            ),
            (
                "chat:write",
                Some("D1"),
                "Not granted: the app holds `chat:write` for channels, but not for the kind of resource that D1 is.",
            ),
        ] {
            assert_eq!(said(&grants, scope, resource, None), sentence);
        }
        let resources = grants.resources.get_mut(&ResourceType::Channel).unwrap();
        resources.wildcard = Some(refused.clone());
        resources.excluded.insert("C999".parse().unwrap(), refused);
        assert_eq!(
            said(&grants, "chat:write", Some("C999"), None),
            "Not granted: the app holds `chat:write` for channels and was given all of them except #secret (C999), \
             taken out 4 March 2026 by @orla."
        );
    }

    #[test]
    fn who_is_gone_is_said_to_be_gone() {
        let mut grants = grants();
        for (status, sentence) in [
            (
                Status::Uninstalled,
                "Not granted: the app was uninstalled 8 March 2026 by @orla.",
            ),
            (
                Status::Revoked,
                "Not granted: the app is installed, but its tokens were revoked 8 March 2026 by @orla.",
            ),
        ] {
            grants.status = status;
            grants.status_mark = Some(mark(5, Some("U061"), Source::Event, 9));
            assert_eq!(said(&grants, "chat:write", None, None), sentence);
        }
        assert_eq!(
            said(&Grants::default(), "chat:write", None, None),
            "Not granted: the app is not installed here."
        );
    }
}
