//! Requests as documents, with the names of whom and where.

use std::collections::{BTreeSet, HashMap};

use grantbook_core::{
    ResourceId, Timestamp, UserId,
    request::{Author, RequestId, State, words as sentences},
    view::requests::RequestView,
};
use sea_orm::ConnectionTrait;

use crate::{
    StoreError,
    entity::permission_requests::Model,
    queries::frame::Frame,
    words::{self, from_json},
};

const TABLE: &str = "permission_requests";

/// Rows as documents.
pub(super) async fn views(db: &impl ConnectionTrait, rows: &[Model]) -> Result<Vec<RequestView>, StoreError> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let mut frame = Frame::of_rows(db, rows.iter().map(|row| row.installation)).await?;
    let mut wanted: HashMap<String, BTreeSet<String>> = HashMap::new();
    for row in rows {
        let author = match author(row)? {
            Author::Command { user } => Some(user.to_string()),
            Author::Console { .. } => None,
        };
        let ids = row.person.iter().chain(&row.channel).cloned().chain(author);
        let tenant = frame.key(row.installation)?.tenant.to_string();
        wanted.entry(tenant).or_default().extend(ids);
    }
    frame.learn(db, &wanted).await?;
    rows.iter().map(|row| view(&frame, row)).collect()
}

fn author(row: &Model) -> Result<Author, StoreError> {
    from_json(&row.author, TABLE, "author", row.id)
}

fn view(frame: &Frame, row: &Model) -> Result<RequestView, StoreError> {
    let key = frame.key(row.installation)?.clone();
    let tenant = frame.tenant(key.tenant.as_str())?;
    let name = |id: Option<&str>| id.and_then(|id| frame.name(key.tenant.as_str(), id));
    let state: State = from_json(&row.state_data, TABLE, "state_data", row.id)?;
    let user: Option<UserId> = parsed(row.person.as_deref(), "person", row.id)?;
    let channel: Option<ResourceId> = parsed(row.channel.as_deref(), "channel", row.id)?;
    let user_name = name(row.person.as_deref());
    let channel_name = name(row.channel.as_deref());
    let who = who(
        user_name.as_deref().or(row.person.as_deref()),
        channel_name.as_deref().or(row.channel.as_deref()),
    );
    let author = author(row)?;
    Ok(RequestView {
        id: RequestId(row.id),
        app: key.app.clone(),
        app_name: frame.app_name(&key.app),
        tenant: key.tenant.clone(),
        tenant_name: tenant.name.clone(),
        model: words::model(&row.model, TABLE, row.id)?,
        kind: words::request_kind(&row.kind, row.id)?,
        scopes: from_json(&row.scopes, TABLE, "scopes", row.id)?,
        granted: from_json(&row.granted, TABLE, "granted", row.id)?,
        state: state.name(),
        sentence: capitalized(sentences::sentence(&state, &who)),
        code: match &state {
            State::Failed { code, .. } => Some(code.clone()),
            _ => None,
        },
        delay_ms: match state {
            State::Expired { delay_ms, .. } => Some(delay_ms),
            _ => None,
        },
        took_ms: row.took_ms.map(i64::unsigned_abs),
        presses: u64::from(row.presses.unsigned_abs()),
        author_name: match &author {
            Author::Console { name } => name.clone(),
            Author::Command { user } => name(Some(user.as_str())).unwrap_or_else(|| user.to_string()),
        },
        author,
        drafted_at: Timestamp::from_micros(row.drafted_at),
        updated_at: Timestamp::from_micros(row.updated_at),
        again_of: row.again_of.map(RequestId),
        installation: key,
        user,
        user_name,
        channel,
        channel_name,
    })
}

fn parsed<T: std::str::FromStr>(text: Option<&str>, column: &'static str, id: i64) -> Result<Option<T>, StoreError> {
    text.map(|text| words::parse(text, TABLE, column, id)).transpose()
}

/// The person asked, as people write them.
fn who(user: Option<&str>, channel: Option<&str>) -> String {
    match (user, channel) {
        (Some(user), _) => user.to_owned(),
        (None, Some(channel)) => format!("somebody in {channel}"),
        (None, None) => "somebody".to_owned(),
    }
}

/// A sentence may begin with "somebody".
fn capitalized(sentence: String) -> String {
    match sentence.strip_prefix("somebody") {
        Some(rest) => format!("Somebody{rest}"),
        None => sentence,
    }
}
