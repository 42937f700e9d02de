//! Reading `application/x-www-form-urlencoded`, strictly: a body that is not well formed is refused.

use grantbook_api::ErrorCode;
use serde_json::{Map, Value};

/// The longest name of an argument, in characters. Slack speaks of "very long names" without a number.
const LONGEST_NAME: usize = 128;

/// Checks an argument's name.
pub(super) fn check_name(name: &str) -> Result<(), ErrorCode> {
    if name.ends_with(']') && name.contains('[') {
        return Err(ErrorCode::InvalidArrayArg);
    }
    let fits = (1..=LONGEST_NAME).contains(&name.len());
    if fits && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
        Ok(())
    } else {
        Err(ErrorCode::InvalidArgName)
    }
}

/// The fields of a body. `latin` says that its charset is iso-8859-1.
pub(super) fn body(text: &[u8], latin: bool) -> Result<Map<String, Value>, ErrorCode> {
    let mut fields = Map::new();
    for pair in text.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()) {
        let middle = pair.iter().position(|byte| *byte == b'=').unwrap_or(pair.len());
        let name = decode(&pair[..middle], latin)?;
        let value = decode(pair.get(middle + 1..).unwrap_or_default(), latin)?;
        check_name(&name)?;
        fields.insert(name, Value::String(value));
    }
    Ok(fields)
}

/// The fields of an address, where nothing is malformed.
pub(super) fn query(text: &str) -> Result<Map<String, Value>, ErrorCode> {
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(text).map_err(|_| ErrorCode::InvalidArguments)?;
    let mut fields = Map::new();
    for (name, value) in pairs {
        check_name(&name)?;
        fields.insert(name, Value::String(value));
    }
    Ok(fields)
}

fn decode(text: &[u8], latin: bool) -> Result<String, ErrorCode> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.iter();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let mut digit = || rest.next().and_then(|b| char::from(*b).to_digit(16));
                let (high, low) = (digit(), digit());
                let value = high.zip(low).map(|(high, low)| high * 16 + low);
                value
                    .and_then(|value| u8::try_from(value).ok())
                    .ok_or(ErrorCode::InvalidFormData)?
            }
            other => *other,
        });
    }
    if latin {
        return Ok(bytes.into_iter().map(char::from).collect());
    }
    String::from_utf8(bytes).map_err(|_| ErrorCode::InvalidFormData)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_read_to_the_letter() {
        let read = |text: &str| body(text.as_bytes(), false);
        let fields = read("a=1+2%26&b=&c&d=%C3%BC").unwrap();
        assert_eq!(
            (&fields["a"], &fields["b"], &fields["c"]),
            (&"1 2&".into(), &"".into(), &"".into())
        );
        assert_eq!(fields["d"], "ü");
        for malformed in ["a=%", "a=%4", "a=%zz", "%e4=1", "a=%FF"] {
            assert_eq!(read(malformed), Err(ErrorCode::InvalidFormData), "{malformed}");
        }
        assert_eq!(body(b"a=%FC", true).unwrap()["a"], "ü", "iso-8859-1");
        assert_eq!(read("scopes[]=commands"), Err(ErrorCode::InvalidArrayArg));
        assert_eq!(read("scopes%5B0%5D=commands"), Err(ErrorCode::InvalidArrayArg));
        assert_eq!(read("sco-pes=1"), Err(ErrorCode::InvalidArgName));
        assert_eq!(read(&format!("{}=1", "a".repeat(200))), Err(ErrorCode::InvalidArgName));
        assert_eq!(query("scopes[]=1"), Err(ErrorCode::InvalidArrayArg));
    }
}
