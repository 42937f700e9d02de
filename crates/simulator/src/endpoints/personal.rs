//! Acting for a person: `users.profile.set`, `users.identity`, `reminders.*` and `dnd.*`.
//!
//! A workspace token names the person in `X-Slack-User` and needs that person's own grant of the scope
//! (A.4); without the header there is nobody to act for (`no_permission`). Naming the app's own user is
//! refused (`is_bot`), by every method.

use grantbook_api::ErrorCode;
use grantbook_core::{Scope, Timestamp, UserId, catalogue};
use serde_json::{Map, Value, json};

use super::{
    answer::{Done, Refusal},
    arguments::Arguments,
    web_api::Caller,
};
use crate::{
    methods::MethodInfo,
    state::{Moment, Reminder, World, is_user_scope},
};

/// Checks `X-Slack-User`, whatever the method: the person must have granted something to the app.
pub(super) fn check_actor(
    world: &World,
    caller: &Caller,
    info: &MethodInfo,
    arguments: &Arguments,
) -> Result<(), Refusal> {
    let Some(name) = arguments.on_behalf_of.as_ref().filter(|_| !caller.kind.is_modern()) else {
        return Ok(());
    };
    let granted = UserId::new(name).ok().and_then(|user| {
        let installation = world.installation(&caller.app, &caller.team)?;
        Some((world.is_bot(&user), installation.users.contains_key(&user)))
    });
    match granted {
        Some((true, _)) => Err(ErrorCode::IsBot.into()),
        Some((false, true)) => Ok(()),
        Some((false, false)) | None => {
            let own = info.workspace.iter().flatten().filter(|name| name.ends_with(":user"));
            let mut needed: Vec<&str> = own.map(String::as_str).collect();
            if needed.is_empty() {
                needed = personal_scopes().collect();
            }
            Err(Refusal::missing_scope(
                &needed.join(","),
                &caller.installation(world)?.all_scopes(),
            ))
        }
    }
}

/// Every scope that a person grants for themselves.
fn personal_scopes() -> impl Iterator<Item = &'static str> {
    let all = catalogue::all().iter();
    all.filter(|info| Scope::new(info.name).is_ok_and(|scope| is_user_scope(&scope)))
        .map(|info| info.name)
}

/// Whom the caller acts for, if that person granted one of the scopes.
fn actor(world: &World, caller: &Caller, arguments: &Arguments, scopes: &[&str]) -> Result<UserId, Refusal> {
    let name = arguments.on_behalf_of.as_deref().ok_or_else(|| {
        let hint = "[ERROR] name the person to act for in the header X-Slack-User";
        Refusal::saying(ErrorCode::NoPermission, hint)
    })?;
    let user = UserId::new(name).map_err(|_| ErrorCode::NoPermission)?;
    let granted = caller
        .installation(world)?
        .users
        .get(&user)
        .cloned()
        .unwrap_or_default();
    if scopes.iter().any(|scope| granted.contains(*scope)) {
        Ok(user)
    } else {
        Err(Refusal::missing_scope(&scopes.join(","), &granted))
    }
}

/// `profile` as a JSON object, or `name` and `value`.
pub(super) fn profile_set(world: &mut World, caller: &Caller, arguments: &Arguments) -> Result<Done, Refusal> {
    let user = actor(world, caller, arguments, &["users.profile:write:user"])?;
    let invalid = || ErrorCode::from("invalid_profile");
    let fields = match (arguments.value("profile"), arguments.text("name")) {
        (Some(Value::Object(fields)), _) => fields,
        (Some(_), _) | (None, None) => return Err(invalid().into()),
        (None, Some(name)) => {
            let value = Value::String(arguments.text("value").unwrap_or_default());
            Map::from_iter([(name, value)])
        }
    };
    let known = world.users.get(&user).ok_or(ErrorCode::UserNotFound)?;
    let mut profile = Map::from_iter([("real_name".to_owned(), json!(known.real_name))]);
    let kept = world.personal.profiles.entry(user.clone()).or_default();
    kept.extend(fields);
    profile.extend(kept.clone());
    Ok(Done::with(&json!({ "username": known.name, "profile": profile })))
}

pub(super) fn identity(world: &World, caller: &Caller, arguments: &Arguments) -> Result<Done, Refusal> {
    // Three names of one scope: of 2019, of July 2018 and of the spring before.
    let scopes = ["identity.basic:user", "identity:read:user", "identity.basic"];
    let user = actor(world, caller, arguments, &scopes)?;
    let person = world.users.get(&user).ok_or(ErrorCode::UserNotFound)?;
    let name = if person.real_name.is_empty() {
        &person.name
    } else {
        &person.real_name
    };
    Ok(Done::with(&json!({
        "user": { "name": name, "id": user },
        "team": { "id": caller.team },
    })))
}

pub(super) fn reminders_add(
    world: &mut World,
    moment: &mut Moment<'_>,
    caller: &Caller,
    arguments: &Arguments,
) -> Result<Done, Refusal> {
    let user = actor(world, caller, arguments, &["reminders:write:user"])?;
    let text = arguments.required("text")?;
    let time = arguments.required("time")?;
    let time = read_time(&time, moment.now).ok_or_else(|| ErrorCode::from("cannot_parse"))?;
    let reminder = Reminder {
        id: moment.ids.reminder(),
        creator: caller.app.clone(),
        team: caller.team.clone(),
        user,
        text,
        time,
        complete: None,
    };
    let body = json!({ "reminder": reminder_json(world, &reminder) });
    world.personal.reminders.push(reminder);
    Ok(Done::with(&body))
}

pub(super) fn reminders_list(world: &World, caller: &Caller, arguments: &Arguments) -> Result<Done, Refusal> {
    let user = actor(world, caller, arguments, &["reminders:read:user"])?;
    let own = world.personal.reminders.iter();
    let own = own.filter(|reminder| reminder.user == user && reminder.team == caller.team);
    let reminders: Vec<Value> = own.map(|reminder| reminder_json(world, reminder)).collect();
    Ok(Done::with(&json!({ "reminders": reminders })))
}

pub(super) fn reminders_complete(
    world: &mut World,
    moment: &Moment<'_>,
    caller: &Caller,
    arguments: &Arguments,
) -> Result<Done, Refusal> {
    let user = actor(world, caller, arguments, &["reminders:write:user"])?;
    let id = arguments.required("reminder")?;
    let mut own = world.personal.reminders.iter_mut();
    let found = own.find(|reminder| reminder.id == id && reminder.user == user && reminder.team == caller.team);
    let reminder = found.ok_or_else(|| ErrorCode::from("not_found"))?;
    reminder.complete.get_or_insert(moment.now);
    Ok(Done::with(&json!({})))
}

pub(super) fn set_snooze(
    world: &mut World,
    moment: &Moment<'_>,
    caller: &Caller,
    arguments: &Arguments,
) -> Result<Done, Refusal> {
    let user = actor(world, caller, arguments, &["dnd:write:user"])?;
    let minutes = arguments
        .text("num_minutes")
        .ok_or_else(|| ErrorCode::from("missing_duration"))?;
    let minutes: i64 = minutes.parse().map_err(|_| ErrorCode::InvalidArguments)?;
    if !(1..=60 * 24 * 365).contains(&minutes) {
        return Err(ErrorCode::from("snooze_failed").into());
    }
    let end = moment.now.plus_seconds(minutes * 60);
    world.personal.snoozes.insert((caller.team.clone(), user), end);
    Ok(Done::with(&json!({
        "snooze_enabled": true,
        "snooze_endtime": end.seconds(),
        "snooze_remaining": minutes * 60,
        "snooze_is_indefinite": false,
    })))
}

pub(super) fn end_snooze(
    world: &mut World,
    moment: &Moment<'_>,
    caller: &Caller,
    arguments: &Arguments,
) -> Result<Done, Refusal> {
    let user = actor(world, caller, arguments, &["dnd:write:user"])?;
    let ended = world.personal.snoozes.remove(&(caller.team.clone(), user));
    if ended.is_none_or(|end| end <= moment.now) {
        return Err(ErrorCode::from("snooze_not_active").into());
    }
    Ok(Done::with(&json!({
        "dnd_enabled": false, "next_dnd_start_ts": 1, "next_dnd_end_ts": 1, "snooze_enabled": false,
    })))
}

fn reminder_json(world: &World, reminder: &Reminder) -> Value {
    let installation = world
        .installations
        .get(&(reminder.creator.clone(), reminder.team.clone()));
    let creator = installation.map_or(&reminder.user, |installation| &installation.app_user);
    json!({
        "id": reminder.id,
        "creator": creator,
        "user": reminder.user,
        "text": reminder.text,
        "recurring": false,
        "time": reminder.time,
        "complete_ts": reminder.complete.map_or(0, Timestamp::seconds),
    })
}

/// A moment in seconds, a number of seconds from now within a day, or `in 10 minutes`.
fn read_time(text: &str, now: Timestamp) -> Option<i64> {
    const DAY: i64 = 86_400;
    let at = if let Ok(number) = text.parse::<i64>() {
        if (1..=DAY).contains(&number) {
            now.seconds() + number
        } else {
            number
        }
    } else {
        let mut words = text.strip_prefix("in ")?.split_whitespace();
        let count: i64 = words.next()?.parse().ok()?;
        let unit = match words.next()?.trim_end_matches('s') {
            "second" => 1,
            "minute" => 60,
            "hour" => 3_600,
            "day" => DAY,
            _ => return None,
        };
        now.seconds().checked_add(count.checked_mul(unit)?)?
    };
    (at > now.seconds()).then_some(at)
}
