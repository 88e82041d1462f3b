//! Black-box tests: the binary as a user meets it. One test binary, one module per promise.

mod cli;
mod defects;
mod newcomer;
mod recording;
mod stand_in;
mod support;
