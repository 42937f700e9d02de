//! Socket Mode end to end: an app that Slack cannot reach is told everything over connections that the console
//! makes. Real consoles, each a process started from this very test binary, and the simulator as Slack.

mod lifecycle;
mod refusals;
mod replicas;
mod scene;
mod storage;
mod story;
mod weather;

/// How a console is started.
const SERVER: [&str; 4] = ["--exact", "socket_mode::the_server", "--ignored", "--nocapture"];

#[test]
#[ignore = "not a test: the process that the tests of this module start and kill"]
fn the_server() {
    let _ = grantbook_server::cli::main_of(["grantbook", "serve"]);
}
