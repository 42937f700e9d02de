//! What the tests of the whole system stand on: a private PostgreSQL and a real browser.
//!
//! Both are started by the test that needs them and end with it, also when it is killed.

pub mod browser;
pub mod load;
pub mod postgres;
pub mod site;
mod supervised;
