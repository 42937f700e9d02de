//! The page of approval rules in a real browser: an edit is tried over all history, agreed to by a second person and
//! decides; a version in shadow shows where it disagrees; a text that is refused changes nothing.
//!
//! With `GRANTBOOK_SCREENSHOTS=folder` each step is kept as a picture.

use std::time::Duration;

use fantoccini::Locator;
use grantbook_core::{
    approval::{Rules, VersionActor, life::State},
    view::{
        Role,
        approvals::{RulesDraft, RulesFormat},
    },
};
use grantbook_flows::{
    accounts::Accounts,
    approvals::{
        judge_new,
        rules::{RuleBook, in_force},
    },
};
use grantbook_simulator::VirtualClock;
use grantbook_tests::{
    app_requests::{Asked, take},
    browser::{Browser, ColorScheme, Viewport},
    stage::until,
};

use crate::{
    console::{Console, PASSWORD, reserve},
    main_job::picture,
    pages::{self, sign_in},
};

/// Nothing listens there: rules need no Slack.
const NO_SLACK: &str = "http://127.0.0.1:9/";

const FIRST: &str = r#"
[[rules]]
id = "blocked"
name = "Blocked apps"
when = { app = { is = ["A0BLOCKED1", "A0BLOCKED2"] } }
then = { restrict = { reason = "This app is not allowed here." } }

[[rules]]
id = "ours"
name = "Our own apps"
when = { all = [{ distribution = { is = "internal" } }, { scopes = { none_of = ["admin"] } }] }
then = { approve = {} }

[[rules]]
id = "chat-only"
name = "Chat-only internal apps"
when = { all = [{ distribution = { is = "internal" } }, { scopes = { within = ["chat:write"] } }] }
then = { approve = {} }

[[rules]]
id = "private-history"
name = "Private history needs security"
when = { scopes = { any_of = ["groups:history", "mpim:history"] } }
then = { ask = { whom = ["security"], reason_required = true } }
"#;

/// What is asked for: number modulo seven.
const APPS: [(&str, &str, &str, &[&str]); 7] = [
    (
        "A0MAILMERGE",
        "Mail Merge Kit",
        "third_party",
        &["chat:write", "commands"],
    ),
    ("A0POLLGARDEN", "Poll Garden", "third_party", &["chat:write"]),
    ("A0CALENDAR", "Calendar Lens", "internal", &["chat:write"]),
    ("A0KUDOS", "Kudos Jar", "third_party", &["users:read", "chat:write"]),
    ("A0ROSTER", "Roster Sync", "third_party", &["groups:history"]),
    ("A0BLOCKED1", "Grabber", "third_party", &["chat:write", "files:read"]),
    ("A0PAYROLL", "Payroll Bot", "internal", &["admin"]),
];
/// Whole rounds over the apps.
const ROUNDS: u32 = 6;

struct Scene {
    console: Console,
    browser: Browser,
}

impl Scene {
    /// A history of requests that the first version has judged.
    async fn new() -> anyhow::Result<Self> {
        let (address, _) = reserve();
        let console = Console::start(address, NO_SLACK.parse()?, VirtualClock::new()).await?;
        let accounts = Accounts::new(console.house.clone(), Duration::from_secs(3_600));
        accounts.create_user("petra", PASSWORD.into(), Role::Admin).await?;
        let scene = Self {
            console,
            browser: Browser::start(Viewport::Desktop, ColorScheme::Light).await?,
        };
        scene.ask(0, ROUNDS).await?;
        let book = RuleBook::new(scene.console.house.clone());
        let draft = RulesDraft {
            text: FIRST.to_owned(),
            format: RulesFormat::Toml,
            note: "The first rules".to_owned(),
            ..RulesDraft::default()
        };
        let by = |name| VersionActor {
            name,
            is_person: true,
            is_admin: true,
        };
        let version = book.save(draft, by("user:orla")).await?.version.version;
        book.propose(version, by("user:orla")).await?;
        book.agree(version, by("user:petra")).await?;
        judge_new(&scene.console.house).await?;
        Ok(scene)
    }

    async fn ask(&self, from: u32, rounds: u32) -> anyhow::Result<()> {
        let house = &self.console.house;
        let numbers = from * 7..(from + rounds) * 7;
        let asked: Vec<Asked<'_>> = numbers
            .map(|number| {
                let (app, name, developer, scopes) = APPS[usize::try_from(number % 7).unwrap_or_default()];
                Asked {
                    number,
                    app,
                    name,
                    developer,
                    scopes,
                    team: ["T0DESIGN01", "T0LABS0001", "T0HQ000001"][usize::try_from(number % 3).unwrap_or_default()],
                }
            })
            .collect();
        take(&house.store, &asked, house.clock.now()).await
    }

    /// Signs in, as whoever it was before or not, on the way to a page.
    async fn open_as(&self, name: &str, path: &str) -> anyhow::Result<()> {
        self.browser.open(&self.console.at("favicon.svg")).await?;
        self.browser.client().delete_all_cookies().await?;
        sign_in(&self.browser, &self.console, name, path).await
    }

    /// Presses the button with this text, once it is displayed.
    async fn press(&self, text: &str) -> anyhow::Result<()> {
        let path = format!("//button[normalize-space()='{text}']");
        let press = async || {
            for button in self.browser.client().find_all(Locator::XPath(&path)).await? {
                if button.is_displayed().await? && button.click().await.is_ok() {
                    return Ok(Some(()));
                }
            }
            Ok(None)
        };
        self.browser.wait_for(&format!("the button {text}"), press).await
    }

    /// Both sizes and both schemes, for people to look at.
    async fn pictures(&self, name: &str) -> anyhow::Result<()> {
        picture(&self.browser, name).await?;
        self.browser.emulate(Viewport::Phone, ColorScheme::Dark).await?;
        picture(&self.browser, &format!("{name}-phone-dark")).await?;
        let wide = "return document.documentElement.scrollWidth <= window.innerWidth";
        let fits = self.browser.client().execute(wide, Vec::new()).await?;
        assert_eq!(fits, true, "{name}: the page scrolls sideways on a phone");
        self.browser.emulate(Viewport::Desktop, ColorScheme::Light).await
    }

    async fn end(self) -> anyhow::Result<()> {
        pages::end(self.browser).await?;
        self.console.stop().await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_is_tried_over_all_history_agreed_to_and_decides() -> anyhow::Result<()> {
    let scene = Scene::new().await?;
    let browser = &scene.browser;
    scene.open_as("admin", "rules").await?;
    // One of the rules can never fire, and the page proves it.
    browser.wait_for_css("[data-finding=chat-only]").await?;
    browser.wait_for_text("“Our own apps” takes it.").await?;
    browser.wait_for_css("[data-flips='0']").await?;
    scene.pictures("40-rules-in-force").await?;

    browser.click("[data-add-rule]").await?;
    browser.fill("#rule-name", "Small additions").await?;
    browser.click("[data-test='0'] option[value=scopes_within]").await?;
    browser.fill("input[data-values='0']", "chat:write, commands").await?;
    scene.press("Approve").await?;
    browser.fill("#rule-days", "90").await?;
    browser
        .wait_for_text("Approve for the workspace for 90 days when scopes are only")
        .await?;
    scene.pictures("41-a-rule").await?;
    browser.click("[data-act]").await?;
    // Mail Merge Kit and Poll Garden of every round went to people, and would not any more.
    browser.wait_for_css("[data-flips='12']").await?;
    browser.wait_for_text("of 42 decisions would flip").await?;
    browser.wait_for_text("ask to approve").await?;
    browser.wait_for_text("5 of 12").await?;
    browser.click("[data-all-flips]").await?;
    browser.wait_for_text("12 of 12").await?;
    let flip = browser.wait_for_css("[data-flip] a").await?;
    assert!(flip.attr("href").await?.is_some_and(|href| href.starts_with("/queue/")));
    browser.wait_for_css("[data-edits='1']").await?;
    browser.wait_for_text("“Small additions” is new, in place 5.").await?;
    scene.pictures("42-the-backtest").await?;

    browser.fill("#rules-note", "Small apps need nobody").await?;
    browser.click("[data-do=propose]").await?;
    browser.wait_for_css("[data-state=proposed]").await?;
    browser.click("[data-step=agree]").await?;
    browser.wait_for_text("A second person has to agree").await?;
    scene.pictures("43-proposed").await?;
    assert_eq!(
        in_force(&scene.console.house).await?.version,
        1,
        "nothing decides before that"
    );

    scene.open_as("petra", "rules/versions/2").await?;
    browser.click("[data-step=agree]").await?;
    browser.click("[data-act]").await?;
    browser.wait_for_css("[data-state=in_force]").await?;
    let deciding = in_force(&scene.console.house).await?;
    assert_eq!((deciding.version, deciding.rules.rules.len()), (2, 5));
    browser.open(&scene.console.at("rules/versions")).await?;
    browser.wait_for_text("Small apps need nobody").await?;
    browser.wait_for_text("Retired").await?;
    scene.pictures("44-versions").await?;
    scene.end().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_in_shadow_shows_where_it_disagrees() -> anyhow::Result<()> {
    let scene = Scene::new().await?;
    let browser = &scene.browser;
    scene.open_as("admin", "rules").await?;
    browser.wait_for_css("[data-rule=private-history]").await?;
    browser.click("[data-rule=private-history] [data-tool=delete]").await?;
    browser.click("[data-rule=ours] [data-tool=switch]").await?;
    browser.wait_for_css("[data-edits='2']").await?;
    browser.click("[data-do=shadow]").await?;
    browser.wait_for_css("[data-shadow]").await?;
    browser.wait_for_text("No disagreement").await?;
    let shadow = in_force(&scene.console.house).await?.shadow.clone();
    assert_eq!(shadow.map(|(version, _)| version), Some(2));

    scene.ask(ROUNDS, 1).await?;
    judge_new(&scene.console.house).await?;
    // The console's own work may have been quicker with some of them.
    until("all of them are judged", async || {
        let new = scene.console.house.store.app_requests_in(State::New, 0, 100).await?;
        Ok(new.is_empty().then_some(()))
    })
    .await?;
    browser.open(&scene.console.at("rules/versions/2")).await?;
    // Roster Sync was for security; nobody in particular is asked now.
    browser.wait_for_text("disagreement").await?;
    browser.wait_for_css("[data-shadow] [data-flip]").await?;
    let shown = browser.wait_for_css("[data-shadow]").await?.text().await?;
    assert!(shown.contains("Roster Sync"), "{shown}");
    scene.pictures("45-in-shadow").await?;
    scene.end().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_is_refused_with_its_line_and_taken_once_it_is_mended() -> anyhow::Result<()> {
    let scene = Scene::new().await?;
    let browser = &scene.browser;
    scene.open_as("admin", "rules").await?;
    browser.wait_for_css("[data-rule=ours]").await?;
    browser.wait_for_css("[data-flips='0']").await?;
    scene.press("TOML").await?;
    browser.wait_for_css("[data-written=toml]").await?;
    let wrong = FIRST.trim().replacen("distribution", "weather", 1);
    put(browser, &wrong).await?;
    browser.wait_for_css("[data-wrong='10']").await?;
    browser.wait_for_text("The rules in force stay as they are.").await?;
    scene.pictures("46-refused").await?;
    let save = browser.wait_for_css("[data-do=save]").await?;
    assert_eq!(save.attr("aria-disabled").await?.as_deref(), Some("true"));
    browser.wait_for_text("weather is not known here").await?;
    // All of it can be taken back.
    browser.click("[data-do=undo]").await?;
    browser.wait_for_text("Nothing is edited yet.").await?;
    scene.press("TOML").await?;
    browser.wait_for_css("[data-written=toml]").await?;
    // Everything to people: every approval and restriction by a rule flips.
    put(browser, "rules = []").await?;
    browser.wait_for_css("[data-edits='4']").await?;
    browser.wait_for_css("[data-flips='18']").await?;
    browser.click("[data-do=save]").await?;
    browser.wait_for_text("Version 2 is saved as a draft.").await?;
    let kept = scene.console.house.store.stored_rules(2).await?;
    assert_eq!(
        kept.map(|kept| kept.rules),
        Some(Rules {
            version: 2,
            rules: Vec::new()
        })
    );
    scene.end().await
}

/// Puts a text in place as a paste does.
async fn put(browser: &Browser, text: &str) -> anyhow::Result<()> {
    let script = "const area = document.querySelector('#rules-text');
        Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, 'value').set.call(area, arguments[0]);
        area.dispatchEvent(new Event('input', { bubbles: true }));";
    browser.client().execute(script, vec![text.into()]).await?;
    Ok(())
}
