//! Table `installations`: one app in one tenant, with the head of its ledger and its newest change.
//! `last_at` is 0 while nothing has happened; `last_scopes` is a JSON list of at most three.

#![expect(
    clippy::struct_field_names,
    reason = "columns are named in the contract, and the struct by sea-orm"
)]

use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait, EnumIter, PrimaryKeyTrait,
};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "installations")]
pub(crate) struct Model {
    #[sea_orm(primary_key)]
    pub(crate) id: i64,
    pub(crate) app: i64,
    pub(crate) tenant: String,
    pub(crate) status: String,
    pub(crate) model: String,
    pub(crate) app_user: Option<String>,
    pub(crate) installer: Option<String>,
    pub(crate) installed_at: Option<i64>,
    pub(crate) scopes_count: i64,
    pub(crate) resources_count: i64,
    pub(crate) denied_count: i64,
    pub(crate) head_seq: i64,
    pub(crate) head_hash: Vec<u8>,
    pub(crate) last_at: i64,
    pub(crate) last_kind: Option<String>,
    pub(crate) last_actor: Option<String>,
    pub(crate) last_scopes: String,
    pub(crate) last_resources: i64,
    pub(crate) created_at: i64,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
