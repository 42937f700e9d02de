//! Compiles the server anew when the page inside it has changed. A debug server reads the folder itself.

#[expect(
    clippy::disallowed_methods,
    reason = "cargo passes what a build script must know through the environment"
)]
fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var("PROFILE").is_ok_and(|profile| profile == "release") {
        println!("cargo::rerun-if-changed=../../web/dist");
    }
}
