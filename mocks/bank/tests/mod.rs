//! The bank driven over HTTP, with a stand-in for the portal that takes its callbacks.

mod scene;

mod national;
mod plain;
mod provincial;
mod vnpay_like;

mod bad_input;
mod faults;
mod money;
mod pages;
