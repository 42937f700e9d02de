//! The approval queue in a real browser: requests that arrive while it is open, decisions by keyboard, filters in
//! the address, many decided at once, and a request on its own page.
//!
//! With `GRANTBOOK_SCREENSHOTS=folder` each step is kept as a picture.

mod scene;

use fantoccini::key::Key;
use grantbook_core::view::approvals::State;

use grantbook_tests::browser::{ColorScheme, Viewport};

use crate::main_job::picture;
use scene::{FERN, LEGAL, SALES, Scene, TRANSCRIBER, asked};

#[tokio::test(flavor = "multi_thread")]
async fn a_request_arrives_while_the_queue_is_open_and_is_approved_by_keyboard() -> anyhow::Result<()> {
    let scene = Scene::new().await?;
    scene.open("queue").await?;
    let browser = &scene.browser;
    browser.wait_for_text("Nothing waits for a person").await?;
    picture(browser, "60-queue-empty").await?;

    scene
        .take(vec![asked(1, TRANSCRIBER, Some(LEGAL)), asked(2, FERN, None)])
        .await?;
    browser.wait_for_text("2 requests wait for a person.").await?;
    browser.wait_for_css("tr[data-app-request]").await?;
    scene.wait_for_rows(2).await?;
    browser.wait_for_css(".nav .count.hot").await?;

    // No key decides without a dialog: `a` opens one, Escape leaves everything as it is.
    scene.press("j").await?;
    scene.press("a").await?;
    browser.wait_for_text("Approve Transcriber for Legal").await?;
    browser.wait_for_text("People can install Transcriber").await?;
    picture(browser, "61-approve-dialog").await?;
    scene.press(&char::from(Key::Escape).to_string()).await?;
    scene.wait_until_gone("dialog[open]").await?;
    assert_eq!(scene.states().await?, [State::Open, State::Open]);

    scene.press("a").await?;
    browser.wait_for_css("dialog[open] #decision-reason").await?;
    browser.fill("dialog[open] #decision-reason", "for the pilot").await?;
    scene.confirm_by_key().await?;
    browser.wait_for_text("Transcriber is approved here.").await?;
    browser.wait_for_text("On the way to Slack").await?;
    picture(browser, "62-leaves-with-a-word").await?;
    scene.wait_for_rows(1).await?;
    assert_eq!(scene.states().await?, [State::Deciding, State::Open]);
    let stored = scene.stored(0).await?;
    assert_eq!(
        (stored.decided_by.as_deref(), stored.reason.as_deref()),
        (Some("user:admin"), Some("for the pilot"))
    );

    // A letter in a field is a letter.
    browser.fill("[data-filter]", "ara").await?;
    browser.wait_for_text("Nothing matches the filter").await?;
    assert!(browser.client().current_url().await?.as_str().ends_with("queue?q=ara"));
    scene.end().await
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_are_in_the_address_and_many_are_restricted_at_once() -> anyhow::Result<()> {
    let scene = Scene::new().await?;
    let requests = vec![
        asked(1, TRANSCRIBER, Some(LEGAL)),
        asked(2, TRANSCRIBER, Some(SALES)),
        asked(3, FERN, Some(SALES)),
        asked(4, FERN, None),
    ];
    scene.take(requests).await?;
    scene.open("queue?risk=low&sort=oldest").await?;
    let browser = &scene.browser;
    scene.wait_for_rows(2).await?;
    browser.wait_for_css("button.chip.on").await?;
    browser.click("button.chip.on").await?;
    scene.wait_for_rows(4).await?;
    let address = browser.client().current_url().await?;
    assert_eq!(address.query(), Some("sort=oldest"));
    picture(browser, "63-queue").await?;

    // The first row, and with shift all up to the third.
    scene.press("j").await?;
    scene.press("x").await?;
    browser.wait_for_text("1 request selected").await?;
    scene.press("j").await?;
    scene.press("j").await?;
    scene.press("X").await?;
    browser.wait_for_text("3 requests selected").await?;
    // Somebody else is quicker with one of them.
    scene.decided_elsewhere(1).await?;
    browser.wait_for_css(".farewell").await?;
    scene.press("r").await?;
    browser.wait_for_text("Restrict 2 requests").await?;
    browser.wait_for_text("Nothing is uninstalled").await?;
    browser
        .fill("dialog[open] #decision-reason", "too much at once")
        .await?;
    picture(browser, "64-restrict-many").await?;
    scene.confirm_by_key().await?;
    browser.wait_for_text("2 requests restricted.").await?;
    scene.wait_for_rows(1).await?;
    let expected = [State::Deciding, State::Approved, State::Deciding, State::Open];
    assert_eq!(scene.states().await?, expected);

    browser.open(&scene.console.at("queue?state=settled")).await?;
    browser.wait_for_text("somebody in Slack").await?;
    scene.end().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_has_a_panel_beside_the_list_and_a_page_of_its_own() -> anyhow::Result<()> {
    let scene = Scene::new().await?;
    scene
        .take(vec![
            asked(1, TRANSCRIBER, Some(LEGAL)),
            asked(2, TRANSCRIBER, Some(SALES)),
        ])
        .await?;
    scene.open("queue").await?;
    let browser = &scene.browser;
    scene.wait_for_rows(2).await?;
    scene.press("j").await?;
    scene.press(&char::from(Key::Enter).to_string()).await?;
    browser.wait_for_css(".panel .gauge").await?;
    browser.wait_for_text("1 other person asks for it too").await?;
    picture(browser, "65-panel").await?;
    // The panel follows the row.
    scene.press("j").await?;
    browser.wait_for_text("says 2").await?;
    scene.press(&char::from(Key::Escape).to_string()).await?;
    scene.wait_until_gone(".panel").await?;

    let first = scene.stored(0).await?.id;
    browser.open(&scene.console.at(&format!("queue/{first}"))).await?;
    browser.wait_for_text("Transcriber for Legal").await?;
    browser.wait_for_text("Privacy policy").await?;
    browser.wait_for_text("No rules are in force yet.").await?;
    picture(browser, "66-request-page").await?;
    browser.click("[data-decide=approved]").await?;
    // An optional scope is left out, and the app is approved for 30 days.
    browser
        .click("dialog[open] fieldset label.opt input[type=checkbox]")
        .await?;
    browser.fill("dialog[open] #decision-days", "30").await?;
    browser.click("dialog[open] [data-act]").await?;
    browser.wait_for_css("[data-receipt]").await?;
    browser.wait_for_text("for 30 days, without users:read.email").await?;
    picture(browser, "67-request-decided").await?;
    assert_eq!(scene.stored(0).await?.state, State::Deciding);
    for (scheme, word) in [(ColorScheme::Dark, "dark"), (ColorScheme::Light, "light")] {
        browser.emulate(Viewport::Desktop, scheme).await?;
        picture(browser, &format!("68-request-{word}")).await?;
        browser.emulate(Viewport::Phone, scheme).await?;
        scene.fits_its_width().await?;
        picture(browser, &format!("69-request-phone-{word}")).await?;
    }
    browser.open(&scene.console.at("queue")).await?;
    scene.wait_for_rows(1).await?;
    scene.fits_its_width().await?;
    picture(browser, "70-queue-phone").await?;
    // Where there is no room beside the list, a row leads to the page.
    browser.click("tr[data-app-request] a").await?;
    browser.wait_for_text("Transcriber for Sales EMEA").await?;
    browser.open(&scene.console.at("queue/4711")).await?;
    browser.wait_for_text("This request is not known here").await?;
    scene.end().await
}

#[tokio::test(flavor = "multi_thread")]
async fn names_without_blanks_fit_and_a_list_that_cannot_be_read_says_so() -> anyhow::Result<()> {
    let scene = Scene::new().await?;
    let mut request = asked(1, TRANSCRIBER, Some(LEGAL));
    request.app.name = "Supercalifragilistic".repeat(10);
    request.app.description = "d".repeat(300);
    request.message = "w".repeat(300);
    scene.take(vec![request, asked(2, FERN, None)]).await?;
    scene.open("queue").await?;
    let browser = &scene.browser;
    scene.wait_for_rows(2).await?;
    scene.fits_its_width().await?;
    scene.press("j").await?;
    scene.press(&char::from(Key::Enter).to_string()).await?;
    browser.wait_for_css(".panel .gauge").await?;
    scene.fits_its_width().await?;
    picture(browser, "71-long-names").await?;
    scene.press(&char::from(Key::Escape).to_string()).await?;
    browser.emulate(Viewport::Phone, ColorScheme::Light).await?;
    scene.fits_its_width().await?;
    let id = scene.stored(0).await?.id;
    browser.open(&scene.console.at(&format!("queue/{id}"))).await?;
    browser.wait_for_css("[data-decide=approved]").await?;
    scene.fits_its_width().await?;

    // The server is out of reach: what was read stays, with the reason and a way on.
    browser.open(&scene.console.at("queue")).await?;
    scene.wait_for_rows(2).await?;
    let gone = "window.kept = window.fetch; window.fetch = () => Promise.reject(new TypeError('gone'))";
    browser.client().execute(gone, Vec::new()).await?;
    browser.click(".segmented button:nth-child(2)").await?;
    browser.wait_for_text("The queue could not be read again.").await?;
    scene.wait_for_rows(2).await?;
    scene.fits_its_width().await?;
    browser
        .client()
        .execute("window.fetch = window.kept", Vec::new())
        .await?;
    browser.click(".banner.denied button").await?;
    scene.wait_until_gone(".banner.denied").await?;
    scene.end().await
}
