//! `apps.permissions.request` and `apps.permissions.users.request`: opening a dialog for a person.
//!
//! `ok` says that the dialog was shown, no more: the answer comes as an event, or never. A refused
//! request leaves its trigger as it was, so that the app may mend the request within the three seconds.

use grantbook_api::ErrorCode;
use grantbook_core::{Scope, UserId, catalogue};
use serde_json::json;

use super::{
    answer::{Done, Refusal},
    arguments::Arguments,
    web_api::Caller,
};
use crate::state::{Moment, TriggerFamily, TriggerFault, World, is_user_scope, kinds_of};

/// Asks whoever made the trigger: for the app's own scopes, or for scopes that are theirs to give.
pub(super) fn request(
    world: &mut World,
    moment: &mut Moment<'_>,
    caller: &Caller,
    arguments: &Arguments,
) -> Result<Done, Refusal> {
    need(arguments, &["scopes", "trigger_id"])?;
    let scopes = scopes(arguments)?;
    let personal = scopes.iter().filter(|scope| is_user_scope(scope)).count();
    if personal != 0 && personal != scopes.len() {
        return Err(Refusal::saying(
            ErrorCode::MixedScope,
            "[ERROR] scopes that people grant one by one cannot be asked for together with the app's own",
        ));
    }
    let trigger = Spending::begin(world, moment, caller, arguments)?;
    let user = trigger.user.clone();
    check_person(world, caller, &user)?;
    trigger.finish(world, moment, user, scopes, personal != 0, "apps.permissions.request")
}

/// Asks one person, named, for scopes that are theirs to give.
pub(super) fn users_request(
    world: &mut World,
    moment: &mut Moment<'_>,
    caller: &Caller,
    arguments: &Arguments,
) -> Result<Done, Refusal> {
    need(arguments, &["scopes", "trigger_id", "user"])?;
    let scopes = scopes(arguments)?;
    if let Some(own) = scopes.iter().find(|scope| !is_user_scope(scope)) {
        return Err(Refusal::saying(
            ErrorCode::MixedScope,
            format!("[ERROR] {own} is no scope that a person grants for themselves"),
        ));
    }
    let user = arguments.text("user").and_then(|id| UserId::new(&id).ok());
    let user = user.ok_or(ErrorCode::InvalidUser)?;
    let trigger = Spending::begin(world, moment, caller, arguments)?;
    check_person(world, caller, &user)?;
    trigger.finish(world, moment, user, scopes, true, "apps.permissions.users.request")
}

fn need(arguments: &Arguments, names: &[&str]) -> Result<(), Refusal> {
    match names.iter().find(|name| !arguments.has(name)) {
        Some(missing) => Err(Refusal::missing_field(missing)),
        None => Ok(()),
    }
}

/// The scopes asked for, each once; all must be scopes of workspace apps.
fn scopes(arguments: &Arguments) -> Result<Vec<Scope>, Refusal> {
    let text = arguments.text("scopes").unwrap_or_default();
    let mut scopes: Vec<Scope> = Vec::new();
    for name in text.split(',').map(str::trim).filter(|name| !name.is_empty()) {
        let known = Scope::new(name).ok().filter(|scope| {
            let workspace = catalogue::find(scope).is_some_and(|info| info.token_kinds.contains(&"workspace"));
            workspace && !kinds_of(scope).is_empty()
        });
        let scope = known.ok_or_else(|| {
            Refusal::saying(
                ErrorCode::InvalidScope,
                format!("[ERROR] `{name}` is no scope of a workspace app"),
            )
        })?;
        if !scopes.contains(&scope) {
            scopes.push(scope);
        }
    }
    if scopes.is_empty() {
        return Err(Refusal::saying(ErrorCode::InvalidScope, "[ERROR] no scope was named"));
    }
    Ok(scopes)
}

/// A person who can be asked: known, in this workspace, still there, and no bot.
fn check_person(world: &World, caller: &Caller, user: &UserId) -> Result<(), Refusal> {
    let member = world
        .users
        .get(user)
        .is_some_and(|person| person.teams.contains(&caller.team));
    if member && !world.is_deactivated(user) && !world.is_bot(user) {
        Ok(())
    } else {
        Err(ErrorCode::InvalidUser.into())
    }
}

/// A good trigger on its way to be spent.
struct Spending {
    id: String,
    user: UserId,
    caller: Caller,
}

impl Spending {
    /// Looks at the trigger, and whether the token reaches anything at all.
    fn begin(world: &mut World, moment: &Moment<'_>, caller: &Caller, arguments: &Arguments) -> Result<Self, Refusal> {
        if caller.installation(world)?.reaches_nothing() {
            return Err(ErrorCode::NoPermission.into());
        }
        let id = arguments.text("trigger_id").unwrap_or_default();
        let trigger = world
            .check_trigger(moment, &caller.app, &caller.team, Some(&id))
            .map_err(fault)?;
        Ok(Self {
            user: trigger.user.clone(),
            id,
            caller: caller.clone(),
        })
    }

    /// Spends it, and shows the dialog.
    fn finish(
        self,
        world: &mut World,
        moment: &mut Moment<'_>,
        user: UserId,
        scopes: Vec<Scope>,
        personal: bool,
        method: &str,
    ) -> Result<Done, Refusal> {
        let (app, team) = (&self.caller.app, &self.caller.team);
        let trigger = world
            .spend_trigger(moment, app, team, Some(&self.id), method)
            .map_err(fault)?;
        let trigger = trigger.clone();
        world.show_dialog(moment, &trigger, user, scopes, personal);
        Ok(Done::with(&json!({})))
    }
}

fn fault(fault: TriggerFault) -> Refusal {
    // An empty trigger was sent, and is wrong; one that was not sent is refused before.
    let fault = if fault == TriggerFault::Missing {
        TriggerFault::Malformed
    } else {
        fault
    };
    fault.code(TriggerFamily::Permissions).into()
}
