//! The body of an answer, read as an adapter says.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| vandan_portal::fuzzing::adapter_answer(bytes));
