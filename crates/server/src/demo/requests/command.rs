//! A request that somebody makes by the app's slash command.

use std::collections::BTreeSet;

use anyhow::Context as _;
use grantbook_core::{InstallationKey, Scope, request::StateName};
use grantbook_flows::commands::COMMAND;
use grantbook_simulator::{Action, state::Answer};
use tokio::{sync::broadcast::error::RecvError, time::timeout};

use super::{Actor, Asking, PATIENCE};

impl Actor<'_> {
    /// Somebody asks by the app's command, in their conversation with it.
    pub(super) async fn typed(
        &self,
        asking: &Asking,
        key: &InstallationKey,
        wanted: &BTreeSet<Scope>,
    ) -> anyhow::Result<bool> {
        let world = self.sim.world();
        let app = world.app(&asking.app).context("the story knows the simulator's apps")?;
        let home = world.app_home(&app.id, &asking.team, &asking.user);
        let home = home.context("a person who wrote to an app has a conversation with it")?;
        let mut commands = app.commands.iter().map(|command| &command.command);
        let command = commands.find(|command| command.starts_with(COMMAND));
        let names: Vec<&str> = wanted.iter().map(Scope::as_str).collect();
        let mut notices = self.state.house.store.request_changes();
        let type_it = Action::RunCommand {
            team: asking.team.clone(),
            channel: home.id.clone(),
            user: asking.user.clone(),
            command: command.context("the seed's apps have a command")?.clone(),
            text: format!("add {}", names.join(",")),
        };
        self.sim.act(type_it).await?;
        let id = timeout(PATIENCE, async {
            loop {
                match notices.recv().await {
                    Ok(notice) if notice.installation == *key => return Some(notice.request),
                    Ok(_) | Err(RecvError::Lagged(_)) => {}
                    Err(RecvError::Closed) => return None,
                }
            }
        });
        let id = id
            .await
            .context("the command was not noted")?
            .context("the console stopped")?;
        self.until(id, |request| request.state().name() == StateName::Presented)
            .await?;
        self.answer(asking, (Answer::Allow, None)).await?;
        self.until(id, |request| request.state().name().is_settled()).await?;
        Ok(true)
    }
}
