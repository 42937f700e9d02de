//! `admin.apps.config.lookup` and `admin.apps.config.set`: what administrators set for connectors.

use grantbook_api::ErrorCode;
use grantbook_core::AppId;
use serde_json::{Value, json};

use super::{
    super::{
        answer::{Done, Refusal},
        arguments::Arguments,
    },
    refuse, texts,
};
use crate::state::{AppConfig, Circumstance, ListedApp, World};

/// Who chooses whose account a workflow uses.
const STRATEGIES: [&str; 2] = ["builder_choice", "end_user_only"];

/// How much a link shows.
const PREVIEWS: [&str; 4] = [
    "all_details",
    "limited_details",
    "no_preview",
    "default_to_global_setting",
];

/// The most domains of each type.
const MOST_DOMAINS: usize = 50;

/// The settings of the apps named, or of all whose links show this much.
pub(super) fn lookup(world: &World, arguments: &Arguments) -> Result<Done, Refusal> {
    let (ids, previews) = (texts(arguments, "app_ids"), texts(arguments, "rich_link_preview_types"));
    if ids.is_none() && previews.is_none() {
        return refuse("missing_args");
    }
    let known = world.apps.keys().chain(world.approvals.listed.keys());
    let mut known: Vec<ListedApp> = known.filter_map(|id| world.listed(id)).collect();
    known.retain(|app| {
        ids.as_ref()
            .is_none_or(|ids| ids.iter().any(|id| id == app.id.as_str()))
    });
    let configs = known.into_iter().map(|app| {
        let config = world.approvals.configs.get(&app.id).cloned();
        (app.id, config.unwrap_or_default())
    });
    let configs = configs.filter(|(_, config)| {
        let shown = &config.rich_link_preview_type;
        previews.as_ref().is_none_or(|previews| previews.contains(shown))
    });
    let configs: Vec<Value> = configs.map(|(app, config)| shown(&app, &config)).collect();
    Ok(Done::with(&json!({ "configs": configs })))
}

fn shown(app: &AppId, config: &AppConfig) -> Value {
    json!({
        "app_id": app,
        "workflow_auth_strategy": config.workflow_auth_strategy,
        "rich_link_preview_type": config.rich_link_preview_type,
        "domain_restrictions": { "emails": config.emails, "urls": config.urls },
    })
}

/// Changes what is named, and leaves the rest.
pub(super) fn set(world: &mut World, arguments: &Arguments) -> Result<Done, Refusal> {
    let id = arguments.required("app_id")?;
    let app = AppId::new(id).ok().and_then(|id| world.listed(&id));
    let app = app.ok_or_else(|| ErrorCode::from("invalid_app"))?;
    if world.holds(&Circumstance::PlanWithoutConnectors) {
        return refuse("restricted_plan_level");
    }
    let mut config = world.approvals.configs.get(&app.id).cloned().unwrap_or_default();
    if let Some(strategy) = arguments.text("workflow_auth_strategy") {
        if !STRATEGIES.contains(&strategy.as_str()) {
            return refuse("invalid_workflow_auth_strategy");
        }
        config.workflow_auth_strategy = strategy;
    }
    if let Some(preview) = arguments.text("rich_link_preview_type") {
        if !PREVIEWS.contains(&preview.as_str()) {
            let hint = "[ERROR] must be one of Slack's four: rich_link_preview_type";
            return Err(Refusal::saying(ErrorCode::InvalidArguments, hint));
        }
        config.rich_link_preview_type = preview;
    }
    if let Some(restrictions) = arguments.value("domain_restrictions") {
        restrict(&mut config, &app, &restrictions)?;
    }
    world.approvals.configs.insert(app.id, config);
    Ok(Done::with(&json!({})))
}

fn restrict(config: &mut AppConfig, app: &ListedApp, restrictions: &Value) -> Result<(), Refusal> {
    let domains = |name: &str| -> Option<Vec<String>> {
        let list = restrictions.get(name)?;
        serde_json::from_value(list.clone()).ok()
    };
    let named = |name: &str| restrictions.get(name).is_some();
    let (urls, emails) = (domains("urls"), domains("emails"));
    if (named("urls") && urls.is_none()) || (named("emails") && emails.is_none()) {
        return refuse("invalid_domains");
    }
    let (urls, emails) = (urls.unwrap_or_default(), emails.unwrap_or_default());
    if urls.is_empty() && emails.is_empty() {
        return refuse("no_domains_provided");
    }
    if urls.len() > MOST_DOMAINS || emails.len() > MOST_DOMAINS {
        return refuse("too_many_domains_provided");
    }
    if !urls.is_empty() && app.no_urls {
        return refuse("url_restriction_not_supported");
    }
    if !urls.iter().chain(&emails).all(|domain| is_domain(domain)) {
        return refuse("invalid_domains");
    }
    (config.urls, config.emails) = (urls, emails);
    Ok(())
}

/// Words of letters, digits and hyphens, at least two, with dots between.
fn is_domain(text: &str) -> bool {
    let is_word = |word: &str| {
        let letters = word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        !word.is_empty() && letters && !word.starts_with('-') && !word.ends_with('-')
    };
    text.contains('.') && text.len() <= 253 && text.split('.').all(is_word)
}
