//! The request of an app of today: its button is a link to Slack's authorize page.

use anyhow::ensure;
use grantbook_core::request::PermissionRequest;
use grantbook_flows::progressive::offer::{self, LINK_ACTION};
use grantbook_simulator::Action;
use url::Url;

use super::{Actor, Asking, Course, offered};

impl Actor<'_> {
    /// Somebody follows the link to today's authorize page.
    pub(super) async fn follow(&self, asking: &Asking, request: &PermissionRequest) -> anyhow::Result<()> {
        self.wait(asking.pace.0);
        let (channel, ts) = offered(request)?;
        let press = Action::Press {
            channel,
            ts,
            user: asking.user.clone(),
            attachment: None,
            element: LINK_ACTION.to_owned(),
            value: None,
        };
        // The client tells the app of the press, and the browser follows the link.
        self.sim.act(press).await?;
        self.sim.idle().await;
        let link: Url = offer::install_link(&self.state.house, request);
        let begun = self.begin(&link).await?;
        self.wait(asking.pace.1);
        let status = match asking.course {
            Course::Denied => self.come_back(&begun.refused()?, &begun).await?,
            course => {
                if let Course::Refused(code) = course {
                    self.refuse("oauth.v2.access", code);
                }
                let optional = request
                    .ask
                    .scopes
                    .iter()
                    .filter(|scope| Some(*scope) != asking.wanted.first());
                let untick = optional.filter(|_| course == Course::Partly).cloned().collect();
                let consent = begun.consent(&asking.app, &asking.team, &asking.user, Vec::new(), untick);
                let back = self.sim.consent(consent).await?;
                self.come_back(&back, &begun).await?
            }
        };
        let fine = status.is_success() || matches!(asking.course, Course::Refused(_));
        ensure!(fine, "the callback answered {status}");
        self.until(request.id, |request| request.state().name().is_settled())
            .await?;
        Ok(())
    }
}
