//! The program: hands the arguments to the command line and turns its outcome into an exit code.

mod cli;

use std::io::Write;
use std::process::ExitCode;

use lumisift::engine::sanitize::printable;
use lumisift::logging;

fn main() -> ExitCode {
    logging::log_panics(report_panic);
    cli::main()
}

/// What a person sees of a defect: one sentence; the log has the rest. Workers turn theirs into failures of
/// single photos, so they say nothing here.
fn report_panic(info: &std::panic::PanicHookInfo<'_>) {
    let worker = std::thread::current()
        .name()
        .is_some_and(|name| name.starts_with("lumisift-"));
    if worker && std::env::var_os("LUMISIFT_DEBUG").is_none() {
        return;
    }
    let place = info
        .location()
        .map_or_else(String::new, |at| format!(" at {at}"));
    let cause = info.payload_as_str().unwrap_or("unknown cause");
    let _ = writeln!(
        std::io::stderr(),
        "lumisift: a defect of the program{place} ({}): please report it with what `lumisift doctor --bundle FILE.zip` writes",
        printable(cause)
    );
}
