//! Every column that holds sealed secrets. One that is not named here is passed by when keys rotate.

use grantbook_migrations::has_table;
use sea_orm::{
    ConnectionTrait, QueryResult,
    sea_query::{Expr, ExprTrait as _, Func, Order, Query, SelectStatement, SimpleExpr},
};

use crate::{
    StoreError,
    vault::{
        Place,
        cipher::{PREFIX, SealedBy},
    },
};

/// A column of sealed secrets.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SealedColumn {
    /// The table.
    pub(crate) table: &'static str,
    /// Its primary key, a number.
    pub(crate) key: &'static str,
    /// The column; where it is null there is no secret.
    pub(crate) column: &'static str,
    /// The name of the table in [`Place::table`]: of the one where the secrets were first.
    pub(crate) place: &'static str,
    /// SQL for what names the row in [`Place::row`].
    pub(crate) row_name: &'static str,
    /// The column that repeats the data key's id.
    pub(crate) key_id: Option<&'static str>,
}

/// As `tokens::place` has it: `insectoid.T061EG9R6` for the app's own, `insectoid.T061EG9R6/U061F7AUR` for a
/// person's.
const CREDENTIAL: &str = "(SELECT apps.slug || '.' || installations.tenant FROM installations \
     JOIN apps ON apps.id = installations.app WHERE installations.id = credentials.installation) \
     || CASE WHEN credentials.holder = 'app' THEN '' ELSE '/' || credentials.holder END";

/// A secret of an app.
const fn of_app(column: &'static str) -> SealedColumn {
    SealedColumn {
        table: "apps",
        key: "id",
        column,
        place: "apps",
        row_name: "apps.slug",
        key_id: None,
    }
}

/// All of them.
pub(crate) const SEALED: [SealedColumn; 7] = [
    of_app("client_secret"),
    of_app("signing_secret"),
    of_app("app_token"),
    of_app("previous_client_secret"),
    of_app("previous_signing_secret"),
    SealedColumn {
        table: "credentials",
        key: "id",
        column: "access",
        place: "tokens",
        row_name: CREDENTIAL,
        key_id: Some("key_id"),
    },
    SealedColumn {
        table: "credentials",
        key: "id",
        column: "refresh",
        place: "tokens",
        row_name: CREDENTIAL,
        key_id: None,
    },
];

/// A sealed secret, and where it is.
#[derive(Clone, Debug)]
pub(crate) struct SealedSecret {
    /// Its row's key.
    pub(crate) key: i64,
    /// Its place.
    pub(crate) place: Place,
    /// As it is stored.
    pub(crate) bytes: Vec<u8>,
}

impl SealedColumn {
    /// The bytes that tell the key.
    pub(crate) fn prefix(&self) -> SimpleExpr {
        Expr::cust(format!("substr({}, 1, {PREFIX})", self.column))
    }

    /// Under a key older than that of `newest`.
    fn older(&self, newest: SealedBy) -> SimpleExpr {
        self.prefix().lt(newest.prefix().to_vec())
    }

    /// How many secrets are under keys older than that of `newest`.
    pub(crate) async fn count_older(&self, db: &impl ConnectionTrait, newest: SealedBy) -> Result<i64, StoreError> {
        let mut count = Query::select();
        count
            .expr_as(Func::count(Expr::col(self.column)), "count")
            .from(self.table)
            .and_where(self.older(newest));
        let row = db.query_one(&count).await?;
        Ok(row.map(|row| row.try_get("", "count")).transpose()?.unwrap_or(0))
    }

    /// Some secrets that are under keys older than that of `newest`, in the order of their rows, after `after`.
    pub(crate) async fn page(
        &self,
        db: &impl ConnectionTrait,
        newest: SealedBy,
        after: i64,
        limit: u64,
    ) -> Result<Vec<SealedSecret>, StoreError> {
        let mut page = self.select();
        page.and_where(Expr::col(self.key).gt(after))
            .and_where(self.older(newest))
            .order_by(self.key, Order::Asc)
            .limit(limit);
        let rows = db.query_all(&page).await?;
        rows.iter().map(|row| self.secret(row)).collect()
    }

    fn select(&self) -> SelectStatement {
        let mut select = Query::select();
        select
            .expr_as(Expr::col(self.key), "key")
            .expr_as(Expr::col(self.column), "sealed")
            .expr_as(Expr::cust(self.row_name), "name")
            .from(self.table);
        select
    }

    fn secret(&self, row: &QueryResult) -> Result<SealedSecret, StoreError> {
        let name: String = row.try_get("", "name")?;
        Ok(SealedSecret {
            key: row.try_get("", "key")?,
            place: Place::new(self.place, self.column, name),
            bytes: row.try_get("", "sealed")?,
        })
    }
}

/// How many secrets are under keys older than that of `newest`.
pub(crate) async fn count_older(db: &impl ConnectionTrait, newest: SealedBy) -> Result<i64, StoreError> {
    let mut sum = 0;
    for column in SEALED {
        sum += column.count_older(db, newest).await?;
    }
    Ok(sum)
}

/// One secret, if there is any: to see whether it opens.
pub(crate) async fn any_sealed(db: &impl ConnectionTrait) -> Result<Option<SealedSecret>, StoreError> {
    for column in SEALED {
        let mut first = column.select();
        first.and_where(Expr::col(column.column).is_not_null()).limit(1);
        if let Some(row) = db.query_one(&first).await? {
            return column.secret(&row).map(Some);
        }
    }
    Ok(None)
}

/// Whether the database, of whatever schema, holds secrets or keys.
pub(crate) async fn holds_secrets(db: &sea_orm::DatabaseConnection) -> Result<bool, StoreError> {
    for table in ["data_keys", "apps"] {
        if has_table(db, table).await? {
            let mut first = Query::select();
            first.expr(Expr::cust("1")).from(table).limit(1);
            if db.query_one(&first).await?.is_some() {
                return Ok(true);
            }
        }
    }
    Ok(false)
}
