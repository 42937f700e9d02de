//! Table `app_alarms`: what is wrong with approvals, open and closed.

use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait, EnumIter, PrimaryKeyTrait,
};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "app_alarms")]
pub(crate) struct Model {
    #[sea_orm(primary_key)]
    pub(crate) id: i64,
    pub(crate) enterprise: String,
    pub(crate) what: String,
    pub(crate) kind: String,
    pub(crate) app_id: Option<String>,
    pub(crate) app_name: Option<String>,
    pub(crate) team: String,
    pub(crate) sentence: String,
    pub(crate) found_at: i64,
    pub(crate) closed_at: Option<i64>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
