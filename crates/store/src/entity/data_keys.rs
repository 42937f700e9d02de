//! Table `data_keys`: the keys that seal, wrapped by the master key, see [`crate::keyring`].

use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait, EnumIter, PrimaryKeyTrait,
};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "data_keys")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: i64,
    pub(crate) kind: String,
    pub(crate) wrapped: Vec<u8>,
    pub(crate) master_id: String,
    pub(crate) created_at: i64,
    pub(crate) retired_at: Option<i64>,
    pub(crate) unused_since: Option<i64>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
