//! Table `drifts`: differences between declaration, ledger and Slack, open and closed.

use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait, EnumIter, PrimaryKeyTrait,
};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "drifts")]
pub(crate) struct Model {
    #[sea_orm(primary_key)]
    pub(crate) id: i64,
    pub(crate) installation: i64,
    pub(crate) app: i64,
    pub(crate) tenant: String,
    pub(crate) what: String,
    pub(crate) kind: String,
    pub(crate) scope: Option<String>,
    pub(crate) resource_type: Option<String>,
    pub(crate) resource: Option<String>,
    pub(crate) holder: Option<String>,
    pub(crate) declared: Option<bool>,
    pub(crate) in_ledger: bool,
    pub(crate) cause: String,
    pub(crate) sentence: String,
    pub(crate) found_at: i64,
    pub(crate) closed_at: Option<i64>,
    pub(crate) closed_by: Option<String>,
    pub(crate) entry: Option<i64>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
