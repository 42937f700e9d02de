//! Notices as PostgreSQL carries them: JSON texts of less than 8,000 bytes each.

use grantbook_core::view::{StreamEvent, approvals::AppRequestNotice, requests::RequestNotice};
use serde::{Deserialize, Serialize};

use super::Notices;

/// The longest text sent, in bytes; PostgreSQL takes less than 8,000.
const LONGEST: usize = 7_500;

/// One text.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Payload {
    /// Which store sent it.
    pub(super) from: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    changes: Vec<StreamEvent>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    requests: Vec<RequestNotice>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    app_requests: Vec<AppRequestNotice>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    rules: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    keys: Vec<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    all: bool,
}

impl From<Payload> for Notices {
    fn from(payload: Payload) -> Self {
        let Payload {
            from: _,
            changes,
            requests,
            app_requests,
            rules,
            keys,
            all,
        } = payload;
        Self {
            changes,
            requests,
            app_requests,
            rules,
            keys,
            all,
        }
    }
}

/// The texts for all notices, as few as fit.
pub(super) fn write(from: &str, notices: &Notices) -> Vec<String> {
    let mut texts = Vec::new();
    part(from, notices, &mut texts);
    texts
}

/// What does not fit into one text is cut in two.
fn part(from: &str, notices: &Notices, texts: &mut Vec<String>) {
    let payload = Payload {
        from: from.to_owned(),
        changes: notices.changes.clone(),
        requests: notices.requests.clone(),
        app_requests: notices.app_requests.clone(),
        rules: notices.rules,
        keys: notices.keys.clone(),
        all: notices.all,
    };
    // Names, numbers and moments: they always serialize.
    let text = serde_json::to_string(&payload).unwrap_or_default();
    if text.len() <= LONGEST {
        texts.push(text);
        return;
    }
    let (head, tail) = halves(notices);
    if head == *notices || tail == *notices {
        // A single notice that long is none of ours; the others are told to read everything again.
        let all = Notices {
            all: true,
            ..Notices::default()
        };
        part(from, &all, texts);
        return;
    }
    part(from, &head, texts);
    part(from, &tail, texts);
}

fn halves(notices: &Notices) -> (Notices, Notices) {
    fn cut<T: Clone>(list: &[T]) -> (Vec<T>, Vec<T>) {
        let (head, tail) = list.split_at(list.len() / 2);
        (head.to_vec(), tail.to_vec())
    }
    let (changes, requests) = (cut(&notices.changes), cut(&notices.requests));
    let (app_requests, keys) = (cut(&notices.app_requests), cut(&notices.keys));
    let head = Notices {
        changes: changes.0,
        requests: requests.0,
        app_requests: app_requests.0,
        rules: notices.rules,
        keys: keys.0,
        all: notices.all,
    };
    let tail = Notices {
        changes: changes.1,
        requests: requests.1,
        app_requests: app_requests.1,
        rules: false,
        keys: keys.1,
        all: false,
    };
    (head, tail)
}

#[cfg(test)]
mod tests {
    use grantbook_core::Timestamp;

    use super::*;

    fn change(number: usize) -> StreamEvent {
        StreamEvent {
            installation: format!("insectoid.T{number:09}").parse().unwrap(),
            tenant: format!("T{number:09}").parse().unwrap(),
            seq: 7,
            kind: "conversation_joined".to_owned(),
            at: Timestamp::from_seconds(1_789_000_000),
        }
    }

    #[test]
    fn what_is_written_comes_back_in_texts_that_fit() {
        let notices = Notices {
            changes: (0..512).map(change).collect(),
            keys: vec!["0a".to_owned()],
            rules: true,
            all: true,
            ..Notices::default()
        };
        let texts = write("me", &notices);
        assert!(texts.len() > 1);
        let mut back = Notices::default();
        for text in texts {
            assert!(text.len() <= LONGEST, "{}", text.len());
            let payload: Payload = serde_json::from_str(&text).unwrap();
            assert_eq!(payload.from, "me");
            let part = Notices::from(payload);
            back.changes.extend(part.changes);
            back.keys.extend(part.keys);
            back.rules |= part.rules;
            back.all |= part.all;
        }
        assert_eq!(back, notices);
    }

    #[test]
    fn what_cannot_fit_becomes_a_call_to_read_everything() {
        let notices = Notices {
            keys: vec!["k".repeat(LONGEST)],
            ..Notices::default()
        };
        let texts = write("me", &notices);
        let [text] = texts.as_slice() else {
            panic!("{} texts", texts.len())
        };
        let back = Notices::from(serde_json::from_str::<Payload>(text).unwrap());
        assert!(back.all && back.keys.is_empty());
    }
}
