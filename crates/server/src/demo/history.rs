//! Lives a story through the real doors: installs by way of our own install door, the simulator's
//! consent and our callback; everything else happens in the simulator, which delivers signed events
//! over a socket. Both sides read the same turned clock.

use anyhow::{Context as _, ensure};
use axum::{Router, body::Body, extract::ConnectInfo};
use grantbook_core::TeamId;
use grantbook_simulator::{Action, ActionError, SlackSim};
use http::{Request, Response, StatusCode, header};
use tower::ServiceExt as _;
use url::Url;

use super::story::{Deed, Scene};

/// What was lived.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Lived {
    /// Trips through the consent page.
    pub(super) installs: usize,
    /// Everything else.
    pub(super) deeds: usize,
}

/// Lives `scenes` in order, turning the simulator's clock to each.
pub(super) async fn live(doors: &Router, console: &Url, sim: &SlackSim, scenes: Vec<Scene>) -> anyhow::Result<Lived> {
    let actor = Actor {
        doors: doors.clone(),
        console: console.clone(),
        sim,
    };
    let mut lived = Lived::default();
    for scene in scenes {
        sim.clock().set(scene.at);
        match scene.deed {
            Deed::Install {
                app,
                team,
                user,
                resources,
                wildcards,
            } => {
                let consent = |redirect_uri, state| Action::Consent {
                    app: app.clone(),
                    team: team.clone(),
                    user,
                    scopes: None,
                    resources,
                    wildcards,
                    single_channel: false,
                    redirect_uri,
                    state,
                };
                actor
                    .install(&app, &team, consent)
                    .await
                    .with_context(|| format!("{app} into {team}"))?;
                lived.installs += 1;
            }
            Deed::Cancel { app, team } => actor.cancel(&app, &team).await?,
            Deed::Inside(action) => match sim.act(action.clone()).await {
                Ok(_) => lived.deeds += 1,
                // As when somebody adds an app to a channel that it has by wildcard.
                Err(ActionError::NothingChanges) => {}
                Err(error) => return Err(error).with_context(|| format!("{action:?}")),
            },
        }
        // A delivery carries the time of its sending: it must arrive before the clock is turned on.
        sim.idle().await;
    }
    Ok(lived)
}

struct Actor<'a> {
    doors: Router,
    console: Url,
    sim: &'a SlackSim,
}

struct Begun {
    cookie: String,
    redirect_uri: Option<String>,
    state: Option<String>,
}

impl Actor<'_> {
    async fn install(
        &self,
        app: &str,
        team: &TeamId,
        consent: impl FnOnce(Option<String>, Option<String>) -> Action,
    ) -> anyhow::Result<()> {
        let Begun {
            cookie,
            redirect_uri,
            state,
        } = self.begin(app, team).await?;
        let acted = self.sim.act(consent(redirect_uri, state)).await?;
        let back = acted.redirect.context("consent leads back to the console")?;
        let answer = self.get(&back, Some(&cookie)).await?;
        ensure!(
            answer.status().is_redirection(),
            "the callback answered {}",
            answer.status()
        );
        Ok(())
    }

    async fn cancel(&self, app: &str, team: &TeamId) -> anyhow::Result<()> {
        let Begun {
            cookie,
            redirect_uri,
            state,
        } = self.begin(app, team).await?;
        let mut back: Url = redirect_uri.context("the install door names a redirect_uri")?.parse()?;
        back.query_pairs_mut()
            .append_pair("error", "access_denied")
            .append_pair("state", &state.unwrap_or_default());
        let answer = self.get(&back, Some(&cookie)).await?;
        ensure!(
            answer.status() == StatusCode::OK,
            "the callback answered {}",
            answer.status()
        );
        Ok(())
    }

    async fn begin(&self, app: &str, team: &TeamId) -> anyhow::Result<Begun> {
        let door = self.console.join(&format!("slack/{app}/install?team={team}"))?;
        let answer = self.get(&door, None).await?;
        ensure!(
            answer.status().is_redirection(),
            "the install door answered {}",
            answer.status()
        );
        let cookies = answer.headers().get_all(header::SET_COOKIE).iter();
        let cookies: Vec<&str> = cookies
            .filter_map(|cookie| cookie.to_str().ok()?.split(';').next())
            .collect();
        let location: Url = answer
            .headers()
            .get(header::LOCATION)
            .context("the install door redirects")?
            .to_str()?
            .parse()?;
        let query = |wanted: &str| {
            location
                .query_pairs()
                .find(|(name, _)| name == wanted)
                .map(|(_, value)| value.into_owned())
        };
        Ok(Begun {
            cookie: cookies.join("; "),
            redirect_uri: query("redirect_uri"),
            state: query("state"),
        })
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
