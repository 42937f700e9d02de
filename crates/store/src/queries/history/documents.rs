//! Entries as documents, with the names of whom and what they speak of.

use std::collections::{BTreeSet, HashMap};

use grantbook_core::{Entry, Fact, InstallationKey, Reach, UserId, view::EntryView};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _, sea_query::ExprTrait as _,
};

use super::{keys::Key, links::Links};
use crate::{StoreError, entity::ledger, ledger::entry, queries::frame::Frame};

/// The documents of `keys`, in that order.
pub(in crate::queries) async fn documents(
    db: &impl ConnectionTrait,
    keys: &[Key],
) -> Result<Vec<EntryView>, StoreError> {
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let mut wanted: HashMap<i64, Vec<i64>> = HashMap::new();
    for key in keys {
        wanted.entry(key.installation).or_default().push(key.seq);
    }
    let wanted: Vec<_> = wanted.into_iter().collect();
    let mut rows: HashMap<(i64, i64), ledger::Model> = HashMap::new();
    for part in wanted.chunks(200) {
        let any = part.iter().fold(Condition::any(), |any, (installation, seqs)| {
            any.add(
                ledger::Column::Installation
                    .eq(*installation)
                    .and(ledger::Column::Seq.is_in(seqs.iter().copied())),
            )
        });
        let found = ledger::Entity::find().filter(any).all(db).await?;
        rows.extend(found.into_iter().map(|row| ((row.installation, row.seq), row)));
    }
    let mut frame = Frame::of_rows(db, wanted.iter().map(|(installation, _)| *installation)).await?;
    let mut entries = Vec::with_capacity(keys.len());
    for key in keys {
        if let Some(row) = rows.remove(&(key.installation, key.seq)) {
            entries.push((frame.key(key.installation)?.clone(), entry(row)?));
        }
    }
    let mut ids: HashMap<String, BTreeSet<String>> = HashMap::new();
    for (key, entry) in &entries {
        ids.entry(key.tenant.to_string()).or_default().extend(ids_in(entry));
    }
    frame.learn(db, &ids).await?;
    let links = Links::of(db, &frame, &entries).await?;
    entries
        .into_iter()
        .map(|(key, entry)| view(&frame, &links, key, entry))
        .collect()
}

/// Ids that may have a name: who acted, and what is named.
fn ids_in(entry: &Entry) -> BTreeSet<String> {
    let draft = &entry.draft;
    let specific = draft
        .fact
        .resources()
        .into_iter()
        .filter_map(|resource| match resource.reach {
            Reach::Specific(id) => Some(id.to_string()),
            Reach::Wildcard => None,
        });
    let person = match &draft.fact {
        Fact::Installed { authorizing_user, .. } => authorizing_user.as_ref(),
        Fact::ConversationJoined { inviter, .. } => inviter.as_ref(),
        _ => None,
    };
    let revoked: Vec<&UserId> = match &draft.fact {
        Fact::TokensRevoked { oauth, bot, .. } => oauth.iter().chain(bot).collect(),
        _ => Vec::new(),
    };
    let people = draft.actor.iter().chain(person).chain(revoked).map(ToString::to_string);
    specific.chain(people).collect()
}

fn view(frame: &Frame, links: &Links, key: InstallationKey, entry: Entry) -> Result<EntryView, StoreError> {
    let tenant = frame.tenant(key.tenant.as_str())?;
    let names = frame.names(key.tenant.as_str(), &ids_in(&entry));
    let request = links.request(&key, &entry);
    let Entry { seq, draft, hash, .. } = entry;
    Ok(EntryView {
        app: key.app.clone(),
        app_name: frame.app_name(&key.app),
        tenant: key.tenant.clone(),
        tenant_name: tenant.name.clone(),
        installation: key,
        seq,
        at: draft.key.at(),
        recorded_at: draft.recorded_at,
        kind: draft.fact.kind().to_owned(),
        source: draft.source,
        actor_name: draft
            .actor
            .as_ref()
            .and_then(|actor| names.get(actor.as_str()).cloned()),
        actor: draft.actor,
        scopes: draft.fact.scopes().into_iter().collect(),
        resources: draft.fact.resources().into_iter().collect(),
        names,
        request,
        event_id: draft.key.event_id,
        fact: draft.fact,
        hash,
    })
}
