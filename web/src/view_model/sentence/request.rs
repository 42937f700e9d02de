//! Sentences about permission requests.

use grantbook_core::view::requests::RequestView;

use super::{Segment, Words};
use crate::view_model::names;

/// `Insectoid asked @izzy for commands`; a person's own slash command asks the other way round.
pub fn request_title(request: &RequestView) -> Vec<Segment> {
    let words = Words::default().actor(&request.app_name).text(" asked ");
    let words = match (&request.user, &request.channel) {
        (Some(id), _) => words.who(id, request.user_name.as_deref()),
        (None, Some(id)) => {
            let name = names::conversation(id, request.channel_name.as_deref());
            words.text(format!("somebody in {name}"))
        }
        (None, None) => words.text("somebody"),
    };
    words.text(" for ").scopes(&request.scopes).0
}

/// A sentence of the server, in which backquotes set code apart.
pub fn marked(text: &str) -> Vec<Segment> {
    let part = |(at, part): (usize, &str)| {
        if at % 2 == 1 {
            Segment::Code(part.to_owned())
        } else {
            Segment::Text(part.to_owned())
        }
    };
    text.split('`')
        .enumerate()
        .filter(|(_, part)| !part.is_empty())
        .map(part)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view_model::{requests::tests::view, sentence::plain};

    #[test]
    fn a_title_says_who_was_asked_for_what() {
        let mut request = view();
        assert_eq!(
            plain(&request_title(&request)),
            "Insectoid asked @izzy for commands and chat:write"
        );
        request.user = None;
        request.channel = Some("C0FIELD".parse().unwrap());
        assert_eq!(
            plain(&request_title(&request)),
            "Insectoid asked somebody in C0FIELD for commands and chat:write"
        );
        request.channel_name = Some("field-notes".to_owned());
        assert!(plain(&request_title(&request)).contains("somebody in #field-notes"));
    }

    #[test]
    fn backquotes_set_code_apart() {
        let code = |text: &str| Segment::Code(text.to_owned());
        let words = |text: &str| Segment::Text(text.to_owned());
        assert_eq!(marked("`commands` came"), [code("commands"), words(" came")]);
        assert_eq!(marked("Asked for `a`."), [words("Asked for "), code("a"), words(".")]);
        assert_eq!(marked("plain"), [words("plain")]);
    }
}
