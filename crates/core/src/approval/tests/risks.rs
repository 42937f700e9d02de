//! The risk of a request.

use serde_json::json;

use super::{request, scope};
use crate::approval::{Context, RiskLevel, risk};

#[test]
fn each_point_says_why_and_the_score_is_their_sum() {
    let asked = request(&json!({"scopes": [
        {"name": "groups:history", "token_type": "bot"},
        {"name": "users:read", "token_type": "user", "is_optional": true},
        {"name": "commands", "token_type": "bot"}]}));
    let risk = risk(&asked, &Context::default());
    let said: Vec<(i32, &str)> = risk.points.iter().map(|p| (p.weight, p.sentence.as_str())).collect();
    assert_eq!(
        said,
        [
            (
                45,
                "groups:history reads what is written in private channels (critical)."
            ),
            (20, "Made by a third party and not in the Marketplace."),
            (
                6,
                "users:read reads who the people of the workspace are (medium, in a person's name, optional)."
            ),
            (5, "It names no privacy policy."),
            (1, "commands adds slash commands people choose to use (low)."),
        ]
    );
    assert_eq!((risk.score, risk.level), (77, RiskLevel::Critical));
}

#[test]
fn history_and_spread_count() {
    let before = json!({"status": "approved", "scopes": [{"name": "chat:write"}, {"name": "channels:history"}]});
    let known = request(&json!({"previous_resolution": before}));
    let fresh = request(&json!({}));
    let none = Context::default();
    assert!(risk(&known, &none).score < risk(&fresh, &none).score);
    let org = request(&json!({"team": null}));
    assert_eq!(risk(&org, &none).score, risk(&fresh, &none).score + 10);
    let restricted = Context {
        restricted_elsewhere: 2,
        ..Context::default()
    };
    assert_eq!(risk(&fresh, &restricted).score, risk(&fresh, &none).score + 15);
    let partly = Context {
        approved_scopes: [scope("chat:write")].into(),
        ..Context::default()
    };
    let points = risk(&fresh, &partly).points;
    assert!(
        points
            .iter()
            .any(|p| p.sentence == "New since it was approved: channels:history.")
    );
}

/// What is shown today is what is shown tomorrow: weights, words and order.
#[test]
fn every_kind_of_point_has_its_weight_and_its_sentence() {
    let context = Context {
        installed_in: 12,
        approved_elsewhere: 1,
        restricted_elsewhere: 2,
        approved_scopes: [scope("chat:write")].into(),
    };
    let asked = request(&json!({
        "app": {"developer_type": "partner"}, "team": null, "domains": ["a.example", "b.example"],
        "is_user_app_collaborator": true, "previous_resolution": {"status": "restricted", "scopes": []},
        "scopes": [{"name": "chat:write", "token_type": "bot"}, {"name": "chat:write", "token_type": "user"},
            {"name": "brand.new:thing", "token_type": "app"}]}));
    let said: Vec<String> = risk(&asked, &context)
        .points
        .iter()
        .map(|point| format!("{:+} {}", point.weight, point.sentence))
        .collect();
    assert_eq!(
        said,
        [
            "+25 It was restricted before.",
            "+20 Slack does not say in known words who made it.",
            "+18 brand.new:thing is not judged yet, so not taken for harmless (high).",
            "+15 It is restricted in 2 other places.",
            "+10 It is asked for the whole organization, so for every workspace in it.",
            "+8 New since it was approved: brand.new:thing.",
            "+6 It sends data to a.example, b.example.",
            "+5 It names no privacy policy.",
            "+5 It is installed in 12 workspaces already: what it does wrong, it does widely.",
            "+3 The requester works on the app and asks for their own work.",
            "+1 chat:write writes under its own name where it was added (low).",
            "-1 It is approved in 1 other place.",
        ]
    );
    let origins = [
        (json!({"developer_type": "slack"}), "-20 Made by Slack."),
        (json!({"developer_type": "internal"}), "-10 Made in this organization."),
        (
            json!({"developer_type": "third_party", "is_app_directory_approved": true, "privacy_policy_url": "https://a.example"}),
            "+5 Made by a third party and reviewed for the Marketplace.",
        ),
    ];
    for (app, expected) in origins {
        let risk = risk(&request(&json!({"app": app, "scopes": []})), &Context::default());
        let said = risk
            .points
            .iter()
            .map(|point| format!("{:+} {}", point.weight, point.sentence));
        assert_eq!(said.collect::<Vec<_>>(), [expected]);
    }
}

#[test]
fn an_internal_app_that_only_writes_is_low() {
    let asked = request(&json!({"app": {"developer_type": "internal"}, "scopes": [{"name": "chat:write"}]}));
    let risk = risk(&asked, &Context::default());
    assert_eq!((risk.score, risk.level), (0, RiskLevel::Low));
    assert_eq!(risk.points.len(), 2);
}

#[test]
fn every_score_has_the_grade_whose_scores_hold_it() {
    for score in 0..=100 {
        let level = RiskLevel::of(score);
        assert!(level.scores().contains(&score), "{score}");
        let holding = RiskLevel::ALL.iter().filter(|level| level.scores().contains(&score));
        assert_eq!(holding.count(), 1, "{score}");
    }
    assert_eq!(RiskLevel::of(1_000), RiskLevel::Critical);
}
