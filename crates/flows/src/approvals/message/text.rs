//! Foreign words made fit for Slack: nothing in them mentions, links, formats or hides anything.

/// What stands where a text was cut.
const CUT: char = '…';

/// Letters that are not seen, or turn the direction of what follows. The joiner within signs stays.
const fn is_invisible(letter: char) -> bool {
    matches!(letter,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200c}' | '\u{200e}' | '\u{200f}'
        | '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
        | '\u{e0000}'..='\u{e007f}')
}

/// On one line, without what is not seen.
fn one_line(text: &str) -> String {
    let seen: String = text
        .chars()
        .filter(|letter| !is_invisible(*letter))
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .collect();
    seen.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// As it is read in `mrkdwn`: Slack's three signs written out, its marks as letters that look alike.
fn written(letter: char) -> &'static str {
    match letter {
        '&' => "&amp;",
        '<' => "&lt;",
        '>' => "&gt;",
        '*' => "∗",
        '~' => "∼",
        '`' => "ˋ",
        _ => "",
    }
}

/// At most so many letters as written, the sign of the cut included.
fn fitted(text: &str, most: usize) -> String {
    let width = |letter: char| written(letter).chars().count().max(1);
    let whole: usize = text.chars().map(width).sum();
    let room = if whole <= most { most } else { most.saturating_sub(1) };
    let (mut out, mut used) = (String::new(), 0);
    for letter in text.chars() {
        used += width(letter);
        if used > room {
            break;
        }
        match written(letter) {
            "" => out.push(letter),
            sign => out.push_str(sign),
        }
    }
    if whole > most && most > 0 {
        out.push(CUT);
    }
    out
}

/// Foreign words within a line of `mrkdwn`.
pub(crate) fn inline(text: &str, most: usize) -> String {
    fitted(&one_line(text), most)
}

/// Foreign words as a quotation of `mrkdwn`: each line of them begins with its mark. Blank words give none.
pub(crate) fn quoted(text: &str, most: usize) -> Option<String> {
    let lines: Vec<String> = text
        .split(['\n', '\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}'])
        .map(one_line)
        .filter(|line| !line.is_empty())
        .collect();
    let (mut out, mut used) = (Vec::new(), 0);
    for line in lines {
        // The mark, a blank and the end of the line.
        let room = most.saturating_sub(used + 3);
        if room == 0 {
            break;
        }
        let line = fitted(&line, room);
        used += line.chars().count() + 3;
        out.push(format!("> {line}"));
    }
    (!out.is_empty()).then(|| out.join("\n"))
}

/// Foreign words on a button or in its question, where nothing has a meaning.
pub(crate) fn plain(text: &str, most: usize) -> String {
    let line = one_line(text);
    if line.chars().count() <= most {
        return line;
    }
    let mut cut: String = line.chars().take(most.saturating_sub(1)).collect();
    cut.push(CUT);
    cut
}

/// "a, b and 3 more".
pub(crate) fn listed(names: &[String], most: usize) -> String {
    let shown = names.get(..most).unwrap_or(names);
    let more = names.len() - shown.len();
    if more > 0 {
        return format!("{} and {more} more", shown.join(", "));
    }
    match shown.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => shown.concat(),
    }
}

/// "1 permission", "3 permissions".
pub(crate) fn counted(number: usize, what: &str) -> String {
    let ending = if number == 1 { "" } else { "s" };
    format!("{number} {what}{ending}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_foreign_mentions_links_or_formats() {
        assert_eq!(
            inline("<!channel> *<https://evil|x>*\n& `y`", 200),
            "&lt;!channel&gt; ∗&lt;https://evil|x&gt;∗ &amp; ˋyˋ"
        );
        assert_eq!(inline("a\u{202e}b\u{200b}c", 9), "abc");
    }

    #[test]
    fn a_cut_never_falls_into_a_written_sign() {
        assert_eq!(inline("<<<", 9), "&lt;&lt;…");
        assert_eq!(inline("<<<", 12), "&lt;&lt;&lt;");
        assert_eq!(inline("abc", 2), "a…");
        assert_eq!(plain("abc", 3), "abc");
    }

    #[test]
    fn every_line_of_a_quotation_is_marked() {
        assert_eq!(
            quoted("one\n\n*Approved*\u{2028}three", 100).unwrap(),
            "> one\n> ∗Approved∗\n> three"
        );
        assert_eq!(quoted(" \n\t", 100), None);
        assert!(quoted(&"a\n".repeat(9_000), 600).unwrap().chars().count() <= 600);
    }

    #[test]
    fn lists_and_counts_are_read_aloud() {
        let names = |n: usize| (0..n).map(|n| n.to_string()).collect::<Vec<_>>();
        assert_eq!(listed(&names(1), 3), "0");
        assert_eq!(listed(&names(3), 3), "0, 1 and 2");
        assert_eq!(listed(&names(5), 3), "0, 1, 2 and 2 more");
        assert_eq!(
            (counted(1, "app"), counted(0, "app")),
            ("1 app".into(), "0 apps".into())
        );
    }
}
