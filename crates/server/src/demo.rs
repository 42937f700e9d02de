//! `grantbook demo`: the console and a simulated Slack in one process.
