//! `grantbook app secrets`: new secrets, with a time in which those before are good as well.

use std::path::PathBuf;

use anyhow::{Context as _, ensure};
use grantbook_core::{
    AppSlug,
    view::apps::{SecretChange, SecretView},
};
use grantbook_flows::apps::Apps;
use secrecy::ExposeSecret as _;

use super::WHO;
use crate::cli::{output, secrets};

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  grantbook app secrets atlas --signing-secret-file signing.secret --overlap-hours 24\n  \
    grantbook app secrets atlas --end-overlap\n\n\
    Tell the new secret here as soon as Slack shows it: within seconds every replica accepts both."
)]
pub(in crate::cli) struct Args {
    /// The app.
    slug: AppSlug,
    /// A file with the new OAuth client secret.
    #[arg(long, value_name = "FILE")]
    client_secret_file: Option<PathBuf>,
    /// A file with the new signing secret.
    #[arg(long, value_name = "FILE")]
    signing_secret_file: Option<PathBuf>,
    /// For how many hours the secrets before stay good, 0 to 168.
    #[arg(long, value_name = "HOURS", default_value_t = 24)]
    overlap_hours: u32,
    /// Give the secrets before up now, instead of telling new ones.
    #[arg(long, conflicts_with_all = ["client_secret_file", "signing_secret_file"])]
    end_overlap: bool,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(apps: &Apps, args: Args) -> anyhow::Result<()> {
    let told = [&args.client_secret_file, &args.signing_secret_file];
    ensure!(
        args.end_overlap || told.iter().any(|file| file.is_some()),
        "name --client-secret-file, --signing-secret-file or both"
    );
    let view = if args.end_overlap {
        apps.end_overlap(&args.slug, WHO).await
    } else {
        let read = |what, file: Option<&PathBuf>| {
            let secret = file.map(|file| secrets::read(what, Some(file))).transpose()?;
            anyhow::Ok(secret.map(|secret| secret.expose_secret().to_owned()))
        };
        let change = SecretChange {
            client_secret: read("client secret", args.client_secret_file.as_ref())?,
            signing_secret: read("signing secret", args.signing_secret_file.as_ref())?,
            overlap_hours: args.overlap_hours,
        };
        apps.replace_secrets(&args.slug, change, WHO).await
    };
    let view = view.context("the secrets were not replaced")?;
    if args.json {
        return output::json(&view);
    }
    output::line(&format!(
        "{}: of the client secret {}; of the signing secret {}.",
        view.slug,
        words(view.secrets.client),
        words(view.secrets.signing)
    ))
}

fn words(secret: SecretView) -> String {
    match secret.previous_until {
        Some(until) => format!("the newest is good, and the one before it until {}", until.in_words()),
        None => "only the newest is good".to_owned(),
    }
}
