//! Sentences for people, in the words of the console.

use crate::check::Check;

/// The verdict of a check in one sentence.
pub fn check(check: &Check, scope: &str, resource: Option<&str>) -> String {
    let place = resource.map_or_else(|| "here".to_owned(), |r| format!("on {r}"));
    match check {
        Check::Granted { resource_type, .. } => {
            format!("Yes: {scope} is granted for {resource_type} resources and reaches {place}.").replace("reaches here", "can be used here")
        }
        Check::NotInstalled => "No: the app is not installed here.".to_owned(),
        Check::TokenRevoked => "No: the app is installed, but its token was revoked.".to_owned(),
        Check::ScopeNotHeld => format!("No: the app does not hold {scope}."),
        Check::ScopeNotForType => format!("No: the app holds {scope}, but not for this kind of resource."),
        Check::ResourceNotGranted => format!("No: the app holds {scope}, but was not added {place}."),
        Check::ResourceExcluded => format!("No: the app has all resources of this type, except the one asked about ({place})."),
    }
}
