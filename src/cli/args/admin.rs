//! Commands about the program itself: its menu entry, its state and its models.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand};

use super::values::path;

/// Actions of `desktop`.
#[derive(Debug, Subcommand)]
pub enum DesktopAction {
    /// Install the menu entry, icons and AppStream metadata in the user's data folder (XDG_DATA_HOME)
    Install(DesktopInstallArgs),
    /// Remove the files that `install` wrote, except those changed since
    Uninstall,
}

/// Arguments of `desktop install`.
#[derive(Debug, ClapArgs)]
pub struct DesktopInstallArgs {
    /// Write to DIR instead and keep no record, for building packages
    #[arg(long, value_name = "DIR", hide = true, value_parser = path())]
    pub into: Option<PathBuf>,
    /// Program that the menu entry starts (default: this executable)
    #[arg(long, value_name = "PROGRAM", hide = true)]
    pub program: Option<String>,
}

/// Arguments of `generate`.
#[derive(Debug, ClapArgs)]
pub struct GenerateArgs {
    /// Folder to write to
    #[arg(value_parser = path())]
    pub dir: PathBuf,
}

/// Arguments of `doctor`.
#[derive(Debug, ClapArgs)]
pub struct DoctorArgs {
    /// Write a bug report (log, versions and settings, without paths) to a new file
    #[arg(long, value_name = "FILE.zip")]
    pub bundle: Option<PathBuf>,
    /// Include the paths of photos and folders in the bug report
    #[arg(long, requires = "bundle")]
    pub with_paths: bool,
    /// Remove stored data of photos not seen for 90 days, and the least recently seen beyond the size limit
    #[arg(long)]
    pub tidy: bool,
}

/// Actions of `store`.
#[derive(Clone, Copy, Debug, Subcommand)]
pub enum StoreAction {
    /// Verify all data in the store and report damage
    ///
    /// Damaged data is repaired or computed again the next time photos are read.
    Check,
    /// Remove outdated data and return unused space to the disk
    ///
    /// This removes data of photos not seen for 90 days and, beyond the size limit in the settings, of those not seen
    /// for longest. All files are then rewritten without unused space.
    Compact,
}

/// Actions of `models`.
#[derive(Debug, Subcommand)]
pub enum ModelAction {
    /// List all models: built-in, installed and available for download
    List,
    /// Add a CLIP model from a folder, under the folder's name
    Add {
        /// Folder with the model
        #[arg(value_parser = path())]
        dir: PathBuf,
    },
    /// Download a model from the catalogue, or a CLIP or SigLIP model from Hugging Face
    Get {
        /// Name from `lumisift models`, or OWNER/NAME on Hugging Face
        name: String,
    },
    /// Set the default model of the window and the command line
    Use {
        /// Name or folder of the model
        name: String,
    },
    /// Check that a model loads and produces valid vectors
    Verify {
        /// Name or folder of the model
        name: String,
    },
    /// Print the folder of a model
    Path {
        /// Name of the model
        name: String,
    },
    /// Delete a model's files and stored vectors
    ///
    /// Files that Lumisift did not download itself (in folders that you added or in the Hugging Face cache) are kept.
    #[command(visible_alias = "remove")]
    Rm {
        /// Name or folder of the model
        name: String,
        /// Do not ask for confirmation
        #[arg(long, short)]
        yes: bool,
    },
}
