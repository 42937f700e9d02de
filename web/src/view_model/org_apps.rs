//! Words about the apps of an organization: what stands, what is wrong, and what a decision leads to.

use grantbook_core::{
    approval::Previous,
    view::{
        ReceiptState,
        approvals::{AlarmKind, AlarmView, AppWishView, AppWishWhat, OrgAppPlace, OrgAppView},
    },
};

use super::number::count;

/// What a workspace needs to be decided about: its id, its name, what stands there, whether the app is installed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The name, or the id where there is none.
    pub name: String,
    /// What stands there by itself.
    pub status: Previous,
    /// Whether the app is installed there.
    pub is_installed: bool,
}

/// What an alarm is about, in a few words.
pub const fn alarm_words(kind: AlarmKind) -> &'static str {
    match kind {
        AlarmKind::RestrictedButInstalled => "Restricted and installed",
        AlarmKind::ApprovedUnderOldScopes => "Beyond its approval",
        AlarmKind::ChangedElsewhere => "Changed elsewhere",
        AlarmKind::CannotDecide => "Nobody can decide",
    }
}

/// The heading of an alarm; its sentence says the rest.
pub fn alarm_title(alarm: &AlarmView) -> String {
    let words = alarm_words(alarm.kind);
    match alarm
        .app_name
        .as_deref()
        .filter(|_| alarm.kind != AlarmKind::CannotDecide)
    {
        Some(app) => format!("{app}: {}{}", words[..1].to_lowercase(), &words[1..]),
        None => format!("{words} about apps"),
    }
}

/// A workspace's name, its id, or the organization.
pub fn place(name: Option<&str>, id: Option<String>) -> String {
    name.map(ToOwned::to_owned)
        .or(id)
        .unwrap_or_else(|| "the whole organization".to_owned())
}

/// A status in a word.
pub const fn status_words(status: Previous) -> &'static str {
    match status {
        Previous::Approved => "Approved",
        Previous::Restricted => "Restricted",
        Previous::Unresolved => "Not decided",
        Previous::Other => "Other",
    }
}

/// The decision as a verb.
pub const fn verb(what: AppWishWhat) -> &'static str {
    match what {
        AppWishWhat::Approve => "Approve",
        AppWishWhat::Restrict => "Restrict",
        AppWishWhat::Clear => "Clear",
    }
}

/// The way out of the dialog.
pub const fn keep(what: AppWishWhat) -> &'static str {
    match what {
        AppWishWhat::Approve => "Do not approve",
        AppWishWhat::Restrict => "Do not restrict",
        AppWishWhat::Clear => "Keep what was decided",
    }
}

/// What a decision leads to, and what it does not: a line each, true for what is lost or in the way.
pub fn consequences<'a>(what: AppWishWhat, app: &'a OrgAppView, targets: Option<&'a [Target]>) -> Vec<(bool, String)> {
    let name = &app.app_name;
    let installed: Vec<&str> = targets.map_or_else(
        || {
            let installed = app.places.iter().filter(|place| place.installed_at.is_some());
            let name = |place: &'a OrgAppPlace| place.team_name.as_deref().unwrap_or(place.team.as_str());
            installed.map(name).collect()
        },
        |targets| {
            let installed = targets.iter().filter(|target| target.is_installed);
            installed.map(|target| target.name.as_str()).collect()
        },
    );
    let where_to = match targets {
        Some([one]) => one.name.clone(),
        Some(many) => count(many.len() as u64, "workspace"),
        None => "every workspace".to_owned(),
    };
    match what {
        AppWishWhat::Approve => approving(app, &where_to, targets),
        AppWishWhat::Restrict => {
            let anywhere = if targets.is_none() { "any workspace" } else { &where_to };
            let mut lines = vec![(true, format!("Nobody can install {name} in {anywhere} any more."))];
            if targets.is_none() && app.approved_in > 0 {
                let voided = count(app.approved_in, "workspace");
                lines.push((
                    true,
                    format!("The approval of {voided} is void, and none can approve it again."),
                ));
            }
            lines.push((false, stays(name, &installed)));
            lines.push((
                false,
                "Whoever asked for it is not told by this; their requests are answered by Slack.".to_owned(),
            ));
            lines
        }
        AppWishWhat::Clear => {
            let mut lines = vec![(
                true,
                format!("{name} is undecided again in {where_to}: people must ask for it."),
            )];
            if targets.is_none() {
                lines.push((false, "What single workspaces decided stays as it is.".to_owned()));
            } else if let Some(org) = app.org.as_ref() {
                let status = status_words(org.status).to_lowercase();
                lines.push((
                    false,
                    format!("It stays {status} in the whole organization, which then counts there."),
                ));
            }
            lines.push((false, stays(name, &installed)));
            lines
        }
    }
}

fn approving(app: &OrgAppView, where_to: &str, targets: Option<&[Target]>) -> Vec<(bool, String)> {
    let name = &app.app_name;
    let mut lines = vec![(
        false,
        format!("People can install {name} in {where_to}, with all the scopes that it declares today."),
    )];
    let restricted: Vec<&str> = match targets {
        Some(targets) => {
            let restricted = targets.iter().filter(|target| target.status == Previous::Restricted);
            restricted.map(|target| target.name.as_str()).collect()
        }
        None => Vec::new(),
    };
    if targets.is_some() && app.org.as_ref().is_some_and(|org| org.status == Previous::Restricted) {
        lines.push((
            true,
            "It is restricted in the whole organization: Slack refuses an approval of single workspaces until that \
             is cleared."
                .to_owned(),
        ));
    }
    if !restricted.is_empty() {
        lines.push((false, format!("It is restricted no more in {}.", listed(&restricted))));
    }
    if targets.is_none() && app.restricted_in > 0 {
        let kept = count(app.restricted_in, "workspace");
        lines.push((
            true,
            format!("It stays restricted in {kept}: a workspace’s restriction holds."),
        ));
    }
    lines.push((false, "It is not installed anywhere by this.".to_owned()));
    lines.push((false, "Scopes that it declares later need another approval.".to_owned()));
    lines
}

fn stays(name: &str, installed: &[&str]) -> String {
    if installed.is_empty() {
        return format!("{name} is installed in none of them, as far as is known.");
    }
    format!(
        "It stays installed in {}: only uninstalling removes it.",
        listed(installed)
    )
}

fn listed(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [most @ .., last] if names.len() <= 4 => format!("{} and {last}", most.join(", ")),
        [a, b, c, rest @ ..] => format!("{a}, {b}, {c} and {} more", rest.len()),
        _ => names.join(", "),
    }
}

/// Whether a decision is on its way.
pub const fn is_under_way(wish: &AppWishView) -> bool {
    matches!(wish.state, ReceiptState::Requested | ReceiptState::Sent)
}

/// How far a decision has come, in a sentence.
pub fn receipt(wish: &AppWishView, place: &str) -> String {
    let verb = match wish.what {
        AppWishWhat::Approve => "Approve",
        AppWishWhat::Restrict => "Restrict",
        AppWishWhat::Clear => "Clear the decision",
    };
    let code = wish.code.as_deref();
    match wish.state {
        ReceiptState::Requested => format!("{verb} for {place}: written down, about to be sent to Slack."),
        ReceiptState::Sent => match code {
            Some(code) => format!("{verb} for {place}: Slack answered `{code}`; it is tried again."),
            None => format!("{verb} for {place}: sent to Slack; waiting for its answer."),
        },
        ReceiptState::Acknowledged => format!("{verb} for {place}: Slack said yes; its list does not show it yet."),
        ReceiptState::Seen => format!("{verb} for {place}: done, and Slack’s own list shows it."),
        ReceiptState::Failed => format!("{verb} for {place}: {}", refusal(code.unwrap_or("unknown"))),
    }
}

/// What a refusal means, and what to do.
fn refusal(code: &str) -> String {
    let why = match code {
        "app_restricted_org_wide" => "the app is restricted in the whole organization. Clear that first.",
        "org_resolution_required" => "Slack wants this app decided for the whole organization.",
        "not_an_admin" | "no_administrator" | "token_revoked" | "needs_reauthorization" => {
            "the administrator’s token does not allow it any more. Connect the managing app again."
        }
        "team_not_found" => "Slack does not know this workspace, or the token does not reach it.",
        "no_resolution_found" => "there was nothing to clear.",
        "invalid_app_id" => "Slack does not know this app.",
        _ => "Slack refused it for good. Nothing was changed.",
    };
    format!("not done, {why} `{code}`")
}

#[cfg(test)]
mod tests {
    use grantbook_core::Timestamp;

    use super::*;

    fn app() -> OrgAppView {
        let installed = |team: &str, name: &str| OrgAppPlace {
            team: team.parse().unwrap(),
            team_name: Some(name.to_owned()),
            resolution: None,
            installed_at: Some(Timestamp::default()),
        };
        OrgAppView {
            app: "A1".parse().unwrap(),
            app_name: "Standup".to_owned(),
            enterprise: "E1".parse().unwrap(),
            org: None,
            places: vec![installed("T1", "Acme"), installed("T2", "Legal")],
            installed_in: 2,
            installed_for_organization: false,
            approved_in: 3,
            restricted_in: 1,
            open_requests: 0,
            alarms: Vec::new(),
            wishes: Vec::new(),
        }
    }

    fn target(name: &str, status: Previous, is_installed: bool) -> Target {
        Target {
            name: name.to_owned(),
            status,
            is_installed,
        }
    }

    fn text(what: AppWishWhat, targets: Option<&[Target]>) -> String {
        let lines = consequences(what, &app(), targets);
        lines.into_iter().map(|(_, line)| line).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn restricting_says_what_it_leaves_installed() {
        let all = text(AppWishWhat::Restrict, None);
        assert!(
            all.contains("It stays installed in Acme and Legal: only uninstalling removes it."),
            "{all}"
        );
        assert!(all.contains("The approval of 3 workspaces is void"), "{all}");
        let one = text(
            AppWishWhat::Restrict,
            Some(&[target("Acme", Previous::Approved, false)]),
        );
        assert!(
            one.contains("install Standup in Acme any more") && one.contains("installed in none of them"),
            "{one}"
        );
        assert!(!one.contains("void"), "{one}");
    }

    #[test]
    fn approving_says_what_it_does_not_reach() {
        let all = text(AppWishWhat::Approve, None);
        assert!(
            all.contains("It stays restricted in 1 workspace: a workspace’s restriction holds."),
            "{all}"
        );
        let targets = [
            target("Acme", Previous::Restricted, true),
            target("Legal", Previous::Unresolved, false),
        ];
        let some = text(AppWishWhat::Approve, Some(&targets));
        assert!(
            some.contains("in 2 workspaces,") && some.contains("restricted no more in Acme."),
            "{some}"
        );
    }

    #[test]
    fn a_failure_says_why_with_its_code() {
        let wish = AppWishView {
            team: None,
            what: AppWishWhat::Approve,
            state: ReceiptState::Failed,
            at: Timestamp::default(),
            requested_at: Timestamp::default(),
            who: "user:orla".to_owned(),
            reason: String::new(),
            code: Some("app_restricted_org_wide".to_owned()),
            tries: 1,
            next_at: None,
        };
        let words = receipt(&wish, "Acme");
        assert_eq!(
            words,
            "Approve for Acme: not done, the app is restricted in the whole organization. Clear that first. \
             `app_restricted_org_wide`"
        );
    }

    #[test]
    fn long_lists_are_counted() {
        assert_eq!(listed(&["a", "b", "c", "d"]), "a, b, c and d");
        assert_eq!(listed(&["a", "b", "c", "d", "e"]), "a, b, c and 2 more");
    }
}
