//! Differences between what is declared, the ledger and Slack, in words.

use grantbook_core::view::drift::{DriftKind, DriftRunView, DriftSummary, DriftView};

use super::{
    names,
    number::{count, thousands},
};

/// A kind of difference in plain words, for filters.
pub const fn kind_words(kind: DriftKind) -> &'static str {
    match kind {
        DriftKind::ScopeMissingAtSlack => "Scope gone at Slack",
        DriftKind::ScopeUnknownToLedger => "Scope new at Slack",
        DriftKind::DeclaredNotGranted => "Declared, not granted",
        DriftKind::GrantedNotDeclared => "Granted, not declared",
        DriftKind::ResourceMissingAtSlack => "Resource gone at Slack",
        DriftKind::ResourceUnknownToLedger => "Resource new at Slack",
        DriftKind::WorkspaceMissing => "Workspace gone at Slack",
        DriftKind::WorkspaceUnknown => "Workspace new at Slack",
        DriftKind::TokenDead => "Token refused",
        DriftKind::AppUserChanged => "Another app user",
    }
}

/// The words for a kind as the address spells it.
pub fn kind_of(text: String) -> String {
    text.parse().map_or(text, |kind| kind_words(kind).to_owned())
}

/// What it is about: a scope, a conversation, a person's token; in backquotes where it is Slack's own spelling.
pub fn about(drift: &DriftView) -> String {
    let resource = drift
        .resource
        .as_ref()
        .map(|id| names::conversation(id, drift.resource_name.as_deref()));
    let all = drift.resource_type.map(|kind| format!("every {}", kind.noun()));
    match (&drift.scope, resource.or(all)) {
        (Some(scope), Some(place)) => format!("`{scope}` on {place}"),
        (Some(scope), None) => format!("`{scope}`"),
        (None, Some(place)) => place,
        (None, None) => match drift.holder.as_deref() {
            None | Some(super::token::APP) => "The app’s token".to_owned(),
            Some(person) => format!("The token of {person}"),
        },
    }
}

/// Who closed it: the schedule, Slack itself, or somebody.
pub fn closed_by(drift: &DriftView) -> String {
    match drift.closed_by.as_deref() {
        Some("schedule") => "by the schedule".to_owned(),
        Some("slack") => "both sides agreed again".to_owned(),
        Some(who) => format!("by {}", super::audit::who(who)),
        None => String::new(),
    }
}

/// The answer to the page's question.
pub fn summary(summary: &DriftSummary) -> String {
    match (summary.open, summary.checked) {
        (0, 0) => "Nothing has been compared with Slack yet.".to_owned(),
        (0, _) => "Ledger and Slack agree everywhere that was compared.".to_owned(),
        (open, _) => format!(
            "{} in {}.",
            count(open, "difference"),
            count(summary.installations, "installation")
        ),
    }
}

/// How much of all was compared.
pub fn compared(summary: &DriftSummary) -> String {
    let all = summary.checked + summary.never_checked;
    format!("{} of {}", thousands(summary.checked), count(all, "installation"))
}

/// Whether a run goes on.
pub const fn is_running(run: &DriftRunView) -> bool {
    run.started_at.is_some() && run.finished_at.is_none()
}

/// How far a run is.
pub fn progress(run: &DriftRunView) -> String {
    let done = format!(
        "{} of {} compared",
        thousands(run.done),
        count(run.total, "installation")
    );
    if run.failed == 0 {
        return done;
    }
    format!("{done}, {} could not be and will be asked again", thousands(run.failed))
}

#[cfg(test)]
mod tests {
    use grantbook_core::view::drift::Remedy;

    use super::*;

    fn drift() -> DriftView {
        DriftView {
            id: 7,
            installation: "insectoid.T061EG9R6".parse().unwrap(),
            app: "insectoid".parse().unwrap(),
            app_name: "Insectoid".to_owned(),
            tenant_name: "Northwind HQ".to_owned(),
            kind: DriftKind::ScopeMissingAtSlack,
            scope: Some("chat:write".parse().unwrap()),
            resource_type: None,
            resource: None,
            resource_name: None,
            holder: None,
            declared: Some(true),
            ledger: true,
            live: Some(false),
            cause: "event_lost".to_owned(),
            sentence: "An event was lost.".to_owned(),
            remedy: Remedy::Reconcile,
            found_at: "2026-11-21T22:28:04Z".parse().unwrap(),
            closed_at: None,
            closed_by: None,
            entry: None,
        }
    }

    #[test]
    fn a_difference_names_what_it_is_about() {
        let mut drift = drift();
        assert_eq!(about(&drift), "`chat:write`");
        drift.resource = Some("C1A".parse().unwrap());
        drift.resource_name = Some("field-notes".to_owned());
        assert_eq!(about(&drift), "`chat:write` on #field-notes");
        drift.scope = None;
        assert_eq!(about(&drift), "#field-notes");
        drift.resource = None;
        assert_eq!(about(&drift), "The app’s token");
        drift.holder = Some("U061F7AUR".to_owned());
        assert_eq!(about(&drift), "The token of U061F7AUR");
    }

    #[test]
    fn kinds_have_words_and_other_texts_stay() {
        for kind in DriftKind::ALL {
            assert_eq!(kind_of(kind.to_string()), kind_words(kind));
        }
        assert_eq!(kind_of("odd".to_owned()), "odd");
    }

    #[test]
    fn the_summary_answers_first() {
        let words = |open, installations, checked| {
            summary(&DriftSummary {
                open,
                installations,
                checked,
                ..DriftSummary::default()
            })
        };
        assert_eq!(words(0, 0, 0), "Nothing has been compared with Slack yet.");
        assert_eq!(words(0, 0, 4), "Ledger and Slack agree everywhere that was compared.");
        assert_eq!(words(3, 1, 4), "3 differences in 1 installation.");
    }

    #[test]
    fn progress_says_what_is_asked_again() {
        let mut run = DriftRunView {
            done: 4,
            total: 12,
            started_at: Some("2026-11-21T22:28:04Z".parse().unwrap()),
            ..DriftRunView::default()
        };
        assert!(is_running(&run));
        assert_eq!(progress(&run), "4 of 12 installations compared");
        run.failed = 1;
        assert_eq!(
            progress(&run),
            "4 of 12 installations compared, 1 could not be and will be asked again"
        );
        assert!(!is_running(&DriftRunView::default()));
    }

    #[test]
    fn whoever_closed_it_is_named() {
        let mut drift = drift();
        let mut by = |who: &str| {
            drift.closed_by = Some(who.to_owned());
            closed_by(&drift)
        };
        assert_eq!(by("schedule"), "by the schedule");
        assert_eq!(by("user:orla"), "by orla");
        assert_eq!(by("slack"), "both sides agreed again");
    }
}
