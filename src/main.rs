//! The program: passes the arguments to the command line and converts its outcome to an exit code.

mod cli;

use std::io::Write;
use std::process::ExitCode;

use lumisift::engine::sanitize::printable;
use lumisift::logging;

fn main() -> ExitCode {
    logging::log_panics(report_panic);
    cli::main()
}

/// Prints a panic as one sentence for the user; the log has the details. Panics of worker threads become failures of
/// single photos, so nothing is printed.
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
