//! The command line: the same engine without a window.

mod args;
mod bundle;
mod classify;
mod commands;
mod decisions;
mod describe;
mod desktop;
mod doctor;
mod duplicates;
mod estimate;
mod explain;
mod export;
mod frames;
mod generate;
mod heaps;
mod help;
#[cfg(feature = "arrow")]
mod import;
mod json;
mod keywords;
mod labels;
mod library;
mod models;
mod out_file;
mod output;
mod overview;
mod path_text;
#[cfg(feature = "arrow")]
mod rank;
mod redact;
mod sort;
mod store;
mod stream;
mod usage_errors;
mod watch;
#[cfg(feature = "gui")]
mod window;
#[cfg(feature = "arrow")]
mod worker;

use std::ffi::OsString;
use std::io;
use std::process::ExitCode;

use clap::error::{ErrorFormatter, ErrorKind};
use lumisift::engine::media::photo::MISSING_FILE;
use lumisift::engine::sanitize::is_unprintable;
use lumisift::logging;
use lumisift::settings::{self, Dirs, Settings};
use lumisift::text::{Locale, Surface};
use lumisift::{t, text};

use args::{Args, CliCommand, OutputFormat};
use output::print_message;
use usage_errors::TranslatedErrors;

/// The outcome of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunOutcome {
    /// Everything went well.
    Success,
    /// Some photos failed. The failures have been printed.
    SomeFailed,
}

/// Runs the command in the process's arguments, or opens the window.
#[must_use]
pub fn main() -> ExitCode {
    let dirs = Dirs::detect();
    let chosen = settings::peek::<Settings>(&dirs.settings_file()).language;
    text::select(chosen.at_start());
    let args = match help::parse() {
        Ok(args) => args,
        Err(error) => {
            let fine = matches!(
                error.kind(),
                ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
            );
            match text::current() {
                Locale::English => print_usage(&error),
                _ => print_usage(&error.apply::<TranslatedErrors>()),
            }
            return if fine {
                ExitCode::SUCCESS
            } else {
                ExitCode::from(2)
            };
        }
    };
    let logged = logging::start(&dirs.state, args.common.verbose);
    tracing::info!(
        version = env!("LUMISIFT_VERSION"),
        system = std::env::consts::OS,
        architecture = std::env::consts::ARCH,
        command = args.command.as_ref().map_or("window", CliCommand::name),
        "started"
    );
    if let Err(error) = logged {
        tracing::warn!("{error}");
    }
    end_in_order();
    let outcome = run(&args);
    #[cfg(feature = "gpu")]
    lumisift::engine::inference::gpu::leave();
    match &outcome {
        Ok(outcome) => tracing::info!(?outcome, "ended"),
        Err(error) => tracing::error!("ended: {}", without_repeats(error)),
    }
    match outcome {
        Ok(RunOutcome::Success) => ExitCode::SUCCESS,
        Ok(RunOutcome::SomeFailed) => ExitCode::from(1),
        // The reader closed the pipe early, as `head` does.
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            print_message(format_args!("lumisift: {}", translated(&error)));
            ExitCode::from(2)
        }
    }
}

/// Ends the program cleanly on a signal, so that interrupting the test of a graphics card does not look like a driver
/// crash.
#[cfg(all(unix, feature = "gpu"))]
fn end_in_order() {
    use signal_hook::consts::{SIGINT, SIGTERM};
    use signal_hook::iterator::Signals;
    use signal_hook::low_level::emulate_default_handler;

    let work = || {
        // Until the handler is installed, and if that fails, signals end the program as usual.
        let Ok(mut signals) = Signals::new([SIGINT, SIGTERM]) else {
            return;
        };
        for signal in signals.forever() {
            lumisift::engine::inference::gpu::leave();
            let _ = emulate_default_handler(signal);
        }
    };
    let thread = std::thread::Builder::new().name("lumisift-signals".into());
    if let Err(error) = thread.spawn(work) {
        tracing::debug!(%error, "signals are left as they are");
    }
}

#[cfg(not(all(unix, feature = "gpu")))]
fn end_in_order() {}

/// Prints the argument parser's output: help, version or an error. Errors quote arguments such as file names, so
/// control characters are escaped. Failures to print are ignored.
fn print_usage<F: ErrorFormatter>(error: &clap::error::Error<F>) {
    let steering = |argument: OsString| argument.to_string_lossy().contains(is_unprintable);
    match std::env::args_os().any(steering) {
        // Plain text, because the escape sequences of colours would be escaped too.
        true => error.render().to_string().lines().for_each(print_message),
        false => {
            let _ = error.print();
        }
    }
}

/// An error and its causes, without causes that earlier messages already contain.
fn without_repeats(error: &anyhow::Error) -> String {
    distinct_messages(error).join(": ")
}

/// Like [`without_repeats`], but in the user's language and with advice.
fn translated(error: &anyhow::Error) -> String {
    let missing = missing_file(error);
    let translated = distinct_messages(error).into_iter().map(|message| {
        let message = match &missing {
            Some(missing) => message.replace(missing, MISSING_FILE),
            None => message,
        };
        text::advised(&message, Surface::CommandLine).into_owned()
    });
    translated.collect::<Vec<_>>().join(": ")
}

/// What the operating system says of a missing file, in English and with a number, if that is the cause of an error.
fn missing_file(error: &anyhow::Error) -> Option<String> {
    let mut causes = { error.chain() }.filter_map(|cause| cause.downcast_ref::<io::Error>());
    let missing = causes
        .find(|cause| cause.kind() == io::ErrorKind::NotFound && cause.raw_os_error().is_some());
    missing.map(ToString::to_string)
}

/// The messages of an error and its causes, without those contained in earlier messages. A message of the command line
/// may contain a cause that is already translated.
fn distinct_messages(error: &anyhow::Error) -> Vec<String> {
    let mut messages: Vec<String> = Vec::new();
    for cause in error.chain().map(ToString::to_string) {
        let known = text::sentence(&cause).into_owned();
        let is_part = |message: &String| message.contains(&cause) || message.contains(&known);
        if !messages.iter().any(is_part) {
            messages.push(cause);
        }
    }
    messages
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .any(|cause| cause.kind() == io::ErrorKind::BrokenPipe)
}

fn run(args: &Args) -> anyhow::Result<RunOutcome> {
    let common = &args.common;
    check_format(args)?;
    match &args.command {
        Some(CliCommand::Classify(classify)) => classify::classify(common, classify),
        Some(CliCommand::Sort(sort)) => sort::sort(common, sort),
        Some(CliCommand::Search(search)) => commands::search(common, search),
        Some(CliCommand::Index(index)) => commands::index(common, index),
        Some(CliCommand::Duplicates(args)) => duplicates::run(common, args),
        Some(CliCommand::Bursts(args)) => overview::bursts(common, args),
        Some(CliCommand::Overview(args)) => overview::overview(common, args),
        Some(CliCommand::Heaps(args)) => heaps::run(common, args),
        Some(CliCommand::Explain(args)) => explain::run(common, args),
        Some(CliCommand::Estimate(args)) => estimate::run(common, args),
        Some(CliCommand::Describe(args)) => describe::run(common, args),
        Some(CliCommand::Watch(args)) => watch::run(common, args),
        Some(CliCommand::Embed(embed)) => commands::embed(common, embed),
        #[cfg(feature = "arrow")]
        Some(CliCommand::Worker(args)) => worker::run(common, args),
        #[cfg(feature = "arrow")]
        Some(CliCommand::Rank(args)) => rank::run(common, args),
        #[cfg(feature = "arrow")]
        Some(CliCommand::Import(args)) => import::run(common, args),
        Some(CliCommand::Export(args)) => export::apply_manifest(common, args),
        Some(CliCommand::Keywords(args)) => keywords::run(common, args),
        Some(CliCommand::Undo(args)) => export::undo(common, args),
        Some(CliCommand::Models { action }) => models::run(common, action.as_ref()),
        Some(CliCommand::Store { action }) => store::run(common, *action),
        Some(CliCommand::Doctor(args)) => doctor::run(common, args),
        Some(CliCommand::Desktop { action }) => desktop::run(action),
        Some(CliCommand::Generate(args)) => generate::run(args),
        #[cfg(feature = "gui")]
        None => window::open(common, &args.paths, args.new_window),
        #[cfg(not(feature = "gui"))]
        None => anyhow::bail!(t!("cli-no-window")),
    }
}

/// Only `worker` can write Arrow and Parquet files.
fn check_format(args: &Args) -> anyhow::Result<()> {
    let is_table = matches!(
        args.common.format,
        OutputFormat::Arrow | OutputFormat::Parquet
    );
    #[cfg(feature = "arrow")]
    let writes_tables = matches!(args.command, Some(CliCommand::Worker(_)));
    #[cfg(not(feature = "arrow"))]
    let writes_tables = false;
    if is_table && !writes_tables {
        anyhow::bail!(t!("cli-tables-of-worker"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn causes_are_told_once() {
        let cause = || io::Error::other("the disk is gone");
        let twice = anyhow::Error::new(cause()).context("a.json: the disk is gone");
        assert_eq!(without_repeats(&twice), "a.json: the disk is gone");
        let above = twice.context("cannot export");
        assert_eq!(
            without_repeats(&above),
            "cannot export: a.json: the disk is gone"
        );
        let apart = anyhow::Error::new(cause()).context("cannot read a.json");
        assert_eq!(
            without_repeats(&apart),
            "cannot read a.json: the disk is gone"
        );
        let inside = anyhow::Error::new(cause()).context("a.json: the disk is gone; try again");
        assert_eq!(
            without_repeats(&inside),
            "a.json: the disk is gone; try again"
        );
    }

    #[test]
    fn each_message_of_an_error_is_translated() {
        text::keep_to_thread(Locale::SimplifiedChinese);
        let cause = io::Error::other("the device failed");
        let store = anyhow::Error::new(cause).context("the store at s: the device failed");
        assert_eq!(
            translated(&store),
            "s 中的数据库：the device failed；请用 --store 选择其他数据库"
        );
        let above = anyhow::Error::msg("the file is empty").context("the device failed");
        assert_eq!(translated(&above), "设备出错: 文件为空");
        let missing = std::fs::read("no such file").expect_err("there is none");
        let message = format!("none.toml: {missing}");
        let rules = anyhow::Error::new(missing).context(message);
        assert_eq!(
            translated(&rules),
            "none.toml: 文件不存在（已移动或删除？）"
        );
        // The test harness may reuse this thread.
        text::keep_to_thread(Locale::English);
    }
}
