//! All that a console keeps of its installations, in short lines that a table can hold.

use grantbook_core::{
    Scope,
    view::{HolderTokenView, InstallationView, TokenKind, TokenState},
};
use grantbook_flows::House;
use grantbook_store::queries::{PageRequest, installations::InstallationFilter};

/// Every installation: what and where, who, scopes by type and person, resources, and who holds which token.
pub(crate) async fn all(house: &House) -> anyhow::Result<Vec<String>> {
    let any = InstallationFilter::default();
    let found = house
        .store
        .installations(&any, &PageRequest::first(50), house.clock.now())
        .await?;
    let mut keys: Vec<_> = found.items.into_iter().map(|view| view.id).collect();
    keys.sort_by_key(ToString::to_string);
    let mut lines = Vec::new();
    for key in keys {
        let view = house.store.installation(&key, house.clock.now()).await?.unwrap();
        lines.push(place(&view));
        lines.push(people(&view));
        lines.extend(held(house, &view).await?);
        for token in &view.tokens {
            lines.push(self::token(house, &view, token).await?);
        }
        // The list shows the token that the installation works with.
        assert!(
            view.tokens.iter().any(|one| one.token == view.token),
            "{:?}",
            view.token
        );
    }
    Ok(lines)
}

fn place(view: &InstallationView) -> String {
    let of = view.enterprise.as_ref().map(|enterprise| format!(" of {enterprise}"));
    format!(
        "{} {}{}: {}",
        view.id,
        view.tenant_name,
        of.unwrap_or_default(),
        view.status.as_str()
    )
}

fn people(view: &InstallationView) -> String {
    let app_user = view
        .app_user
        .as_ref()
        .map_or("no app user".to_owned(), |user| format!("app user {user}"));
    let installer = view.installer.as_ref();
    let installer = installer.map_or("no installer".to_owned(), |user| format!("installer {user}"));
    format!("{app_user}, {installer}")
}

fn words<'a>(scopes: impl IntoIterator<Item = &'a Scope>) -> String {
    let scopes: Vec<&str> = scopes.into_iter().map(Scope::as_str).collect();
    scopes.join(" ")
}

async fn held(house: &House, view: &InstallationView) -> anyhow::Result<Vec<String>> {
    let grants = house.store.grants(&view.id).await?.unwrap_or_default();
    let mut lines = Vec::new();
    // Types that hold the same are named together.
    let mut same: Vec<(String, String)> = Vec::new();
    for (kind, scopes) in &grants.scopes {
        let scopes = words(scopes.keys());
        match same.iter_mut().find(|(_, held)| *held == scopes) {
            Some((kinds, _)) => *kinds = format!("{kinds} {kind}"),
            None => same.push((kind.to_string(), scopes)),
        }
    }
    lines.extend(same.iter().map(|(kinds, scopes)| format!("{kinds}: {scopes}")));
    for (user, scopes) in &grants.users {
        lines.push(format!("for {user}: {}", words(scopes.keys())));
    }
    assert!(grants.unplaced.is_empty(), "{:?}", grants.unplaced);
    for (kind, resources) in &grants.resources {
        for id in resources.specific.keys() {
            lines.push(format!("in {kind} {id}"));
        }
    }
    Ok(lines)
}

async fn token(house: &House, view: &InstallationView, of: &HolderTokenView) -> anyhow::Result<String> {
    let HolderTokenView {
        holder, kind, token, ..
    } = of;
    let kind = match kind {
        TokenKind::Bot => "bot",
        TokenKind::User => "user",
        TokenKind::Workspace => "workspace",
    };
    let kept = house.store.credential(&view.id, &holder.parse()?).await?.unwrap();
    let state = match token.state {
        TokenState::Live => "live",
        TokenState::Expired => "expired",
        TokenState::Revoked => "revoked",
        TokenState::NeedsReauthorization => "needs re-authorization",
        TokenState::Exhausted => "exhausted",
        TokenState::Missing => "missing",
    };
    let end = kept.expires_at.map_or("no end".to_owned(), |end| {
        format!("ends after {} s", end.seconds() - kept.issued_at.seconds())
    });
    let rotates = if kept.refresh.is_some() {
        "rotates"
    } else {
        "does not rotate"
    };
    // Only what rotates, lives and ends is refreshed.
    let refreshed = kept.refresh.is_some() && kept.expires_at.is_some() && token.state == TokenState::Live;
    assert_eq!(token.next_refresh_at.is_some(), refreshed, "{token:?}");
    let hint = token.hint.as_deref().unwrap_or_default();
    Ok(format!("{holder} holds {kind} {hint}: {state}, {end}, {rotates}"))
}
