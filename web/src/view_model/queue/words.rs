//! Sentences of the queue that depend on more than one fact: a refusal with what to do, one vote among several.

use grantbook_core::{
    approval::Need,
    view::approvals::{AppRequestDetail, Outcome},
};

/// What to do after Slack has refused a decision, with its code.
pub fn after_refusal(code: &str) -> String {
    let next = match code {
        "org_resolution_required" => {
            "Slack wants this app decided for the whole organization: decide again and choose that."
        }
        "app_restricted_org_wide" => {
            "The app is restricted in the whole organization. Clear that on the app’s page, then decide again."
        }
        "not_an_admin" | "no_administrator" | "token_revoked" | "needs_reauthorization" => {
            "The administrator’s token does not allow it any more: connect the managing app again, then decide again."
        }
        "team_not_found" => "Slack does not know this workspace, or the token does not reach it.",
        _ => "Nothing was changed. Decide again, or dismiss the request.",
    };
    format!("Slack refused the decision with `{code}`. {next}")
}

/// The condition of an approval that one vote alone does not bring about; ends in the sentence's first letter.
pub(super) fn vote(detail: &AppRequestDetail) -> String {
    if detail.need != Need::All || detail.whom.is_empty() {
        return "P".to_owned();
    }
    let agreed = detail
        .votes
        .iter()
        .filter(|vote| vote.outcome == Outcome::Approved)
        .count();
    let so_far = match agreed {
        0 => "nobody has so far".to_owned(),
        many => format!("{many} did so far"),
    };
    format!(
        "This is one vote. Once all of {} agree ({so_far}), p",
        detail.whom.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_says_what_to_do() {
        let words = after_refusal("org_resolution_required");
        assert!(words.contains("`org_resolution_required`. Slack wants"), "{words}");
        assert!(after_refusal("brand_new").ends_with("Decide again, or dismiss the request."));
    }
}
