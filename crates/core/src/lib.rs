//! Meaning without I/O: scopes, resources, grants, ledger entries and the fold from one to the other.
//!
//! Nothing here reads a clock, a socket or a file, and everything here compiles for the browser too.
//! To add one more fact to the ledger: add a variant to [`fact::Fact`], give it a precedence in
//! [`ledger::precedence`], say in [`grants::Grants::apply`] what it changes, and put the sentence
//! for people into the page's view model (`web/src/view_model/sentence`).

pub mod approval;
pub mod catalogue;
pub mod check;
pub mod drift;
pub mod fact;
pub mod grants;
pub mod ids;
pub mod ledger;
pub mod manifest;
pub mod matrix;
pub mod request;
pub mod resource;
pub mod rotation;
pub mod scope;
pub mod sensitivity;
pub mod timestamp;
pub mod view;

pub use catalogue::ScopeInfo;
pub use fact::Fact;
pub use grants::Grants;
pub use ids::{AppId, AppSlug, EnterpriseId, InstallationKey, TeamId, Tenant, UserId};
pub use ledger::{Entry, OrderKey, Source};
pub use resource::{Reach, ResourceId, ResourceType};
pub use scope::Scope;
pub use sensitivity::Sensitivity;
pub use timestamp::Timestamp;
