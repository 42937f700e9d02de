//! Tokens that end, with real storage and the simulator as Slack: each refresh token is spent once, whoever
//! notices first and whatever happens in between.
//!
//! The clock stands still and is turned by hand; several houses over one database are the replicas.

mod scene;

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

mod apart;
mod crowd;
mod deaths;
mod exchange;
mod patience;
mod slow;
mod sweep;
mod weather;
