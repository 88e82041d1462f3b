//! What a tester may do and nobody else; below `/_test/`.

pub(crate) mod hooks;
pub(crate) mod switches;
