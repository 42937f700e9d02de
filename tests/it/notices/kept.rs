//! `check` from memory.

use std::time::Instant;

use grantbook_core::{Timestamp, view::CheckView};
use grantbook_flows::{House, browse::Browse, clock::Clock as _};
use grantbook_tests::stage::until;

use super::{Now, Process, Two, draft, install};
use crate::store_contract::{at, installed, new_app, open};

const SCOPE: &str = "chat:write";

async fn ask(house: &House, two: &Two, channel: &str) -> anyhow::Result<CheckView> {
    let answer = Browse::new(house.clone())
        .check(two.key(), SCOPE.parse()?, Some(channel.parse()?), None)
        .await?;
    Ok(answer.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_process_commits_the_other_answers_within_a_second() -> anyhow::Result<()> {
    let mut two = Two::start().await?;
    let (here, there) = (two.a.house()?, two.b.house()?);
    for given in [true, false, true, false] {
        two.give("C1", given).await?;
        assert_eq!(ask(&here, &two, "C1").await?.allowed, given, "here at once");
        let committed = Instant::now();
        until("it is answered there", async || {
            Ok((ask(&there, &two, "C1").await?.allowed == given).then_some(()))
        })
        .await?;
        assert!(committed.elapsed().as_secs() < 1, "{:?}", committed.elapsed());
    }
    let answer = ask(&there, &two, "C1").await?;
    assert!(answer.age_ms <= 3_000, "{}", answer.age_ms);
    let told = Now.now().micros() - answer.as_of.micros();
    assert!((0..4_000_000).contains(&told), "{told}");
    Ok(())
}

/// Half the time the second process does not hear, and asks the database.
#[tokio::test(flavor = "multi_thread")]
async fn no_answer_is_older_than_it_says() -> anyhow::Result<()> {
    let mut two = Two::start().await?;
    let there = two.b.house()?;
    let (mut from_memory, mut asked) = (0, 0);
    for round in 0..120_u32 {
        if round == 60 {
            two.b.deafen();
        }
        let given = round % 2 == 0;
        two.give("C1", given).await?;
        let committed = Now.now();
        for _ in 0..4 {
            let answer = ask(&there, &two, "C1").await?;
            asked += 1;
            from_memory += u32::from(answer.age_ms > 20);
            let surely = answer.as_of > Timestamp::from_micros(committed.micros());
            assert!(!surely || answer.allowed == given, "round {round}: {answer:?}");
        }
        tokio::time::sleep(std::time::Duration::from_millis(u64::from(round % 7) * 5)).await;
    }
    assert!(from_memory > 0, "of {asked} none came from memory");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_hear_asks_the_database() -> anyhow::Result<()> {
    let mut two = Two::start().await?;
    let there = two.b.house()?;
    two.b.deafen();
    until("nothing is believed", async || {
        Ok(two.b.store.heard_until().is_none().then_some(()))
    })
    .await?;
    for given in [true, false, true] {
        two.give("C1", given).await?;
        assert_eq!(ask(&there, &two, "C1").await?.allowed, given);
    }
    two.b.listen().await?;
    two.give("C1", false).await?;
    until("it is heard", async || {
        Ok((!ask(&there, &two, "C1").await?.allowed).then_some(()))
    })
    .await
}

/// On SQLite an answer is current when it is given, whatever is written meanwhile.
#[tokio::test(flavor = "multi_thread")]
async fn in_one_process_whoever_was_answered_finds_what_was_committed() -> anyhow::Result<()> {
    let folder = grantbook_tests::evidence::folder()?;
    let store = open(&format!("sqlite://{}", folder.path().join("grantbook.db").display())).await;
    let app = store.insert_app(&new_app("insectoid", "A1"), at(0)).await?;
    let home = installed(&store, app, "T1").await;
    store.append_one(&home, install()).await?;
    let house = Process {
        store: store.clone(),
        listening: None,
    }
    .house()?;
    let asking: Vec<_> = (0..4)
        .map(|_| {
            let (browse, key) = (Browse::new(house.clone()), home.key.clone());
            tokio::spawn(async move {
                for _ in 0..2_000 {
                    let scope = SCOPE.parse().unwrap();
                    browse
                        .check(&key, scope, Some("C1".parse().unwrap()), None)
                        .await
                        .unwrap();
                    tokio::task::yield_now().await;
                }
            })
        })
        .collect();
    let browse = Browse::new(house);
    for round in 1..=150 {
        let given = round % 2 == 1;
        store.append_one(&home, draft(round, "C1", given)?).await?;
        let answer = browse
            .check(&home.key, SCOPE.parse()?, Some("C1".parse()?), None)
            .await?
            .unwrap();
        assert_eq!(answer.allowed, given, "round {round}: {}", answer.sentence);
    }
    for one in asking {
        one.await?;
    }
    Ok(())
}
