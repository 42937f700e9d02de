//! Table `credentials`: the tokens of an installation, one row for each holder, sealed, see [`crate::vault`].
//! The place of a sealed value is told by [`crate::tokens::place`].

use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait, EnumIter, PrimaryKeyTrait,
};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "credentials")]
pub(crate) struct Model {
    #[sea_orm(primary_key)]
    pub(crate) id: i64,
    pub(crate) installation: i64,
    pub(crate) holder: String,
    pub(crate) kind: String,
    pub(crate) access: Vec<u8>,
    pub(crate) refresh: Option<Vec<u8>>,
    pub(crate) hint: String,
    pub(crate) key_id: i64,
    pub(crate) issued_at: i64,
    pub(crate) expires_at: Option<i64>,
    pub(crate) generation: i64,
    pub(crate) fence: i64,
    pub(crate) lease_owner: Option<String>,
    pub(crate) lease_until: Option<i64>,
    pub(crate) spending_since: Option<i64>,
    pub(crate) state: String,
    pub(crate) problem: Option<String>,
    pub(crate) failures: i32,
    pub(crate) retry_at: Option<i64>,
    pub(crate) refreshed_at: Option<i64>,
    pub(crate) revoked_at: Option<i64>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
