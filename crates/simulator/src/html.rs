//! Writing HTML without ever writing unescaped text.
//!
//! [`html!`] takes a template with `{}` places. Whatever is put there is escaped, except [`Html`],
//! which has been. Named places (`{name}`) would bypass the escaping and do not compile.

use std::fmt::{self, Display, Write};

use grantbook_core::{AppId, AppSlug, ResourceId, ResourceType, Scope, TeamId, UserId};

/// A piece of a page, escaped.
#[derive(Clone, Debug, Default)]
pub(crate) struct Html(String);

impl Html {
    /// What [`html!`] has put together.
    pub(crate) fn assembled(text: String) -> Self {
        Self(text)
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn into_string(self) -> String {
        self.0
    }
}

impl FromIterator<Html> for Html {
    fn from_iter<I: IntoIterator<Item = Html>>(pieces: I) -> Self {
        Self(pieces.into_iter().map(|piece| piece.0).collect())
    }
}

/// Something that can stand in a page.
pub(crate) trait Render {
    fn render(&self, out: &mut dyn Write) -> fmt::Result;
}

/// Carries a value into `format!`, escaped.
pub(crate) struct Place<'a>(pub(crate) &'a dyn Render);

impl Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.render(f)
    }
}

struct Escaping<'a>(&'a mut dyn Write);

impl Write for Escaping<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for c in text.chars() {
            match c {
                '&' => self.0.write_str("&amp;")?,
                '<' => self.0.write_str("&lt;")?,
                '>' => self.0.write_str("&gt;")?,
                '"' => self.0.write_str("&quot;")?,
                '\'' => self.0.write_str("&#39;")?,
                other => self.0.write_char(other)?,
            }
        }
        Ok(())
    }
}

impl Render for Html {
    fn render(&self, out: &mut dyn Write) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl<T: Render + ?Sized> Render for &T {
    fn render(&self, out: &mut dyn Write) -> fmt::Result {
        (**self).render(out)
    }
}

impl<T: Render> Render for Option<T> {
    fn render(&self, out: &mut dyn Write) -> fmt::Result {
        self.as_ref().map_or(Ok(()), |value| value.render(out))
    }
}

macro_rules! escaped {
    ($($kind:ty),*) => {$(
        impl Render for $kind {
            fn render(&self, out: &mut dyn Write) -> fmt::Result {
                write!(Escaping(out), "{self}")
            }
        }
    )*};
}
escaped!(
    str,
    String,
    u16,
    u32,
    u64,
    i64,
    usize,
    AppId,
    AppSlug,
    ResourceId,
    ResourceType,
    Scope,
    TeamId,
    UserId
);

/// Whether a template has only `{}` places.
pub(crate) const fn has_bare_places(template: &str) -> bool {
    let bytes = template.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at] == b'{' {
            if at + 1 >= bytes.len() || bytes[at + 1] != b'}' {
                return false;
            }
            at += 1;
        }
        at += 1;
    }
    true
}

/// Puts values into a template, escaped.
macro_rules! html {
    ($template:literal $(, $value:expr)* $(,)?) => {{
        const { assert!($crate::html::has_bare_places($template), "only bare places are escaped") };
        $crate::html::Html::assembled(format!($template $(, $crate::html::Place(&$value))*))
    }};
}
pub(crate) use html;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_escaped_and_pieces_are_not_escaped_twice() {
        let inner = html!("<b title=\"{}\">{}</b>", "\"'", "<i>&");
        let outer = html!("<p>{}{}</p>", inner, Some("x<"));
        assert_eq!(
            outer.into_string(),
            "<p><b title=\"&quot;&#39;\">&lt;i&gt;&amp;</b>x&lt;</p>"
        );
    }

    #[test]
    fn named_places_are_noticed() {
        assert!(has_bare_places("<a>{}</a>"));
        assert!(!has_bare_places("<a>{name}</a>") && !has_bare_places("{"));
    }
}
