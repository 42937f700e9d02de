//! What is kept of a delivery that cannot be applied at once: all but the deprecated verification token. Nothing
//! here looks at it, but apps that still do would take whoever knows it for Slack.

const KEY: &[u8] = b"\"token\"";

/// The body with every `"token": "…"` emptied; it need not be JSON as a whole.
pub(super) fn without_token(body: &[u8]) -> Vec<u8> {
    let mut kept = Vec::with_capacity(body.len());
    let mut rest = body;
    while let Some(at) = (0..rest.len()).find(|at| rest[*at] == b'"' && rest[*at..].starts_with(KEY)) {
        let (before, after) = rest.split_at(at + KEY.len());
        kept.extend_from_slice(before);
        rest = after;
        if let Some((begin, end)) = text_value(rest) {
            kept.extend_from_slice(&rest[..begin]);
            rest = &rest[end..];
        }
    }
    kept.extend_from_slice(rest);
    kept
}

/// Where the text after a key begins and ends, quotes left out; `None` where something else follows.
fn text_value(after_key: &[u8]) -> Option<(usize, usize)> {
    let skip = |from: usize| {
        let blank = after_key[from..].iter().take_while(|byte| byte.is_ascii_whitespace());
        from + blank.count()
    };
    let colon = skip(0);
    let quote = (after_key.get(colon) == Some(&b':')).then(|| skip(colon + 1))?;
    let begin = (after_key.get(quote) == Some(&b'"')).then_some(quote + 1)?;
    let mut escaped = false;
    let length = after_key[begin..].iter().position(|byte| {
        let over = *byte == b'"' && !escaped;
        escaped = *byte == b'\\' && !escaped;
        over
    });
    // Cut short: all of it was the value.
    Some((begin, length.map_or(after_key.len(), |length| begin + length)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(body: &str, kept: &str) {
        assert_eq!(String::from_utf8_lossy(&without_token(body.as_bytes())), kept);
    }

    #[test]
    fn the_verification_token_is_emptied_and_nothing_else() {
        check(
            r#"{"token":"443f72c8","type":"event_callback","event":{"type":"tokens_revoked","tokens":{"bot":["U1"]}}}"#,
            r#"{"token":"","type":"event_callback","event":{"type":"tokens_revoked","tokens":{"bot":["U1"]}}}"#,
        );
        check(
            "{ \"token\" :\n \"a\\\"b\", \"x\": 1 }",
            "{ \"token\" :\n \"\", \"x\": 1 }",
        );
        check(
            r#"{"text":"\"token\": \"x\"","token":null}"#,
            r#"{"text":"\"token\": \"x\"","token":null}"#,
        );
    }

    #[test]
    fn what_cannot_be_read_loses_it_too() {
        check(r#"{"token":"443f"#, r#"{"token":""#);
        check("not JSON at all", "not JSON at all");
        check(r#"{"token""#, r#"{"token""#);
    }
}
