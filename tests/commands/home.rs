//! A home with a small CLIP model.
#![cfg(feature = "arrow")]
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use crate::common::lumisift;
use crate::fixtures;

pub struct Home {
    dir: TempDir,
    model: TempDir,
}

impl Home {
    pub fn new() -> Self {
        Self {
            dir: tempfile::tempdir().expect("a folder"),
            model: fixtures::model_folder("clip-tiny"),
        }
    }

    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    /// The program with the model, on the CPU, run in this home.
    pub fn command(&self, arguments: &[&str]) -> Command {
        self.command_with_folders(self.path(), arguments)
    }

    /// The same with the program's own folders in `folders`.
    pub fn command_with_folders(&self, folders: &Path, arguments: &[&str]) -> Command {
        let mut command = lumisift(folders);
        command.arg("--model").arg(self.model.path());
        command.args(["--device", "cpu"]).args(arguments);
        command.current_dir(self.path());
        command
    }
}
