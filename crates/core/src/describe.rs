//! Sentences for people, in the words of the console.

use crate::check::Check;

/// The verdict of a check in one sentence, for `scope` on `resource` (or anywhere, without one).
pub fn check(check: &Check, scope: &str, resource: Option<&str>) -> String {
    match (check, resource) {
        (Check::Granted { resource_type, .. }, Some(resource)) => {
            format!("Yes: {scope} is granted for {resource_type} resources, and the app was given {resource}.")
        }
        (Check::Granted { resource_type, .. }, None) => {
            format!("Yes: {scope} is granted for {resource_type} resources.")
        }
        (Check::NotInstalled, _) => "No: the app is not installed here.".to_owned(),
        (Check::TokenRevoked, _) => "No: the app is installed, but its tokens were revoked.".to_owned(),
        (Check::ScopeNotHeld, _) => format!("No: the app does not hold {scope}."),
        (Check::ScopeNotForType, Some(resource)) => {
            format!("No: the app holds {scope}, but not for the kind of resource that {resource} is.")
        }
        (Check::ScopeNotForType, None) => format!("No: the app holds {scope}, but not for this kind of resource."),
        (Check::ResourceNotGranted, Some(resource)) => {
            format!("No: the app holds {scope}, but was not given {resource}.")
        }
        (Check::ResourceNotGranted, None) => {
            format!("No: the app holds {scope}, but Slack has not named a resource for it yet.")
        }
        (Check::ResourceExcluded, resource) => {
            let resource = resource.unwrap_or("this one");
            format!("No: the app holds {scope} and was given every resource of this type except {resource}.")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ResourceType, Source, Timestamp, grants::Mark};

    #[test]
    fn every_verdict_begins_with_yes_or_no_as_it_decides_and_names_what_was_asked() {
        let mark = Mark {
            since: Timestamp::from_seconds(1),
            actor: None,
            source: Source::Event,
            seq: 1,
        };
        let granted = Check::Granted {
            resource_type: ResourceType::Channel,
            scope: mark.clone(),
            resource: Some(mark),
        };
        let verdicts = [
            granted,
            Check::NotInstalled,
            Check::TokenRevoked,
            Check::ScopeNotHeld,
            Check::ScopeNotForType,
            Check::ResourceNotGranted,
            Check::ResourceExcluded,
        ];
        for verdict in &verdicts {
            for resource in [None, Some("C0BH9C3")] {
                let sentence = check(verdict, "commands", resource);
                assert_eq!(sentence.starts_with("Yes: "), verdict.allowed(), "{sentence}");
                assert_eq!(sentence.starts_with("No: "), !verdict.allowed(), "{sentence}");
                let about_app = matches!(verdict, Check::NotInstalled | Check::TokenRevoked);
                assert!(about_app || sentence.contains("commands"), "{sentence}");
            }
        }
        assert_eq!(
            check(&verdicts[0], "commands", Some("C0BH9C3")),
            "Yes: commands is granted for channel resources, and the app was given C0BH9C3."
        );
    }
}
