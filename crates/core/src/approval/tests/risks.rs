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

#[test]
fn an_internal_app_that_only_writes_is_low() {
    let asked = request(&json!({"app": {"developer_type": "internal"}, "scopes": [{"name": "chat:write"}]}));
    let risk = risk(&asked, &Context::default());
    assert_eq!((risk.score, risk.level), (0, RiskLevel::Low));
    assert_eq!(risk.points.len(), 2);
}
