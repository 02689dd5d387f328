//! The command line: the same engine without a window.

mod args;
mod classify;
mod collect;
mod commands;
mod decided;
mod doctor;
mod export;
mod keywords;
mod labels;
mod models;
mod output;
mod sort;
#[cfg(feature = "gui")]
mod window;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind;

use args::{Args, Command};

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Everything went well.
    Fine,
    /// Some photos failed; they were listed.
    SomeFailed,
}

/// Runs the program with the process's arguments.
#[must_use]
pub fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => {
            // Help and version are no errors. Nothing more can be said if even printing fails.
            let _ = error.print();
            let fine = matches!(
                error.kind(),
                ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
            );
            return if fine {
                ExitCode::SUCCESS
            } else {
                ExitCode::from(2)
            };
        }
    };
    match run(&args) {
        Ok(Outcome::Fine) => ExitCode::SUCCESS,
        Ok(Outcome::SomeFailed) => ExitCode::from(1),
        // Whoever read our output has had enough, as `head` does.
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "lumisift: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .any(|cause| cause.kind() == io::ErrorKind::BrokenPipe)
}

fn run(args: &Args) -> anyhow::Result<Outcome> {
    let common = &args.common;
    match &args.command {
        Some(Command::Classify(classify)) => classify::classify(common, classify),
        Some(Command::Sort(sort)) => sort::sort(common, sort),
        Some(Command::Search(search)) => commands::search(common, search),
        Some(Command::Index(index)) => commands::index(common, index),
        Some(Command::Embed(embed)) => commands::embed(common, embed),
        Some(Command::Export(args)) => export::apply_manifest(common, args),
        Some(Command::Keywords(args)) => keywords::run(common, args),
        Some(Command::Undo(args)) => export::undo(common, args),
        Some(Command::Models { action }) => models::run(common, action.as_ref()),
        Some(Command::Doctor) => doctor::run(common),
        #[cfg(feature = "gui")]
        None => window::open(common, &args.paths),
        #[cfg(not(feature = "gui"))]
        None => anyhow::bail!(
            "this build has no window: give a command, as `lumisift sort PATH... --label TEXT`; `lumisift --help` lists them"
        ),
    }
}
