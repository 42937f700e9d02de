//! `grantbook app manifest`: what to paste into Slack.

use anyhow::Context as _;
use grantbook_core::AppSlug;
use grantbook_flows::apps::Apps;

use crate::cli::output;

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  grantbook app manifest atlas > atlas.json\n\n\
    Paste it under Create New App, From a manifest, JSON; or under App Manifest on the page of an app that exists. \
    Slack has no manifests for workspace apps: for those the same sections say what is entered by hand.")]
pub(in crate::cli) struct Args {
    /// The app.
    slug: AppSlug,
    /// Print JSON, which is what Slack takes; it is printed without this too.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(apps: &Apps, args: &Args) -> anyhow::Result<()> {
    let _ = args.json;
    let manifest = apps.manifest(&args.slug).await.context("cannot read the app")?;
    output::json(&manifest.with_context(|| format!("no app named {} is registered here", args.slug))?)
}
