//! `AppCall`: resolving an app in a place at Slack, or taking its resolution away.

use grantbook_api::methods::{AdminAppsApprove, AdminAppsClearResolution, AdminAppsRestrict, admin_apps::AdminSubject};
use grantbook_core::{AppId, view::approvals::AppWishWhat};

use super::ONCE;
use crate::{
    House,
    approvals::lists::Place,
    rotation::{Calling, CallingError},
};

/// Refusals that come after the approval was given all the same (`admin.apps.approve`).
pub(super) const DONE_ALL_THE_SAME: [&str; 2] = [
    "auto_install_rule_creation_failed",
    "not_allowed_to_create_automation_rule",
];

/// What Slack is to do about an app, without a request. An approval gives all that the app declares.
#[derive(Debug)]
pub(super) struct AppCall<'a> {
    pub(super) app: &'a AppId,
    pub(super) place: Place,
    pub(super) what: AppWishWhat,
}

impl AppCall<'_> {
    /// Asks once.
    pub(super) async fn make(self, house: &House, calling: &mut Calling<'_>) -> Result<(), CallingError> {
        let slack = house.slack.with_policy(ONCE);
        let (app_id, level) = (self.app.clone(), self.place.level());
        match self.what {
            AppWishWhat::Approve => {
                let arguments = AdminAppsApprove {
                    subject: AdminSubject::App(app_id),
                    level,
                    bot_scopes: None,
                    user_scopes: None,
                    domains: Vec::new(),
                };
                calling.call(&slack, &arguments).await.map(drop)
            }
            AppWishWhat::Restrict => {
                let arguments = AdminAppsRestrict {
                    subject: AdminSubject::App(app_id),
                    level,
                    domains: Vec::new(),
                };
                calling.call(&slack, &arguments).await.map(drop)
            }
            AppWishWhat::Clear => {
                let arguments = AdminAppsClearResolution { app_id, level };
                calling.call(&slack, &arguments).await.map(drop)
            }
        }
    }
}
