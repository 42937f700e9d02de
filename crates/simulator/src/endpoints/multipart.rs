//! Text fields of `multipart/form-data`, which is what `curl -F` sends.

/// The fields, or none when the body is malformed. Files are left out.
pub(super) fn fields(body: &[u8], boundary: &str) -> Option<Vec<(String, String)>> {
    let text = String::from_utf8_lossy(body);
    let delimiter = format!("--{boundary}");
    let mut fields = Vec::new();
    for part in text.split(&delimiter).skip(1) {
        if part.starts_with("--") {
            return Some(fields);
        }
        let (head, value) = part.trim_start_matches("\r\n").split_once("\r\n\r\n")?;
        let disposition = head
            .lines()
            .find(|line| line.to_ascii_lowercase().starts_with("content-disposition"))?;
        let name = disposition.split("; name=\"").nth(1)?.split('"').next()?;
        if !disposition.contains("filename=") {
            fields.push((name.to_owned(), value.strip_suffix("\r\n").unwrap_or(value).to_owned()));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_and_a_body_without_end_is_refused() {
        let body = "--x\r\nContent-Disposition: form-data; name=\"team_id\"\r\n\r\nT9876\r\n\
                    --x\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\na\r\nb\r\n--x--\r\n";
        let expected = [
            ("team_id".to_owned(), "T9876".to_owned()),
            ("text".to_owned(), "a\r\nb".to_owned()),
        ];
        assert_eq!(fields(body.as_bytes(), "x").unwrap(), expected);
        assert_eq!(
            fields(b"--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1", "x"),
            None
        );
    }
}
