//! The pages, one per address: a page is a resource and the components that draw it.

pub mod app;
pub mod app_request;
pub mod apps;
pub mod ask;
pub mod audit;
pub mod drift;
pub mod gate;
pub mod history;
pub mod keys;
pub mod lazy;
pub mod not_found;
pub mod queue;
pub mod request;
pub mod requests;
pub mod rules;
pub mod rules_version;
pub mod rules_versions;
pub mod setup;
pub mod signin;
pub mod strays;
pub mod unused;
pub mod wizard;
pub mod workspace;
pub mod workspaces;
