//! What a message becomes on the wire, and what Slack would not take.

use super::*;
use crate::methods::ChatPostMessage;

fn seed_message() -> OutgoingMessage {
    OutgoingMessage::text(
        "New feature alert: Try our new slash command to look up all the intersections you've collected.",
    )
    .attachment(
        Attachment::new(
            "perm_request_1234",
            "Adding this command requires an official Slack client.",
        )
        .action(AttachmentAction::button(
            "add_commands",
            "Add /insectoid command",
            "add",
        )),
    )
}

#[test]
fn the_button_of_the_progressive_permissions_page_can_be_built() {
    let seed: ChatPostMessage =
        serde_json::from_str(include_str!("../../fixtures/seeds/chat.postMessage.request.json")).unwrap();
    assert_eq!(seed_message().post_to("D0BH95DLH").unwrap(), seed);
    let read: Vec<Attachment> = serde_json::from_value(seed.attachments.unwrap()).unwrap();
    assert_eq!(read, seed_message().attachments);
}

#[test]
fn block_kit_is_written_as_slack_spells_it() {
    let url = "https://console.example/slack/deploy-desk/install".parse().unwrap();
    let message = OutgoingMessage::text("Deploy Desk asks for more")
        .block(Block::section("*Deploy Desk* asks for more"))
        .block(Block::Divider {})
        .block(Block::actions(
            "ask",
            [
                Element::link("allow", "Allow", &url).primary(),
                Element::button("later", "Not now", "PR-1"),
                Element::select("why", "Why?", [("Too much", "much")]),
            ],
        ))
        .block(Block::context("PR-1"));
    let blocks = message.clone().post_to("C1").unwrap().blocks.unwrap();
    assert_eq!(
        blocks[0],
        json!({"type": "section", "text": {"type": "mrkdwn", "text": "*Deploy Desk* asks for more"}})
    );
    assert_eq!(blocks[1], json!({"type": "divider"}));
    let [link, _, menu] = [0, 1, 2].map(|i| &blocks[2]["elements"][i]);
    assert_eq!(
        link,
        &json!({
            "type": "button", "action_id": "allow", "text": {"type": "plain_text", "text": "Allow"},
            "url": "https://console.example/slack/deploy-desk/install", "style": "primary",
        })
    );
    assert_eq!(
        (&menu["type"], &menu["options"][0]["value"]),
        (&json!("static_select"), &json!("much"))
    );
    let read: Vec<Block> = serde_json::from_value(blocks).unwrap();
    assert_eq!(read, message.blocks);
}

#[test]
fn what_slack_would_not_take_is_an_error_that_names_the_part() {
    let attachment = || Attachment::new("id", "fallback");
    let button = |value: usize| AttachmentAction::button("n", "t", "x".repeat(value));
    let row = |element| OutgoingMessage::default().block(Block::actions("row", [element]));
    let many = |count: usize| {
        let options = (0..count).map(|n| SelectOption::new("t", n.to_string())).collect();
        OutgoingMessage::default().attachment(attachment().action(AttachmentAction::select("n", "t", options)))
    };
    let five = (0..5).fold(attachment(), |attachment, _| attachment.action(button(1)));
    let refused = [
        (OutgoingMessage::text("  "), "the message is empty"),
        (
            OutgoingMessage::text("é".repeat(40_001)),
            "the text has more than 40000 characters",
        ),
        (
            OutgoingMessage::default().attachment(Attachment::new("", "f")),
            "an attachment's `callback_id` is missing",
        ),
        (
            OutgoingMessage::default().attachment(Attachment::new("id", "")),
            "an attachment's `fallback` is missing",
        ),
        (
            OutgoingMessage::default().attachment(five.clone().action(button(1))),
            "there are more than 5 actions in an attachment",
        ),
        (
            OutgoingMessage::default().attachment(attachment().action(button(2001))),
            "a button's `value` has more than 2000 characters",
        ),
        (many(0), "a menu's `options` is missing"),
        (many(101), "there are more than 100 options in a menu"),
        (
            row(Element::button("a", "x".repeat(76), "v")),
            "a button's text has more than 75 characters",
        ),
        (row(Element::button("", "x", "v")), "an `action_id` is missing"),
        (
            (0..51).fold(OutgoingMessage::default(), |message, _| {
                message.block(Block::Divider {})
            }),
            "there are more than 50 blocks",
        ),
        (
            (0..21).fold(OutgoingMessage::default(), |message, _| {
                message.attachment(attachment())
            }),
            "there are more than 20 attachments",
        ),
    ];
    for (message, expected) in refused {
        assert_eq!(message.validate().unwrap_err().to_string(), expected);
    }
    assert_eq!(many(100).validate(), Ok(()));
    assert_eq!(
        OutgoingMessage::text("é".repeat(40_000)).attachment(five).validate(),
        Ok(())
    );
}

#[test]
fn answers_say_who_sees_them_and_what_they_replace() {
    let written = |answer| serde_json::to_value::<ResponseMessage>(answer).unwrap();
    let hello = || OutgoingMessage::text("hello");
    assert_eq!(
        written(ResponseMessage::ephemeral(hello()).unwrap()),
        json!({"response_type": "ephemeral", "replace_original": false, "text": "hello"})
    );
    assert_eq!(
        written(ResponseMessage::in_channel(hello()).unwrap())["response_type"],
        "in_channel"
    );
    assert_eq!(
        written(ResponseMessage::replacing(hello()).unwrap()),
        json!({"replace_original": true, "text": "hello", "attachments": []})
    );
    assert_eq!(written(ResponseMessage::deleting()), json!({"delete_original": true}));
    assert!(ResponseMessage::ephemeral(OutgoingMessage::default()).is_err());
}

#[test]
fn any_apps_answer_is_read() {
    let read = |text| serde_json::from_str::<ResponseMessage>(text);
    let answer =
        read(r#"{"text":"hi","attachments":[{"text":"no callback","image_url":"x"}],"delete_original":"true"}"#);
    let answer = answer.unwrap();
    assert_eq!(answer.visible_to(), ResponseType::Ephemeral);
    assert!(answer.delete_original && answer.replace_original.is_none());
    assert_eq!(answer.attachments.unwrap()[0]["text"], "no callback");
    assert!(read(r#"{"response_type":"everybody"}"#).is_err());
}

#[test]
fn an_update_clears_what_the_new_message_lacks() {
    let update = OutgoingMessage::text("done")
        .update("D1".parse().unwrap(), "1.2")
        .unwrap();
    assert_eq!(
        serde_json::to_value(update).unwrap(),
        json!({"channel": "D1", "ts": "1.2", "text": "done", "attachments": [], "blocks": []})
    );
}
