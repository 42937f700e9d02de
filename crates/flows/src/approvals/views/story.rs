//! A request's story, a sentence for each thing that happened.

use grantbook_core::{
    approval::{
        Approved, Decision, Level, RuleRef,
        life::{Happening, Outcome, Way},
    },
    view::approvals::StoryLine,
};
use grantbook_store::approvals::StoredStep;

use super::people::People;

/// First first.
pub(super) fn lines(steps: &[StoredStep], people: &People) -> Vec<StoryLine> {
    let line = |step: &StoredStep| StoryLine {
        at: step.at,
        sentence: capital(sentence(&step.what, people)),
        what: step.what.clone(),
    };
    steps.iter().map(line).collect()
}

fn capital(text: String) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => text,
    }
}

fn sentence(what: &Happening, people: &People) -> String {
    match what {
        Happening::Arrived { way } => arrived(*way, people),
        Happening::Judged {
            rule,
            version,
            decision,
        } => judged(rule.as_ref(), *version, decision, people),
        Happening::Voted { by, outcome, reason } => {
            let verb = match outcome {
                Outcome::Approved => "agreed to approve it",
                Outcome::Restricted => "voted to restrict it",
                Outcome::Cancelled => "voted to dismiss it",
            };
            format!("{} {verb}{}", people.by(by), because(reason))
        }
        Happening::Decided { by, decision, reason } => {
            format!("{} {}{}", people.by(by), decided(decision), because(reason))
        }
        Happening::Acknowledged { outcome, code } => acknowledged(*outcome, code.as_deref()),
        Happening::Refused { code } => {
            format!("Slack refused it with `{code}`: it waits for a person again.")
        }
        Happening::Noticed { outcome, by } => {
            let who = by.as_ref().map(|by| format!(" by {}", people.slack(&by.actor_id)));
            let who = who.unwrap_or_default();
            match outcome {
                Outcome::Cancelled => format!("It was taken back or dismissed in Slack, outside this console{who}."),
                _ => format!("It was {} in Slack, outside this console{who}.", outcome.as_str()),
            }
        }
        Happening::Seen { outcome } => match outcome {
            Outcome::Cancelled => "Slack's own list of requests has it no more.".to_owned(),
            _ => format!("Slack's own list shows the app as {}.", outcome.as_str()),
        },
        Happening::Reopened => "Slack lists it as pending again: it waits for a person.".to_owned(),
        message => told(message, people),
    }
}

fn arrived(way: Way, people: &People) -> String {
    let (requester, app, place) = (&people.requester, &people.app, &people.place);
    match way {
        Way::Event => {
            format!("{requester} asked for {app} in {place}; Slack's event `app_requested` told this console.")
        }
        Way::Poll => format!("{requester} asked for {app} in {place}; it was found in Slack's own list."),
    }
}

fn judged(rule: Option<&RuleRef>, version: u64, decision: &Decision, people: &People) -> String {
    let says = match decision {
        Decision::Approve(_) => "approves it".to_owned(),
        Decision::Restrict { .. } => "restricts it".to_owned(),
        Decision::Cancel { .. } => "dismisses it".to_owned(),
        Decision::Ask { whom, .. } if whom.is_empty() => "leaves it to everybody who may approve".to_owned(),
        Decision::Ask { whom, .. } => format!("leaves it to {}", people.listed(whom)),
    };
    match rule {
        Some(rule) => format!("the rule “{}” {says} (rules, version {version}).", rule.name),
        None => "no rule fits it: everybody who may approve is asked.".to_owned(),
    }
}

fn place(level: Level) -> &'static str {
    match level {
        Level::Workspace => "in the workspace",
        Level::Org => "in the whole organization",
    }
}

fn decided(decision: &Decision) -> String {
    match decision {
        Decision::Approve(approved) => approval(approved),
        Decision::Restrict { level, .. } => format!("restricted it {}", place(*level)),
        Decision::Cancel { .. } => "dismissed the request".to_owned(),
        Decision::Ask { .. } => "left it to people".to_owned(),
    }
}

fn approval(approved: &Approved) -> String {
    let days = match approved.for_days {
        Some(1) => " for one day".to_owned(),
        Some(days) => format!(" for {days} days"),
        None => String::new(),
    };
    let without: Vec<&str> = approved.withheld.iter().map(grantbook_core::Scope::as_str).collect();
    let without = if without.is_empty() {
        String::new()
    } else {
        format!(", without `{}`", without.join("`, `"))
    };
    format!("approved it {}{days}{without}", place(approved.level))
}

fn because(reason: &str) -> String {
    match reason.trim() {
        "" => ".".to_owned(),
        reason => format!(": “{reason}”"),
    }
}

fn acknowledged(outcome: Outcome, code: Option<&str>) -> String {
    let done = match outcome {
        Outcome::Approved => "approved the app",
        Outcome::Restricted => "restricted the app",
        Outcome::Cancelled => "dismissed the request",
    };
    match code {
        None => format!("Slack {done}."),
        Some(code) => format!("Slack had {done} already, as `{code}` tells."),
    }
}

/// Messages and time limits.
fn told(what: &Happening, people: &People) -> String {
    match what {
        Happening::Posted { channel, .. } => format!("it was posted to the approvers' channel `{channel}`."),
        Happening::AskedWhy { by, text } => {
            format!("{} asked {}: “{text}”", people.by(by), people.requester)
        }
        Happening::Told { outcome } => {
            let what = match outcome {
                Outcome::Approved => "that the app is approved",
                Outcome::Restricted => "that the app is restricted",
                Outcome::Cancelled => "that the request was dismissed",
            };
            format!("{} was told {what}.", people.requester)
        }
        Happening::Unsent { message, code } => unsent(message, code),
        Happening::Reminded => "the approvers were reminded that it waits.".to_owned(),
        Happening::Escalated { to } => format!("it waited too long: {} were called.", people.listed(to)),
        Happening::EndingSoon { at } => format!("people were told that the approval ends on {}.", at.in_words()),
        Happening::Extended { by, until } => {
            format!("{} made the approval last until {}.", people.by(by), until.in_words())
        }
        Happening::Ended { how } => match how.as_str() {
            "restrict" => "the approval has ended by its time limit: the app is restricted.".to_owned(),
            _ => "the approval has ended by its time limit: the app is undecided again.".to_owned(),
        },
        other => other.as_str().replace('_', " "),
    }
}

/// What Slack was to be told and was not.
fn unsent(message: &str, code: &str) -> String {
    let which = match message {
        "post" => "the message to the approvers' channel",
        "update" => "the change of the message in the approvers' channel",
        "remind" => "the reminder that it waits",
        "tell" => "the answer to the requester",
        "ask_why" => "the question to the requester",
        "ending" => "the notice that the approval is about to end",
        "ended" => "the notice that the approval has ended",
        "end" => {
            return format!(
                "Slack has not ended the approval so far (`{code}`), and the app is still approved. It is tried \
                 again every ten minutes; in Slack it can be ended by hand."
            );
        }
        other => other,
    };
    format!("{which} did not reach Slack (`{code}`). The decision is not touched by that.")
}

#[cfg(test)]
mod tests {
    use grantbook_core::{Timestamp, approval::Resolver};

    use super::*;

    fn told(what: Happening) -> String {
        let step = StoredStep {
            at: Timestamp::from_seconds(1),
            what,
        };
        lines(&[step], &People::for_tests()).remove(0).sentence
    }

    fn approve(withheld: &[&str], for_days: Option<u32>) -> Decision {
        Decision::Approve(Approved {
            bot_scopes: Vec::new(),
            user_scopes: Vec::new(),
            other_scopes: Vec::new(),
            withheld: withheld.iter().map(|scope| scope.parse().unwrap()).collect(),
            level: Level::Workspace,
            for_days,
        })
    }

    fn decided(by: &str, decision: Decision, reason: &str) -> String {
        told(Happening::Decided {
            by: by.to_owned(),
            decision,
            reason: reason.to_owned(),
        })
    }

    #[test]
    fn decisions_say_who_what_where_for_how_long_and_why() {
        assert_eq!(
            decided("user:ada", approve(&["users:read.email"], Some(90)), "for the pilot"),
            "Ada approved it in the workspace for 90 days, without `users:read.email`: “for the pilot”"
        );
        assert_eq!(
            decided("rule:internal-apps", approve(&[], None), ""),
            "The rule “Internal apps” approved it in the workspace."
        );
        let restrict = Decision::Restrict {
            level: Level::Org,
            reason: String::new(),
        };
        assert_eq!(
            decided("slack:U061F7AUR", restrict, ""),
            "Ada restricted it in the whole organization."
        );
    }

    #[test]
    fn what_happened_elsewhere_names_who_did_it() {
        let noticed = Happening::Noticed {
            outcome: Outcome::Restricted,
            by: Some(Resolver {
                actor_id: "U061F7AUR".to_owned(),
                actor_type: "user".to_owned(),
            }),
        };
        assert_eq!(
            told(noticed),
            "It was restricted in Slack, outside this console by Ada."
        );
        let code = Some("request_already_resolved".to_owned());
        let outcome = Outcome::Approved;
        assert_eq!(
            told(Happening::Acknowledged { outcome, code }),
            "Slack had approved the app already, as `request_already_resolved` tells."
        );
    }

    #[test]
    fn every_sentence_begins_large_and_ends_somehow() {
        let judged = Happening::Judged {
            rule: None,
            version: 3,
            decision: approve(&[], None),
        };
        let all = [
            Happening::Arrived { way: Way::Poll },
            judged,
            Happening::Reminded,
            Happening::Reopened,
            Happening::Escalated {
                to: vec!["security".to_owned()],
            },
            Happening::Ended {
                how: "clear".to_owned(),
            },
        ];
        let unsent = ["post", "update", "remind", "tell", "ask_why", "ending", "ended", "end"];
        let unsent = unsent.map(|message| Happening::Unsent {
            message: message.to_owned(),
            code: "channel_not_found".to_owned(),
        });
        for what in all.into_iter().chain(unsent) {
            let sentence = told(what);
            assert!(
                sentence.starts_with(char::is_uppercase) && sentence.ends_with('.'),
                "{sentence}"
            );
        }
    }
}
