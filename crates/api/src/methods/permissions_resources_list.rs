//! `apps.permissions.resources.list`: the resources granted one by one to a workspace app.

use grantbook_core::{ResourceId, ResourceType};
use serde::{Deserialize, Serialize};

use super::{Method, Page, Paged, ResponseMetadata};
use crate::wire::{null_as_default, optional};

/// Where to begin and how much to send.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PermissionsResourcesList {
    /// Where the page begins; none for the first.
    #[serde(default, deserialize_with = "optional", skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// The most items in a page, under 1000; Slack advises at most 200.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// One page. Wildcard grants are not visible here.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PermissionsResourcesListAnswer {
    /// The resources.
    pub resources: Vec<Resource>,
    /// Where the next page begins.
    #[serde(default, deserialize_with = "null_as_default")]
    pub response_metadata: ResponseMetadata,
}

/// A granted resource.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Resource {
    /// The resource.
    pub id: ResourceId,
    /// Its type.
    #[serde(rename = "type")]
    pub resource_type: ResourceType,
}

impl Method for PermissionsResourcesList {
    const NAME: &'static str = "apps.permissions.resources.list";
    const IDEMPOTENT: bool = true;
    type Answer = PermissionsResourcesListAnswer;
}

impl Paged for PermissionsResourcesList {
    type Item = Resource;

    fn with_cursor(&self, cursor: String) -> Self {
        Self {
            cursor: Some(cursor),
            ..self.clone()
        }
    }

    fn page(answer: Self::Answer) -> Page<Resource> {
        Page {
            items: answer.resources,
            next_cursor: answer.response_metadata.next_cursor,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::methods::fixtures::answer;

    #[test]
    fn a_page_names_the_next_one() {
        let first: PermissionsResourcesListAnswer = answer("openapi-examples/apps.permissions.resources.list.200.json");
        assert_eq!(first.resources.len(), 3);
        assert_eq!(first.resources[1].resource_type, ResourceType::AppHome);
        let again: PermissionsResourcesListAnswer = serde_json::from_value(crate::wire::success(&first)).unwrap();
        assert_eq!(again, first);
        let page = PermissionsResourcesList::page(first);
        assert_eq!(page.next_cursor.as_deref(), Some("dGVhbTpDMUg5UkVTR0w="));
    }

    #[test]
    fn the_last_page_has_a_blank_cursor_or_none() {
        for text in [
            r#"{"resources":[]}"#,
            r#"{"resources":[],"response_metadata":null}"#,
            r#"{"resources":[],"response_metadata":{"next_cursor":""}}"#,
        ] {
            let answer: PermissionsResourcesListAnswer = serde_json::from_str(text).unwrap();
            assert_eq!(PermissionsResourcesList::page(answer).next_cursor, None, "{text}");
        }
        let written = serde_json::to_value(PermissionsResourcesListAnswer::default()).unwrap();
        assert_eq!(written["response_metadata"]["next_cursor"], "");
    }

    #[test]
    fn a_form_carries_the_cursor_escaped() {
        let call = PermissionsResourcesList {
            limit: Some(200),
            ..Default::default()
        }
        .with_cursor("dGVh=".to_owned());
        let form = serde_urlencoded::to_string(&call).unwrap();
        assert_eq!(form, "cursor=dGVh%3D&limit=200");
        assert_eq!(
            serde_urlencoded::from_str::<PermissionsResourcesList>(&form).unwrap(),
            call
        );
    }
}
