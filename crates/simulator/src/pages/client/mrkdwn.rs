//! What apps write, in Slack's `mrkdwn`: bold, italic, strike, code, quotes, links, mentions.

use grantbook_core::{ResourceId, UserId};

use crate::{
    html::{Html, html},
    state::{World, controls::is_web_address},
};

/// The marks that pair up around text, and the elements they stand for.
const MARKS: [(char, &str); 4] = [('*', "strong"), ('_', "em"), ('~', "s"), ('`', "code")];

/// A text with its marks, mentions and links. What is no mark stays as it is.
pub(super) fn mrkdwn(world: &World, text: &str) -> Html {
    let mut pieces = Vec::new();
    for (at, block) in text.split("```").enumerate() {
        if at % 2 == 1 {
            pieces.push(html!(
                "<code class=\"pre\">{}</code>",
                unescaped(block.trim_matches('\n'))
            ));
        } else {
            let lines: Vec<&str> = block.split('\n').collect();
            for (number, line) in lines.iter().enumerate() {
                if let Some(said) = ["> ", "&gt; "].iter().find_map(|sign| line.strip_prefix(sign)) {
                    pieces.push(html!("<span class=\"quote\">{}</span>", inline(world, said)));
                    continue;
                }
                pieces.push(inline(world, line));
                if number + 1 < lines.len() {
                    pieces.push(html!("<br>"));
                }
            }
        }
    }
    pieces.into_iter().collect()
}

fn inline(world: &World, line: &str) -> Html {
    let mut pieces = Vec::new();
    let (mut rest, mut before) = (line, ' ');
    let mut plain = String::new();
    while let Some(first) = rest.chars().next() {
        if let Some((piece, length)) = span(world, rest, before) {
            pieces.push(html!("{}", unescaped(&std::mem::take(&mut plain))));
            pieces.push(piece);
            before = ' ';
            rest = &rest[length..];
        } else {
            plain.push(first);
            before = first;
            rest = &rest[first.len_utf8()..];
        }
    }
    pieces.push(html!("{}", unescaped(&plain)));
    pieces.into_iter().collect()
}

/// What begins here, if anything does, and how many bytes it takes.
fn span(world: &World, rest: &str, before: char) -> Option<(Html, usize)> {
    if let Some(inside) = rest.strip_prefix('<') {
        let end = inside.find('>')?;
        return Some((reference(world, &inside[..end])?, end + 2));
    }
    let (mark, element) = MARKS.into_iter().find(|(mark, _)| rest.starts_with(*mark))?;
    if before.is_alphanumeric() {
        return None;
    }
    let inside = &rest[1..];
    let end = inside.find(mark).filter(|end| *end > 0)?;
    let text = &inside[..end];
    if text.starts_with(' ') || text.ends_with(' ') {
        return None;
    }
    let content = if mark == '`' {
        html!("{}", unescaped(text))
    } else {
        inline(world, text)
    };
    let piece = match element {
        "strong" => html!("<strong>{}</strong>", content),
        "em" => html!("<em>{}</em>", content),
        "s" => html!("<s>{}</s>", content),
        _ => html!("<code>{}</code>", content),
    };
    Some((piece, end + 2))
}

/// `<@U…>`, `<#C…>`, `<!here>`, `<https://…|words>`.
fn reference(world: &World, inside: &str) -> Option<Html> {
    let (target, label) = inside
        .split_once('|')
        .map_or((inside, None), |(target, label)| (target, Some(label)));
    if let Some(id) = target.strip_prefix('@') {
        let person = UserId::new(id).ok()?;
        let name = world.users.get(&person).map_or(id, |user| user.name.as_str());
        return Some(html!("<span class=\"mention\">@{}</span>", name));
    }
    if let Some(id) = target.strip_prefix('#') {
        let channel = ResourceId::new(id).ok()?;
        let name = world
            .conversations
            .get(&channel)
            .map_or(id, |channel| channel.name.as_str());
        return Some(html!("<span class=\"mention\">#{}</span>", name));
    }
    if let Some(group) = target.strip_prefix('!') {
        return Some(html!("<span class=\"mention\">@{}</span>", group));
    }
    if !is_web_address(target) {
        return None;
    }
    let address = unescaped(target);
    Some(html!(
        "<a href=\"{}\" target=\"_blank\" rel=\"noopener noreferrer\">{}</a>",
        address,
        unescaped(label.unwrap_or(target))
    ))
}

/// Slack's three entities, read.
fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        mrkdwn(&World::default(), text).into_string()
    }

    #[test]
    fn marks_pair_up_and_lone_ones_stay() {
        assert_eq!(
            shown("*yes* _no_ ~old~ `a_b`"),
            "<strong>yes</strong> <em>no</em> <s>old</s> <code>a_b</code>"
        );
        assert_eq!(shown("2 * 3 * 4, snake_case_name"), "2 * 3 * 4, snake_case_name");
        assert_eq!(shown("a\nb"), "a<br>b");
        assert_eq!(
            shown("*why*\n> for *us*\n5 > 4"),
            "<strong>why</strong><br><span class=\"quote\">for <strong>us</strong></span>5 &gt; 4"
        );
    }

    #[test]
    fn links_and_mentions_are_shown_and_nothing_else_becomes_markup() {
        let link = shown("<https://example.com/?a=1&amp;b=2|here>");
        assert!(link.contains("href=\"https://example.com/?a=1&amp;b=2\"") && link.ends_with(">here</a>"));
        assert_eq!(shown("<@U1>"), "<span class=\"mention\">@U1</span>");
        assert_eq!(
            shown("<script>x</script> &lt;b&gt;"),
            "&lt;script&gt;x&lt;/script&gt; &lt;b&gt;"
        );
        assert!(!shown("<javascript:alert(1)|go>").contains("href"));
    }
}
