//! `lumisift generate`: manual pages and shell completions for packages.

use std::fs;

use anyhow::Context;
use clap::{CommandFactory, ValueEnum};
use clap_complete::Shell;
use lumisift::t;

use super::RunOutcome;
use super::args::{Args, GenerateArgs};

/// Runs `lumisift generate`.
pub fn run(args: &GenerateArgs) -> anyhow::Result<RunOutcome> {
    let dir = &args.dir;
    let failed = || t!("cli-cannot-write-into", folder = dir.display());
    fs::create_dir_all(dir).with_context(failed)?;
    clap_mangen::generate_to(Args::command(), dir).with_context(failed)?;
    for shell in Shell::value_variants() {
        clap_complete::generate_to(*shell, &mut Args::command(), "lumisift", dir)
            .with_context(failed)?;
    }
    Ok(RunOutcome::Success)
}
