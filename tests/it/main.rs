//! One binary for all tests of the whole system: one link step, a module for each subject.
//!
//! `cfg(test)` on each module tells clippy that its helpers, too, are test code.

#[cfg(test)]
mod app_secrets;
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
mod progressive_story;
#[cfg(test)]
mod proxy;
#[cfg(test)]
mod real_sdk;
#[cfg(test)]
mod request_errors;
#[cfg(test)]
mod requests_contract;
#[cfg(test)]
mod rotation;
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
