//! What every request passes through, outermost first: the door (span, host, security headers), panics, time.

pub mod door;
mod headers;
mod host;
pub mod panic;
pub mod span;
pub mod timeout;
