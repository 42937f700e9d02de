//! The cookie that binds an install's `state` to the browser that started it.

use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use grantbook_core::AppSlug;
use grantbook_flows::install::STATE_LIFETIME_SECONDS;
use http::HeaderMap;
use time::Duration;

use crate::settings::Settings;

const NAME: &str = "grantbook_install";

/// What the browser brought back.
pub(super) fn read(headers: &HeaderMap) -> Option<String> {
    CookieJar::from_headers(headers)
        .get(NAME)
        .map(|cookie| cookie.value().to_owned())
}

/// The binding, for this app's doors only. `Lax`, since Slack's redirect comes from another site.
pub(super) fn set(settings: &Settings, app: &AppSlug, binding: String) -> Cookie<'static> {
    build(settings, app, binding, Duration::seconds(STATE_LIFETIME_SECONDS))
}

/// Takes the binding away once it was used.
pub(super) fn clear(settings: &Settings, app: &AppSlug) -> Cookie<'static> {
    build(settings, app, String::new(), Duration::ZERO)
}

fn build(settings: &Settings, app: &AppSlug, value: String, max_age: Duration) -> Cookie<'static> {
    let base = settings.public_url.path().trim_end_matches('/');
    Cookie::build((NAME, value))
        .path(format!("{base}/slack/{app}/"))
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
    fn the_binding_goes_to_one_apps_doors_for_ten_minutes() {
        let settings = Settings::new("https://book.example.com/".parse().unwrap());
        let cookie = set(&settings, &"insectoid".parse().unwrap(), "b".to_owned()).to_string();
        assert_eq!(
            cookie,
            "grantbook_install=b; HttpOnly; SameSite=Lax; Secure; Path=/slack/insectoid/; Max-Age=600"
        );
    }
}
