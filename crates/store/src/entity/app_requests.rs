//! Table `app_requests`: requests to install apps, as they were asked and how they stand.

use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait, EnumIter, PrimaryKeyTrait,
};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "app_requests")]
pub(crate) struct Model {
    #[sea_orm(primary_key)]
    pub(crate) id: i64,
    pub(crate) installation: i64,
    pub(crate) enterprise: String,
    pub(crate) slack_id: String,
    pub(crate) app_id: String,
    pub(crate) app_name: String,
    pub(crate) developer_type: String,
    pub(crate) marketplace: bool,
    pub(crate) team: String,
    pub(crate) requester: String,
    pub(crate) requester_name: String,
    pub(crate) words: String,
    pub(crate) asked_at: i64,
    pub(crate) arrived_at: i64,
    pub(crate) way: String,
    pub(crate) state: String,
    pub(crate) document: String,
    pub(crate) scopes_count: i32,
    pub(crate) new_scopes_count: i32,
    pub(crate) risk: Option<i32>,
    pub(crate) risk_document: Option<String>,
    pub(crate) rule: Option<String>,
    pub(crate) rules_version: Option<i64>,
    pub(crate) verdict: Option<String>,
    pub(crate) decision: Option<String>,
    pub(crate) decisions: i32,
    pub(crate) decided_by: Option<String>,
    pub(crate) decided_at: Option<i64>,
    pub(crate) reason: Option<String>,
    pub(crate) settled_at: Option<i64>,
    pub(crate) pending_at: Option<i64>,
    pub(crate) seen_at: Option<i64>,
    pub(crate) problem: Option<String>,
    pub(crate) channel: Option<String>,
    pub(crate) message_ts: Option<String>,
    pub(crate) remind_at: Option<i64>,
    pub(crate) escalate_at: Option<i64>,
    pub(crate) expire_at: Option<i64>,
    // The database works these two out of `risk` and `decided_at`: never written.
    pub(crate) risk_order: Option<i32>,
    pub(crate) decided_order: Option<i64>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
