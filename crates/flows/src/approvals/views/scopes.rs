//! The scopes of a request, the most sensitive first, in plain words and against what is approved.

use std::collections::BTreeSet;

use grantbook_core::{
    Scope,
    approval::{AppRequest, AskedScope, TokenType},
    catalogue, sensitivity,
    view::approvals::ScopeLine,
};

/// One line per scope and token. `held` are the scopes that Slack's lists show as approved; a scope that Slack
/// called approved in the request counts too.
pub(super) fn lines(request: &AppRequest, held: Option<&BTreeSet<Scope>>) -> Vec<ScopeLine> {
    let mut lines: Vec<ScopeLine> = request.scopes.iter().map(|asked| line(asked, held)).collect();
    lines.sort_by(|a, b| {
        let by_grade = b.sensitivity.cmp(&a.sensitivity);
        by_grade.then_with(|| (&a.name, &a.token_type).cmp(&(&b.name, &b.token_type)))
    });
    lines
}

fn line(asked: &AskedScope, held: Option<&BTreeSet<Scope>>) -> ScopeLine {
    let (grade, reason) = sensitivity::judge(asked.name.as_str());
    let published = catalogue::find(&asked.name).map_or("", |info| info.description);
    let meaning = [published, &asked.description, reason]
        .into_iter()
        .find(|text| !text.is_empty());
    ScopeLine {
        name: asked.name.clone(),
        token_type: token_word(asked.token_type).to_owned(),
        meaning: meaning.unwrap_or_default().to_owned(),
        sensitivity: grade,
        is_sensitive: asked.is_sensitive,
        is_optional: asked.is_optional,
        is_approved: asked.is_approved || held.is_some_and(|held| held.contains(&asked.name)),
    }
}

const fn token_word(kind: TokenType) -> &'static str {
    match kind {
        TokenType::Bot => "bot",
        TokenType::User => "user",
        TokenType::App => "app",
        TokenType::Other => "other",
    }
}

#[cfg(test)]
mod tests {
    use grantbook_core::{Sensitivity, Timestamp};

    use super::*;

    fn asked(name: &str, kind: TokenType, is_approved: bool) -> AskedScope {
        AskedScope {
            name: name.parse().unwrap(),
            token_type: kind,
            description: "As its maker has it.".to_owned(),
            is_sensitive: false,
            is_optional: false,
            is_approved,
        }
    }

    #[test]
    fn the_most_sensitive_come_first_and_each_has_a_meaning() {
        let mut request: AppRequest = serde_json::from_value(serde_json::json!({
            "id": "Ar1", "app": { "id": "A1", "name": "Fern" }, "scopes": [], "team": null, "enterprise": null,
            "requester": { "id": "U1" }, "asked_at": Timestamp::from_seconds(1),
        }))
        .unwrap();
        request.scopes = vec![
            asked("commands", TokenType::Bot, false),
            asked("groups:history", TokenType::User, false),
            asked("brand.new:thing", TokenType::Bot, true),
            asked("groups:history", TokenType::Bot, false),
        ];
        let held = BTreeSet::from(["commands".parse().unwrap()]);
        let lines = lines(&request, Some(&held));
        let shown: Vec<_> = lines
            .iter()
            .map(|line| (line.name.as_str(), line.token_type.as_str(), line.is_approved))
            .collect();
        assert_eq!(
            shown,
            [
                ("groups:history", "bot", false),
                ("groups:history", "user", false),
                ("brand.new:thing", "bot", true),
                ("commands", "bot", true),
            ]
        );
        assert_eq!(lines[0].sensitivity, Sensitivity::Critical);
        assert!(lines.iter().all(|line| !line.meaning.is_empty()));
        assert_eq!(lines[2].meaning, "As its maker has it.");
    }
}
