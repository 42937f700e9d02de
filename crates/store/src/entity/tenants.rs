//! Table `tenants`: workspaces and organizations. `status`, `scopes_count` and `last_at` sum up the
//! tenant's installations; [`crate::tenants::refresh`] keeps them and must follow any change of those.

use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait, EnumIter, PrimaryKeyTrait,
};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "tenants")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) enterprise: Option<String>,
    pub(crate) updated_at: i64,
    pub(crate) status: String,
    pub(crate) scopes_count: i64,
    pub(crate) last_at: i64,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
