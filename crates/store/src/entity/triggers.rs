//! Table `triggers`: every press and command by its round, and the request it belongs to. A row whose `kind` is
//! empty holds the place of a press that is not recorded yet, while its answer already is.

use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait, EnumIter, PrimaryKeyTrait,
};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "triggers")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) app: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) round: String,
    pub(crate) request: Option<i64>,
    pub(crate) installation: Option<i64>,
    pub(crate) tenant: Option<String>,
    pub(crate) person: Option<String>,
    pub(crate) kind: String,
    pub(crate) subject: String,
    pub(crate) arrived_at: i64,
    pub(crate) issued_at: Option<i64>,
    pub(crate) code: Option<String>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
