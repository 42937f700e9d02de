//! Socket Mode: real frames, and the pool against a WebSocket server on the loopback.

mod frames;
mod lines;
mod pool;
