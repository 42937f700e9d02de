//! Numbers for people: thousands with a comma, things counted in words.

pub use grantbook_core::request::words::thousands;

/// `1 scope`, `11 scopes`: `one` with the plural's `s` where it belongs.
pub fn count(number: u64, one: &str) -> String {
    format!("{} {}", thousands(number), plural(number, one))
}

/// The word alone, in the number that fits.
pub fn plural(number: u64, one: &str) -> String {
    match one
        .strip_suffix('y')
        .filter(|stem| !stem.ends_with(['a', 'e', 'o', 'u']))
    {
        _ if number == 1 => one.to_owned(),
        Some(stem) => format!("{stem}ies"),
        None => format!("{one}s"),
    }
}

/// A length as a number to count with.
pub fn len<T>(list: &[T]) -> u64 {
    u64::try_from(list.len()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_have_a_comma() {
        let written = [0, 7, 999, 1_000, 1_905, 1_234_567, u64::MAX].map(thousands);
        assert_eq!(
            written,
            [
                "0",
                "7",
                "999",
                "1,000",
                "1,905",
                "1,234,567",
                "18,446,744,073,709,551,615"
            ]
        );
    }

    #[test]
    fn one_is_singular() {
        assert_eq!(
            [0, 1, 2].map(|n| count(n, "scope")),
            ["0 scopes", "1 scope", "2 scopes"]
        );
        assert_eq!([count(1, "entry"), count(1_905, "entry")], ["1 entry", "1,905 entries"]);
        assert_eq!(count(2, "day"), "2 days");
    }
}
