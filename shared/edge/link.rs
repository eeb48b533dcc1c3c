//! The build script of the services: how their Lambda binaries are linked.

/// Links them for one place in memory. Otherwise every pointer in their constants is written anew at each
/// start, and every page that has one is copied.
pub(crate) fn main() {
    println!("cargo::rerun-if-changed=../../shared/edge/link.rs");
    #[expect(
        clippy::disallowed_methods,
        reason = "this is how cargo tells a build script what it builds for"
    )]
    let system = std::env::var("CARGO_CFG_TARGET_OS");
    if system.as_deref() == Ok("linux") {
        println!("cargo::rustc-link-arg-bins=-no-pie");
    }
}
