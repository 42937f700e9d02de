//! Table `install_attempts`: one per run through Slack's consent page.

use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait, EnumIter, PrimaryKeyTrait,
};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "install_attempts")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: String,
    pub(crate) app: i64,
    pub(crate) state_hash: Vec<u8>,
    pub(crate) binding_hash: Vec<u8>,
    pub(crate) single_channel: bool,
    pub(crate) team: Option<String>,
    pub(crate) started_at: i64,
    pub(crate) expires_at: i64,
    pub(crate) consumed_at: Option<i64>,
    pub(crate) ended_at: Option<i64>,
    pub(crate) outcome: String,
    pub(crate) error: Option<String>,
    pub(crate) installation: Option<i64>,
    pub(crate) request: Option<i64>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
