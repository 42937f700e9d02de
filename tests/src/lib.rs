//! What the tests of the whole system stand on: a private PostgreSQL, a real browser, consoles that are
//! processes of their own.
//!
//! They are started by the test that needs them and end with it; PostgreSQL and browser also when it is killed.

pub mod app_requests;
pub mod browser;
pub mod consent;
pub mod dice;
pub mod evidence;
pub mod ground;
pub mod load;
pub mod managing;
pub mod measured;
pub mod northwind;
pub mod ports;
pub mod postgres;
pub mod site;
pub mod slow;
pub mod stage;
mod supervised;
