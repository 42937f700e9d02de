//! Table `socket_slots`: who holds which of an app's Socket Mode connections.

use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait, EnumIter, PrimaryKeyTrait,
};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "socket_slots")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) app: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) slot: i64,
    pub(crate) holder: String,
    pub(crate) until: i64,
    pub(crate) is_open: bool,
    pub(crate) problem: Option<String>,
    pub(crate) slack_counts: Option<i64>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
