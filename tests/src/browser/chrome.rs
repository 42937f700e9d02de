//! Two commands that chromedriver has beyond the WebDriver standard.

use fantoccini::wd::WebDriverCompatibleCommand;
use http::Method;
use serde_json::{Value, json};
use url::{ParseError, Url};

/// `POST session/{id}/goog/cdp/execute`: a method of the Chrome `DevTools` Protocol.
#[derive(Debug)]
pub(super) struct DevTools {
    /// For example `Emulation.setEmulatedMedia`.
    pub(super) method: String,
    /// The method's parameters, an object.
    pub(super) params: Value,
}

impl WebDriverCompatibleCommand for DevTools {
    fn endpoint(&self, base_url: &Url, session_id: Option<&str>) -> Result<Url, ParseError> {
        in_session(base_url, session_id, "goog/cdp/execute")
    }

    fn method_and_body(&self, _request_url: &Url) -> (Method, Option<String>) {
        (
            Method::POST,
            Some(json!({ "cmd": self.method, "params": self.params }).to_string()),
        )
    }
}

/// `POST session/{id}/se/log`: the browser's console since the last call.
#[derive(Debug)]
pub(super) struct BrowserLog;

impl WebDriverCompatibleCommand for BrowserLog {
    fn endpoint(&self, base_url: &Url, session_id: Option<&str>) -> Result<Url, ParseError> {
        in_session(base_url, session_id, "se/log")
    }

    fn method_and_body(&self, _request_url: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(json!({ "type": "browser" }).to_string()))
    }
}

fn in_session(base_url: &Url, session_id: Option<&str>, command: &str) -> Result<Url, ParseError> {
    base_url.join(&format!("session/{}/{command}", session_id.unwrap_or_default()))
}
