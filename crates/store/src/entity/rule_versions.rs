//! Table `rule_versions`: the versions of the approval rules.

use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait, EnumIter, PrimaryKeyTrait,
};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "rule_versions")]
pub(crate) struct Model {
    #[sea_orm(primary_key)]
    pub(crate) version: i64,
    pub(crate) state: String,
    pub(crate) base: Option<i64>,
    pub(crate) rules: String,
    pub(crate) note: String,
    pub(crate) made_by: String,
    pub(crate) made_at: i64,
    pub(crate) proposed_by: Option<String>,
    pub(crate) agreed_by: Option<String>,
    pub(crate) in_force_at: Option<i64>,
    pub(crate) retired_at: Option<i64>,
    pub(crate) shadow_since: Option<i64>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
