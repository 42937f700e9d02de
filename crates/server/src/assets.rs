//! The page, carried inside the binary: `web/dist` as `cargo xtask` builds it.
//!
//! Files under `assets/` have their content's hash in their names and may be kept for ever; the page
//! itself is never cached, so that a new version shows at once. A debug build reads the folder anew for
//! each request.

use std::{borrow::Cow, path::Path};

use axum::{
    body::Body,
    response::{IntoResponse as _, Response},
};
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use rust_embed::RustEmbed;

use crate::error::ApiError;

#[derive(RustEmbed)]
#[folder = "../../web/dist"]
#[allow_missing = true]
struct Page;

/// The page's own file.
const INDEX: &str = "index.html";
/// What a debug server without a page says.
const NO_PAGE: &str = "The page is not built. Run `cargo xtask web` and load this address again.\n";

/// Whether this binary has its page inside.
pub fn embedded() -> bool {
    Page::get(INDEX).is_some()
}

/// The path of the page's stylesheet, for the few pages that the server renders itself.
pub fn stylesheet() -> Option<String> {
    Page::iter()
        .find(|path| path.starts_with("assets/") && path.ends_with(".css"))
        .map(|path| format!("/{path}"))
}

/// Everything that is no other door: a file of the bundle, or the page for its client-side routes.
pub async fn serve(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    if method != Method::GET && method != Method::HEAD {
        return ApiError::client(
            StatusCode::METHOD_NOT_ALLOWED,
            "method_not_allowed",
            "Only GET is answered here.",
        )
        .into_response();
    }
    let path = uri.path().trim_start_matches('/');
    if let Some(response) = file(path, &headers).filter(|_| path != INDEX) {
        return response;
    }
    // A missing file must not look like a page; a client-side route has no dot in its last part that names a type.
    if path.starts_with("assets/") || path.starts_with("api/") || path.starts_with("slack/") {
        return ApiError::not_found("not_found", "Nothing is at this address.").into_response();
    }
    file(INDEX, &headers).unwrap_or_else(|| (StatusCode::NOT_FOUND, NO_PAGE).into_response())
}

fn file(path: &str, headers: &HeaderMap) -> Option<Response> {
    if path.is_empty() || Path::new(path).extension().is_some_and(|ending| ending == "br") {
        return None;
    }
    let small = accepts_brotli(headers)
        .then(|| Page::get(&format!("{path}.br")))
        .flatten();
    let encoded = small.is_some();
    let found = small.or_else(|| Page::get(path))?;
    let body = match found.data {
        Cow::Borrowed(bytes) => Body::from(bytes),
        Cow::Owned(bytes) => Body::from(bytes),
    };
    let mut response = Response::new(body);
    let answer = response.headers_mut();
    answer.insert(header::CONTENT_TYPE, content_type(path));
    answer.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    let cache = if path.starts_with("assets/") {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    answer.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static(if path == INDEX { "no-store" } else { cache }),
    );
    if encoded {
        answer.insert(header::CONTENT_ENCODING, HeaderValue::from_static("br"));
    }
    Some(response)
}

fn content_type(path: &str) -> HeaderValue {
    let guess = mime_guess::from_path(path).first_or_octet_stream();
    let text = if guess.type_() == mime_guess::mime::TEXT {
        format!("{guess}; charset=utf-8")
    } else {
        guess.to_string()
    };
    HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static("application/octet-stream"))
}

fn accepts_brotli(headers: &HeaderMap) -> bool {
    let accepted = headers
        .get_all(header::ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok());
    accepted.flat_map(|value| value.split(',')).any(|coding| {
        let mut parts = coding.split(';').map(str::trim);
        parts.next() == Some("br") && !parts.any(|part| matches!(part, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brotli_is_sent_only_to_those_who_take_it() {
        let with = |value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(value));
            accepts_brotli(&headers)
        };
        assert!(with("gzip, br"));
        assert!(with("br;q=0.5"));
        assert!(!with("gzip"));
        assert!(!with("br;q=0"));
    }

    #[test]
    fn text_says_its_encoding() {
        assert_eq!(content_type("a.css"), "text/css; charset=utf-8");
        assert_eq!(content_type("a.wasm"), "application/wasm");
    }

    #[tokio::test]
    async fn a_missing_asset_is_not_the_page() {
        let response = serve(Method::GET, Uri::from_static("/assets/none.js"), HeaderMap::new()).await;
        assert_eq!(response.status(), StatusCode::NOT_FOUND);
    }
}
