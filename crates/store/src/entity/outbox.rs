//! Table `outbox`: what is to be done at Slack, decided in one transaction with what led to it.

use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait, EnumIter, PrimaryKeyTrait,
};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "outbox")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: String,
    pub(crate) kind: String,
    pub(crate) installation: i64,
    pub(crate) request: Option<i64>,
    pub(crate) payload: String,
    pub(crate) state: String,
    pub(crate) tries: i32,
    pub(crate) due_at: i64,
    pub(crate) lease_until: Option<i64>,
    pub(crate) created_at: i64,
    pub(crate) done_at: Option<i64>,
    pub(crate) receipt: Option<String>,
    pub(crate) error: Option<String>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
