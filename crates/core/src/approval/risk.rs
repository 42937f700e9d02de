//! `risk`: what speaks against a request, as points that each say why. Our own judgment, from the
//! grades of [`crate::sensitivity`], the origin, the spread and the history.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::RangeInclusive,
};

use serde::{Deserialize, Serialize};

use crate::{Scope, Sensitivity, sensitivity};

use super::{AppRequest, DeveloperType, Previous, TokenType};

/// What is known about the app beside the request.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = RiskContext))]
pub struct Context {
    /// In how many workspaces of the organization it is installed.
    pub installed_in: u32,
    /// Other workspaces (or the organization) where its last resolution is an approval.
    pub approved_elsewhere: u32,
    /// Other workspaces (or the organization) where its last resolution is a restriction.
    pub restricted_elsewhere: u32,
    /// The scopes that are approved for it today, where any are.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<Scope>))]
    pub approved_scopes: BTreeSet<Scope>,
}

/// A grade for the whole request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = RiskLevel))]
pub enum Level {
    /// Below 20.
    Low,
    /// From 20.
    Medium,
    /// From 45.
    High,
    /// From 75.
    Critical,
}

impl Level {
    /// Every grade, the lowest first.
    pub const ALL: [Self; 4] = [Self::Low, Self::Medium, Self::High, Self::Critical];

    /// The grade of a score.
    pub const fn of(score: u32) -> Self {
        match score {
            0..20 => Self::Low,
            20..45 => Self::Medium,
            45..75 => Self::High,
            _ => Self::Critical,
        }
    }

    /// The scores of this grade.
    pub const fn scores(self) -> RangeInclusive<u32> {
        match self {
            Self::Low => 0..=19,
            Self::Medium => 20..=44,
            Self::High => 45..=74,
            Self::Critical => 75..=100,
        }
    }

    /// The grade as a stable word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

/// One thing that adds to the risk or takes from it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = RiskPoint))]
pub struct Point {
    /// How much; negative where it speaks for the app.
    pub weight: i32,
    /// What it is.
    pub sentence: String,
}

/// The risk of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Risk {
    /// The sum of the weights, kept within 0 and 100.
    pub score: u32,
    /// The grade.
    pub level: Level,
    /// What it is made of, heaviest first.
    pub points: Vec<Point>,
}

/// Adds up what speaks against the request.
pub fn risk(request: &AppRequest, context: &Context) -> Risk {
    let mut points = scopes(request);
    origin(request, &mut points);
    history(request, context, &mut points);
    spread(request, context, &mut points);
    points.retain(|point| point.weight != 0);
    points.sort_by_key(|point| std::cmp::Reverse(point.weight.abs()));
    let sum: i32 = points.iter().map(|point| point.weight).sum();
    let score = sum.clamp(0, 100).unsigned_abs();
    Risk {
        score,
        level: Level::of(score),
        points,
    }
}

const fn weight(grade: Sensitivity) -> i32 {
    match grade {
        Sensitivity::Low => 1,
        Sensitivity::Medium => 5,
        Sensitivity::High => 18,
        Sensitivity::Critical => 45,
    }
}

fn point(points: &mut Vec<Point>, weight: i32, sentence: impl Into<String>) {
    points.push(Point {
        weight,
        sentence: sentence.into(),
    });
}

/// One point for each scope, by its most dangerous form; an optional one weighs two thirds, rounded up.
fn scopes(request: &AppRequest) -> Vec<Point> {
    let mut heaviest: BTreeMap<&Scope, Point> = BTreeMap::new();
    for scope in &request.scopes {
        let (grade, reason) = sensitivity::judge(scope.name.as_str());
        let as_person = scope.token_type == TokenType::User && grade >= Sensitivity::Medium;
        let mut weight = weight(grade) + if as_person { 3 } else { 0 };
        let mut notes = Vec::new();
        if as_person {
            notes.push("in a person's name");
        }
        if scope.is_optional {
            weight = (weight * 2 + 2) / 3;
            notes.push("optional");
        }
        let notes = if notes.is_empty() {
            String::new()
        } else {
            format!(", {}", notes.join(", "))
        };
        // A scope that nobody has judged has no verb of its own.
        let is = if reason.starts_with("not ") { "is " } else { "" };
        let sentence = format!("{} {is}{reason} ({}{notes}).", scope.name, grade.as_str());
        let point = Point { weight, sentence };
        match heaviest.get(&scope.name) {
            // Of two as heavy the one whose words come first, so that the order of the scopes does not matter.
            Some(before) if (before.weight, &point.sentence) >= (point.weight, &before.sentence) => {}
            _ => {
                heaviest.insert(&scope.name, point);
            }
        }
    }
    heaviest.into_values().collect()
}

fn origin(request: &AppRequest, points: &mut Vec<Point>) {
    let app = &request.app;
    match app.developer_type {
        DeveloperType::Slack => point(points, -20, "Made by Slack."),
        DeveloperType::Internal => point(points, -10, "Made in this organization."),
        DeveloperType::ThirdParty if app.is_app_directory_approved => {
            point(points, 5, "Made by a third party and reviewed for the Marketplace.");
        }
        DeveloperType::ThirdParty => point(points, 20, "Made by a third party and not in the Marketplace."),
        DeveloperType::Other => point(points, 20, "Slack does not say in known words who made it."),
    }
    let outside = matches!(app.developer_type, DeveloperType::ThirdParty | DeveloperType::Other);
    if outside && app.privacy_policy_url.is_empty() {
        point(points, 5, "It names no privacy policy.");
    }
    if !request.domains.is_empty() {
        let sentence = format!("It sends data to {}.", request.domains.join(", "));
        let many = i32::try_from(request.domains.len()).unwrap_or(i32::MAX);
        point(points, many.saturating_mul(3).min(15), sentence);
    }
    if request.requester.is_collaborator {
        point(points, 3, "The requester works on the app and asks for their own work.");
    }
}

fn history(request: &AppRequest, context: &Context, points: &mut Vec<Point>) {
    if request.previous() == Previous::Restricted {
        point(points, 25, "It was restricted before.");
    }
    if context.restricted_elsewhere > 0 {
        point(
            points,
            15,
            format!("It is restricted in {}.", places(context.restricted_elsewhere)),
        );
    }
    let before = match &request.previous_resolution {
        Some(before) if before.status == Previous::Approved => Some(&before.scopes),
        _ if !context.approved_scopes.is_empty() => Some(&context.approved_scopes),
        _ => None,
    };
    if let Some(before) = before {
        let known = |scope: &Scope| before.contains(scope) || context.approved_scopes.contains(scope);
        let new: BTreeSet<&str> = request
            .scopes
            .iter()
            .map(|s| &s.name)
            .filter(|s| !known(s))
            .map(Scope::as_str)
            .collect();
        if new.is_empty() {
            point(points, -20, "Everything it asks for was approved before.");
        } else {
            let names = new.into_iter().collect::<Vec<_>>().join(", ");
            point(points, 8, format!("New since it was approved: {names}."));
        }
    }
}

fn spread(request: &AppRequest, context: &Context, points: &mut Vec<Point>) {
    if request.team.is_none() {
        point(
            points,
            10,
            "It is asked for the whole organization, so for every workspace in it.",
        );
    }
    if context.approved_elsewhere > 0 {
        let less = i32::try_from(context.approved_elsewhere).unwrap_or(i32::MAX).min(10);
        point(
            points,
            -less,
            format!("It is approved in {}.", places(context.approved_elsewhere)),
        );
    }
    if context.installed_in >= 10 {
        let sentence = format!(
            "It is installed in {} workspaces already: what it does wrong, it does widely.",
            context.installed_in
        );
        point(points, 5, sentence);
    }
}

fn places(number: u32) -> String {
    if number == 1 {
        "1 other place".to_owned()
    } else {
        format!("{number} other places")
    }
}
