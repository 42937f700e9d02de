//! The few pages that the server renders itself: how an install ended when it did not end well.
//!
//! They come from the address bar's side of Slack, so everything variable is escaped, and the same
//! strict policy holds as for the page.

use std::fmt::Write as _;

use axum::response::{Html, IntoResponse as _, Response};
use http::StatusCode;

use crate::assets;

/// The mark and the name, as over the sign-in page.
const BRAND: &str = "<div class=\"row brand-row\">\
    <svg class=\"brand-mark\" viewBox=\"0 0 22 22\" aria-hidden=\"true\"><rect width=\"22\" height=\"22\" rx=\"6\" fill=\"currentColor\"></rect>\
    <path class=\"page\" d=\"M5.5 6.5h5v1.7h-5zM5.5 10.2h5v1.7h-5zM5.5 13.9h5v1.7h-5z\"></path>\
    <path class=\"tick\" d=\"M12.6 11.2l2 2 3-4.6\" fill=\"none\" stroke-width=\"1.9\" stroke-linecap=\"round\" stroke-linejoin=\"round\"></path></svg><strong>Grantbook</strong></div>";

/// One of these pages.
#[derive(Debug)]
pub struct Note<'a> {
    /// The answer's status.
    pub status: StatusCode,
    /// The heading.
    pub title: &'a str,
    /// What happened and what to do.
    pub text: &'a str,
    /// A code to quote when asking somebody for help.
    pub code: Option<&'a str>,
    /// Where to go next: address and words.
    pub links: &'a [(&'a str, &'a str)],
}

impl Note<'_> {
    /// The page.
    pub fn into_response(self) -> Response {
        (self.status, Html(self.html())).into_response()
    }

    /// An install link of an app that nobody registered.
    pub fn unknown_app(app: &grantbook_core::AppSlug) -> Response {
        Note {
            status: StatusCode::NOT_FOUND,
            title: "This app is not registered here",
            text: &format!("No app named {app} is known to this console. The link may have a typing error."),
            code: None,
            links: &[("/", "To Grantbook")],
        }
        .into_response()
    }

    fn html(&self) -> String {
        let style = assets::stylesheet()
            .map(|path| format!("<link rel=\"stylesheet\" href=\"{}\">", escape(&path)))
            .unwrap_or_default();
        let title = escape(self.title);
        let mut body = format!("<h1>{title}</h1><p>{}</p>", escape(self.text));
        if let Some(code) = self.code {
            let _ = write!(
                body,
                "<p class=\"small\">Slack’s code: <code>{}</code></p>",
                escape(code)
            );
        }
        body.push_str("<p class=\"row wrap actions\">");
        for (at, (address, words)) in self.links.iter().enumerate() {
            let class = if at == 0 { "btn primary" } else { "btn" };
            let _ = write!(
                body,
                "<a class=\"{class}\" href=\"{}\">{}</a>",
                escape(address),
                escape(words)
            );
        }
        body.push_str("</p>");
        format!(
            "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
             <meta name=\"color-scheme\" content=\"light dark\">\
             <title>{title} · Grantbook</title>{style}</head>\
             <body><main class=\"gate note\"><div class=\"gate-box\">{BRAND}<section class=\"card\">\
             <div class=\"blank\">{body}</div></section></div></main></body></html>\n"
        )
    }
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_from_outside_becomes_markup() {
        let note = Note {
            status: StatusCode::BAD_GATEWAY,
            title: "<b>",
            text: "a & b",
            code: Some("\"><script>"),
            links: &[("/x?a='1'", "Try again")],
        };
        let html = note.html();
        assert!(!html.contains("<script>") && !html.contains("<b>"), "{html}");
        assert!(
            html.contains("&quot;&gt;&lt;script&gt;") && html.contains("/x?a=&#39;1&#39;"),
            "{html}"
        );
    }
}
