# The tasks of this repository. Each is one line: the steps live in `crates/xtask`.

# List the recipes
default:
    @just --list

# Build all, then start console and simulator with a seeded Grid organization
demo *args:
    cargo xtask demo {{ args }}

# Run the whole suite: lints, unit, SQLite, PostgreSQL and browser tests
test *args:
    cargo xtask test {{ args }}

# What continuous integration runs
ci:
    .ci/run

# Measure, side by side in one run
bench *args:
    cargo xtask bench {{ args }}

# A Slack to develop against
sim *args:
    cargo xtask sim {{ args }}

# The demo from a debug build
dev *args:
    cargo xtask dev {{ args }}

# Formatting and clippy, for the host and for wasm32
lint:
    cargo xtask lint

# Format everything
fmt:
    cargo fmt --all
