//! Lives of installations, with the simulator as Slack: in whole organizations, for people alone, begun at Slack,
//! installed again, and ended.

mod begun_at_slack;
mod endings;
mod orgs;
mod scene;
