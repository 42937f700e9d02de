//! Where browsers may be sent after consent.

use url::{Host, Url};

use super::{super::App, ConsentError};

/// Where the browser goes afterwards, checked, and the address as the app wrote it.
pub(super) fn checked(app: &App, given: Option<&str>) -> Result<(Url, Option<String>), ConsentError> {
    let given = given.filter(|uri| !uri.is_empty());
    let address = given
        .or_else(|| app.redirect_uris.first().map(String::as_str))
        .ok_or(ConsentError::BadRedirectUri)?;
    let address = Url::parse(address).map_err(|_| ConsentError::BadRedirectUri)?;
    if !is_acceptable(&address) || !app.redirect_uris.iter().any(|own| covers(own, &address)) {
        return Err(ConsentError::BadRedirectUri);
    }
    Ok((address, given.map(str::to_owned)))
}

/// HTTPS, or plain HTTP to this machine: Slack allows the former only.
fn is_acceptable(address: &Url) -> bool {
    let local = match address.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    };
    let scheme = address.scheme() == "https" || (address.scheme() == "http" && local);
    scheme && address.fragment().is_none() && address.username().is_empty() && address.password().is_none()
}

/// Same scheme, host and port, and the same path or one below it.
fn covers(registered: &str, address: &Url) -> bool {
    let Ok(registered) = Url::parse(registered) else {
        return false;
    };
    let same = registered.origin() == address.origin();
    let (base, path) = (registered.path().trim_end_matches('/'), address.path());
    same && (path.trim_end_matches('/') == base || path.strip_prefix(base).is_some_and(|rest| rest.starts_with('/')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_redirect_may_go_below_a_registered_address_and_nowhere_else() {
        let check = |address: &str| {
            let address = Url::parse(address).unwrap();
            is_acceptable(&address) && covers("https://a.example/slack", &address)
        };
        assert!(check("https://a.example/slack") && check("https://a.example/slack/x?y=1"));
        for wrong in [
            "https://a.example/slackish",
            "https://a.example/",
            "http://a.example/slack",
            "https://a.example:444/slack",
            "https://b.example/slack",
            "https://a.example/slack#f",
            "https://a@a.example/slack",
        ] {
            assert!(!check(wrong), "{wrong}");
        }
        assert!(covers(
            "http://127.0.0.1:1/cb",
            &Url::parse("http://127.0.0.1:1/cb").unwrap()
        ));
    }
}
