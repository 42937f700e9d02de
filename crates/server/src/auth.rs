//! Who asks. A handler names [`Viewer`], [`Approver`], [`Admin`], [`SignedIn`] or [`TokenReader`] among its
//! arguments; one that names none is public.
//!
//! A browser shows its session cookie, a script its API key. Both are looked up here and nowhere else.

mod address;
mod caller;
pub mod cookie;
mod limit;

pub use address::ClientAddress;
pub use caller::{Admin, Approver, Caller, SignedIn, TokenReader, Viewer};
pub use limit::SignInLimits;
