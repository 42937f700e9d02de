//! The simulator's pages, written on the server; [`crate::html`] sees to the escaping.

pub(crate) mod access;
pub(crate) mod client;
pub(crate) mod consent;
pub(crate) mod glass;
mod icons;
mod layout;
pub(crate) mod overview;

pub(crate) use layout::{Clock, document};
