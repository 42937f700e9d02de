//! The session cookie: how it is named, set, read and cleared.

use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use http::HeaderMap;
use time::Duration;

use crate::settings::Settings;

/// `__Host-` binds the cookie to this very host, and browsers accept it over TLS only.
fn name(settings: &Settings) -> &'static str {
    if settings.https() {
        "__Host-grantbook"
    } else {
        "grantbook"
    }
}

/// The session's secret, as the browser showed it.
pub(crate) fn read(settings: &Settings, headers: &HeaderMap) -> Option<String> {
    CookieJar::from_headers(headers)
        .get(name(settings))
        .map(|cookie| cookie.value().to_owned())
}

/// The cookie of a new session.
pub(crate) fn set(settings: &Settings, secret: String) -> Cookie<'static> {
    let lifetime = Duration::try_from(settings.session_lifetime).unwrap_or(Duration::DAY);
    build(settings, secret, lifetime)
}

/// The cookie that takes the other one away.
pub(crate) fn clear(settings: &Settings) -> Cookie<'static> {
    build(settings, String::new(), Duration::ZERO)
}

fn build(settings: &Settings, value: String, max_age: Duration) -> Cookie<'static> {
    Cookie::build((name(settings), value))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(settings.https())
        .max_age(max_age)
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn over_tls_the_cookie_is_bound_to_the_host() {
        let settings = Settings::new("https://book.example.com/".parse().unwrap());
        let text = set(&settings, "s".to_owned()).to_string();
        assert_eq!(
            text,
            "__Host-grantbook=s; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=43200"
        );
    }

    #[test]
    fn without_tls_it_goes_by_its_plain_name() {
        let settings = Settings::new("http://127.0.0.1:8080/".parse().unwrap());
        assert_eq!(
            clear(&settings).to_string(),
            "grantbook=; HttpOnly; SameSite=Lax; Path=/; Max-Age=0"
        );
    }
}
