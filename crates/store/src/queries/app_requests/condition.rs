//! What a filter demands of a row.

use grantbook_core::approval::DeveloperType;
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait,
    sea_query::{Expr, ExprTrait as _, LikeExpr, Query, SelectStatement},
};

use super::{AppRequestFilter, AskedFor, DecidedBy};
use crate::{
    StoreError,
    entity::app_requests::{Column, Entity},
    queries::matching::{self, col, escaped},
};

/// Words of a search that count.
const WORDS: usize = 12;

/// Who decides, as the column begins, of people.
const PEOPLE: [&str; 3] = ["user:", "key:", "slack:"];

/// Everything that the filter demands but the state.
pub(super) async fn of(db: &impl ConnectionTrait, filter: &AppRequestFilter) -> Result<Condition, StoreError> {
    let mut wanted = Condition::all();
    for (column, value) in looked_up(filter) {
        let own = col(Entity, column).eq(value.as_str());
        wanted = wanted.add(matching::one_of(db, (Entity, Column::Id), such(column, &value), own).await?);
    }
    if let Some(level) = filter.risk {
        let scores = level.scores();
        let order = |score: u32| -i64::from(score);
        wanted = wanted.add(col(Entity, Column::RiskOrder).between(order(*scores.end()), order(*scores.start())));
    }
    if let Some(developer) = filter.developer {
        wanted = wanted.add(col(Entity, Column::DeveloperType).eq(developer_word(developer)));
    }
    if let Some(marketplace) = filter.marketplace {
        wanted = wanted.add(col(Entity, Column::Marketplace).eq(marketplace));
    }
    if let Some(by) = filter.decided_by {
        wanted = wanted.add(decided_by(by));
    }
    if let Some(since) = filter.since {
        wanted = wanted.add(col(Entity, Column::AskedAt).gte(since.micros()));
    }
    if let Some(until) = filter.until {
        wanted = wanted.add(col(Entity, Column::AskedAt).lte(until.micros()));
    }
    for word in filter.q.iter().flat_map(|text| text.split_whitespace()).take(WORDS) {
        wanted = wanted.add(has_word(db, word).await?);
    }
    Ok(wanted)
}

/// Columns with an index of their own, and what they are to be.
fn looked_up(filter: &AppRequestFilter) -> Vec<(Column, String)> {
    let place = filter.place.as_ref().map(|place| match place {
        AskedFor::Organization => String::new(),
        AskedFor::Workspace(team) => team.to_string(),
    });
    [
        (Column::AppId, filter.app.as_ref().map(ToString::to_string)),
        (Column::Team, place),
        (Column::Requester, filter.requester.as_ref().map(ToString::to_string)),
        (Column::Rule, filter.rule.clone()),
    ]
    .into_iter()
    .filter_map(|(column, value)| Some((column, value?)))
    .collect()
}

fn such(column: Column, value: &str) -> SelectStatement {
    Query::select()
        .column(Column::Id)
        .from(Entity)
        .and_where(Expr::col(column).eq(value))
        .take()
}

fn decided_by(by: DecidedBy) -> Condition {
    let column = || col(Entity, Column::DecidedBy);
    let begins = |with: &str| column().like(LikeExpr::new(format!("{}%", escaped(with))).escape('!'));
    match by {
        DecidedBy::Rule => Condition::any().add(begins("rule:")),
        DecidedBy::Person => PEOPLE.iter().fold(Condition::any(), |any, who| any.add(begins(who))),
        DecidedBy::Elsewhere => Condition::any().add(column().eq("elsewhere")),
        DecidedBy::Timer => Condition::any().add(column().eq("timer")),
    }
}

/// The word is part of what is searched, or of the name of the workspace.
async fn has_word(db: &impl ConnectionTrait, word: &str) -> Result<Condition, StoreError> {
    let pattern = LikeExpr::new(format!("%{}%", escaped(&word.to_lowercase()))).escape('!');
    let mut any = Condition::any().add(col(Entity, Column::Words).like(pattern));
    if let Some(teams) = matching::tenants_like(db, word)
        .await?
        .filter(|teams| !teams.is_empty())
    {
        any = any.add(Column::Team.is_in(teams));
    }
    Ok(any)
}

/// As the column has it.
pub(super) const fn developer_word(developer: DeveloperType) -> &'static str {
    match developer {
        DeveloperType::Internal => "internal",
        DeveloperType::ThirdParty => "third_party",
        DeveloperType::Slack => "slack",
        DeveloperType::Other => "other",
    }
}
