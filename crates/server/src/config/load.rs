//! Reading the settings: defaults, then the file, then the environment.

use std::{collections::BTreeMap, path::Path};

use figment::{
    Figment, Source,
    providers::{Format as _, Serialized, Toml},
};
use secrecy::SecretString;
use serde_json::{Map, Value};

use super::{
    Config, DEFAULT_FILE,
    unknown::{Kind, known, unknown},
};

/// Every variable of ours begins so.
const PREFIX: &str = "GRANTBOOK_";
/// Names the configuration file; read by the command line, not a setting.
const CONFIG_VARIABLE: &str = "GRANTBOOK_CONFIG";
/// What may also be given as the name of a file that holds it: `GRANTBOOK_KEYS__MASTER_FILE`.
const SECRETS: [&str; 2] = ["database.url", "keys.master"];

/// Names and values of environment variables.
pub type Environment = BTreeMap<String, String>;

/// Why the settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file named on the command line is not there.
    #[error("there is no configuration file {0}")]
    NoFile(String),
    /// A file that holds a secret cannot be read.
    #[error("cannot read the file that {variable} names")]
    SecretFile {
        /// The variable.
        variable: String,
        /// Why.
        source: std::io::Error,
    },
    /// Both the secret and a file with it.
    #[error("{0} and {0}_FILE are both set: keep one")]
    Twice(String),
    /// Keys that mean nothing, all of them.
    #[error("unknown {}: {}", if .0.len() == 1 { "key" } else { "keys" }, .0.join(", "))]
    Unknown(Vec<String>),
    /// Values of the wrong shape; the message names the keys and where they were set.
    #[error("{0}")]
    Value(String),
}

impl From<figment::Error> for ConfigError {
    fn from(error: figment::Error) -> Self {
        let told = |error: figment::Error| {
            let from = match error.metadata.as_ref().and_then(|metadata| metadata.source.as_ref()) {
                Some(Source::File(path)) => format!(" in {}", path.display()),
                _ => " in the environment".to_owned(),
            };
            let text = error.kind.to_string().split_whitespace().collect::<Vec<_>>().join(" ");
            match error.path.join(".") {
                key if key.is_empty() => format!("{text}{from}"),
                key => format!("{key}{from}: {text}"),
            }
        };
        Self::Value(error.into_iter().map(told).collect::<Vec<_>>().join("; "))
    }
}

/// This process's environment, ours only. Nothing else in the project reads it.
pub fn process_environment() -> Environment {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .filter(|(name, _)| name.starts_with(PREFIX))
        .collect()
}

/// A secret in a variable of the process's environment that a command names; `None` where it is not set.
pub fn process_secret(name: &str) -> Option<SecretString> {
    let text = std::env::var_os(name)?.into_string().ok()?;
    Some(text.into())
}

/// Reads the settings; `file` must exist when named, [`DEFAULT_FILE`] need not. Unknown keys are refused.
pub fn load(file: Option<&Path>, environment: &Environment) -> Result<Config, ConfigError> {
    let (config, unknown) = inspect(file, environment)?;
    if unknown.is_empty() {
        Ok(config)
    } else {
        Err(ConfigError::Unknown(unknown))
    }
}

/// Reads the settings, and names the unknown keys with where they stand.
pub fn inspect(file: Option<&Path>, environment: &Environment) -> Result<(Config, Vec<String>), ConfigError> {
    if let Some(path) = file.filter(|path| !path.is_file()) {
        return Err(ConfigError::NoFile(path.display().to_string()));
    }
    let path = file.unwrap_or(Path::new(DEFAULT_FILE));
    let toml = if path.is_file() {
        Figment::from(Toml::file_exact(path))
    } else {
        Figment::new()
    };
    let mut odd: Vec<_> = unknown(&toml.extract()?)
        .into_iter()
        .map(|key| format!("{key} in {}", path.display()))
        .collect();
    let overrides = overrides(environment, &mut odd)?;
    match toml.merge(Serialized::defaults(overrides)).extract() {
        Ok(config) => Ok((config, odd)),
        // A misspelled key is the likelier reason for whatever else is wrong.
        Err(_) if !odd.is_empty() => Err(ConfigError::Unknown(odd)),
        Err(error) => Err(error.into()),
    }
}

/// The environment as a document of sections; names that mean nothing are added to `odd`.
fn overrides(environment: &Environment, odd: &mut Vec<String>) -> Result<Value, ConfigError> {
    let known = known();
    let mut sections = Map::new();
    for (variable, value) in environment {
        let Some(name) = variable.strip_prefix(PREFIX).filter(|_| variable != CONFIG_VARIABLE) else {
            continue;
        };
        let path = name.to_lowercase().replacen("__", ".", 1);
        let (path, value) = match path.strip_suffix("_file").filter(|path| SECRETS.contains(path)) {
            Some(secret) => (secret.to_owned(), from_file(variable, value, environment)?),
            None => (path, value.clone()),
        };
        match (known.get(&path), path.split_once('.')) {
            (Some(&kind), Some((section, key))) => {
                let section = sections.entry(section).or_insert_with(|| Value::Object(Map::new()));
                section[key] = typed(kind, value);
            }
            _ => odd.push(variable.clone()),
        }
    }
    Ok(Value::Object(sections))
}

fn from_file(variable: &str, path: &str, environment: &Environment) -> Result<String, ConfigError> {
    let plain = variable.trim_end_matches("_FILE");
    if environment.contains_key(plain) {
        return Err(ConfigError::Twice(plain.to_owned()));
    }
    std::fs::read_to_string(path)
        .map(|text| text.trim_end().to_owned())
        .map_err(|source| ConfigError::SecretFile {
            variable: variable.to_owned(),
            source,
        })
}

/// What is not of its kind stays text, so that the error about it names it.
fn typed(kind: Kind, text: String) -> Value {
    match kind {
        Kind::Text => Value::String(text),
        Kind::Number => text.trim().parse::<u64>().map_or(Value::String(text), Value::from),
        Kind::List => text
            .split(',')
            .map(str::trim)
            .filter(|item| !item.is_empty())
            .map(Value::from)
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn environment(pairs: &[(&str, &str)]) -> Environment {
        pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

    fn file(text: &str) -> tempfile::NamedTempFile {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        file
    }

    #[test]
    fn the_environment_wins_over_the_file_and_the_file_over_the_defaults() {
        let file = file("[server]\nbind = \"127.0.0.1:9000\"\nbody_limit_bytes = 10\n");
        let set = environment(&[
            ("GRANTBOOK_SERVER__BODY_LIMIT_BYTES", "20"),
            ("GRANTBOOK_CONFIG", "ignored.toml"),
        ]);
        let config = load(Some(file.path()), &set).unwrap();
        assert_eq!(config.server.bind.port(), 9000);
        assert_eq!(config.server.body_limit_bytes, 20);
        assert_eq!(config.server.listen_backlog, 1024);
        assert_eq!(config.server.public_url().unwrap().as_str(), "http://127.0.0.1:9000/");
    }

    #[test]
    fn all_unknown_keys_are_named_wherever_they_are() {
        let file = file("loose = 1\n[server]\nbnid = \"x\"\n");
        let set = environment(&[("GRANTBOOK_SERVER__PROT", "1"), ("GRANTBOOK_LOG__FILTER_FILE", "x")]);
        let error = load(Some(file.path()), &set).unwrap_err().to_string();
        for name in [
            "loose in",
            "server.bnid in",
            "GRANTBOOK_SERVER__PROT",
            "GRANTBOOK_LOG__FILTER_FILE",
        ] {
            assert!(error.contains(name), "{error}");
        }
    }

    #[test]
    fn a_secret_may_lie_in_a_file() {
        let secret = file("00ff\n");
        let path = secret.path().to_str().unwrap();
        let config = load(None, &environment(&[("GRANTBOOK_KEYS__MASTER_FILE", path)])).unwrap();
        assert_eq!(config.keys.master.unwrap().expose(), "00ff");
        let both = environment(&[("GRANTBOOK_KEYS__MASTER_FILE", path), ("GRANTBOOK_KEYS__MASTER", "1")]);
        assert!(matches!(load(None, &both), Err(ConfigError::Twice(_))));
    }

    #[test]
    fn digits_are_text_where_text_is_meant() {
        let config = load(None, &environment(&[("GRANTBOOK_KEYS__MASTER", "0123")])).unwrap();
        assert_eq!(config.keys.master.unwrap().expose(), "0123");
    }

    #[test]
    fn lists_are_separated_by_commas() {
        let set = environment(&[("GRANTBOOK_SERVER__TRUSTED_PROXIES", "10.0.0.1, ::1")]);
        assert_eq!(load(None, &set).unwrap().server.trusted_proxies.len(), 2);
    }

    #[test]
    fn a_wrong_value_names_its_key() {
        let error = load(None, &environment(&[("GRANTBOOK_SESSIONS__HOURS", "many")]))
            .unwrap_err()
            .to_string();
        assert!(
            error.starts_with("sessions.hours in the environment: invalid type"),
            "{error}"
        );
    }

    #[test]
    fn a_named_file_must_exist() {
        assert!(matches!(
            load(Some(Path::new("/nonexistent.toml")), &Environment::new()),
            Err(ConfigError::NoFile(_))
        ));
    }

    #[test]
    fn what_is_shown_holds_no_secret() {
        let set = environment(&[
            ("GRANTBOOK_KEYS__MASTER", "s3cret"),
            ("GRANTBOOK_DATABASE__URL", "postgres://book:s3cret@db/grants"),
        ]);
        let shown = serde_json::to_string(&load(None, &set).unwrap()).unwrap();
        assert!(!shown.contains("s3cret") && shown.contains("(hidden)"), "{shown}");
    }
}
