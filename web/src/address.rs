//! Addresses within the page: query strings, links to pages, and where to return after signing in.

use grantbook_core::{AppId, AppSlug, EnterpriseId, InstallationKey, Tenant, request::RequestId};

/// The list of workspaces.
pub const WORKSPACES: &str = "/workspaces";
/// The grant history.
pub const HISTORY: &str = "/history";
/// The permission requests.
pub const REQUESTS: &str = "/requests";
/// The page that drafts a request.
pub const ASK: &str = "/requests/new";
/// Presses and commands that belong to no request.
pub const STRAYS: &str = "/requests/strays";
/// The approval queue.
pub const QUEUE: &str = "/queue";
/// The organization's apps: approved, restricted, installed where.
pub const ORG_APPS: &str = "/org-apps";
/// The approval rules.
pub const RULES: &str = "/rules";
/// Reports about decisions.
pub const REPORTS: &str = "/reports";
/// The registered apps.
pub const APPS: &str = "/apps";
/// The way to add one.
pub const ADD_APP: &str = "/apps/new";
/// Where the ledger, Slack and what was declared differ.
pub const DRIFT: &str = "/drift";
/// Scopes that are held and never used.
pub const UNUSED: &str = "/drift/unused";
/// Encryption keys and API keys.
pub const KEYS: &str = "/keys";
/// The audit log.
pub const AUDIT: &str = "/audit";
/// Their versions.
pub const RULES_VERSIONS: &str = "/rules/versions";
/// The sign-in page.
pub const SIGN_IN: &str = "/signin";

/// The page of one workspace, with one of its apps chosen.
pub fn workspace(tenant: &Tenant, app: Option<&AppSlug>) -> String {
    let query = query(&[("app", app.map_or("", AppSlug::as_str))]);
    join(&format!("{WORKSPACES}/{tenant}"), &query)
}

/// The page of one app.
pub fn app(slug: &AppSlug) -> String {
    format!("{APPS}/{slug}")
}

/// One app of an organization.
pub fn org_app(enterprise: &EnterpriseId, app: &AppId) -> String {
    format!("{ORG_APPS}/{enterprise}/{app}")
}

/// The door that leads to Slack's consent page for an app, in the same workspace again.
pub fn install(key: &InstallationKey) -> String {
    let team = if let Tenant::Team(team) = &key.tenant {
        team.as_str()
    } else {
        ""
    };
    join(&format!("/slack/{}/install", key.app), &query(&[("team", team)]))
}

/// One version of the rules.
pub fn rules_version(version: u64) -> String {
    format!("{RULES_VERSIONS}/{version}")
}

/// The story of one request.
pub fn request(id: RequestId) -> String {
    format!("{REQUESTS}/{id}")
}

/// The page of one app request.
pub fn app_request(id: i64) -> String {
    format!("{QUEUE}/{id}")
}

/// The sign-in page, which leads back to `here` afterwards.
pub fn sign_in(here: &str) -> String {
    let target = if here == "/" || here.starts_with(SIGN_IN) {
        ""
    } else {
        here
    };
    join(SIGN_IN, &query(&[("return", target)]))
}

/// Where to go after signing in: `wanted` if it is a path of this page, else the list of workspaces.
///
/// Anything that a browser could take for another host is refused, so that a link to the sign-in page
/// cannot lead away from the console.
pub fn after_sign_in(wanted: Option<&str>) -> String {
    let own = |path: &&str| {
        path.starts_with('/')
            && !path.starts_with("//")
            && !path.contains('\\')
            && !path.chars().any(char::is_control)
            && !path.starts_with(SIGN_IN)
    };
    wanted.filter(own).unwrap_or(WORKSPACES).to_owned()
}

/// A path and a query string that may be empty.
pub fn join(path: &str, query: &str) -> String {
    if query.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{query}")
    }
}

/// A query string of the pairs that have a value.
pub fn query(pairs: &[(&str, &str)]) -> String {
    let mut out = String::new();
    for (name, value) in pairs.iter().filter(|(_, value)| !value.is_empty()) {
        if !out.is_empty() {
            out.push('&');
        }
        out.push_str(name);
        out.push('=');
        encode_into(&mut out, value);
    }
    out
}

/// Text as one component of an address.
pub fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    encode_into(&mut out, text);
    out
}

fn encode_into(out: &mut String, text: &str) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    for &byte in text.as_bytes() {
        // Unreserved characters of RFC 3986, and those a query may hold that keep addresses readable.
        if byte.is_ascii_alphanumeric() || b"-._~:/,".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.push(char::from(HEX[usize::from(byte >> 4)]));
            out.push(char::from(HEX[usize::from(byte & 15)]));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_holds_only_what_has_a_value() {
        assert_eq!(
            query(&[("q", "field & ops"), ("app", ""), ("scope", "chat:write")]),
            "q=field%20%26%20ops&scope=chat:write"
        );
        assert_eq!(query(&[("q", "")]), "");
        assert_eq!(join("/history", ""), "/history");
    }

    #[test]
    fn a_workspace_is_addressed_by_its_id() {
        let tenant: Tenant = "T061EG9R6".parse().unwrap();
        let app: AppSlug = "insectoid".parse().unwrap();
        assert_eq!(workspace(&tenant, Some(&app)), "/workspaces/T061EG9R6?app=insectoid");
        assert_eq!(workspace(&tenant, None), "/workspaces/T061EG9R6");
    }

    #[test]
    fn an_install_begins_in_the_same_workspace() {
        let install_of = |key: &str| install(&key.parse().unwrap());
        assert_eq!(install_of("atlas.T061EG9R6"), "/slack/atlas/install?team=T061EG9R6");
        assert_eq!(install_of("atlas.E0N0RTHW1"), "/slack/atlas/install");
    }

    #[test]
    fn signing_in_leads_back_to_where_one_came_from() {
        assert_eq!(
            sign_in("/history?kind=installed"),
            "/signin?return=/history%3Fkind%3Dinstalled"
        );
        assert_eq!(sign_in("/"), "/signin");
        assert_eq!(
            after_sign_in(Some("/history?kind=installed")),
            "/history?kind=installed"
        );
        assert_eq!(after_sign_in(None), "/workspaces");
    }

    #[test]
    fn signing_in_never_leads_to_another_host() {
        for wanted in [
            "https://elsewhere.example",
            "//elsewhere.example",
            "/\\elsewhere.example",
            "javascript:alert(1)",
            "/\t/elsewhere.example",
            "/signin",
        ] {
            assert_eq!(after_sign_in(Some(wanted)), "/workspaces", "{wanted}");
        }
    }
}
