//! Table `approval_sources`: the organizations whose lists are read, and how that goes.

use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait, EnumIter, PrimaryKeyTrait,
};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "approval_sources")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) installation: i64,
    pub(crate) enterprise: String,
    pub(crate) holder: Option<String>,
    pub(crate) read_at: Option<i64>,
    pub(crate) next_at: Option<i64>,
    pub(crate) problem: Option<String>,
    pub(crate) lease_owner: Option<String>,
    pub(crate) lease_until: Option<i64>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
