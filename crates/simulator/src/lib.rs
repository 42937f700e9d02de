//! A Slack you can run: workspace apps, OAuth, the Permissions API, signed events with retries.
//!
//! Slack retired workspace apps in August 2021; here they live on. [`state`] is the world, pure;
//! [`SlackSim`] puts doors around it: the Web API at `/api/…`, the consent page at
//! `/oauth/authorize`, a client for people at `/client`, and a control door at `/sim/…`. Any Slack SDK
//! works against it by changing its base URL. Requests, answers and events are read and written with
//! the types of `grantbook-api`, so that client and simulator cannot drift apart.
//!
//! ```no_run
//! # async fn run() -> Result<(), grantbook_simulator::StartError> {
//! use grantbook_simulator::{Seed, SlackSim};
//!
//! let sim = SlackSim::builder().seed(Seed::northwind("http://127.0.0.1:8080")).start().await?;
//! println!("{}/client", sim.url());
//! sim.shutdown().await;
//! # Ok(())
//! # }
//! ```

mod calls;
mod causes;
mod clock;
mod deliveries;
mod endpoints;
mod faults;
mod html;
mod ids;
mod limits;
mod methods;
mod pages;
mod push;
mod secrets;
mod seed;
mod sim;
mod slack;
mod sockets;
pub mod state;
#[cfg(test)]
mod tests;

pub use calls::Call;
pub use causes::{Cause, causes};
pub use clock::VirtualClock;
pub use deliveries::{Attempt, Delivery, DeliveryState};
pub use faults::{Fault, FaultPlan};
pub use ids::IdSource;
pub use seed::{Seed, SeedError};
pub use sim::{Builder, SlackSim, StartError};
pub use sockets::{DisconnectReason, Socket};
pub use state::{
    Action, ActionError, Answer, AppRequest, AppWish, Circumstance, Dialog, Incident, NewSecret, Rotation,
    RotationOutcome, Trigger,
};
