//! What an app calls rather than an installation: codes, refreshes, exchanges, uninstalling, Socket Mode.
//!
//! None of these is sent twice, except after a 429, which Slack answers before looking at the rest. Where
//! [`CallError::may_have_happened`] says so afterwards, a code or single-use refresh token must be taken for
//! spent.

use grantbook_core::AppSlug;
use reqwest::RequestBuilder;
use serde::de::DeserializeOwned;

use super::{Again, Caller, Lane, SlackClient, decode};
use crate::{
    error::CallError,
    methods::{
        ApiTestAnswer, AppsConnectionsOpenAnswer, AppsUninstall, OauthAccess, OauthV2Exchange, api_test,
        apps_connections_open, apps_uninstall, oauth_access, oauth_v2_exchange,
    },
    oauth::{AccessResponse, ClientCredentials, RefreshResponse, V2Access, V2Rotated, V2UserToken},
    secret::{AccessToken, AppToken, AuthorizationCode, RefreshToken, SocketUrl},
};

type Form<'a> = Vec<(&'static str, &'a str)>;

impl SlackClient {
    /// Exchanges the code of a callback, by `oauth.access`.
    ///
    /// `redirect_uri` must be what the authorize step named, if it named one.
    pub async fn oauth_access(
        &self,
        app: &ClientCredentials,
        code: AuthorizationCode,
        redirect_uri: Option<&str>,
    ) -> Result<AccessResponse, CallError> {
        let arguments = OauthAccess::exchange(code, redirect_uri);
        self.oauth(oauth_access::NAME, app, &arguments.form()).await
    }

    /// Buys a new workspace token with `xoxr-…`, by `oauth.access`. The refresh token stays good.
    pub async fn oauth_refresh(
        &self,
        app: &ClientCredentials,
        token: RefreshToken,
    ) -> Result<RefreshResponse, CallError> {
        let arguments = OauthAccess::refresh(token);
        self.oauth(oauth_access::NAME, app, &arguments.form()).await
    }

    /// Exchanges the code of a modern app's callback, by `oauth.v2.access`.
    pub async fn oauth_v2_access(
        &self,
        app: &ClientCredentials,
        code: AuthorizationCode,
        redirect_uri: Option<&str>,
    ) -> Result<V2Access, CallError> {
        let arguments = OauthAccess::exchange(code, redirect_uri);
        self.oauth(oauth_access::V2_NAME, app, &arguments.form()).await
    }

    /// Exchanges the code of a user-only authorization (`/oauth/v2_user/authorize`), by `oauth.v2.user.access`.
    pub async fn oauth_v2_user_access(
        &self,
        app: &ClientCredentials,
        code: AuthorizationCode,
        redirect_uri: Option<&str>,
    ) -> Result<V2UserToken, CallError> {
        let arguments = OauthAccess::exchange(code, redirect_uri);
        self.oauth(oauth_access::V2_USER_NAME, app, &arguments.form()).await
    }

    /// Buys a new pair with `xoxe-1-…`, by `oauth.v2.access`: the bot's or a person's, as the token is.
    ///
    /// The refresh token is spent by it. A pair that was answered and lost can only be replaced by a new
    /// authorization.
    pub async fn oauth_v2_refresh(&self, app: &ClientCredentials, token: RefreshToken) -> Result<V2Rotated, CallError> {
        let arguments = OauthAccess::refresh(token);
        self.oauth(oauth_access::V2_NAME, app, &arguments.form()).await
    }

    /// Makes a rotating pair of a token that never ends, by `oauth.v2.exchange`. Good for one exchange.
    pub async fn oauth_v2_exchange(&self, app: &ClientCredentials, token: AccessToken) -> Result<V2Rotated, CallError> {
        let arguments = OauthV2Exchange::new(token);
        self.oauth(oauth_v2_exchange::NAME, app, &arguments.form()).await
    }

    /// Takes the app out of the caller's workspace or organization, by `apps.uninstall`, and with it every
    /// token. `tokens_revoked` and `app_uninstalled` follow as events.
    pub async fn apps_uninstall(&self, caller: &Caller<'_>, app: &ClientCredentials) -> Result<(), CallError> {
        let lane = Lane::new(apps_uninstall::NAME, caller.installation.to_string());
        let arguments = AppsUninstall::new(app);
        let request = || {
            self.post(apps_uninstall::NAME)
                .bearer_auth(caller.token.expose())
                .form(&arguments.form())
        };
        self.perform(lane, Some(caller), Again::AfterRateLimitOnly, request)
            .await?;
        Ok(())
    }

    /// Asks where to make one Socket Mode connection, by `apps.connections.open`. The address is good once.
    pub async fn apps_connections_open(&self, app: &AppSlug, token: &AppToken) -> Result<SocketUrl, CallError> {
        let request = || self.post(apps_connections_open::NAME).bearer_auth(token.expose());
        let answer: AppsConnectionsOpenAnswer = self
            .by_the_app(apps_connections_open::NAME, app.to_string(), request)
            .await?;
        Ok(answer.url)
    }

    /// Asks Slack whether it answers at all, by `api.test`.
    pub async fn api_test(&self) -> Result<(), CallError> {
        let request = || self.post(api_test::NAME);
        let _: ApiTestAnswer = self.by_the_app(api_test::NAME, String::new(), request).await?;
        Ok(())
    }

    async fn oauth<T: DeserializeOwned>(
        &self,
        method: &'static str,
        app: &ClientCredentials,
        form: &Form<'_>,
    ) -> Result<T, CallError> {
        let request = || {
            self.post(method)
                .basic_auth(app.id.as_str(), Some(app.secret.expose()))
                .form(form)
        };
        self.by_the_app(method, app.id.to_string(), request).await
    }

    async fn by_the_app<T: DeserializeOwned>(
        &self,
        method: &'static str,
        app: String,
        request: impl Fn() -> RequestBuilder,
    ) -> Result<T, CallError> {
        let lane = Lane::new(method, app);
        decode(self.perform(lane, None, Again::AfterRateLimitOnly, request).await?.body)
    }
}
