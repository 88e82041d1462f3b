//! What only a tester may do; below `/_test/`.

pub(crate) mod hooks;
pub(crate) mod switches;
