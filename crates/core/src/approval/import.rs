//! Reading rules that were made elsewhere.

mod automation;

pub use automation::{Imported, Includes, Refused, slack};
