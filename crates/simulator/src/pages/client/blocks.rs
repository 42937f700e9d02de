//! Block Kit, as much of it as messages of this house and its neighbors use.

use serde_json::Value;

use super::{
    mrkdwn::mrkdwn,
    press::{Spot, control},
};
use crate::{
    html::{Html, html},
    state::controls::{of_block, words},
};

/// The blocks of a message Slack would show.
const SHOWN: usize = 50;

pub(super) fn blocks(spot: Spot<'_>) -> Html {
    let list = spot.message.blocks.as_array().map(Vec::as_slice).unwrap_or_default();
    list.iter().take(SHOWN).map(|one| block(spot, one)).collect()
}

fn block(spot: Spot<'_>, json: &Value) -> Html {
    let controls = || of_block(json).map(|one| control(spot, &one)).collect::<Html>();
    match json["type"].as_str().unwrap_or_default() {
        "divider" => html!("<hr>"),
        "header" => html!("<h3>{}</h3>", words(&json["text"])),
        "section" => {
            let fields = json["fields"].as_array().map(|fields| {
                let fields: Html = fields
                    .iter()
                    .map(|one| html!("<div class=\"short\">{}</div>", text(spot, one)))
                    .collect();
                html!("<div class=\"fields\">{}</div>", fields)
            });
            let said = (!json["text"].is_null()).then(|| html!("<p>{}</p>", text(spot, &json["text"])));
            html!(
                "<div class=\"section\"><div class=\"grow\">{}{}</div>{}</div>",
                said,
                fields,
                controls()
            )
        }
        "actions" => html!("<div class=\"row wrap presses\">{}</div>", controls()),
        "context" => {
            let pieces: Html = json["elements"]
                .as_array()
                .into_iter()
                .flatten()
                .map(|one| element(spot, one))
                .collect();
            html!("<p class=\"row wrap small subtle\">{}</p>", pieces)
        }
        "image" => html!(
            "<p class=\"muted\">Image: {}</p>",
            json["alt_text"].as_str().unwrap_or_default()
        ),
        other => html!(
            "<p class=\"small subtle\">A block of type <code>{}</code>, which is not shown here.</p>",
            other
        ),
    }
}

fn element(spot: Spot<'_>, json: &Value) -> Html {
    if json["type"] == "image" {
        html!("<span>Image: {}</span>", json["alt_text"].as_str().unwrap_or_default())
    } else {
        html!("<span>{}</span>", text(spot, json))
    }
}

/// A text object: `mrkdwn` or `plain_text`.
fn text(spot: Spot<'_>, json: &Value) -> Html {
    if json["type"] == "mrkdwn" {
        mrkdwn(spot.world, words(json))
    } else {
        html!("{}", words(json))
    }
}
