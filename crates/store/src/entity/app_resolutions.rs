//! Table `app_resolutions`: what Slack's lists show of approved and restricted apps.

use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait, EnumIter, PrimaryKeyTrait,
};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "app_resolutions")]
pub(crate) struct Model {
    #[sea_orm(primary_key)]
    pub(crate) id: i64,
    pub(crate) enterprise: String,
    pub(crate) team: String,
    pub(crate) app_id: String,
    pub(crate) app_name: String,
    pub(crate) status: String,
    pub(crate) scopes: String,
    pub(crate) date_updated: i64,
    pub(crate) resolved_by: Option<String>,
    pub(crate) resolver_type: Option<String>,
    pub(crate) seen_at: i64,
    pub(crate) request: Option<i64>,
    pub(crate) ends_at: Option<i64>,
    pub(crate) ends_how: Option<String>,
    pub(crate) noticed_at: Option<i64>,
    pub(crate) ended_at: Option<i64>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
