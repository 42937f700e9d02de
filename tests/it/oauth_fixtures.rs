//! Every OAuth answer that was ever recorded, sent over a real socket to a console that runs its real install:
//! each ends in the rows that the table names, or in a page with its code and nothing stored.

mod playing;
pub(crate) mod told;

use std::collections::BTreeSet;

use playing::Run;
use reqwest::StatusCode;

/// How an install that met an answer ends.
enum Ends {
    /// In this installation.
    Installed(&'static [&'static str]),
    /// In a page with this code.
    Refused(&'static str),
}
use Ends::{Installed, Refused};

/// Each answer's file, the model of the app that asked, and how it ends.
struct Row(&'static [&'static str], Asks, Ends);

/// Which kind of app asks, and thereby which method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asks {
    /// `oauth.access`.
    Workspace,
    /// `oauth.v2.access`.
    Modern,
}
use Asks::{Modern, Workspace};

const SUBARACHNOID: &[&str] = &[
    "the-app.T061EG9R6 Subarachnoid Workspace: installed",
    "app user U0NKHRW57, installer U061F7AUR",
    "app_home: chat:write im:history im:read",
    "channel: channels:history channels:read chat:write",
    "group mpim im: chat:write",
    "in app_home D0PNCRP9N",
    "app holds workspace xoxa-…: live, no end, does not rotate",
];

const SOFTBALL: &[&str] = &[
    "the-app.T9TK3CUKW Slack Softball Team of E12345678: installed",
    "app user U0KRQLJ9H, installer U1234",
    "team: incoming-webhook",
    "app_home channel group mpim im: commands",
    "for U1234: chat:write",
    "in team T9TK3CUKW",
    "app holds bot xoxb-…: live, no end, does not rotate",
    "U1234 holds user xoxp-…: live, no end, does not rotate",
];

const TABLE: &[Row] = &[
    Row(
        &[
            "docs-examples/oauth.access.success_with_workspace_token.json",
            "docs-examples-2021-06/oauth.access.2.json",
        ],
        Workspace,
        Installed(SUBARACHNOID),
    ),
    // The answer of the older method: people's ids are flat, and scopes are `permissions`.
    Row(
        &[
            "docs-examples-2021-06/oauth.token.0.json",
            "openapi-examples/oauth.token.200.json",
        ],
        Workspace,
        Installed(&[
            "the-app.T061EG9Z9 Subarachnoid Workspace: installed",
            "app user U0AB12ABC, installer U061F7AUR",
            "channel: channels:read chat:write:user",
            "in channel C061EG9T2",
            "app holds workspace xoxa-…: live, no end, does not rotate",
        ]),
    ),
    Row(
        &["integrations-slack/oauth.token.workspace-2017-12.json"],
        Workspace,
        Installed(&[
            "the-app.T74MJ8DTK GitHub Slack Dev: installed",
            "app user U8AV5LA8H, installer U759A9R4L",
            "app holds workspace xoxa-…: live, no end, does not rotate",
        ]),
    ),
    Row(
        &[
            "docs-examples/oauth.v2.access.success.json",
            "docs-examples-2021-06/oauth.v2.access.0.json",
            "openapi-examples/oauth.v2.access.200.json",
        ],
        Modern,
        Installed(SOFTBALL),
    ),
    Row(
        &["docs-examples/oauth.v2.access.success_with_token_rotation.json"],
        Modern,
        Installed(&[
            "the-app.T9TK3CUKW Slack Softball Team of E12345678: installed",
            "app user U0KRQLJ9H, installer U1234",
            "team: incoming-webhook",
            "app_home channel group mpim im: commands",
            "for U1234: chat:write",
            "in team T9TK3CUKW",
            "app holds bot xoxe.xoxb-…: live, ends after 43200 s, rotates",
            "U1234 holds user xoxe.xoxp-…: live, ends after 43200 s, rotates",
        ]),
    ),
    // A person alone: there is no bot, and the person holds the token.
    Row(
        &[
            "docs-examples/oauth.v2.access.success_with_sign_in_with_slack.json",
            "docs-examples-2021-06/oauth.v2.access.1.json",
        ],
        Modern,
        Installed(&[
            "the-app.T024BE7LD T024BE7LD: installed",
            "no app user, installer U065VRX1T0",
            "for U065VRX1T0: identity.avatar identity.basic identity.email identity.team",
            "in team T024BE7LD",
            "U065VRX1T0 holds user xoxp-…: live, no end, does not rotate",
        ]),
    ),
    Row(
        &["from-tests/access.slackapi-bolt-python.090c321f.json"],
        Modern,
        Installed(&[
            "the-app.T9TK3CUKW Slack Softball Team of E12345678: installed",
            "app user U0KRQLJ9H, installer U1234",
            "app_home channel group mpim im: chat:write commands",
            "for U1234: chat:write",
            "in team T9TK3CUKW",
            "app holds bot xoxb-…: live, no end, does not rotate",
            "U1234 holds user xoxp-…: live, no end, does not rotate",
        ]),
    ),
    // The answer to a refresh names nobody.
    Row(
        &["from-tests/access.slackapi-bolt-python.0719d370.json"],
        Modern,
        Installed(&[
            "the-app.T9TK3CUKW Slack Softball Team of E12345678: installed",
            "app user U0KRQLJ9H, no installer",
            "app_home channel group mpim im: chat:write commands",
            "in team T9TK3CUKW",
            "app holds bot xoxb-…: live, ends after 43200 s, rotates",
        ]),
    ),
    // Blank where others say null.
    Row(
        &["from-tests/access.slack-go-slack.d7b79fb9.json"],
        Modern,
        Installed(&[
            "the-app.T0KRQLJ9H Test Team: installed",
            "app user U0KRQLJ9H, installer U0KRQLJ9H",
            "app_home channel group mpim im: chat:write",
            "in team T0KRQLJ9H",
            "app holds bot xoxb-…: live, no end, does not rotate",
        ]),
    ),
    Row(
        &["from-tests/access.slackapi-java-slack-sdk.bea1090f.json"],
        Modern,
        Installed(&[
            "the-app.T111 Testing Workspace of E111: installed",
            "app user U111, no installer",
            "app_home channel group mpim im: commands",
            "in team T111",
            "app holds bot xoxe.xoxb-…: live, ends after 43200 s, rotates",
        ]),
    ),
    // Bot and person each with an end of their own.
    Row(
        &["from-tests/access.slackapi-python-slack-sdk.ed0fb6ec.json"],
        Modern,
        Installed(&[
            "the-app.T111 Testing Workspace of E111: installed",
            "app user UB111, installer W111",
            "team: app_mentions:read",
            "app_home channel group mpim im: chat:write commands",
            "for W111: search:read",
            "in team T111",
            "app holds bot xoxe.xoxb-…: live, ends after 43201 s, rotates",
            "W111 holds user xoxe.xoxp-…: live, ends after 43200 s, rotates",
        ]),
    ),
    Row(
        &["integrations-slack/oauth.v2.access.2020-07.json"],
        Modern,
        Installed(&[
            "the-app.T74MJ8DTK GitHub Slack Dev: installed",
            "no app user, installer U8AV5LA8H",
            "app_home channel group mpim im: chat:write commands",
            "for U8AV5LA8H: chat:write commands",
            "in team T74MJ8DTK",
            "app holds bot xoxa-…: live, no end, does not rotate",
            "U8AV5LA8H holds user xoxp-…: live, no end, does not rotate",
        ]),
    ),
    // A classic app's answer. The documents leave out its `ok`, without which nothing is believed.
    Row(
        &[
            "docs-examples/oauth.access.success.json",
            "docs-examples/oauth.access.success_with_bot.json",
            "docs-examples-2021-06/oauth.access.0.json",
            "docs-examples-2021-06/oauth.access.1.json",
            "openapi-examples/oauth.access.200.json",
        ],
        Workspace,
        Refused("answer_unexpected"),
    ),
    // Tokens of other kinds: for signing in, for configuring apps, and who somebody is.
    Row(
        &[
            "docs-examples/openid.connect.token.success.json",
            "docs-examples/openid.connect.userInfo.success.json",
            "docs-examples/tooling.tokens.rotate.success.json",
            "docs-examples/oauth.v2.user.access.success.json",
            "from-tests/access.slackapi-java-slack-sdk.30c12ea2.json",
        ],
        Modern,
        Refused("answer_unexpected"),
    ),
    Row(
        &[
            "docs-examples/oauth.access.error.json",
            "docs-examples-2021-06/oauth.access.3.json",
            "docs-examples-2021-06/oauth.token.1.json",
            "openapi-examples/oauth.access.default.json",
            "openapi-examples/oauth.token.default.json",
        ],
        Workspace,
        Refused("invalid_client_id"),
    ),
    Row(
        &[
            "docs-examples/oauth.v2.access.error.json",
            "docs-examples-2021-06/oauth.v2.access.2.json",
            "openapi-examples/oauth.v2.access.default.json",
        ],
        Modern,
        Refused("invalid_client_id"),
    ),
    Row(
        &["docs-examples/oauth.v2.user.access.error.json"],
        Modern,
        Refused("invalid_code"),
    ),
    Row(
        &["docs-examples/tooling.tokens.rotate.error.json"],
        Modern,
        Refused("invalid_refresh_token"),
    ),
    // All keys with blank values: `ok` is false and the error has no name.
    Row(
        &[
            "java-json-logs/oauth.v2.access.json",
            "java-json-logs/oauth.v2.exchange.json",
            "java-json-logs/openid.connect.token.json",
            "java-json-logs/openid.connect.userInfo.json",
        ],
        Modern,
        Refused("answer_unexpected"),
    ),
];

#[test]
fn the_table_names_every_recorded_answer_once() {
    let named: Vec<&str> = TABLE.iter().flat_map(|Row(files, ..)| *files).copied().collect();
    let distinct: BTreeSet<String> = named.iter().map(ToString::to_string).collect();
    assert_eq!(distinct.len(), named.len());
    assert_eq!(distinct, playing::recorded());
}

#[tokio::test(flavor = "multi_thread")]
async fn every_recorded_answer_ends_in_the_right_row_or_in_none() -> anyhow::Result<()> {
    let mut wrong = Vec::new();
    for Row(files, asks, ends) in TABLE {
        for file in *files {
            let run = Run::of(file, *asks).await?;
            let (kept, expected) = match ends {
                Installed(rows) => (run.kept().await?, rows.iter().map(ToString::to_string).collect()),
                Refused(code) => {
                    assert_eq!(run.status, StatusCode::BAD_GATEWAY, "{file}: {}", run.page);
                    assert!(
                        run.page.contains("Slack did not hand over access"),
                        "{file}: {}",
                        run.page
                    );
                    (run.refusal().await?, vec![(*code).to_owned()])
                }
            };
            if kept != expected {
                wrong.push(format!(
                    "{file}:\n  {}\n  instead of\n  {}",
                    kept.join("\n  "),
                    expected.join("\n  ")
                ));
            }
            run.end().await?;
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_for_the_other_model_or_another_app_is_not_kept() -> anyhow::Result<()> {
    let workspace = "docs-examples/oauth.access.success_with_workspace_token.json";
    let modern = "docs-examples/oauth.v2.access.success.json";
    for (file, asks, code) in [
        (modern, Workspace, "answer_unexpected"),
        (workspace, Modern, "answer_unexpected"),
    ] {
        let run = Run::of(file, asks).await?;
        assert_eq!(run.refusal().await?, [code], "{file}");
        run.end().await?;
    }
    for (file, asks) in [(workspace, Workspace), (modern, Modern)] {
        let run = Run::of_another_app(file, asks).await?;
        assert_eq!(run.refusal().await?, ["wrong_app"], "{file}");
        run.end().await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_classic_apps_answer_as_slack_sends_it_is_told_apart_and_not_kept() -> anyhow::Result<()> {
    for file in [
        "docs-examples/oauth.access.success.json",
        "docs-examples/oauth.access.success_with_bot.json",
    ] {
        let mut answer: serde_json::Value = serde_json::from_str(&playing::body(file)?)?;
        answer["ok"] = true.into();
        let run = Run::with(answer.to_string(), Workspace).await?;
        assert_eq!(run.refusal().await?, ["not_a_workspace_app"], "{file}");
        run.end().await?;
    }
    Ok(())
}

/// An organization's answer as python-slack-sdk#1640 reports it: `is_enterprise_install`, and yet a team.
#[tokio::test(flavor = "multi_thread")]
async fn is_enterprise_install_decides_where_an_answer_belongs() -> anyhow::Result<()> {
    let answer = |team: &str, org_wide: &str| {
        format!(
            r#"{{"ok": true, "access_token": "xoxb-1-org", "token_type": "bot", "scope": "commands", "bot_user_id": "UB1",
            "app_id": "A0KRD7HC3", "team": {team}, "enterprise": {{"id": "E111", "name": "Sandbox Org"}},
            "is_enterprise_install": {org_wide}, "authed_user": {{"id": "W111"}}}}"#
        )
    };
    let named = r#"{"id": "T111", "name": "Testing Workspace"}"#;
    let in_the_organization = [
        "the-app.E111 Sandbox Org: installed",
        "app user UB1, installer W111",
        "app_home channel group mpim im: commands",
        "app holds bot xoxb-…: live, no end, does not rotate",
    ];
    let in_the_workspace = [
        "the-app.T111 Testing Workspace of E111: installed",
        "app user UB1, installer W111",
        "app_home channel group mpim im: commands",
        "in team T111",
        "app holds bot xoxb-…: live, no end, does not rotate",
    ];
    for (team, org_wide, expected) in [
        ("null", "true", in_the_organization.as_slice()),
        (named, "true", in_the_organization.as_slice()),
        (named, r#""true""#, in_the_organization.as_slice()),
        (named, "false", in_the_workspace.as_slice()),
        (named, "null", in_the_workspace.as_slice()),
    ] {
        let run = Run::with(answer(team, org_wide), Modern).await?;
        assert_eq!(run.kept().await?, expected, "{team} {org_wide}");
        run.end().await?;
    }
    Ok(())
}
