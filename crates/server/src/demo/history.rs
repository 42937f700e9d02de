//! Lives a story through the real doors: installs by way of our own install door, the simulator's
//! consent and our callback; everything else happens in the simulator, which delivers signed events
//! over a socket. Both sides read the same turned clock. Requests are lived in `requests`, and what happens at the
//! approvers' desk in `approvals`.

use anyhow::{Context as _, ensure};
use axum::{Router, body::Body, extract::ConnectInfo};
use grantbook_core::{ResourceId, Scope, TeamId, UserId};
use grantbook_simulator::{Action, ActionError, SlackSim};
use http::{Request, Response, StatusCode, header};
use tower::ServiceExt as _;
use url::Url;

use super::story::{Deed, Scene};
use crate::app::{AppState, router};

/// What was lived.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Lived {
    /// Trips through the consent page.
    pub(super) installs: usize,
    /// Times that somebody was asked for more.
    pub(super) requests: usize,
    /// Apps that somebody asked for.
    pub(super) wishes: usize,
    /// Everything else.
    pub(super) deeds: usize,
}

/// Lives `scenes` in order, turning the simulator's clock to each.
pub(super) async fn live(state: &AppState, sim: &SlackSim, scenes: Vec<Scene>) -> anyhow::Result<Lived> {
    let actor = Actor::new(state, sim);
    let mut lived = Lived::default();
    let mut now = scenes.first().map_or_else(|| sim.clock().now(), |scene| scene.at);
    for scene in scenes {
        // Never back: an answer may have taken longer than the next deed waited.
        sim.clock().set(scene.at.max(now));
        actor.live(scene.deed, &mut lived).await?;
        // A delivery carries the time of its sending: it must arrive before the clock is turned on.
        sim.idle().await;
        now = sim.clock().now();
    }
    Ok(lived)
}

/// Who does all that.
pub(super) struct Actor<'a> {
    doors: Router,
    pub(super) state: &'a AppState,
    pub(super) sim: &'a SlackSim,
}

/// A browser on Slack's consent page, with what brought it there.
pub(super) struct Begun {
    cookie: String,
    page: Url,
}

impl Begun {
    fn query(&self, wanted: &str) -> Option<String> {
        let mut query = self.page.query_pairs();
        query
            .find(|(name, _)| name == wanted)
            .map(|(_, value)| value.into_owned())
    }

    fn scopes(&self, wanted: &str) -> Vec<Scope> {
        Scope::parse_list(&self.query(wanted).unwrap_or_default()).unwrap_or_default()
    }

    /// Allowing what the page asks for.
    pub(super) fn consent(
        &self,
        app: &str,
        team: &TeamId,
        user: &UserId,
        resources: Vec<ResourceId>,
        untick: Vec<Scope>,
    ) -> Action {
        Action::Consent {
            app: app.to_owned(),
            team: team.clone(),
            user: user.clone(),
            scopes: Some(self.scopes("scope")),
            resources,
            wildcards: Vec::new(),
            single_channel: false,
            user_scopes: Some(self.scopes("user_scope")),
            untick,
            redirect_uri: self.query("redirect_uri"),
            state: self.query("state"),
        }
    }

    /// Letting the app into the whole organization, and into these workspaces at once.
    pub(super) fn consent_org(&self, app: &str, user: &UserId, teams: Vec<TeamId>) -> Action {
        Action::ConsentOrg {
            app: app.to_owned(),
            user: user.clone(),
            scopes: Some(self.scopes("scope")),
            user_scopes: Some(self.scopes("user_scope")),
            untick: Vec::new(),
            teams,
            redirect_uri: self.query("redirect_uri"),
            state: self.query("state"),
        }
    }

    /// Where Cancel leads.
    pub(super) fn refused(&self) -> anyhow::Result<Url> {
        let back = self.query("redirect_uri");
        let mut back: Url = back.context("the install door names a redirect_uri")?.parse()?;
        back.query_pairs_mut()
            .append_pair("error", "access_denied")
            .append_pair("state", &self.query("state").unwrap_or_default());
        Ok(back)
    }
}

impl<'a> Actor<'a> {
    /// Somebody at the doors of `state`.
    pub(super) fn new(state: &'a AppState, sim: &'a SlackSim) -> Self {
        Self {
            doors: router(state.clone()),
            state,
            sim,
        }
    }
}

impl Actor<'_> {
    async fn live(&self, deed: Deed, lived: &mut Lived) -> anyhow::Result<()> {
        match deed {
            Deed::Install {
                app,
                team,
                user,
                resources,
                untick,
            } => {
                let install = self.install(&app, &team, &user, resources, untick);
                install.await.with_context(|| format!("{app} into {team}"))?;
                lived.installs += 1;
            }
            Deed::Cancel { app, team } => {
                let begun = self.begin(&self.door(&app, &team)?).await?;
                let status = self.come_back(&begun.refused()?, &begun).await?;
                ensure!(status == StatusCode::OK, "the callback answered {status}");
            }
            Deed::Ask(asking) => {
                let asked = self.ask(&asking).await.with_context(|| format!("{asking:?}"))?;
                lived.requests += usize::from(asked);
            }
            Deed::Desk(deed) => {
                let lived_here = Box::pin(self.desk(&deed)).await;
                lived.wishes += lived_here.with_context(|| format!("{deed:?}"))?;
            }
            Deed::Inside(action) => match self.sim.act(action.clone()).await {
                Ok(_) => lived.deeds += 1,
                // As when somebody adds an app to a channel that it has by wildcard.
                Err(ActionError::NothingChanges) => {}
                Err(error) => return Err(error).with_context(|| format!("{action:?}")),
            },
        }
        Ok(())
    }

    /// Through the consent page.
    pub(super) async fn install(
        &self,
        app: &str,
        team: &TeamId,
        user: &UserId,
        resources: Vec<ResourceId>,
        untick: Vec<Scope>,
    ) -> anyhow::Result<()> {
        let begun = self.begin(&self.door(app, team)?).await?;
        let consent = begun.consent(app, team, user, resources, untick);
        let back = self.sim.consent(consent).await?;
        let status = self.come_back(&back, &begun).await?;
        ensure!(status.is_redirection(), "the callback answered {status}");
        Ok(())
    }

    fn door(&self, app: &str, team: &TeamId) -> anyhow::Result<Url> {
        let console = &self.state.settings.public_url;
        Ok(console.join(&format!("slack/{app}/install?team={team}"))?)
    }

    /// Through one of our install links to Slack's page.
    pub(super) async fn begin(&self, link: &Url) -> anyhow::Result<Begun> {
        let answer = self.get(link, None).await?;
        ensure!(
            answer.status().is_redirection(),
            "the install door answered {}",
            answer.status()
        );
        let cookies = answer.headers().get_all(header::SET_COOKIE).iter();
        let cookies: Vec<&str> = cookies
            .filter_map(|cookie| cookie.to_str().ok()?.split(';').next())
            .collect();
        let location = answer.headers().get(header::LOCATION);
        Ok(Begun {
            cookie: cookies.join("; "),
            page: location.context("the install door redirects")?.to_str()?.parse()?,
        })
    }

    /// Back from Slack's page to our callback.
    pub(super) async fn come_back(&self, back: &Url, begun: &Begun) -> anyhow::Result<StatusCode> {
        Ok(self.get(back, Some(&begun.cookie)).await?.status())
    }

    async fn get(&self, url: &Url, cookie: Option<&str>) -> anyhow::Result<Response<Body>> {
        let path = &url[url::Position::BeforePath..url::Position::AfterQuery];
        let mut request = Request::get(path).header(header::HOST, url.authority());
        if let Some(cookie) = cookie {
            request = request.header(header::COOKIE, cookie);
        }
        let mut request = request.body(Body::empty())?;
        request
            .extensions_mut()
            .insert(ConnectInfo(std::net::SocketAddr::from(([127, 0, 0, 1], 0))));
        Ok(self.doors.clone().oneshot(request).await?)
    }
}
