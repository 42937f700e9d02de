//! Block Kit messages of an organization's bot: in a channel on the page, pressed, changed, answered to one person,
//! and in direct messages that a person's id opens.

use grantbook_api::interactions::{BlockActions, Interaction};
use grantbook_core::AppId;
use serde_json::{Value, json};

use super::harness::{CHANNEL, Harness, IZZY, TEAM};
use crate::state::Message;

const ORG: &str = "E0N0RTHW1";
const DESIGN: &str = "T0DES3UAN";
const MIKA: &str = "U0YYE15XLX";
const ORLA: &str = "U07MPWUWB7";
const ATLAS: &str = "A0ATLAS42";

/// A Slack with the bot of `atlas`, installed in the organization, in two workspaces and one channel.
struct Scene {
    slack: Harness,
    bot: String,
}

impl Scene {
    async fn start() -> Self {
        let slack = Harness::start().await;
        let consent = json!({
            "action": "consent_org", "app": "atlas", "user": IZZY, "scopes": ["chat:write"], "teams": [TEAM, DESIGN],
        });
        let acted = slack.sim.act(serde_json::from_value(consent).unwrap()).await.unwrap();
        let code = acted.code.unwrap().expose().to_owned();
        let answer = super::modern::access(&slack, &[("code", &code)]).await;
        let bot = answer["access_token"].as_str().unwrap().to_owned();
        let scene = Self { slack, bot };
        scene
            .act(json!({"action": "add_resource", "app": "atlas", "team": TEAM, "resource": CHANNEL}))
            .await;
        scene
    }

    async fn act(&self, action: Value) {
        self.slack
            .sim
            .act(serde_json::from_value(action).unwrap())
            .await
            .unwrap();
        self.slack.sim.idle().await;
    }

    async fn call(&self, method: &str, form: &[(&str, &str)]) -> Value {
        self.slack.call(method, Some(&self.bot), form).await
    }

    async fn fine(&self, method: &str, form: &[(&str, &str)]) -> Value {
        let answer = self.call(method, form).await;
        assert_eq!(answer["ok"], json!(true), "{method} {form:?}: {answer}");
        answer
    }

    /// A request for approval as an app would post it; answers its `ts`.
    async fn post(&self) -> String {
        let blocks = request_blocks().to_string();
        let form = [
            ("channel", CHANNEL),
            ("text", "mika wants Kudos"),
            ("blocks", blocks.as_str()),
        ];
        let posted = self.fine("chat.postMessage", &form).await;
        posted["ts"].as_str().unwrap().to_owned()
    }

    /// What a person reads in the channel.
    async fn page(&self, user: &str) -> String {
        let url = format!("{}/client?team={TEAM}&user={user}&at={CHANNEL}", self.slack.sim.url());
        self.slack.http.get(url).send().await.unwrap().text().await.unwrap()
    }

    /// Presses on the page, as a browser without scripts; answers what the app got.
    async fn press(&self, user: &str, ts: &str, name: &str, value: &str) -> BlockActions {
        let back = format!("/client?team={TEAM}&user={user}&at={CHANNEL}");
        let form = [
            ("back", back.as_str()),
            ("team", TEAM),
            ("user", user),
            ("action", "press"),
            ("channel", CHANNEL),
            ("ts", ts),
            ("name", name),
            ("value", value),
        ];
        let before = self.slack.forms().len();
        let request = self.slack.http.post(format!("{}/client/act", self.slack.sim.url()));
        assert!(request.form(&form).send().await.unwrap().status().is_redirection());
        self.slack.sim.idle().await;
        let forms = self.slack.forms();
        assert_eq!(forms.len(), before + 1);
        assert_eq!(forms[before].path, "/slack/atlas/interactions");
        match Interaction::parse(&forms[before].raw).unwrap() {
            Interaction::Blocks(blocks) => *blocks,
            other => panic!("{other:?}"),
        }
    }

    fn messages(&self, channel: &str) -> Vec<Message> {
        let world = self.slack.sim.world();
        world.messages.get(channel).cloned().unwrap_or_default()
    }
}

fn request_blocks() -> Value {
    let text = |text: &str| json!({ "type": "plain_text", "text": text });
    json!([
        { "type": "header", "text": text("Kudos for Northwind HQ") },
        { "type": "section", "text": { "type": "mrkdwn", "text": "*Mika* asks for <https://example.com/|Kudos>" },
          "fields": [{ "type": "mrkdwn", "text": "*Risk*\nlow" }, { "type": "plain_text", "text": "third party" }] },
        { "type": "divider" },
        { "type": "context", "elements": [{ "type": "mrkdwn", "text": "3 others asked" }] },
        { "type": "actions", "block_id": "decide", "elements": [
            { "type": "button", "action_id": "approve", "style": "primary", "value": "Ar1", "text": text("Approve") },
            { "type": "button", "action_id": "restrict", "style": "danger", "value": "Ar1", "text": text("Restrict"),
              "confirm": { "title": text("Restrict Kudos?"), "text": text("Nobody can install it."),
                           "confirm": text("Restrict"), "deny": text("Keep") } },
            { "type": "button", "value": "Ar1", "text": text("Ask why") },
        ]},
    ])
}

#[tokio::test]
async fn a_message_in_a_channel_shows_its_blocks_to_who_is_there() {
    let scene = Scene::start().await;
    let ts = scene.post().await;
    let page = scene.page(ORLA).await;
    for piece in [
        format!("data-ts=\"{ts}\" data-only=\"false\""),
        "<h3>Kudos for Northwind HQ</h3>".to_owned(),
        "<strong>Mika</strong> asks for <a href=\"https://example.com/\"".to_owned(),
        "<hr>".to_owned(),
        "3 others asked".to_owned(),
        "class=\"btn primary\" type=\"submit\" data-press data-action=\"approve\"".to_owned(),
        "data-press data-action=\"restrict\" data-asks".to_owned(),
        "<h2>Restrict Kudos?</h2>".to_owned(),
        "data-confirm=\"dismiss\">Keep</button>".to_owned(),
        // Slack names what the app left without a name.
        "data-press data-action=\"action5-3\"".to_owned(),
    ] {
        assert!(page.contains(&piece), "{piece}\n{page}");
    }
}

#[tokio::test]
async fn a_press_sends_block_actions_with_all_that_an_app_decides_by() {
    let scene = Scene::start().await;
    let ts = scene.post().await;
    let press = scene.press(ORLA, &ts, "approve", "Ar1").await;
    assert_eq!(
        (press.user.id.as_str(), press.user.name.as_deref()),
        (ORLA, Some("orla"))
    );
    assert_eq!(press.api_app_id, ATLAS.parse::<AppId>().unwrap());
    assert_eq!(press.channel.as_ref().unwrap().id.as_str(), CHANNEL);
    assert_eq!(press.team.as_ref().unwrap().id.as_str(), TEAM);
    assert_eq!(press.enterprise.as_ref().unwrap().id.as_str(), ORG);
    assert!(press.is_enterprise_install && press.response_url.is_some());
    let container = &press.container;
    assert_eq!(
        (
            container.kind.as_deref(),
            container.message_ts.as_deref(),
            container.is_ephemeral
        ),
        (Some("message"), Some(ts.as_str()), false)
    );
    assert_eq!(container.channel_id.as_ref().unwrap().as_str(), CHANNEL);
    let message = press.message.unwrap();
    assert_eq!((&message["ts"], &message["app_id"]), (&json!(ts), &json!(ATLAS)));
    assert!(message["bot_id"].as_str().unwrap().starts_with('B') && message["blocks"][4]["block_id"] == "decide");
    let [action] = &press.actions[..] else { panic!() };
    assert_eq!(
        (
            action.action_id.as_str(),
            action.block_id.as_str(),
            action.kind.as_str(),
            action.value()
        ),
        ("approve", "decide", "button", Some("Ar1"))
    );
    let trigger = scene.slack.sim.triggers().remove(0);
    assert_eq!(Some(&trigger.id), press.trigger_id.as_ref());
    let unnamed = scene.press(ORLA, &ts, "action5-3", "Ar1").await;
    assert_eq!(unnamed.actions[0].action_id, "action5-3");
}

#[tokio::test]
async fn a_changed_message_is_shown_and_its_new_buttons_can_be_pressed() {
    let scene = Scene::start().await;
    let ts = scene.post().await;
    let again = json!([
        { "type": "section", "text": { "type": "mrkdwn", "text": ":white_check_mark: Approved by <@U07MPWUWB7>" } },
        { "type": "actions", "elements": [
            { "type": "button", "value": "Ar1", "text": { "type": "plain_text", "text": "Undo" } }] },
    ]);
    let url = format!("{}/api/chat.update", scene.slack.sim.url());
    let update = json!({ "channel": CHANNEL, "ts": ts, "blocks": again });
    let answer = scene
        .slack
        .http
        .post(url)
        .bearer_auth(&scene.bot)
        .json(&update)
        .send()
        .await;
    let updated: Value = answer.unwrap().json().await.unwrap();
    assert_eq!(
        updated["text"], "mika wants Kudos",
        "what is not sent stays, where no text is sent"
    );
    let page = scene.page(ORLA).await;
    assert!(page.contains("Approved by") && page.contains("@orla") && !page.contains("data-action=\"approve\""));
    let undo = scene.press(ORLA, &ts, "action2-1", "Ar1").await;
    assert_eq!(undo.actions[0].block_id, "block2");
    let form = [("channel", CHANNEL), ("ts", ts.as_str()), ("text", "Over.")];
    let updated = scene.fine("chat.update", &form).await;
    assert!(
        updated["message"].get("blocks").is_none(),
        "a text alone takes the blocks away"
    );
    let page = scene.page(ORLA).await;
    assert!(page.contains("<p>Over.</p>") && !page.contains("data-press data-action"));
}

#[tokio::test]
async fn answers_for_one_person_are_seen_by_nobody_else() {
    let scene = Scene::start().await;
    let ts = scene.post().await;
    let press = scene.press(MIKA, &ts, "approve", "Ar1").await;
    let url = press.response_url.unwrap().expose().to_owned();
    let reply = json!({ "text": "You may not decide.", "replace_original": false, "response_type": "ephemeral" });
    let answer = scene.slack.http.post(&url).json(&reply).send().await.unwrap();
    assert_eq!(answer.text().await.unwrap(), "ok");
    let form = [("channel", CHANNEL), ("user", MIKA), ("text", "Ask orla.")];
    let own = scene.fine("chat.postEphemeral", &form).await;
    let (mika, orla) = (scene.page(MIKA).await, scene.page(ORLA).await);
    for text in ["You may not decide.", "Ask orla."] {
        assert!(mika.contains(text) && !orla.contains(text), "{text}");
    }
    assert!(mika.contains(&format!(
        "data-ts=\"{}\" data-only=\"true\"",
        own["message_ts"].as_str().unwrap()
    )));
    let reply = json!({ "text": "Approved.", "replace_original": true });
    scene.slack.http.post(&url).json(&reply).send().await.unwrap();
    let orla = scene.page(ORLA).await;
    assert!(orla.contains("<p>Approved.</p>") && !orla.contains("data-action=\"approve\""));
}

#[tokio::test]
async fn an_organizations_bot_writes_to_a_person_by_their_id() {
    let scene = Scene::start().await;
    let form = [("channel", MIKA), ("text", "Kudos is approved."), ("team_id", DESIGN)];
    let posted = scene.fine("chat.postMessage", &form).await;
    let design = posted["channel"].as_str().unwrap().to_owned();
    assert!(design.starts_with('D') && posted["message"]["team"] == DESIGN);
    let again = scene.fine("chat.postMessage", &form).await;
    assert_eq!(again["channel"], design, "the same direct messages");
    assert_eq!(scene.messages(&design).len(), 2);
    let anywhere = scene
        .fine("chat.postMessage", &[("channel", MIKA), ("text", "Hello")])
        .await;
    assert!(anywhere["channel"].as_str().unwrap().starts_with('D'));
    assert_eq!(
        anywhere["message"]["team"], TEAM,
        "the first workspace of hers that the app is in"
    );
    let changed = [
        ("channel", design.as_str()),
        ("ts", posted["ts"].as_str().unwrap()),
        ("text", "Withdrawn."),
    ];
    scene.fine("chat.update", &changed).await;
    let at = |team: &str| {
        format!(
            "{}/client?team={team}&user={MIKA}&at={ATLAS}&show=messages",
            scene.slack.sim.url()
        )
    };
    let page = scene
        .slack
        .http
        .get(at(DESIGN))
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert!(page.contains("Withdrawn.") && page.contains("Kudos is approved.") && !page.contains("Hello"));
    let refused = async |form: &[(&str, &str)]| scene.call("chat.postMessage", form).await["error"].clone();
    let text = ("text", "Hello");
    assert_eq!(refused(&[("channel", "U0N0B0DY"), text]).await, "channel_not_found");
    let elsewhere = [("channel", MIKA), ("team_id", "T0M94LNUC"), text];
    assert_eq!(refused(&elsewhere).await, "team_access_not_granted");
}
