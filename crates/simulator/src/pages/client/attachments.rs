//! Legacy attachments: a box with a color, text, fields, buttons and menus.

use serde_json::Value;

use super::{
    mrkdwn::mrkdwn,
    press::{Spot, control},
};
use crate::{
    html::{Html, html},
    state::controls::{is_web_address, of_attachment},
};

/// The attachments of a message Slack would show.
const SHOWN: usize = 20;

/// All of a message's attachments; `pressed` stands in the last.
pub(super) fn attachments(spot: Spot<'_>, pressed: Option<&Html>) -> Html {
    let all = spot.message.attachments.as_array();
    let all = all.map(Vec::as_slice).unwrap_or_default();
    let end = all.len().min(SHOWN);
    all.iter()
        .take(SHOWN)
        .zip(1..)
        .map(|(json, number)| attachment(spot, json, number, pressed.filter(|_| number == end)))
        .collect()
}

fn attachment(spot: Spot<'_>, json: &Value, number: usize, pressed: Option<&Html>) -> Html {
    let text = |name: &str| json[name].as_str().filter(|text| !text.is_empty());
    let paragraph = |name: &str| text(name).map(|text| html!("<p>{}</p>", mrkdwn(spot.world, text)));
    let heading = text("title").map(|title| {
        let Some(link) = text("title_link").filter(|link| is_web_address(link)) else {
            return html!("<h3>{}</h3>", title);
        };
        html!(
            "<h3><a href=\"{}\" target=\"_blank\" rel=\"noopener noreferrer\">{}</a></h3>",
            link,
            title
        )
    });
    let author = text("author_name").map(|name| html!("<p class=\"small muted\">{}</p>", name));
    let footer = text("footer").map(|text| html!("<p class=\"small subtle\">{}</p>", text));
    let fields: Html = json["fields"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|one| field(spot, one))
        .collect();
    let fields = json["fields"]
        .is_array()
        .then(|| html!("<dl class=\"fields\">{}</dl>", fields));
    let controls: Vec<Html> = of_attachment(json, number).map(|one| control(spot, &one)).collect();
    let bare =
        controls.is_empty() && fields.is_none() && ["title", "text", "pretext"].iter().all(|name| text(name).is_none());
    let fallback = text("fallback")
        .filter(|_| bare)
        .map(|text| html!("<p class=\"muted\">{}</p>", text));
    let controls = (!controls.is_empty()).then(|| {
        html!(
            "<div class=\"row wrap presses\">{}</div>",
            controls.into_iter().collect::<Html>()
        )
    });
    html!(
        "{}<div class=\"msg-box\" data-attachment=\"{}\">{}{}{}{}{}{}{}{}{}</div>",
        paragraph("pretext"),
        number,
        bar(text("color")),
        author,
        heading,
        paragraph("text"),
        fields,
        fallback,
        controls,
        footer,
        pressed
    )
}

fn field(spot: Spot<'_>, json: &Value) -> Html {
    let class = if json["short"] == true { "short" } else { "" };
    html!(
        "<div class=\"{}\"><dt>{}</dt><dd>{}</dd></div>",
        class,
        json["title"].as_str().unwrap_or_default(),
        mrkdwn(spot.world, json["value"].as_str().unwrap_or_default())
    )
}

/// The colored edge. A color is one of three names or six hex digits.
fn bar(color: Option<&str>) -> Option<Html> {
    let color = color?;
    if matches!(color, "good" | "warning" | "danger") {
        return Some(html!("<span class=\"edge {}\" aria-hidden=\"true\"></span>", color));
    }
    let hex = color.trim_start_matches('#');
    let is_hex = matches!(hex.len(), 3 | 6) && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hex.then(|| {
        html!(
            "<svg class=\"edge\" aria-hidden=\"true\" preserveAspectRatio=\"none\" viewBox=\"0 0 1 1\"><rect width=\"1\" height=\"1\" fill=\"#{}\"/></svg>",
            hex
        )
    })
}
