//! A press on a button of a request's message: who pressed is looked up, and decides with their account's role.
//!
//! Two steps: what the payload itself tells is checked at once, without waiting for anything; the decision is taken
//! while Slack has its answer already. Whoever may not decide, or comes too late, is told so, and nobody else.

use grantbook_api::{
    interactions::{BlockAction, BlockActions},
    message::{Block, OutgoingMessage},
    secret::ResponseUrl,
};
use grantbook_core::{
    ResourceId, UserId,
    approval::{Decision, life::State},
    view::approvals::DecisionWish,
};
use grantbook_store::{StoreError, accounts::UserRecord, approvals::StoredAppRequest};
use metrics::counter;

use super::{
    Actor, Approvals, DecideError,
    message::{ACTIONS, Button, Deed, Sheet},
};
use crate::{House, progressive::answer_later};

/// Counter: presses on buttons of app requests, by what came of them.
pub const APP_REQUEST_PRESSES: &str = "grantbook_app_request_presses_total";

/// A press on a button that was made here.
#[derive(Clone, Debug)]
pub(crate) struct AppPress {
    deed: Deed,
    button: Button,
    message_ts: Option<String>,
    user: UserId,
    respond: Option<ResponseUrl>,
}

/// What came of a press.
enum Came {
    /// It is decided, or the requester is asked.
    Done,
    /// It counts, and others must agree.
    Counted,
    /// Nothing came of it; the person is told why.
    Refused { code: &'static str, words: String },
}

/// Whether a button of an app request was pressed.
pub(crate) fn is_one(blocks: &BlockActions) -> bool {
    first(blocks).is_some_and(|action| action.action_id.starts_with(ACTIONS))
}

fn first(blocks: &BlockActions) -> Option<&BlockAction> {
    blocks.actions.first()
}

/// Reads a press; the code of a stray where the button was not made here, not for this message, or not for there.
pub(crate) fn read(house: &House, blocks: &BlockActions) -> Result<AppPress, &'static str> {
    let action = first(blocks).ok_or("forged_value")?;
    let deed = Deed::of(&action.action_id).ok_or("unknown_callback")?;
    let button = Button::open(house, action.value().unwrap_or_default()).ok_or("forged_value")?;
    if action.block_id != Button::block_id(button.request) {
        return Err("forged_value");
    }
    let here = blocks.channel_id().map(ResourceId::as_str);
    let enterprise = blocks.enterprise.as_ref().map(|enterprise| &enterprise.id);
    if here != Some(button.channel.as_str()) || enterprise != Some(&button.enterprise) {
        return Err("other_installation");
    }
    Ok(AppPress {
        deed,
        button,
        message_ts: blocks.container.message_ts.clone(),
        user: blocks.user.id.clone(),
        respond: blocks.response_url.clone(),
    })
}

impl AppPress {
    /// Decides, and tells whoever pressed where nothing came of it.
    pub(crate) async fn work(self, house: House) {
        let came = match self.decide(&house).await {
            Ok(came) => came,
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::error!(
                    app_request.id = self.button.request,
                    error,
                    "a press could not be worked on"
                );
                refused(
                    "storage_unavailable",
                    "The console could not reach its storage. Nothing was decided; press again in a while.",
                )
            }
        };
        let (code, words) = match came {
            Came::Done => ("done", None),
            Came::Counted => (
                "counted",
                Some("Your vote counts. The others who are asked must agree, too.".to_owned()),
            ),
            Came::Refused { code, words } => (code, Some(words)),
        };
        counter!(APP_REQUEST_PRESSES, "outcome" => code).increment(1);
        tracing::info!(
            app_request.id = self.button.request,
            outcome = code,
            "a button of an app request was pressed"
        );
        if let Some((url, words)) = self.respond.as_ref().zip(words) {
            let message = OutgoingMessage::text(words.clone()).block(Block::quoting(words));
            answer_later(&house, url, message).await;
        }
    }

    async fn decide(&self, house: &House) -> Result<Came, StoreError> {
        let Some(sheet) = Sheet::read(house, self.button.request).await? else {
            return Ok(refused(
                "app_request_not_found",
                "This console does not have the request any more.",
            ));
        };
        if let Some(refusal) = self.misplaced(&sheet.stored) {
            return Ok(refusal);
        }
        if sheet.stored.state != State::Open {
            return Ok(not_open(&sheet));
        }
        if self.button.decisions != sheet.stored.decisions {
            return Ok(refused(
                "outdated",
                "This button is older than the last decision, which Slack refused. Use the message as it is now.",
            ));
        }
        let Some(account) = house.store.user_in_slack(&self.user).await? else {
            return Ok(nobody(&self.user));
        };
        let actor = self.actor(house, &sheet.stored, account);
        let approvals = Approvals::new(house.clone());
        let (id, wish) = (self.button.request, DecisionWish::default());
        let decided = match self.deed {
            Deed::Approve => approvals.approve(id, &actor, wish).await,
            Deed::Restrict => approvals.restrict(id, &actor, wish).await,
            Deed::AskWhy => approvals.ask_why(id, &actor, "").await,
        };
        match decided {
            Ok(stored) if stored.state == State::Open && self.deed != Deed::AskWhy => Ok(Came::Counted),
            Ok(_) => Ok(Came::Done),
            Err(DecideError::Store(error)) => Err(error),
            Err(DecideError::NotOpen(_)) => Ok(match Sheet::read(house, id).await? {
                Some(sheet) => not_open(&sheet),
                None => refused("not_open", "The request does not wait for a decision."),
            }),
            Err(error) => Ok(explained(&error, &sheet)),
        }
    }

    /// A value that was made here, and stands where it was not made for.
    fn misplaced(&self, stored: &StoredAppRequest) -> Option<Came> {
        let posted = stored.message.as_ref();
        let elsewhere = posted
            .zip(self.message_ts.as_ref())
            .is_some_and(|((channel, ts), pressed)| ts != pressed || *channel != self.button.channel);
        let other = stored.enterprise != self.button.enterprise;
        (elsewhere || other).then(|| {
            refused(
                "other_message",
                "This button was made for another message. Nothing was decided; use the request's own message.",
            )
        })
    }

    /// They decide with their account's role, or because the rule asks them by name.
    fn actor(&self, house: &House, stored: &StoredAppRequest, account: UserRecord) -> Actor {
        let whom = match stored.verdict.as_ref().map(|verdict| &verdict.decision) {
            Some(Decision::Ask { whom, .. }) => house.approvals.settings().people(whom),
            _ => std::collections::BTreeSet::new(),
        };
        let named = whom.contains(&account.name) || whom.contains(self.user.as_str());
        Actor {
            name: format!("slack:{}", self.user),
            may_decide: account.role.may_decide() || named,
            account: Some(account.name),
            slack_user: Some(self.user.clone()),
        }
    }
}

fn refused(code: &'static str, words: impl Into<String>) -> Came {
    Came::Refused {
        code,
        words: words.into(),
    }
}

fn nobody(user: &UserId) -> Came {
    refused(
        "not_linked",
        format!(
            "Nothing was decided: no account of the console is linked to you. An administrator can do that, with \
             `grantbook user link NAME {user}`."
        ),
    )
}

fn not_open(sheet: &Sheet) -> Came {
    let told = match sheet.stored.state {
        State::New => "The rules were not asked about this request yet; press again in a moment.".to_owned(),
        State::Open => "The request changed in this very moment; press again.".to_owned(),
        _ => format!("Nothing more is to be decided. {}", sheet.card().decided()),
    };
    refused("not_open", told)
}

fn explained(error: &DecideError, sheet: &Sheet) -> Came {
    let to_do = match error {
        DecideError::ApproversOnly => {
            "Nothing was decided: your account may only look. Ask an administrator for the role `approver`.".to_owned()
        }
        DecideError::OwnRequest => {
            "Nothing was decided: this is your own request, and somebody else must decide it.".to_owned()
        }
        DecideError::NotAsked => {
            "Nothing was decided: the rules ask other people about this request. Its message says whom.".to_owned()
        }
        DecideError::VotedAlready => "You have voted already. The others who are asked must agree now.".to_owned(),
        DecideError::ReasonRequired => format!(
            "Nothing was decided: this decision needs a reason, which the requester reads. {}.",
            sheet.card().page_link("Write it in the console")
        ),
        other => format!(
            "Nothing was decided: {other}. {}.",
            sheet.card().page_link("Open it in the console")
        ),
    };
    refused(error.code(), to_do)
}
