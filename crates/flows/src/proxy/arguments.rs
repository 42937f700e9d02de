//! What a call is made with, as it came: a form or JSON, and what stood in the address. Of all that, only what names
//! the console's own matters is taken out.

use grantbook_api::client::Arguments;
use serde_json::{Map, Value};
use url::form_urlencoded;

/// Says whose token: ours, not Slack's.
const HOLDER: &str = "holder";
/// Clients that are used to having a token put one here; Slack would believe it rather than the header.
const TOKEN: &str = "token";

/// Why a body cannot be passed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ArgumentsError {
    /// A file.
    #[error(
        "files are not passed on: ask files.getUploadURLExternal here, send the file to the address that it answers, \
         and end with files.completeUploadExternal here"
    )]
    Multipart,
    /// Neither a form nor JSON.
    #[error("send the arguments as application/x-www-form-urlencoded or as application/json")]
    MediaType,
    /// JSON that is no object.
    #[error("the body is not a JSON object")]
    NotAnObject,
    /// A form that is not UTF-8.
    #[error("the body is not a form")]
    NotAForm,
}

/// The arguments of a call, from its address's query, its `Content-Type` and its body.
pub fn arguments(query: Option<&str>, content_type: Option<&str>, body: &[u8]) -> Result<Arguments, ArgumentsError> {
    let pairs = form_urlencoded::parse(query.unwrap_or_default().as_bytes());
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(pairs.filter(|(name, _)| name != HOLDER && name != TOKEN));
    let media_type = content_type
        .unwrap_or_default()
        .split(';')
        .next()
        .unwrap_or_default()
        .trim();
    match media_type.to_ascii_lowercase().as_str() {
        "" | "application/json" if body.is_empty() => Ok(Arguments::Form(form.finish())),
        "application/x-www-form-urlencoded" => {
            let text = std::str::from_utf8(body).map_err(|_| ArgumentsError::NotAForm)?;
            let pairs = form_urlencoded::parse(text.as_bytes());
            form.extend_pairs(pairs.filter(|(name, _)| name != TOKEN));
            Ok(Arguments::Form(form.finish()))
        }
        "application/json" => Ok(Arguments::Json {
            body: without_token(body)?,
            query: form.finish(),
        }),
        kind if kind.starts_with("multipart/") => Err(ArgumentsError::Multipart),
        _ => Err(ArgumentsError::MediaType),
    }
}

fn without_token(body: &[u8]) -> Result<Vec<u8>, ArgumentsError> {
    let mut object: Map<String, Value> = serde_json::from_slice(body).map_err(|_| ArgumentsError::NotAnObject)?;
    if object.remove(TOKEN).is_none() {
        return Ok(body.to_vec());
    }
    Ok(Value::Object(object).to_string().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    const FORM: &str = "application/x-www-form-urlencoded";

    fn form(query: Option<&str>, content_type: Option<&str>, body: &str) -> String {
        match arguments(query, content_type, body.as_bytes()) {
            Ok(Arguments::Form(form)) => form,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_form_is_passed_on_without_token_and_holder() {
        let query = Some("holder=U1&channel=C1");
        assert_eq!(form(query, None, ""), "channel=C1");
        assert_eq!(
            form(query, Some(FORM), "token=xoxb-1&text=a+b%26c&holder=mine"),
            "channel=C1&text=a+b%26c&holder=mine"
        );
        assert_eq!(form(None, Some("Application/JSON; charset=utf-8"), ""), "");
    }

    #[test]
    fn json_is_passed_on_as_it_is_but_for_a_token() {
        let json = |body: &str| match arguments(
            Some("a=1&token=x"),
            Some("application/json;charset=utf-8"),
            body.as_bytes(),
        ) {
            Ok(Arguments::Json { body, query }) => (String::from_utf8(body).unwrap(), query),
            other => panic!("{other:?}"),
        };
        assert_eq!(
            json("{ \"text\" : \"a\" }"),
            ("{ \"text\" : \"a\" }".to_owned(), "a=1".to_owned())
        );
        assert_eq!(json(r#"{"token":"xoxb-1","text":"a"}"#).0, r#"{"text":"a"}"#);
    }

    #[test]
    fn what_cannot_be_passed_on_is_named() {
        for (content_type, body, error) in [
            (
                Some("multipart/form-data; boundary=x"),
                "--x",
                ArgumentsError::Multipart,
            ),
            (Some("text/plain"), "a", ArgumentsError::MediaType),
            (None, "a", ArgumentsError::MediaType),
            (Some("application/json"), "[1]", ArgumentsError::NotAnObject),
            (Some("application/json"), "{", ArgumentsError::NotAnObject),
        ] {
            assert_eq!(arguments(None, content_type, body.as_bytes()).unwrap_err(), error);
        }
        assert_eq!(
            arguments(None, Some(FORM), b"a=\xff").unwrap_err(),
            ArgumentsError::NotAForm
        );
    }
}
