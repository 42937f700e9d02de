//! Lives a request: drafted by the console's use case, sent by its outbox, pressed and answered in the
//! simulator. Triggers live for three seconds of the turned clock, so it runs meanwhile.

mod command;
mod link;

use std::{collections::BTreeSet, time::Duration};

use anyhow::Context as _;
use grantbook_api::ErrorCode;
use grantbook_core::{
    InstallationKey, ResourceId, ResourceType, Scope, Tenant,
    request::{Author, Happening, Kind, PermissionRequest, RequestId, StateName, compose::Gain},
    view::requests::NewRequest,
};
use grantbook_flows::{jobs, outbox, progressive::offer::ACTION, requests::CreateError};
use grantbook_simulator::{Action, Fault, state::Answer};
use tokio::time::timeout;

use super::{
    history::Actor,
    story::{Asking, Course},
};

/// How long anything between console and simulator may take, in real time.
const PATIENCE: Duration = Duration::from_secs(10);
/// How old a trigger is when it is spent too late, in milliseconds.
const TOO_LATE_MS: u64 = 4_102;

const ASK: &str = "apps.permissions.request";
const ASK_PERSON: &str = "apps.permissions.users.request";

/// Where the request's message is.
fn offered(request: &PermissionRequest) -> anyhow::Result<(ResourceId, String)> {
    let mut steps = request.steps().iter();
    let offered = steps.find_map(|step| match &step.what {
        Happening::Offered { channel, message_ts } => Some((channel.clone(), message_ts.clone())),
        _ => None,
    });
    offered.context("the message was sent")
}

impl Actor<'_> {
    /// Lives one request; whether there was anything left to ask for, and the limits allowed it.
    pub(super) async fn ask(&self, asking: &Asking) -> anyhow::Result<bool> {
        self.sim.clock().thaw();
        let asked = self.lived(asking).await;
        self.sim.clock().freeze();
        asked
    }

    async fn lived(&self, asking: &Asking) -> anyhow::Result<bool> {
        let app = self.sim.apps().into_iter().find(|app| app.slug.as_str() == asking.app);
        let app = app.context("the story knows the simulator's apps")?;
        let key = InstallationKey::new(app.slug.clone(), Tenant::Team(asking.team.clone()));
        let Some(draft) = self.draft(asking, &key).await? else {
            return Ok(false);
        };
        let home = self.sim.world().app_home(&app.id, &asking.team, &asking.user).is_some();
        if !home && !app.is_modern() {
            // A workspace app cannot write first to somebody who never wrote to it.
            let (app, team, user) = (asking.app.clone(), asking.team.clone(), asking.user.clone());
            let text = "Hello!".to_owned();
            self.sim.act(Action::MessageApp { app, team, user, text }).await?;
            self.sim.idle().await;
        }
        if asking.course == Course::Typed {
            return self.typed(asking, &key, &draft.scopes).await;
        }
        match asking.course {
            Course::NotSent(code) => self.refuse("chat.postMessage", code),
            Course::Held(seconds) => {
                let fault = Fault::RateLimited { retry_after: seconds };
                self.sim.fault("chat.postMessage", fault, 1);
            }
            _ => {}
        }
        let author = Author::Console {
            name: asking.author.to_owned(),
        };
        let id = match self.state.requests.create(draft, author).await {
            Ok(view) => view.id,
            Err(CreateError::NotNow(_) | CreateError::Mistakes(_)) => return Ok(false),
            Err(error) => return Err(error.into()),
        };
        outbox::drain(&self.state.house).await;
        if matches!(asking.course, Course::Held(_)) {
            return Ok(true);
        }
        let request = self
            .until(id, |request| request.state().name() != StateName::Drafted)
            .await?;
        match asking.course {
            Course::NotSent(_) | Course::Left => {}
            _ if app.is_modern() => self.follow(asking, &request).await?,
            _ => self.press_and_answer(asking, &request).await?,
        }
        outbox::drain(&self.state.house).await;
        Ok(true)
    }

    /// What to ask for: of all that is wanted, what the app has not.
    async fn draft(&self, asking: &Asking, key: &InstallationKey) -> anyhow::Result<Option<NewRequest>> {
        let mut draft = NewRequest {
            installation: key.clone(),
            user: Some(asking.user.clone()),
            channel: None,
            scopes: asking.wanted.iter().cloned().collect(),
            optional: BTreeSet::new(),
            message: asking.words.map(|(message, _)| message.to_owned()),
            button: asking.words.map(|(_, button)| button.to_owned()),
            again_of: None,
        };
        let gains = match self.state.requests.preview(&draft).await {
            Ok(preview) => preview.gains,
            Err(CreateError::NotFound(_)) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let held = |scope: &Scope| gains.iter().any(|Gain { scope: of, held, .. }| of == scope && *held);
        let new = asking.wanted.iter().filter(|scope| !held(scope));
        draft.scopes = new.take(asking.count).cloned().collect();
        if asking.in_channel {
            let grants = self.state.house.store.grants(key).await?.unwrap_or_default();
            let channels = grants.resources.get(&ResourceType::Channel);
            draft.channel = channels.and_then(|channels| channels.specific.keys().next().cloned());
        }
        if draft.channel.is_some() {
            // A message to everybody there.
            draft.user = None;
        }
        Ok(Some(draft).filter(|draft| !draft.scopes.is_empty()))
    }

    fn refuse(&self, method: &str, code: &str) {
        let error = ErrorCode::from(code);
        self.sim.fault(method, Fault::Error { error }, 1);
    }

    /// Somebody presses the button, and answers Slack's question or not.
    async fn press_and_answer(&self, asking: &Asking, request: &PermissionRequest) -> anyhow::Result<()> {
        self.wait(asking.pace.0);
        if let Course::Refused(code) = asking.course {
            let personal = request.ask.kind == Kind::Personal;
            self.refuse(if personal { ASK_PERSON } else { ASK }, code);
        }
        match asking.course {
            Course::TooLate => self.press_too_late(asking, request).await?,
            Course::TooLateThenGranted => {
                self.press_too_late(asking, request).await?;
                self.wait(asking.pace.1);
                self.press(asking, request, None).await.map(drop)?;
            }
            _ => self.press(asking, request, None).await.map(drop)?,
        }
        let answer = match asking.course {
            Course::Granted | Course::TooLateThenGranted => (Answer::Allow, None),
            Course::Partly => {
                let first = asking.wanted.iter().find(|scope| request.ask.scopes.contains(*scope));
                (Answer::Allow, first.map(|scope| vec![scope.clone()]))
            }
            Course::Denied => (Answer::Deny, None),
            Course::WalkedAway => (Answer::Dismiss, None),
            _ => return Ok(()),
        };
        self.answer(asking, answer).await?;
        if asking.course == Course::WalkedAway {
            self.wait(60 * i64::from(self.state.house.policy.unanswered_after_minutes) + 30);
            jobs::lapse(&self.state.house).await?;
        }
        self.until(request.id, |request| request.state().name().is_settled())
            .await?;
        Ok(())
    }

    /// A press whose trigger is too old when it is spent. Should the console have looked at the clock before
    /// it was turned, once more.
    async fn press_too_late(&self, asking: &Asking, request: &PermissionRequest) -> anyhow::Result<()> {
        for _ in 0..3 {
            let pressed = self.press(asking, request, Some(TOO_LATE_MS)).await?;
            match pressed.state().name() {
                StateName::Failed => self.wait(asking.pace.1),
                // Quicker than the hand at the clock: then the person closes the dialog and tries again.
                StateName::Presented => self.answer(asking, (Answer::Dismiss, None)).await?,
                _ => break,
            }
        }
        Ok(())
    }

    /// One press, until the console has noted what came of its call.
    async fn press(
        &self,
        asking: &Asking,
        request: &PermissionRequest,
        late: Option<u64>,
    ) -> anyhow::Result<PermissionRequest> {
        let rounds = request.rounds().len();
        let known = self.state.house.store.request(request.id).await?;
        let rounds = known.map_or(rounds, |known| known.rounds().len());
        let (channel, ts) = offered(request)?;
        let press = Action::Press {
            channel,
            ts,
            user: asking.user.clone(),
            attachment: Some(1),
            element: ACTION.to_owned(),
            value: None,
        };
        self.sim.act(press).await?;
        if let Some(late) = late {
            self.sim.clock().advance(Duration::from_millis(late));
        }
        let noted = |request: &PermissionRequest| {
            let latest = request.rounds().last().map(|round| round.asked.is_some());
            request.rounds().len() > rounds && latest == Some(true)
        };
        self.until(request.id, noted).await
    }

    /// Answers the dialog that is open for the person.
    async fn answer(&self, asking: &Asking, (answer, scopes): (Answer, Option<Vec<Scope>>)) -> anyhow::Result<()> {
        self.wait(asking.pace.1);
        let dialogs = self.sim.dialogs();
        let open = dialogs
            .into_iter()
            .find(|dialog| dialog.is_open() && dialog.user == asking.user);
        let dialog = open.context("Slack shows its dialog")?.id;
        self.sim.act(Action::AnswerDialog { dialog, answer, scopes }).await?;
        self.sim.idle().await;
        Ok(())
    }

    fn wait(&self, seconds: i64) {
        self.sim.clock().advance(Duration::from_secs(seconds.unsigned_abs()));
    }

    /// Waits until the store knows the request like that.
    async fn until(
        &self,
        id: RequestId,
        like: impl Fn(&PermissionRequest) -> bool,
    ) -> anyhow::Result<PermissionRequest> {
        let store = &self.state.house.store;
        // Before the first look, so that no change is missed in between.
        let mut notices = store.request_changes();
        let waiting = async {
            loop {
                if let Some(request) = store.request(id).await?.filter(&like) {
                    return anyhow::Ok(request);
                }
                while matches!(notices.recv().await, Ok(notice) if notice.request != id) {}
            }
        };
        timeout(PATIENCE, waiting)
            .await
            .with_context(|| format!("{id} did not come to what it should be"))?
    }
}
