//! An answer of HTTP/1.1 as it comes, and its content codings.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| vandan_engine::fuzzing::http_answer(bytes));
