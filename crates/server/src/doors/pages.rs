//! The few pages that the server renders itself: how an install ended when it did not end well.
//!
//! They come from the address bar's side of Slack, so everything variable is escaped, and the same
//! strict policy holds as for the page.

use std::fmt::Write as _;

use axum::response::{Html, IntoResponse as _, Response};
use http::StatusCode;

use crate::assets;

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

    fn html(&self) -> String {
        let style = assets::stylesheet()
            .map(|path| format!("<link rel=\"stylesheet\" href=\"{}\">", escape(&path)))
            .unwrap_or_default();
        let title = escape(self.title);
        let mut body = format!("<h1>{title}</h1><p>{}</p>", escape(self.text));
        if let Some(code) = self.code {
            let _ = write!(
                body,
                "<p class=\"note-code\">Slack’s code: <code>{}</code></p>",
                escape(code)
            );
        }
        body.push_str("<p class=\"note-links\">");
        for (address, words) in self.links {
            let _ = write!(
                body,
                "<a class=\"button\" href=\"{}\">{}</a> ",
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
             <body class=\"note-page\"><main class=\"note\">{body}</main></body></html>\n"
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
