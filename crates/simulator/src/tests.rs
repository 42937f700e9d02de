//! The simulator from outside: over HTTP, with an app on loopback that checks signatures.

mod admin;
mod blocks;
mod causes;
mod client;
mod consent;
mod deliveries;
mod harness;
mod interactions;
mod methods;
mod modern;
mod orgs;
mod pages;
mod permissions;
mod personal;
mod rotation;
mod sockets;
