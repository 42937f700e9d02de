//! `Offer`: what our button carries, sealed with a key that only this console has.
//!
//! The value says all that a call needs, so that a press can be answered without asking the database;
//! the seal says that we wrote it, so that nobody can press for scopes we never offered.

use std::collections::BTreeSet;

use grantbook_core::{
    InstallationKey, Scope, UserId,
    request::{Kind, PermissionRequest, RequestId},
};
use url::Url;

use crate::{
    House,
    seals::{is_sealed, seal},
};

/// What our `callback_id`s begin with; the request's number follows.
pub const CALLBACK: &str = "perm_request_";
/// The name of the button in a legacy attachment.
pub const ACTION: &str = "add_scopes";
/// The `action_id` of a button that is a link to the authorize page.
pub const LINK_ACTION: &str = "perm_request_link";
/// The version of the value's layout.
const LAYOUT: &str = "gb1";
/// What the seals of button values are for.
const VALUE_PURPOSE: &str = "button-value";
/// What the seals of links are for.
const LINK_PURPOSE: &str = "request-link";

/// What a button's value holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Offer {
    pub(crate) request: RequestId,
    pub(crate) installation: InstallationKey,
    pub(crate) kind: Kind,
    pub(crate) user: Option<UserId>,
    pub(crate) scopes: BTreeSet<Scope>,
}

/// Why a value is not one of our offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OfferError {
    /// The callback is somebody else's.
    NotOurs,
    /// The callback is ours, the value was not made here or was changed.
    Forged,
}

/// The `callback_id` of a request.
pub fn callback_id(request: RequestId) -> String {
    format!("{CALLBACK}{}", request.0)
}

/// The value of a request's button.
pub fn button_value(house: &House, request: &PermissionRequest) -> String {
    let ask = &request.ask;
    let offer = Offer {
        request: request.id,
        installation: ask.installation.clone(),
        kind: ask.kind,
        user: ask.user.clone(),
        scopes: ask.scopes.clone(),
    };
    offer.seal(house)
}

/// The link in a modern app's message: our install door, which begins an authorize step for this request.
pub fn install_link(house: &House, request: &PermissionRequest) -> Url {
    let mut link = house.addresses.slack_door(&request.ask.installation.app, "install");
    let seal = seal(house, LINK_PURPOSE, &link_text(request.id, &request.ask.installation));
    link.query_pairs_mut()
        .append_pair("request", &request.id.to_string())
        .append_pair("seal", &seal);
    link
}

/// Whether a link's seal was made here for this request.
pub(crate) fn is_our_link(house: &House, request: &PermissionRequest, given: &str) -> bool {
    is_sealed(
        house,
        LINK_PURPOSE,
        &link_text(request.id, &request.ask.installation),
        given,
    )
}

fn link_text(request: RequestId, installation: &InstallationKey) -> String {
    format!("{request}|{installation}")
}

impl Offer {
    fn text(&self) -> String {
        let scopes: Vec<&str> = self.scopes.iter().map(Scope::as_str).collect();
        format!(
            "{LAYOUT}|{}|{}|{}|{}|{}",
            self.request,
            self.installation,
            self.kind.as_str(),
            self.user.as_ref().map_or("", UserId::as_str),
            scopes.join(",")
        )
    }

    fn seal(&self, house: &House) -> String {
        let text = self.text();
        let seal = seal(house, VALUE_PURPOSE, &text);
        format!("{text}|{seal}")
    }

    /// Reads what a button with this callback sent.
    pub(crate) fn open(house: &House, callback: &str, value: &str) -> Result<Self, OfferError> {
        let Some(number) = callback.strip_prefix(CALLBACK) else {
            return Err(OfferError::NotOurs);
        };
        let (text, seal) = value.rsplit_once('|').ok_or(OfferError::Forged)?;
        if !is_sealed(house, VALUE_PURPOSE, text, seal) {
            return Err(OfferError::Forged);
        }
        let offer = Self::read(text).ok_or(OfferError::Forged)?;
        // A value lifted from one of our buttons onto another's callback.
        if offer.request.0.to_string() != number {
            return Err(OfferError::Forged);
        }
        Ok(offer)
    }

    fn read(text: &str) -> Option<Self> {
        let mut parts = text.split('|');
        if parts.next()? != LAYOUT {
            return None;
        }
        let request = parts.next()?.parse().ok()?;
        let installation = parts.next()?.parse().ok()?;
        let kind = match parts.next()? {
            "app" => Kind::App,
            "personal" => Kind::Personal,
            _ => return None,
        };
        let user = match parts.next()? {
            "" => None,
            user => Some(user.parse().ok()?),
        };
        let scopes: BTreeSet<Scope> = Scope::parse_list(parts.next()?).ok()?.into_iter().collect();
        (parts.next().is_none() && !scopes.is_empty()).then_some(Self {
            request,
            installation,
            kind,
            user,
            scopes,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offer() -> Offer {
        Offer {
            request: RequestId(7),
            installation: "insectoid.T061EG9R6".parse().unwrap(),
            kind: Kind::App,
            user: Some(UserId::new("U061F7AUR").unwrap()),
            scopes: Scope::parse_list("commands,channels:history")
                .unwrap()
                .into_iter()
                .collect(),
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let text = offer().text();
        assert_eq!(
            text,
            "gb1|PR-7|insectoid.T061EG9R6|app|U061F7AUR|channels:history,commands"
        );
        assert_eq!(Offer::read(&text), Some(offer()));
        let nobody = Offer { user: None, ..offer() };
        assert_eq!(Offer::read(&nobody.text()), Some(nobody));
    }

    #[test]
    fn anything_else_is_not_read() {
        for text in [
            "",
            "gb1",
            "gb2|PR-7|insectoid.T061EG9R6|app||commands",
            "gb1|PR-7|insectoid.T061EG9R6|both||commands",
            "gb1|PR-7|insectoid.T061EG9R6|app||",
            "gb1|PR-7|insectoid.T061EG9R6|app||commands|more",
            "gb1|PR-7|nowhere|app||commands",
        ] {
            assert_eq!(Offer::read(text), None, "{text}");
        }
    }

    #[test]
    fn the_longest_offer_fits_into_a_buttons_value() {
        let longest = "x".repeat(36);
        let scopes =
            (0..grantbook_core::request::compose::MOST_SCOPES).map(|n| Scope::new(format!("{longest}{n:02}")).unwrap());
        let offer = Offer {
            scopes: scopes.collect(),
            ..offer()
        };
        assert!(offer.text().len() + 1 + crate::seals::LETTERS <= 2_000);
    }
}
