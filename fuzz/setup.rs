//! Conditions of fuzzing that do not depend on the machine.

use std::panic;
use std::sync::Once;

use lumisift::engine::media::memory_budget::DecodeMemory;

/// Memory budget of the decoders. The default is a share of the machine's memory, which can exceed the fuzzer's limit.
const MEBIBYTES: u32 = 512;

/// Sets the memory budget, and removes the fuzzer's panic hook, which aborts even where a reader catches the panic of a
/// decoder. Other panics still reach the fuzzer, which aborts.
pub fn once() {
    static DONE: Once = Once::new();
    DONE.call_once(|| {
        DecodeMemory::of_process().set_mebibytes(MEBIBYTES);
        drop(panic::take_hook());
    });
}
