//! Names for ids: `#field-notes`, `@izzy`, or the id where no name is known.

use std::collections::BTreeMap;

use grantbook_core::{Reach, ResourceId, ResourceType, UserId, fact::Resource};

/// A person as people write them: `@izzy`, or the id.
pub fn person(id: &UserId, name: Option<&str>) -> String {
    name.filter(|name| !name.is_empty())
        .map_or_else(|| id.to_string(), |name| prefixed('@', name))
}

/// A person, with a table of names to look in.
pub fn person_in(id: &UserId, names: &BTreeMap<String, String>) -> String {
    person(id, names.get(id.as_str()).map(String::as_str))
}

/// A resource: `#field-notes`, `every channel`, or the id.
pub fn resource(resource: &Resource, names: &BTreeMap<String, String>) -> String {
    let id = match &resource.reach {
        Reach::Wildcard => return format!("every {}", resource.resource_type.noun()),
        Reach::Specific(id) => id,
    };
    match (resource.resource_type, names.get(id.as_str())) {
        (ResourceType::Channel, Some(name)) => prefixed('#', name),
        (ResourceType::User, Some(name)) => prefixed('@', name),
        (_, Some(name)) => name.clone(),
        (_, None) => id.to_string(),
    }
}

/// A conversation: `#field-notes`, or the id.
pub fn conversation(id: &ResourceId, name: Option<&str>) -> String {
    match name.filter(|name| !name.is_empty()) {
        Some(name) if id.as_str().starts_with(['C', 'G']) => prefixed('#', name),
        Some(name) => name.to_owned(),
        None => id.to_string(),
    }
}

fn prefixed(sign: char, name: &str) -> String {
    if name.starts_with(sign) {
        name.to_owned()
    } else {
        format!("{sign}{name}")
    }
}

#[cfg(test)]
mod tests {
    use grantbook_core::ResourceId;

    use super::*;

    #[test]
    fn names_carry_the_sign_of_their_kind_once() {
        let izzy: UserId = "U061F7AUR".parse().unwrap();
        assert_eq!(person(&izzy, Some("izzy")), "@izzy");
        assert_eq!(person(&izzy, Some("@izzy")), "@izzy");
        assert_eq!(person(&izzy, None), "U061F7AUR");
    }

    #[test]
    fn resources_have_names_ids_or_the_whole_type() {
        let names = [("C1A", "field-notes"), ("G2B", "entomology")]
            .map(|(a, b)| (a.to_owned(), b.to_owned()))
            .into();
        let one = |resource_type, id: &str| {
            resource(
                &Resource {
                    resource_type,
                    reach: Reach::Specific(ResourceId::new(id).unwrap()),
                },
                &names,
            )
        };
        assert_eq!(one(ResourceType::Channel, "C1A"), "#field-notes");
        assert_eq!(one(ResourceType::Group, "G2B"), "entomology");
        assert_eq!(one(ResourceType::Channel, "C9Z"), "C9Z");
        let every = Resource {
            resource_type: ResourceType::Group,
            reach: Reach::Wildcard,
        };
        assert_eq!(resource(&every, &names), "every private channel");
    }
}
