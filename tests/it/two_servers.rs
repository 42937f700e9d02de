//! Two `grantbook serve` processes on one PostgreSQL, and a token that has ended: a thousand callers at once,
//! and the process that refreshes killed at each of its steps.
//!
//! The processes have the machine's clock. A token of theirs ends by having its end moved into the past, where
//! it is stored; the simulator's clock is turned over it. They are held at their steps from outside: by a line
//! of their own to Slack, and by triggers and locks in the database.

mod callers;
mod crowd;
mod deaths;
mod holds;
mod line;
mod scene;

#[test]
#[ignore = "not a test: the process that the tests of this module start and kill"]
fn the_server() {
    let _ = grantbook_server::cli::main_of(["grantbook", "serve"]);
}

#[test]
#[ignore = "not a test: the process that asks for a token five hundred times at once"]
fn the_callers() {
    callers::main();
}
