//! `grantbook rules check FILE`: reads a file of approval rules and says what is wrong with it, without a console.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};
use grantbook_core::approval::{Finding, Problem, Rules, RulesError, check};

use super::output;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Read a file of rules and look for what is wrong with it.
    Check(Check),
}

#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  grantbook rules check rules.toml\n  grantbook rules check rules.json --json\n\n\
                        Fails where the file is refused, or a rule can never fire."
)]
pub(super) struct Check {
    /// The file, TOML or JSON by its name.
    file: PathBuf,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(command: &Command) -> anyhow::Result<ExitCode> {
    let Command::Check(Check { file, json }) = command;
    let text = std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
    let read = read(file, &text)?;
    let (rules, findings) = match &read {
        Ok(rules) => (Some(rules.rules.len()), check(rules)),
        Err(_) => (None, Vec::new()),
    };
    let fine = rules.is_some() && !findings.iter().any(grave);
    if *json {
        let refused = read.as_ref().err().map(|wrong| {
            serde_json::json!({
                "rule": wrong.rule, "field": wrong.field, "line": wrong.line, "reason": wrong.reason,
            })
        });
        output::json(&serde_json::json!({ "rules": rules, "refused": refused, "findings": findings }))?;
    } else {
        match &read {
            Err(wrong) => bail!("{}: {wrong}", file.display()),
            Ok(rules) => tell(rules, &findings)?,
        }
    }
    Ok(if fine { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn read(file: &Path, text: &str) -> anyhow::Result<Result<Rules, RulesError>> {
    match file.extension().and_then(|extension| extension.to_str()) {
        Some("toml") => Ok(Rules::from_toml(text)),
        Some("json") => Ok(Rules::from_json(text)),
        _ => bail!("{} is named neither .toml nor .json", file.display()),
    }
}

/// Whether a list with this in it is not what anybody wants.
fn grave(finding: &Finding) -> bool {
    !matches!(finding.problem, Problem::Undecided | Problem::Contradicts { .. })
}

fn tell(rules: &Rules, findings: &[Finding]) -> anyhow::Result<()> {
    for finding in findings {
        let rule = &finding.rule;
        output::line(&format!(
            "rule {} ({}): {}",
            rule.position + 1,
            rule.id,
            finding.sentence
        ))?;
    }
    let (rules, findings) = (rules.rules.len(), findings.len());
    output::line(&format!("{rules} rules, {findings} with something to look at."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(name: &str, text: &str) -> anyhow::Result<ExitCode> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(name);
        std::fs::write(&file, text).unwrap();
        run(&Command::Check(Check { file, json: false }))
    }

    fn rule(id: &str, scope: &str) -> String {
        format!(
            "[[rules]]\nid = \"{id}\"\nname = \"{id}\"\nwhen = {{ scopes = {{ includes = \"{scope}\" }} }}\nthen = {{ approve = {{}} }}\n"
        )
    }

    #[test]
    fn a_file_is_read_by_its_name_and_judged_by_its_rules() {
        let code = |outcome: anyhow::Result<ExitCode>| format!("{:?}", outcome.unwrap());
        let fine = rule("a", "admin");
        assert_eq!(code(checked("rules.toml", &fine)), format!("{:?}", ExitCode::SUCCESS));
        let never = format!("{fine}{}", rule("b", "admin"));
        assert_eq!(code(checked("rules.toml", &never)), format!("{:?}", ExitCode::FAILURE));
        assert_eq!(
            code(checked("rules.json", r#"{"rules": []}"#)),
            format!("{:?}", ExitCode::SUCCESS)
        );
    }

    #[test]
    fn a_refused_file_is_named_with_its_line() {
        let twice = format!("{}{}", rule("a", "admin"), rule("a", "chat:write"));
        let error = checked("rules.toml", &twice).unwrap_err().to_string();
        assert!(error.contains("rule a") && error.contains("line 7"), "{error}");
        assert!(checked("rules.txt", "").unwrap_err().to_string().contains("neither"));
    }
}
