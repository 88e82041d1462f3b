//! The scenario files are part of the binary: it is built anew when one of them changes.

fn main() {
    println!("cargo:rerun-if-changed=scenarios");
}
