//! Sentences about requests for people: what happened, and what to do next.

mod exchange;

use super::{State, TRIGGER_LIFE_MS};

use exchange::EXCHANGE;

/// How a request stands, in one sentence. `who` is the person asked, as people write them.
pub fn sentence(state: &State, who: &str) -> String {
    match state {
        State::Drafted => "Written, not sent yet.".to_owned(),
        State::Offered { .. } => format!("The message is in the conversation; {who} has not pressed the button yet."),
        State::Triggered { .. } => format!("{who} pressed the button; Slack has not answered our call yet."),
        State::Presented { .. } => format!("Slack shows {who} its dialog; the answer comes as an event."),
        State::Granted { .. } => format!("{who} allowed all of it."),
        State::PartlyGranted { granted, missing, .. } => format!(
            "{who} allowed {} of {} scopes. Ask again for the rest if it is needed.",
            granted.len(),
            granted.len() + missing.len()
        ),
        State::Denied { .. } => format!("{who} said no. Everything granted before stands."),
        State::Unanswered { .. } => {
            format!(
                "{who} left the dialog unanswered, and Slack sends nothing then. An answer that still comes will count."
            )
        }
        State::Expired { delay_ms, .. } => format!(
            "The trigger was {} ms old; Slack accepts {}. {who} can press the button again.",
            thousands(*delay_ms),
            thousands(TRIGGER_LIFE_MS)
        ),
        State::Failed { code, .. } => explain(code).to_owned(),
    }
}

/// What a failure means and what to do, by Slack's code or ours.
pub fn explain(code: &str) -> &'static str {
    if code.starts_with("http_4") {
        return "Slack, or something in between, answered with an HTTP error and no verdict; nothing was asked. Check the configured address of Slack.";
    }
    if code.starts_with("http_") {
        return "Slack answered with an HTTP error instead of a verdict; the dialog may have opened all the same. An answer will count.";
    }
    SLACK
        .iter()
        .chain(OURS)
        .chain(EXCHANGE)
        .find(|(name, _)| *name == code)
        .map_or(
            "Slack refused with a code this console does not know; its documentation may say more.",
            |(_, text)| text,
        )
}

/// Whether there is a sentence for this very code.
pub fn is_explained(code: &str) -> bool {
    SLACK.iter().chain(OURS).chain(EXCHANGE).any(|(name, _)| *name == code)
}

/// What a press or command that belongs to no request was, by its code.
pub fn explain_stray(code: &str) -> &'static str {
    match code {
        "unknown_callback" => {
            "The button belongs to a message this console did not write. The app's own code must answer it."
        }
        "forged_value" => {
            "The button carries something this console did not write, or it was changed. Nothing was asked."
        }
        "other_installation" => "The button was made for another workspace or app. Nothing was asked.",
        "no_trigger" => "Slack sent no trigger with the press, so nothing could be asked. Press the button again.",
        "no_workspace" => "Slack did not say in which workspace the button was pressed. Nothing was asked.",
        "unknown_request" => "The button names a request this console does not have any more.",
        "not_installed" => {
            "The app is not installed in that workspace, as far as this console knows. Nothing was kept of it but this note."
        }
        _ => "It belongs to no request of this console.",
    }
}

/// A number with its thousands set apart.
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Slack's codes, as in the table of `apps.permissions.request` and those of posting a message.
const SLACK: &[(&str, &str)] = &[
    (
        "invalid_trigger",
        "Slack did not know the trigger: it belongs to another app, or was made up. Nothing was shown; press the button again.",
    ),
    (
        "invalid_trigger_id",
        "Slack did not know the trigger: it belongs to another app, or was made up. Nothing was shown; press the button again.",
    ),
    (
        "trigger_exchanged",
        "The trigger had been spent before this call. Press the button again for a fresh one.",
    ),
    (
        "exchanged_trigger_id",
        "The trigger had been spent before this call. Press the button again for a fresh one.",
    ),
    (
        "invalid_scope",
        "Slack does not know one of the scopes, or it is not for workspace apps. Ask again without it.",
    ),
    (
        "mixed_scope",
        "Scopes of the app and scopes for acting as a person cannot be asked together. Ask twice, once for each.",
    ),
    (
        "invalid_user",
        "Slack found nobody to ask: the person left the workspace, was deactivated, or is not a person.",
    ),
    ("not_authed", "The call carried no token. Install the app again."),
    (
        "invalid_auth",
        "The token is wrong or past its hour, or this console's address is not allowed. Refresh the token or install the app again.",
    ),
    (
        "account_inactive",
        "The workspace or the user behind the token was deleted. There is nobody left to ask.",
    ),
    (
        "token_revoked",
        "The app was removed from the workspace or its token was revoked. Install it again first.",
    ),
    (
        "token_expired",
        "The token is past its end. Refresh it or install the app again.",
    ),
    (
        "no_permission",
        "The token reaches no conversation there any more. Add the app to one, then ask again.",
    ),
    (
        "org_login_required",
        "The workspace is moving into an organization and cannot be used until that is done. Ask again later.",
    ),
    (
        "team_added_to_org",
        "The workspace is moving into an organization; calls fail now and then until that is done. Ask again later.",
    ),
    (
        "ekm_access_denied",
        "The organization's administrators have suspended access to its encryption keys. Ask them when it ends.",
    ),
    (
        "missing_scope",
        "The token lacks a scope that this call needs. Install the app again with it.",
    ),
    (
        "not_allowed_token_type",
        "This method takes workspace tokens only, and the stored token is of another kind. Register the app as a modern one, or install it again.",
    ),
    (
        "method_deprecated",
        "Slack has retired this method. Ask with a modern app, by its authorize page.",
    ),
    (
        "deprecated_endpoint",
        "Slack has retired this address. Check the configured address of Slack.",
    ),
    (
        "unknown_method",
        "This Slack has no such method; workspace apps exist in the simulator only since August 2021.",
    ),
    (
        "two_factor_setup_required",
        "The workspace demands a second factor that the app's installer has not set up. They must do so first.",
    ),
    (
        "enterprise_is_restricted",
        "This method cannot be called for a whole organization. Ask in one of its workspaces.",
    ),
    (
        "is_bot",
        "Slack does not let a bot user call this method. Install the app again, so that its own token asks.",
    ),
    (
        "invalid_arguments",
        "Slack found an argument missing or wrong. This is a fault of the console; its log has the request's number.",
    ),
    (
        "invalid_arg_name",
        "Slack found a malformed argument name. This is a fault of the console; its log has the request's number.",
    ),
    (
        "invalid_array_arg",
        "Slack got a list where it takes text. This is a fault of the console; its log has the request's number.",
    ),
    (
        "invalid_charset",
        "Slack did not accept the encoding of the call. Something between the console and Slack changes requests.",
    ),
    (
        "invalid_form_data",
        "Slack could not read the call's form. Something between the console and Slack changes requests.",
    ),
    (
        "invalid_post_type",
        "Slack did not accept the call's content type. Something between the console and Slack changes requests.",
    ),
    (
        "missing_post_type",
        "The call reached Slack without a content type. Something between the console and Slack changes requests.",
    ),
    (
        "invalid_json",
        "Slack could not read the call's JSON. Something between the console and Slack changes requests.",
    ),
    (
        "json_not_object",
        "Slack got JSON that is not an object. Something between the console and Slack changes requests.",
    ),
    (
        "request_timeout",
        "The call reached Slack cut short. Press the button again.",
    ),
    (
        "ratelimited",
        "Too many calls in this minute, and a trigger cannot wait. Press the button again in a minute.",
    ),
    (
        "accesslimited",
        "Slack limits this method on the console's network. Ask the workspace's administrators to allow its address.",
    ),
    (
        "access_denied",
        "Access is denied to this app. Ask the workspace's administrators.",
    ),
    ("upgrade_required", "Slack asks for a newer client. Update the console."),
    (
        "service_unavailable",
        "Slack was unavailable. Press the button again in a while; if the dialog opened all the same, its answer will count.",
    ),
    (
        "fatal_error",
        "Slack failed in the middle; the dialog may have opened all the same. An answer will count.",
    ),
    (
        "internal_error",
        "Slack failed in the middle; the dialog may have opened all the same. An answer will count.",
    ),
    (
        "channel_not_found",
        "Slack knows no such conversation, or the app may not see it. Choose another one.",
    ),
    (
        "not_in_channel",
        "The app is not a member of this conversation. Add it there first.",
    ),
    ("is_archived", "The conversation is archived. Choose another one."),
    ("msg_too_long", "The message is too long for Slack. Shorten it."),
    ("no_text", "The message is empty. Write what the app wants to do."),
    (
        "user_not_found",
        "Slack knows no such person there. Choose another one.",
    ),
    (
        "user_not_visible",
        "The app may not see this person. Choose another one.",
    ),
];

/// Codes of this console, for what Slack has none.
const OURS: &[(&str, &str)] = &[
    (
        "no_token",
        "No working token of this installation is stored, so nothing could be asked. Install the app again.",
    ),
    (
        "storage_unavailable",
        "The token could not be read from storage in time, so nothing was asked. Press the button again.",
    ),
    (
        "slack_not_reached",
        "Slack could not be reached; nothing was asked. Check the connection, then press the button again.",
    ),
    (
        "no_answer_in_time",
        "Slack did not answer in time; the dialog may have opened all the same. An answer will count.",
    ),
    (
        "connection_closed",
        "The connection to Slack closed before it answered; the dialog may have opened all the same. An answer will count.",
    ),
    (
        "answer_cut_short",
        "Slack's answer ended in the middle; the dialog may have opened all the same. An answer will count.",
    ),
    (
        "answer_not_json",
        "Slack answered with a page instead of JSON; the dialog may have opened all the same. An answer will count.",
    ),
    (
        "answer_unexpected",
        "Slack's answer has a shape this console does not know; the dialog may have opened all the same.",
    ),
    (
        "interrupted",
        "The console stopped between the press and Slack's answer. If a dialog opened, its answer will count; otherwise press the button again.",
    ),
    (
        "maybe_sent",
        "The console stopped while sending the message, or Slack's answer was lost, so it may have arrived. It is not sent twice; look, then ask again.",
    ),
    (
        "cancelled",
        "The authorize page was left with an error. The link in the message still works.",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_set_in_thousands() {
        for (number, text) in [(0, "0"), (999, "999"), (4_102, "4,102"), (1_000_000, "1,000,000")] {
            assert_eq!(thousands(number), text);
        }
    }

    #[test]
    fn every_code_is_explained_once_and_ends_as_a_sentence() {
        let mut codes: Vec<&str> = SLACK
            .iter()
            .chain(OURS)
            .chain(EXCHANGE)
            .map(|(code, _)| *code)
            .collect();
        assert!(
            SLACK
                .iter()
                .chain(OURS)
                .chain(EXCHANGE)
                .all(|(_, text)| text.ends_with('.'))
        );
        codes.sort_unstable();
        let all = codes.len();
        codes.dedup();
        assert_eq!(codes.len(), all);
    }
}
