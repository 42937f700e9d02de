//! What every request passes through, outermost first: request span, panics, security headers, host, time.

pub mod headers;
pub mod host;
pub mod panic;
pub mod span;
pub mod timeout;
