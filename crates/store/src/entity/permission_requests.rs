//! Table `permission_requests`: what was asked, which never changes, and how it stands, folded from `request_steps`.
//! `scopes`, `optional`, `author`, `state_data` and `granted` are JSON; `author_text` is for searching.

#![expect(
    clippy::struct_field_names,
    reason = "columns are named in the contract, and the struct by sea-orm"
)]

use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait, EnumIter, PrimaryKeyTrait,
};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "permission_requests")]
pub(crate) struct Model {
    #[sea_orm(primary_key)]
    pub(crate) id: i64,
    pub(crate) installation: i64,
    pub(crate) model: String,
    pub(crate) kind: String,
    pub(crate) person: Option<String>,
    pub(crate) channel: Option<String>,
    pub(crate) scopes: String,
    pub(crate) optional: String,
    pub(crate) message: String,
    pub(crate) button: String,
    pub(crate) author: String,
    pub(crate) author_text: String,
    pub(crate) again_of: Option<i64>,
    pub(crate) state: String,
    pub(crate) state_data: String,
    pub(crate) presses: i32,
    pub(crate) took_ms: Option<i64>,
    pub(crate) granted: String,
    pub(crate) drafted_at: i64,
    pub(crate) updated_at: i64,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
