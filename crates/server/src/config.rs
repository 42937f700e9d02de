//! `grantbook.toml` and the environment, as types.
//!
//! A value is looked for in three places, the later winning: the defaults below, the file, and the
//! environment as `GRANTBOOK_SECTION__KEY`. To add a setting: add a field with its default here; that
//! it exists, how it is spelled in the environment and how `check-config` shows it follow from that.

mod load;
mod secret;
mod unknown;

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::PathBuf,
};

use grantbook_core::request::policy::Policy;
use grantbook_flows::approvals;
pub use load::{ConfigError, Environment, inspect, load, process_environment, process_secret};
pub use secret::{DatabaseUrl, Master};
use serde::{Deserialize, Serialize};
use url::Url;

/// The file read when `--config` names none; it may be absent.
pub const DEFAULT_FILE: &str = "grantbook.toml";

/// Everything that can be set.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Config {
    /// The doors.
    pub server: Server,
    /// Where everything is kept.
    pub database: Database,
    /// Slack's address.
    pub slack: Slack,
    /// Keys for encryption at rest.
    pub keys: Keys,
    /// What is written about running.
    pub log: Log,
    /// How long a sign-in lasts.
    pub sessions: Sessions,
    /// How often people are asked for more.
    pub requests: Requests,
    /// How often the ledger is compared with Slack.
    pub reconcile: Reconcile,
    /// How app requests are decided.
    pub approvals: approvals::Settings,
}

/// The doors.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct Server {
    /// Address and port to listen on.
    pub bind: SocketAddr,
    /// The console as browsers and Slack reach it; `http://{bind}` when absent.
    pub public_url: Option<Url>,
    /// Other names under which the console may be asked, besides that of `public_url` and this machine's own.
    pub extra_hosts: Vec<String>,
    /// Reverse proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// Longest body accepted, in bytes.
    pub body_limit_bytes: usize,
    /// Connections that may wait to be accepted.
    pub listen_backlog: u32,
    /// Longest that one request may take, in seconds; the live stream excepted.
    pub request_timeout_seconds: u64,
    /// Longest that a stopping server waits for open requests, in seconds.
    pub drain_timeout_seconds: u64,
}

impl Default for Server {
    fn default() -> Self {
        Self {
            bind: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            public_url: None,
            extra_hosts: Vec::new(),
            trusted_proxies: Vec::new(),
            body_limit_bytes: 1024 * 1024,
            listen_backlog: 1024,
            request_timeout_seconds: 30,
            drain_timeout_seconds: 20,
        }
    }
}

impl Server {
    /// The console as browsers and Slack reach it.
    pub fn public_url(&self) -> Result<Url, url::ParseError> {
        self.public_url
            .clone()
            .map_or_else(|| Url::parse(&format!("http://{}", self.bind)), Ok)
    }
}

/// Where everything is kept.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct Database {
    /// `sqlite://path` or `postgres://user:password@host/name`.
    pub url: DatabaseUrl,
    /// Most connections held.
    pub max_connections: u32,
    /// What SQLite waits for before a commit counts.
    pub synchronous: Synchronous,
}

impl Default for Database {
    fn default() -> Self {
        Self {
            url: DatabaseUrl::default(),
            max_connections: 8,
            synchronous: Synchronous::Full,
        }
    }
}

/// SQLite's `PRAGMA synchronous`, in WAL mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Synchronous {
    /// A commit survives the loss of power.
    Full,
    /// A commit survives the death of the process, not always the loss of power.
    Normal,
}

/// Slack's address.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct Slack {
    /// Slack, or the simulator.
    pub base_url: String,
}

impl Default for Slack {
    fn default() -> Self {
        Self {
            base_url: "https://slack.com".to_owned(),
        }
    }
}

/// Keys for encryption at rest.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct Keys {
    /// The file with the master key, used when `master` and `command` are absent; made on first start.
    pub file: PathBuf,
    /// The master key itself: 64 hexadecimal digits.
    pub master: Option<Master>,
    /// A program and its arguments that print the master key, for a key management service; no shell reads them.
    pub command: Vec<String>,
    /// Longest that the command may take, in seconds.
    pub command_timeout_seconds: u64,
    /// The file of a second master key that is known too, while one is changed for the other.
    pub other_file: Option<PathBuf>,
}

impl Default for Keys {
    fn default() -> Self {
        Self {
            file: PathBuf::from("data/master.key"),
            master: None,
            command: Vec::new(),
            command_timeout_seconds: 10,
            other_file: None,
        }
    }
}

/// What is written about running.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct Log {
    /// For people or for machines.
    pub format: LogFormat,
    /// What to write, as `tracing` spells it: `info,grantbook_flows=debug`.
    pub filter: String,
}

impl Default for Log {
    fn default() -> Self {
        Self {
            format: LogFormat::Pretty,
            filter: "info".to_owned(),
        }
    }
}

/// For people or for machines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// Lines for people.
    Pretty,
    /// One JSON object a line.
    Json,
}

/// How long a sign-in lasts.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct Sessions {
    /// Hours until a person must sign in again.
    pub hours: u32,
}

impl Default for Sessions {
    fn default() -> Self {
        Self { hours: 12 }
    }
}

/// How often the ledger is compared with Slack.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct Reconcile {
    /// Hours between two comparisons of one installation, a tenth more or less; 0 to compare only when asked.
    pub every_hours: u32,
}

impl Default for Reconcile {
    fn default() -> Self {
        Self { every_hours: 6 }
    }
}

/// How often people are asked for more, and where presses are noted at once.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct Requests {
    /// Messages to one person in one workspace within a day, for one app, at most.
    pub per_person_per_day: u32,
    /// Hours after a refusal in which the same is not asked of that person again.
    pub cool_down_hours: u32,
    /// Minutes after which an open dialog counts as unanswered.
    pub unanswered_after_minutes: u32,
    /// The file in which presses are noted before Slack is called; `presses.journal` beside the SQLite
    /// database, or in `data`, when absent. Processes of one machine that name the same take siblings of it.
    pub journal: Option<PathBuf>,
}

impl Default for Requests {
    fn default() -> Self {
        let Policy {
            per_person_per_day,
            cool_down_hours,
            unanswered_after_minutes,
        } = Policy::default();
        Self {
            per_person_per_day,
            cool_down_hours,
            unanswered_after_minutes,
            journal: None,
        }
    }
}

impl Requests {
    /// The limits on asking.
    pub fn policy(&self) -> Policy {
        Policy {
            per_person_per_day: self.per_person_per_day,
            cool_down_hours: self.cool_down_hours,
            unanswered_after_minutes: self.unanswered_after_minutes,
        }
    }
}
