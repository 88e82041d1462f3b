//! Test hooks, below `/_test/`.

pub(crate) mod hooks;
pub(crate) mod switches;
