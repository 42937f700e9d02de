//! Who asks. A handler names [`Viewer`] or [`Admin`] among its arguments; one that names neither is public.
//!
//! A browser shows its session cookie, a script its API key. Both are looked up here and nowhere else.

mod address;
mod caller;
pub mod cookie;
mod limit;

pub use address::ClientAddress;
pub use caller::{Admin, Caller, SignedIn, Viewer};
pub use limit::SignInLimits;
