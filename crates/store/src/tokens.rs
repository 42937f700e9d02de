//! Tokens: of each installation the app's own and those of people, sealed; what is shown of them is their kind.
//!
//! A token that ends is refreshed once, whoever notices: a lease decides who, a mark is written before the
//! refresh token is spent, and what came of it is written under the lease's fence, or not at all.

mod credential;
mod holder;
mod lease;
mod revoke;
mod save;
mod spend;
mod sweep;

use grantbook_core::{InstallationKey, Timestamp};
use secrecy::{ExposeSecret as _, SecretString};

use crate::{Store, StoreError, installations::InstallationRef, vault::Place};

pub use credential::{Credential, CredentialRef};
pub use holder::{CredentialKind, CredentialState, Holder};
pub use lease::{Fence, Leased};
pub(crate) use revoke::{Revocation, apply as apply_revocations, end};
pub(crate) use save::save;
pub use sweep::INTERRUPTED;

/// A token as Slack gave it.
#[derive(Clone, Debug)]
pub struct NewToken {
    /// The access token.
    pub access: SecretString,
    /// The refresh token, where tokens rotate.
    pub refresh: Option<SecretString>,
    /// When it was received.
    pub issued_at: Timestamp,
    /// When it ends; `None` for one that does not.
    pub expires_at: Option<Timestamp>,
}

/// A token, opened.
#[derive(Clone, Debug)]
pub struct StoredToken {
    /// The access token.
    pub access: SecretString,
    /// The refresh token, where tokens rotate.
    pub refresh: Option<SecretString>,
    /// When it was received.
    pub issued_at: Timestamp,
    /// When it ends; `None` for one that does not.
    pub expires_at: Option<Timestamp>,
    /// When it was revoked, if it was.
    pub revoked_at: Option<Timestamp>,
}

/// The kinds by their prefixes, longest first.
const KINDS: [&str; 9] = [
    "xoxe.xoxb-",
    "xoxe.xoxp-",
    "xoxa-2-",
    "xoxe-1-",
    "xoxr-",
    "xoxa-",
    "xoxb-",
    "xoxp-",
    "xoxe.",
];

/// The kind of a token by its prefix, never more: `xoxa-2-…`.
pub(crate) fn hint(token: &SecretString) -> String {
    let kind = KINDS.iter().find(|kind| token.expose_secret().starts_with(**kind));
    format!("{}…", kind.unwrap_or(&""))
}

/// Where a sealed token belongs. The table's name is the older one, under which the app's own were sealed first.
pub(crate) fn place(key: &InstallationKey, holder: &Holder, column: &'static str) -> Place {
    match holder {
        Holder::App => Place::new("tokens", column, key),
        Holder::User(user) => Place::new("tokens", column, format!("{key}/{user}")),
    }
}

impl Store {
    /// Keeps the app's token in place of the one before it.
    pub async fn save_token(&self, installation: &InstallationRef, token: &NewToken) -> Result<(), StoreError> {
        let tx = self.begin().await?;
        save(&tx, self.vault(), installation, &[(Holder::App, token)]).await?;
        Ok(tx.commit().await?)
    }

    /// The app's token in an installation, opened; `None` where none was received.
    pub async fn load_token(&self, key: &InstallationKey) -> Result<Option<StoredToken>, StoreError> {
        let found = self.credential(key, &Holder::App).await?;
        Ok(found.map(|credential| StoredToken {
            access: credential.access,
            refresh: credential.refresh,
            issued_at: credential.issued_at,
            expires_at: credential.expires_at,
            revoked_at: credential.revoked_at,
        }))
    }
}

#[cfg(test)]
mod tests {
    use grantbook_core::view::{Model, NewApp};

    use super::*;
    use crate::{Options, Vault, keyring};

    const NOW: Timestamp = Timestamp::from_seconds(1_500_000_000);

    fn token(text: &str) -> NewToken {
        NewToken {
            access: text.into(),
            refresh: Some("xoxr-1".into()),
            issued_at: NOW,
            expires_at: None,
        }
    }

    async fn installed(store: &Store, team: &str) -> InstallationRef {
        let app = NewApp {
            slug: "insectoid".parse().unwrap(),
            name: "Insectoid".to_owned(),
            app_id: "A1".parse().unwrap(),
            model: Model::Workspace,
            client_id: "1.2".to_owned(),
            client_secret: "client".to_owned(),
            signing_secret: "signing".to_owned(),
            scopes: [].into(),
            single_channel: false,
            user_scopes: [].into(),
            token_rotation: false,
            org_deploy: false,
            app_token: None,
            socket_connections: 0,
        };
        let app = store.insert_app(&app, NOW).await.unwrap();
        store
            .ensure_installation(app, &team.parse().unwrap(), NOW)
            .await
            .unwrap()
    }

    #[tokio::test]
    async fn tokens_of_the_table_before_still_open() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("grantbook.db").display());
        let vault = Vault::from_hex(&"a".repeat(64).into(), 1).unwrap();
        let store = Store::open(&url, vault, Options::default()).await.unwrap();
        store.migrate().await.unwrap();
        let home = installed(&store, "T1").await;
        store.save_token(&home, &token("xoxa-2-1")).await.unwrap();
        store.mark_token_revoked(home.row, NOW).await.unwrap();
        let is_back = |pending: &[String]| pending.iter().any(|name| name == "m20261122_000003_credentials");
        while !is_back(&store.pending_migrations().await.unwrap()) {
            grantbook_migrations::back(store.db(), 1).await.unwrap();
        }
        store.migrate().await.unwrap();
        let kept = store.credential(&home.key, &Holder::App).await.unwrap().unwrap();
        assert_eq!(kept.access.expose_secret(), "xoxa-2-1");
        assert_eq!(kept.refresh.unwrap().expose_secret(), "xoxr-1");
        assert_eq!((kept.kind, kept.generation), (CredentialKind::Workspace, 1));
        assert_eq!((kept.state, kept.revoked_at), (CredentialState::Revoked, Some(NOW)));
    }

    #[tokio::test]
    async fn a_persons_token_does_not_open_as_anybody_elses() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("grantbook.db").display());
        let vault = Vault::from_hex(&"a".repeat(64).into(), 1).unwrap();
        let store = Store::open(&url, vault, Options::default()).await.unwrap();
        store.migrate().await.unwrap();
        let key: InstallationKey = "insectoid.T1".parse().unwrap();
        let [app, one, two] = ["app", "U1", "U2"].map(|holder| place(&key, &holder.parse().unwrap(), "access"));
        let tx = store.begin().await.unwrap();
        keyring::before_sealing(&tx, store.vault()).await.unwrap();
        tx.commit().await.unwrap();
        let sealed = store.vault().seal_text(&one, &"xoxp-1".into()).unwrap();
        assert!(store.vault().open_text(&one, &sealed).is_ok());
        for elsewhere in [app, two] {
            assert!(store.vault().open_text(&elsewhere, &sealed).is_err());
        }
    }

    #[test]
    fn a_hint_tells_the_kind_and_nothing_else() {
        for (token, shown) in [
            ("xoxa-2-secret", "xoxa-2-…"),
            ("xoxb-123-secret", "xoxb-…"),
            ("xoxe.xoxb-1-secret", "xoxe.xoxb-…"),
            ("secret", "…"),
        ] {
            assert_eq!(hint(&token.into()), shown);
        }
    }
}
