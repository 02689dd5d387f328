//! Commands about the program itself: its menu entry, its state and its models.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand};

use super::values::path;

/// Actions of `desktop`.
#[derive(Debug, Subcommand)]
pub enum DesktopAction {
    /// Install the menu entry, icons and description into the user's data folder (XDG_DATA_HOME)
    Install(DesktopInstallArgs),
    /// Remove what `install` wrote; files changed since then are kept
    Uninstall,
}

/// Arguments of `desktop install`.
#[derive(Debug, ClapArgs)]
pub struct DesktopInstallArgs {
    /// Write into DIR instead, for building packages; no record is kept
    #[arg(long, value_name = "DIR", hide = true, value_parser = path())]
    pub into: Option<PathBuf>,
    /// The program that the menu entry starts (default: this one)
    #[arg(long, value_name = "PROGRAM", hide = true)]
    pub program: Option<String>,
}

/// Arguments of `generate`.
#[derive(Debug, ClapArgs)]
pub struct GenerateArgs {
    /// The folder
    #[arg(value_parser = path())]
    pub dir: PathBuf,
}

/// Arguments of `doctor`.
#[derive(Debug, ClapArgs)]
pub struct DoctorArgs {
    /// Write a bug report to a new file: log, versions and settings, without paths
    #[arg(long, value_name = "FILE.zip")]
    pub bundle: Option<PathBuf>,
    /// Include paths of photos and folders in the bundle
    #[arg(long, requires = "bundle")]
    pub with_paths: bool,
    /// Remove data of photos not seen for 90 days, and whatever exceeds the size limit in the settings
    #[arg(long)]
    pub tidy: bool,
}

/// Actions of `store`.
#[derive(Clone, Copy, Debug, Subcommand)]
pub enum StoreAction {
    /// Read all of the store and say what is damaged; what is damaged is repaired or read again when it is next opened
    Check,
    /// Remove data of photos not seen for 90 days and whatever exceeds the size limit, and return unused space to the
    /// disk
    Compact,
}

/// Actions of `models`.
#[derive(Debug, Subcommand)]
pub enum ModelAction {
    /// List the models
    List,
    /// Add a folder with a CLIP model, under the folder's name
    Add {
        /// The folder
        #[arg(value_parser = path())]
        dir: PathBuf,
    },
    /// Download a model from the catalogue, or any CLIP or SigLIP repository on Hugging Face
    Get {
        /// Name from `lumisift models`, or OWNER/NAME
        name: String,
    },
    /// Use a model from now on, in the window and here
    Use {
        /// The model's name or folder
        name: String,
    },
    /// Check that a model loads and produces valid vectors
    Verify {
        /// The model's name or folder
        name: String,
    },
    /// Print the folder of a model
    Path {
        /// The model's name
        name: String,
    },
    /// Delete a model's weights and vectors; folders that you added are only removed from the list
    #[command(visible_alias = "remove")]
    Rm {
        /// The model's name or folder
        name: String,
        /// Do not ask for confirmation
        #[arg(long, short)]
        yes: bool,
    },
}
