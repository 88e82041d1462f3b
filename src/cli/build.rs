//! The scenario files are part of the binary: it is built anew when one of them changes.

fn main() {
    #[expect(clippy::print_stdout, reason = "this is how a build script speaks to cargo")]
    {
        println!("cargo:rerun-if-changed=scenarios");
    }
}
