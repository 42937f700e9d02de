//! Stylesheets and scripts, and how pages are sent: with a strict content security policy.

use axum::{
    extract::Path,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, StatusCode, header};

pub(super) async fn show(Path(name): Path<String>) -> Response {
    let (kind, text) = match name.as_str() {
        "tokens.css" => ("text/css; charset=utf-8", include_str!("../assets/tokens.css")),
        "sim.css" => ("text/css; charset=utf-8", include_str!("../assets/sim.css")),
        "sim.js" => ("text/javascript; charset=utf-8", include_str!("../assets/sim.js")),
        "client.js" => ("text/javascript; charset=utf-8", include_str!("../assets/client.js")),
        "theme.js" => ("text/javascript; charset=utf-8", include_str!("../assets/theme.js")),
        "icon.svg" => ("image/svg+xml", include_str!("../assets/icon.svg")),
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    (
        [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "no-cache")],
        text,
    )
        .into_response()
}

/// Sends a page. Its forms may lead to this site and, through a redirect, to `form_target`.
pub(super) fn page(status: StatusCode, text: &str, form_target: Option<&str>) -> Response {
    let policy = format!(
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; \
         base-uri 'none'; frame-ancestors 'none'; form-action 'self' {}",
        form_target.unwrap_or_default()
    );
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8".to_owned()),
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::CACHE_CONTROL, "no-store".to_owned()),
        (header::REFERRER_POLICY, "no-referrer".to_owned()),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
    ];
    (status, headers, text.to_owned()).into_response()
}

/// Whether a form was sent by one of this site's own pages, or by no browser at all.
pub(super) fn same_site(headers: &HeaderMap) -> bool {
    headers
        .get("sec-fetch-site")
        .is_none_or(|site| site == "same-origin" || site == "none")
}
