//! The simulator from outside: over HTTP, with an app on loopback that checks signatures.

mod consent;
mod deliveries;
mod harness;
mod methods;
mod pages;
