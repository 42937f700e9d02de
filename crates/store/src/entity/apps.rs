//! Table `apps`: registered apps. All secrets are sealed, see [`crate::vault`].

#![expect(
    clippy::struct_field_names,
    reason = "columns are named in the contract, and the struct by sea-orm"
)]

use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait, EnumIter, PrimaryKeyTrait,
};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "apps")]
pub(crate) struct Model {
    #[sea_orm(primary_key)]
    pub(crate) id: i64,
    pub(crate) slug: String,
    pub(crate) app_id: String,
    pub(crate) name: String,
    pub(crate) model: String,
    pub(crate) client_id: String,
    pub(crate) client_secret: Vec<u8>,
    pub(crate) signing_secret: Vec<u8>,
    pub(crate) scopes: String,
    pub(crate) single_channel: bool,
    pub(crate) created_at: i64,
    pub(crate) socket_connections: i32,
    pub(crate) user_scopes: String,
    pub(crate) token_rotation: bool,
    pub(crate) org_deploy: bool,
    pub(crate) signed_at: Option<i64>,
    pub(crate) app_token: Option<Vec<u8>>,
    pub(crate) previous_client_secret: Option<Vec<u8>>,
    pub(crate) client_secret_until: Option<i64>,
    pub(crate) previous_signing_secret: Option<Vec<u8>>,
    pub(crate) signing_secret_until: Option<i64>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
