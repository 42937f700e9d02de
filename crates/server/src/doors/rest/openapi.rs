//! `GET /api/v1/openapi.json`: the door's description, generated from the handlers.

use utoipa::{
    Modify, OpenApi,
    openapi::{
        self,
        security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};

/// What the document says besides its paths.
#[derive(Debug, OpenApi)]
#[openapi(
    info(
        title = "Grantbook",
        description = "Where Slack apps are installed, and what they may do there, since when, and who said so.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    components(schemas(
        grantbook_core::view::Problem,
        grantbook_core::view::StreamEvent,
        grantbook_core::view::requests::RequestNotice,
        grantbook_core::view::approvals::AppRequestNotice
    )),
    security(("session" = []), ("key" = [])),
    modifiers(&Schemes)
)]
pub struct Description;

struct Schemes;

impl Modify for Schemes {
    fn modify(&self, document: &mut openapi::OpenApi) {
        let components = document.components.get_or_insert_default();
        let cookie = ApiKeyValue::with_description(
            "grantbook",
            "A person's session; named `__Host-grantbook` over TLS. Changes need the header `X-CSRF-Token` too.",
        );
        components.add_security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
        let bearer = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("gbk_…")
            .build();
        components.add_security_scheme("key", SecurityScheme::Http(bearer));
    }
}
