//! Names the version with its commit, and gives the Windows program its icon and manifest.

use std::path::Path;
use std::process::Command;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    // A checkout's head moves with every commit; a released archive has none.
    for file in [".git/HEAD", ".git/logs/HEAD"] {
        if Path::new(file).exists() {
            println!("cargo:rerun-if-changed={file}");
        }
    }
    let version = env!("CARGO_PKG_VERSION");
    let named = commit().map_or_else(|| version.to_owned(), |c| format!("{version} ({c})"));
    println!("cargo:rustc-env=LUMISIFT_VERSION={named}");
    #[cfg(windows)]
    windows_resources();
}

fn commit() -> Option<String> {
    let output = Command::new("git")
        .args(["rev-parse", "--short=10", "HEAD"])
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let text = text.trim();
    (output.status.success() && !text.is_empty()).then(|| text.to_owned())
}

/// The icon, and a manifest that allows paths longer than 260 characters.
#[cfg(windows)]
fn windows_resources() {
    println!("cargo:rerun-if-changed=assets/icon.ico");
    println!("cargo:rerun-if-changed=assets/lumisift.manifest");
    let mut resources = winresource::WindowsResource::new();
    resources
        .set_icon("assets/icon.ico")
        .set_manifest_file("assets/lumisift.manifest");
    if let Err(error) = resources.compile() {
        println!("cargo:warning=the icon and manifest were left out: {error}");
    }
}
