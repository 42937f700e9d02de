//! Addresses below the root of a Slack site, be it `https://slack.com` or a simulator behind a path.

use url::Url;

/// The address of `path` below `root`, whether or not the root ends with a slash.
pub(crate) fn under(root: &Url, path: &str) -> Url {
    let mut url = root.clone();
    url.set_query(None);
    url.set_fragment(None);
    let base = root.path().trim_end_matches('/');
    url.set_path(&format!("{base}/{path}"));
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_root_may_have_a_path_and_a_slash_or_not() {
        for (root, expected) in [
            ("https://slack.com", "https://slack.com/api/auth.test"),
            ("https://slack.com/", "https://slack.com/api/auth.test"),
            ("http://localhost:1/slack", "http://localhost:1/slack/api/auth.test"),
            (
                "http://localhost:1/slack/?q#f",
                "http://localhost:1/slack/api/auth.test",
            ),
        ] {
            assert_eq!(under(&root.parse().unwrap(), "api/auth.test").as_str(), expected);
        }
    }
}
