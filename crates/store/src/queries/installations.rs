//! Installations as documents, newest change first.

use grantbook_core::{
    AppSlug, InstallationKey, Scope, Tenant, Timestamp,
    grants::Status,
    view::{ChangeView, InstallationView, Page, TokenView},
};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
    sea_query::{Expr, ExprTrait as _, Query},
};

use super::{
    Order, PageRequest, QueryError,
    cursor::{self, Cut},
    frame::{self, Frame},
    matching::{self, col},
    tokens,
};
use crate::{
    Store, StoreError,
    entity::{installations, tenants},
    words,
};

/// Which installations. All that is given must match.
#[derive(Clone, Debug, Default)]
pub struct InstallationFilter {
    /// Part of the tenant's or the app's name, or the tenant's id.
    pub q: Option<String>,
    /// Of this app.
    pub app: Option<AppSlug>,
    /// In this tenant.
    pub tenant: Option<Tenant>,
    /// In this state.
    pub status: Option<Status>,
    /// Holding this scope now.
    pub scope: Option<Scope>,
}

const LIST: &str = "installations";

/// One page, newest change first.
pub(crate) async fn list(
    db: &impl ConnectionTrait,
    filter: &InstallationFilter,
    page: &PageRequest,
    now: Timestamp,
) -> Result<Page<InstallationView>, QueryError> {
    let after: Option<(i64, i64)> = page.after(LIST)?;
    let Some(mut wanted) = condition(db, filter).await? else {
        return Ok(cursor::empty());
    };
    let columns = || [installations::Column::LastAt, installations::Column::Id].map(|c| col(installations::Entity, c));
    if let Some((last_at, id)) = after {
        wanted = wanted.add(matching::beyond(
            columns(),
            Order::Descending,
            [Expr::val(last_at), Expr::val(id)],
        ));
    }
    let rows = installations::Entity::find()
        .filter(wanted)
        .order_by_desc(installations::Column::LastAt)
        .order_by_desc(installations::Column::Id)
        .limit(page.limit_and_one())
        .all(db)
        .await?;
    let Cut { rows, next_cursor } = page.cut(LIST, rows, |row| (row.last_at, row.id));
    Ok(Page {
        items: views(db, &rows, now).await?,
        next_cursor,
    })
}

/// `None` where nothing can match.
async fn condition(db: &impl ConnectionTrait, filter: &InstallationFilter) -> Result<Option<Condition>, StoreError> {
    let mut wanted = Condition::all();
    let apps = frame::app_names(db).await?;
    if let Some(slug) = &filter.app {
        let Some((row, _)) = apps.iter().find(|(_, app)| app.slug == *slug) else {
            return Ok(None);
        };
        wanted = wanted.add(installations::Column::App.eq(*row));
    }
    if let Some(tenant) = &filter.tenant {
        wanted = wanted.add(installations::Column::Tenant.eq(tenant.as_str()));
    }
    if let Some(status) = filter.status {
        wanted = wanted.add(installations::Column::Status.eq(status.as_str()));
    }
    let id = (installations::Entity, installations::Column::Id);
    if let Some(scope) = &filter.scope {
        let holds = matching::holds(scope);
        wanted = wanted.add(matching::one_of(db, id, matching::holders(scope), holds).await?);
    }
    if let Some(text) = filter.q.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
        let lower = text.to_lowercase();
        let named = apps
            .iter()
            .filter(|(_, app)| app.name.to_lowercase().contains(&lower) || app.slug.as_str().contains(&lower));
        let mut any = Condition::any().add(in_tenants_like(db, text).await?);
        let named: Vec<i64> = named.map(|(row, _)| *row).collect();
        if !named.is_empty() {
            any = any.add(installations::Column::App.is_in(named));
        }
        wanted = wanted.add(any);
    }
    Ok(Some(wanted))
}

async fn in_tenants_like(db: &impl ConnectionTrait, text: &str) -> Result<Expr, StoreError> {
    let tenant = (installations::Entity, installations::Column::Tenant);
    if let Some(few) = matching::tenants_like(db, text).await? {
        return Ok(Expr::col(tenant).is_in(few));
    }
    let like = Query::select()
        .expr(Expr::val(1))
        .from(tenants::Entity)
        .and_where(col(tenants::Entity, tenants::Column::Id).equals(tenant))
        .and_where(matching::tenant_like(text))
        .take();
    Ok(Expr::exists(like))
}

/// Rows as documents, with what stands around them.
pub(crate) async fn views(
    db: &impl ConnectionTrait,
    rows: &[installations::Model],
    now: Timestamp,
) -> Result<Vec<InstallationView>, StoreError> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let frame = Frame::of_installations(db, rows).await?;
    rows.iter().map(|row| view(&frame, row, now)).collect()
}

fn view(frame: &Frame, row: &installations::Model, now: Timestamp) -> Result<InstallationView, StoreError> {
    let app = frame.app(row.app)?;
    let tenant = frame.tenant(&row.tenant)?;
    let status = words::status(&row.status, row.id)?;
    let user = |text: &Option<String>, column| {
        text.as_deref()
            .map(|text| words::parse(text, "installations", column, row.id))
            .transpose()
    };
    Ok(InstallationView {
        id: frame.key(row.id)?.clone(),
        app: app.slug.clone(),
        app_name: app.name.clone(),
        model: words::model(&row.model, "installations", row.id)?,
        tenant: tenant.tenant.clone(),
        tenant_name: tenant.name.clone(),
        enterprise: tenant.enterprise.clone(),
        status,
        token: frame
            .token(row.id)
            .map_or(TokenView::MISSING, |token| tokens::view(token, status, now)),
        app_user: user(&row.app_user, "app_user")?,
        installer: user(&row.installer, "installer")?,
        installer_name: row.installer.as_deref().and_then(|id| frame.name(&row.tenant, id)),
        installed_at: row.installed_at.map(Timestamp::from_micros),
        scopes: row.scopes_count.unsigned_abs(),
        resources: row.resources_count.unsigned_abs(),
        denied: row.denied_count.unsigned_abs(),
        entries: row.head_seq.unsigned_abs(),
        last_change: change(frame, row)?,
        tokens: Vec::new(),
    })
}

fn change(frame: &Frame, row: &installations::Model) -> Result<Option<ChangeView>, StoreError> {
    let Some(kind) = &row.last_kind else { return Ok(None) };
    let bad = |column| StoreError::inconsistent("installations", column, row.id);
    let app = frame.app(row.app)?;
    let actor = row.last_actor.as_deref();
    Ok(Some(ChangeView {
        at: Timestamp::from_micros(row.last_at),
        kind: kind.clone(),
        actor: actor.map(str::parse).transpose().map_err(|_| bad("last_actor"))?,
        actor_name: actor.and_then(|id| frame.name(&row.tenant, id)),
        scopes: serde_json::from_str(&row.last_scopes).map_err(|_| bad("last_scopes"))?,
        resources: row.last_resources.unsigned_abs(),
        app: app.slug.clone(),
        app_name: app.name.clone(),
    }))
}

impl Store {
    /// One page of installations, newest change first; `now` tells which tokens have expired.
    pub async fn installations(
        &self,
        filter: &InstallationFilter,
        page: &PageRequest,
        now: Timestamp,
    ) -> Result<Page<InstallationView>, QueryError> {
        list(self.db(), filter, page, now).await
    }

    /// One installation with all its tokens, or `None`.
    pub async fn installation(
        &self,
        key: &InstallationKey,
        now: Timestamp,
    ) -> Result<Option<InstallationView>, StoreError> {
        let Some(row) = crate::installations::model(self.db(), key).await? else {
            return Ok(None);
        };
        let (id, status) = (row.id, words::status(&row.status, row.id)?);
        let mut found = views(self.db(), &[row], now).await?.pop();
        if let Some(view) = &mut found {
            view.tokens = tokens::all(self.db(), id, &key.tenant, status, now).await?;
        }
        Ok(found)
    }
}
