//! One binary for all tests of the whole system: one link step, a module for each subject.
//!
//! `cfg(test)` on each module tells clippy that its helpers, too, are test code.

/// `fn statement(database: Option<String>)`: the same on SQLite, a test each, and on PostgreSQL, where one cluster serves them all.
macro_rules! on_both {
    ($($statement:ident),* $(,)?) => {
        mod on_sqlite {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $statement() -> anyhow::Result<()> {
                Box::pin(super::$statement(None)).await
            })*
        }

        #[tokio::test(flavor = "multi_thread")]
        async fn on_postgresql_all_the_same() -> anyhow::Result<()> {
            let postgres = grantbook_tests::postgres::Postgres::start(
                grantbook_tests::postgres::Durability::Relaxed,
            )?;
            $({
                println!("{}", stringify!($statement));
                Box::pin($statement(Some(postgres.fresh_database()?))).await?;
            })*
            Ok(())
        }
    };
}

#[cfg(test)]
mod app_requests_contract;
#[cfg(test)]
mod app_secrets;
#[cfg(test)]
mod approval_day;
#[cfg(test)]
mod approval_messages;
#[cfg(test)]
mod approvals;
#[cfg(test)]
mod architecture;
#[cfg(test)]
mod asking;
#[cfg(test)]
mod bolt;
#[cfg(test)]
mod broker;
#[cfg(test)]
mod console;
#[cfg(test)]
mod console_pages;
#[cfg(test)]
mod credentials_contract;
#[cfg(test)]
mod documentation;
#[cfg(test)]
mod drift;
#[cfg(test)]
mod harness_works;
#[cfg(test)]
mod installs;
#[cfg(test)]
mod keys_rotate;
#[cfg(test)]
mod ledger_under_fire;
#[cfg(test)]
mod lives;
#[cfg(test)]
mod lost_answer;
#[cfg(test)]
mod main_job;
#[cfg(test)]
mod modern;
#[cfg(test)]
mod notices;
#[cfg(test)]
mod oauth_fixtures;
#[cfg(test)]
mod offers;
#[cfg(test)]
mod org_apps_contract;
#[cfg(test)]
mod org_apps_page;
#[cfg(test)]
mod pages;
#[cfg(test)]
mod progressive_story;
#[cfg(test)]
mod proxy;
#[cfg(test)]
mod queue_page;
#[cfg(test)]
mod real_sdk;
#[cfg(test)]
mod request_errors;
#[cfg(test)]
mod requests_contract;
#[cfg(test)]
mod resolutions_contract;
#[cfg(test)]
mod rotation;
#[cfg(test)]
mod rules_contract;
#[cfg(test)]
mod rules_page;
#[cfg(test)]
mod secrets_stay_in;
#[cfg(test)]
mod seeds;
#[cfg(test)]
mod socket_mode;
#[cfg(test)]
mod store_contract;
#[cfg(test)]
mod three_seconds;
#[cfg(test)]
mod two_servers;
