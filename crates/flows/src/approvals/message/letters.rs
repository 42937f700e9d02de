//! Letters: what the requester is told in direct messages, and what is said in the channel as time passes.

use grantbook_api::message::{Block, OutgoingMessage};
use grantbook_core::{
    Timestamp,
    approval::life::{Outcome, State},
};
use url::Url;

use super::{
    WHAT_FOR,
    card::{Card, NAME, WORDS, link},
    text::{inline, listed, plain, quoted},
};

/// Requests that a reminder names.
const NAMED: usize = 10;

/// A message of paragraphs; the first one is what notifications show.
fn letter(paragraphs: Vec<String>) -> OutgoingMessage {
    let text = paragraphs.first().cloned().unwrap_or_default();
    OutgoingMessage {
        blocks: paragraphs.into_iter().map(Block::quoting).collect(),
        ..OutgoingMessage::text(text)
    }
}

/// A page of the app's maker that may be linked to.
fn safe_page(url: &str) -> Option<Url> {
    let url: Url = url.parse().ok()?;
    (url.scheme() == "https" && url.as_str().len() <= 500).then_some(url)
}

impl Card<'_> {
    /// What the requester is told once it is settled; none before.
    pub(crate) fn answer(&self) -> Option<(Outcome, OutgoingMessage)> {
        let (app, place) = (self.app(), self.place(self.stored.request.team.as_ref()));
        let by = self.stored.decided_by.as_deref().unwrap_or("elsewhere");
        let nobody = self.stored.decision.is_none();
        let (outcome, first, next) = match self.stored.state {
            State::Approved => (
                Outcome::Approved,
                format!(
                    "✅ *{app}*, for which you asked, is approved for {place}.{}",
                    self.extent()
                ),
                self.how_to_install(),
            ),
            State::Restricted => (
                Outcome::Restricted,
                format!("⛔ *{app}*, for which you asked, is restricted for {place}."),
                "It cannot be installed there. If you need it all the same, talk to the people who decide.".to_owned(),
            ),
            State::Cancelled if nobody => (
                Outcome::Cancelled,
                format!("Your request for *{app}* in {place} is closed: it was withdrawn, or dismissed in Slack."),
                "Nothing was decided about the app. You can ask for it again.".to_owned(),
            ),
            State::Cancelled => (
                Outcome::Cancelled,
                format!("Your request for *{app}* in {place} was closed without a decision about the app."),
                "You can ask for it again, and say what it is for.".to_owned(),
            ),
            State::New | State::Open | State::Deciding => return None,
        };
        let mut paragraphs = vec![first];
        if !(nobody && outcome == Outcome::Cancelled) {
            paragraphs.push(format!("Decided by {}.", self.who(by)));
        }
        paragraphs.extend(self.reason());
        paragraphs.push(next);
        Some((outcome, letter(paragraphs)))
    }

    fn how_to_install(&self) -> String {
        let app = &self.stored.request.app;
        let page = safe_page(&app.app_directory_url).or_else(|| safe_page(&app.app_homepage_url));
        match page {
            Some(page) => format!("You can install it now, from {}.", link(&page, "its page")),
            None => "You can install it now, from where you asked for it.".to_owned(),
        }
    }

    /// What the requester is asked, in the words of whoever asks.
    pub(crate) fn question(&self, by: &str, words: &str) -> OutgoingMessage {
        let (app, place) = (self.app(), self.place(self.stored.request.team.as_ref()));
        let asker = by.strip_prefix("user:").and_then(|name| self.people.get(name));
        let asker = asker
            .map(ToString::to_string)
            .or_else(|| by.strip_prefix("slack:").map(str::to_owned));
        let is_id = |user: &String| !user.is_empty() && user.bytes().all(|b| b.is_ascii_alphanumeric());
        let answer = match asker.filter(is_id) {
            Some(user) => format!("Please answer <@{user}>, in a direct message. Your request waits meanwhile."),
            None => "Please answer the people who decide about apps. Your request waits meanwhile.".to_owned(),
        };
        letter(vec![
            format!("💬 You asked for *{app}* in {place}. Before that is decided, somebody asks:"),
            quoted(words, WORDS).unwrap_or_else(|| format!("> {WHAT_FOR}")),
            answer,
        ])
    }

    /// What the requester is told before their approval ends.
    pub(crate) fn ending_for_requester(&self, at: Timestamp) -> OutgoingMessage {
        let (app, place) = (self.app(), self.place(self.stored.request.team.as_ref()));
        letter(vec![
            format!(
                "⌛ The approval of *{app}* for {place}, for which you asked, ends on {}.",
                at.in_words()
            ),
            "If you need it for longer, ask the people who decide about apps to extend it.".to_owned(),
        ])
    }

    /// What the requester is told when their approval has ended.
    pub(crate) fn ended(&self, restricted: bool) -> OutgoingMessage {
        let (app, place) = (self.app(), self.place(self.stored.request.team.as_ref()));
        let now = if restricted {
            "It cannot be installed there any more. Where it is installed, it stays until somebody removes it."
        } else {
            "To install it anew, ask for it again. Where it is installed, it stays until somebody removes it."
        };
        letter(vec![
            format!("⌛ The approval of *{app}* for {place}, for which you asked, has ended."),
            now.to_owned(),
        ])
    }

    /// What the channel is told before an approval ends.
    pub(crate) fn ending_for_channel(&self, at: Timestamp) -> OutgoingMessage {
        let (app, place) = (self.app(), self.place(self.stored.request.team.as_ref()));
        letter(vec![
            format!(
                "⌛ The approval of *{app}* for {place} ends by itself on {}. {} had asked for it.",
                at.in_words(),
                self.requester()
            ),
            link(self.page, "Extend it in the console, or let it end"),
        ])
    }

    /// One line of a reminder.
    fn line(&self) -> String {
        let words = inline(&plain(&self.stored.request.message, 80), NAME);
        let words = if words.is_empty() {
            String::new()
        } else {
            format!(" “{words}”")
        };
        format!(
            "• {} for {}, asked by {} on {}.{words}",
            link(self.page, &self.app()),
            self.place(self.stored.request.team.as_ref()),
            self.requester(),
            self.stored.request.asked_at.in_words()
        )
    }
}

/// What the channel is told of requests that wait; with people to call, they are called.
pub(crate) fn waiting(cards: &[Card<'_>], total: usize, call: &[String], queue: &Url) -> OutgoingMessage {
    let number = if total == 1 {
        "One request for an app waits".to_owned()
    } else {
        format!("{total} requests for apps wait")
    };
    let first = match (cards.first(), call) {
        (Some(card), [_, ..]) => {
            let people: Vec<String> = call.iter().map(|one| card.named(one)).collect();
            format!("🚨 {}: {number} for too long.", listed(&people, NAMED))
        }
        _ => format!("🔔 {number} for a decision."),
    };
    let mut lines: Vec<String> = cards.iter().take(NAMED).map(Card::line).collect();
    if total > lines.len() {
        lines.push(format!("and {} more.", total - lines.len()));
    }
    let mut paragraphs = vec![first];
    paragraphs.extend(lines);
    paragraphs.push(link(queue, "Open the queue"));
    letter(paragraphs)
}
