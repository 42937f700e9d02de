//! The rules in force are the same in every process, as soon as they are in one.

use grantbook_core::{approval::VersionActor, view::approvals::RulesDraft};
use grantbook_flows::approvals::rules::{RuleBook, in_force};
use grantbook_tests::stage::until;

use super::Two;

const RULES: &str = "[[rules]]\nid = \"all\"\nname = \"All\"\nwhen = { all = [] }\nthen = { cancel = {} }\n";

fn by(name: &str) -> VersionActor<'_> {
    VersionActor {
        name,
        is_person: true,
        is_admin: true,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_process_decides_by_the_new_rules_at_the_notice() -> anyhow::Result<()> {
    let mut two = Two::start().await?;
    let (here, there) = (two.a.house()?, two.b.house()?);
    // Both have looked, and keep what they saw.
    for house in [&here, &there] {
        assert_eq!(in_force(house).await?.version, 0);
    }
    let kept = in_force(&there).await?;
    assert!(
        std::sync::Arc::ptr_eq(&kept, &in_force(&there).await?),
        "kept in memory"
    );
    let book = RuleBook::new(here.clone());
    let draft = RulesDraft {
        text: RULES.to_owned(),
        ..RulesDraft::default()
    };
    let version = book.save(draft.clone(), by("user:orla")).await?.version.version;
    book.propose(version, by("user:orla")).await?;
    book.agree(version, by("user:petra")).await?;
    assert_eq!(in_force(&here).await?.version, version, "at once where it was done");
    let follows = async |wanted: u64, shadow: Option<u64>| {
        until("the other process follows", async || {
            let now = in_force(&there).await?;
            let as_wanted = now.version == wanted && now.shadow.as_ref().map(|(trial, _)| *trial) == shadow;
            Ok(as_wanted.then_some(()))
        })
        .await
    };
    follows(version, None).await?;
    let trial = book.save(draft.clone(), by("user:orla")).await?.version.version;
    book.shadow(trial, true, by("user:orla")).await?;
    follows(version, Some(trial)).await?;
    book.propose(trial, by("user:orla")).await?;
    // A process that hears nothing asks the database.
    two.b.deafen();
    until("the line is given up", async || {
        Ok(two.b.store.heard_until().is_none().then_some(()))
    })
    .await?;
    book.agree(trial, by("user:petra")).await?;
    let now = in_force(&there).await?;
    assert_eq!((now.version, now.shadow.is_none()), (trial, true));
    Ok(())
}
