//! The pages, one per address: a page is a resource and the components that draw it.

pub mod ask;
pub mod gate;
pub mod history;
pub mod not_found;
pub mod request;
pub mod requests;
pub mod setup;
pub mod signin;
pub mod strays;
pub mod workspace;
pub mod workspaces;
