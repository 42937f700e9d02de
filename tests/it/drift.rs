//! Truth and drift: what happens at Slack while nobody hears of it is noticed, explained and settled.
//!
//! Slack is the simulator, which does what it is told without an event. The clock stands still and is turned by
//! hand; houses over one database are the replicas.

mod comparing;
mod header;
mod rest;
mod scene;
mod schedule;
mod unused;

/// The same statements on SQLite, a test each, and on PostgreSQL, where one cluster serves them all.
macro_rules! on_both {
    ($($statement:ident),* $(,)?) => {
        mod on_sqlite {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $statement() -> anyhow::Result<()> {
                super::$statement(None).await
            })*
        }

        #[tokio::test(flavor = "multi_thread")]
        async fn on_postgresql_all_the_same() -> anyhow::Result<()> {
            let postgres = grantbook_tests::postgres::Postgres::start(
                grantbook_tests::postgres::Durability::Relaxed,
            )?;
            $({
                println!("{}", stringify!($statement));
                $statement(Some(postgres.fresh_database()?)).await?;
            })*
            Ok(())
        }
    };
}
use on_both;
