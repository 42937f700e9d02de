//! `Card`: the message about one request in the approvers' channel, as the request stands. Pure: what it needs to
//! know is in it.

use std::collections::BTreeMap;

use grantbook_api::message::{Block, BlockConfirm, Element, OutgoingMessage};
use grantbook_core::{
    TeamId, UserId,
    approval::{Decision, DeveloperType, Need, Risk, RiskLevel, life::State},
};
use grantbook_store::approvals::{Beside, StoredAppRequest, StoredStep};
use url::Url;

use super::{
    scopes,
    text::{counted, inline, listed, plain, quoted},
    value::{Button, Deed},
};

/// The longest name within a line.
pub(super) const NAME: usize = 120;
/// The longest name in a button's question.
const SHORT_NAME: usize = 60;
/// The longest words of a requester.
pub(super) const WORDS: usize = 1_500;
/// Points of the risk that are told.
const POINTS: usize = 4;
/// The longest sentence.
pub(super) const SENTENCE: usize = 400;
/// Names in a list.
const LISTED: usize = 5;

/// A request with all that its messages say.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Card<'a> {
    /// The request.
    pub(crate) stored: &'a StoredAppRequest,
    /// What happened to it.
    pub(crate) steps: &'a [StoredStep],
    /// What stands beside it.
    pub(crate) beside: &'a Beside,
    /// Names of workspaces and organizations.
    pub(crate) names: &'a BTreeMap<String, String>,
    /// Who accounts are in Slack.
    pub(crate) people: &'a BTreeMap<String, UserId>,
    /// Its page in the console.
    pub(crate) page: &'a Url,
}

/// A link to one of our own pages.
pub(super) fn link(url: &Url, words: &str) -> String {
    format!("<{}|{words}>", url.as_str().replace('&', "&amp;").replace('|', "%7C"))
}

impl Card<'_> {
    /// The app's name.
    pub(super) fn app(&self) -> String {
        let app = &self.stored.request.app;
        let name = inline(&app.name, NAME);
        if name.is_empty() { app.id.to_string() } else { name }
    }

    /// The requester's name.
    pub(super) fn requester(&self) -> String {
        let requester = &self.stored.request.requester;
        let name = inline(&requester.name, NAME);
        if name.is_empty() {
            format!("<@{}>", requester.id)
        } else {
            name
        }
    }

    /// A workspace, or the whole organization, by name.
    pub(super) fn place(&self, team: Option<&TeamId>) -> String {
        let named = |id: &str| self.names.get(id).map(|name| inline(name, NAME));
        match team {
            Some(team) => named(team.as_str()).unwrap_or_else(|| team.to_string()),
            None => named(self.stored.enterprise.as_str())
                .map_or_else(|| "the whole organization".to_owned(), |name| format!("all of {name}")),
        }
    }

    /// A link to its page in the console.
    pub(crate) fn page_link(&self, words: &str) -> String {
        link(self.page, words)
    }

    fn places(&self, teams: &[Option<TeamId>]) -> String {
        let names: Vec<String> = teams.iter().map(|team| self.place(team.as_ref())).collect();
        listed(&names, LISTED)
    }

    /// "mika asks for Kudos in Design", with marks or without.
    fn headline(&self, bold: &str) -> String {
        let request = &self.stored.request;
        let place = self.place(request.team.as_ref());
        let preposition = if request.team.is_some() { "in" } else { "for" };
        format!(
            "{bold}{}{bold} asks for {bold}{}{bold} {preposition} {bold}{place}{bold}",
            self.requester(),
            self.app()
        )
    }

    /// The message. With a value it has its buttons, where the request waits for people.
    pub(crate) fn message(&self, value: Option<&str>) -> OutgoingMessage {
        let open = self.stored.state == State::Open;
        let mut blocks = vec![Block::quoting(self.heading())];
        blocks.extend(quoted(&self.stored.request.message, WORDS).map(Block::quoting));
        if open || self.stored.state == State::New {
            blocks.extend(self.risk().map(Block::quoting));
            blocks.push(Block::quoting(scopes::paragraph(&self.stored.request.scopes)));
            blocks.push(Block::quoting(self.around()));
            blocks.push(Block::quoting(self.whom()));
        }
        blocks.extend(self.standing().into_iter().map(Block::quoting));
        blocks.push(Block::context(link(
            self.page,
            "Open it in the console: its story, every permission, and all who asked",
        )));
        if let Some(value) = value.filter(|_| open) {
            blocks.push(Block::actions(Button::block_id(self.stored.id), self.buttons(value)));
        }
        let text = format!("{}{}", self.headline(""), self.in_short());
        OutgoingMessage {
            blocks,
            ..OutgoingMessage::text(text)
        }
    }

    fn heading(&self) -> String {
        let app = &self.stored.request.app;
        let maker = match app.developer_type {
            DeveloperType::Internal => "Made in this organization",
            DeveloperType::ThirdParty => "Made by a third party",
            DeveloperType::Slack => "Made by Slack",
            DeveloperType::Other => "Made by somebody of whom Slack says nothing known",
        };
        let shop = if app.is_app_directory_approved {
            "in the Marketplace"
        } else {
            "not in the Marketplace"
        };
        let about = inline(&app.description, SENTENCE);
        let about = if about.is_empty() {
            String::new()
        } else {
            format!("\n_{about}_")
        };
        let requester = &self.stored.request.requester;
        let by = if requester.is_collaborator {
            format!("<@{}>, who works on the app themselves", requester.id)
        } else {
            format!("<@{}>", requester.id)
        };
        format!(
            "{}\n{maker}, {shop}. `{}`, asked for by {by} on {}.{about}",
            self.headline("*"),
            app.id,
            self.stored.request.asked_at.in_words()
        )
    }

    fn risk(&self) -> Option<String> {
        let Risk { score, level, points } = self.stored.risk.as_ref()?;
        let mut lines = vec![format!("*Risk: {}*, {score} of 100", level_word(*level))];
        lines.extend(
            points
                .iter()
                .take(POINTS)
                .map(|point| format!("• {:+}: {}", point.weight, inline(&point.sentence, SENTENCE))),
        );
        let rest = points.len().saturating_sub(POINTS);
        if rest > 0 {
            lines.push(format!("and {} that weigh less.", counted(rest, "point")));
        }
        Some(lines.join("\n"))
    }

    /// What is approved already, here and elsewhere, and who else asks.
    fn around(&self) -> String {
        let beside = self.beside;
        let mut lines = Vec::new();
        if !beside.approved_in.is_empty() {
            lines.push(format!("Approved today in {}.", self.places(&beside.approved_in)));
        }
        if !beside.restricted_in.is_empty() {
            lines.push(format!("⚠️ Restricted in {}.", self.places(&beside.restricted_in)));
        }
        if beside.approved_in.is_empty() && beside.restricted_in.is_empty() {
            lines.push("Nobody has decided about this app so far.".to_owned());
        }
        let similar: Vec<String> = beside
            .similar
            .iter()
            .map(|(app, name, _)| {
                let name = inline(name, NAME);
                if name.is_empty() {
                    app.to_string()
                } else {
                    format!("*{name}*")
                }
            })
            .collect();
        if !similar.is_empty() {
            lines.push(format!(
                "Approved apps that may do as much: {}.",
                listed(&similar, LISTED)
            ));
        }
        if beside.demand > 1 {
            let others = usize::try_from(beside.demand - 1).unwrap_or(usize::MAX);
            lines.push(format!("{} for this app wait, too.", counted(others, "other request")));
        }
        if !self.stored.request.domains.is_empty() {
            let domains: Vec<String> = self
                .stored
                .request
                .domains
                .iter()
                .map(|one| inline(one, NAME))
                .collect();
            lines.push(format!("It sends data to {}.", listed(&domains, LISTED)));
        }
        lines.join("\n")
    }

    /// Why people decide, and who.
    fn whom(&self) -> String {
        let Some(verdict) = &self.stored.verdict else {
            return "The rules were not asked yet.".to_owned();
        };
        let mut lines = vec![match &verdict.decided_by {
            Some(rule) => format!("People decide: the rule “{}” says so.", inline(&rule.name, NAME)),
            None => "People decide: no rule fits.".to_owned(),
        }];
        if let Decision::Ask {
            whom,
            need,
            reason_required,
        } = &verdict.decision
        {
            if !whom.is_empty() {
                let asked: Vec<String> = whom.iter().map(|one| self.named(one)).collect();
                let need = match need {
                    Need::Any => "One of them is enough",
                    Need::All => "All of them must agree",
                };
                lines.push(format!("Asked are {}. {need}.", listed(&asked, LISTED)));
            }
            if *reason_required {
                lines.push("A decision needs a reason: take it in the console.".to_owned());
            }
        }
        lines.join("\n")
    }

    /// Somebody whom a rule or the settings name: a person in Slack, an account or a group.
    pub(super) fn named(&self, name: &str) -> String {
        match (name.parse::<UserId>(), self.people.get(name)) {
            (Ok(user), _) => format!("<@{user}>"),
            (_, Some(user)) => format!("<@{user}>"),
            _ => inline(name, NAME),
        }
    }

    fn buttons(&self, value: &str) -> [Element; 3] {
        let app = plain(&self.stored.request.app.name, SHORT_NAME);
        let place = match &self.stored.request.team {
            Some(team) => self
                .names
                .get(team.as_str())
                .map_or_else(|| team.to_string(), |name| plain(name, SHORT_NAME)),
            None => "every workspace".to_owned(),
        };
        let scopes = counted(self.stored.request.scopes.len(), "permission");
        let button = |deed: Deed, text: &str| Element::button(deed.action_id(), text, value);
        [
            button(Deed::Approve, "Approve").primary().asking(BlockConfirm::new(
                format!("Approve {app}?"),
                format!("It may then be installed in {place} with the {scopes} that it asks for."),
                "Approve",
                "Not now",
            )),
            button(Deed::Restrict, "Restrict").danger().asking(BlockConfirm::new(
                format!("Restrict {app}?"),
                format!("Nobody can install it in {place} from then on. Where it is installed, it stays."),
                "Restrict",
                "Not now",
            )),
            button(Deed::AskWhy, "Ask why").asking(BlockConfirm::new(
                "Ask what it is for?",
                format!(
                    "{} gets a message and is asked to answer you.",
                    plain(&self.stored.request.requester.name, SHORT_NAME)
                ),
                "Ask",
                "Not now",
            )),
        ]
    }
}

/// The grade as a word.
pub(super) const fn level_word(level: RiskLevel) -> &'static str {
    match level {
        RiskLevel::Low => "low",
        RiskLevel::Medium => "medium",
        RiskLevel::High => "high",
        RiskLevel::Critical => "critical",
    }
}
