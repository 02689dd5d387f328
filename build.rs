//! Embeds the Git commit in the version string, and the icon and manifest in the Windows executable.

use std::path::Path;
use std::process::Command;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    // In a checkout, HEAD or its log changes with every commit; a source archive has neither.
    for file in [".git/HEAD", ".git/logs/HEAD"] {
        if Path::new(file).exists() {
            println!("cargo:rerun-if-changed={file}");
        }
    }
    let version = env!("CARGO_PKG_VERSION");
    let named = commit().map_or_else(|| version.to_owned(), |c| format!("{version} ({c})"));
    println!("cargo:rustc-env=LUMISIFT_VERSION={named}");
    if std::env::var_os("CARGO_CFG_WINDOWS").is_some() {
        windows_resources();
    }
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

/// Embeds the icon, the version information and a manifest that enables long paths, UTF-8 and high-DPI rendering. Depends
/// on the target platform, not the host.
fn windows_resources() {
    println!("cargo:rerun-if-changed=assets/icon.ico");
    println!("cargo:rerun-if-changed=assets/lumisift.manifest");
    let mut resources = winresource::WindowsResource::new();
    resources
        .set_icon("assets/icon.ico")
        .set_manifest_file("assets/lumisift.manifest")
        .set("ProductName", "Lumisift")
        .set("FileDescription", "Lumisift")
        .set("LegalCopyright", "MIT OR Apache-2.0");
    if !cfg!(windows) {
        resources
            .set_windres_path("x86_64-w64-mingw32-windres")
            .set_ar_path("x86_64-w64-mingw32-ar");
    }
    if let Err(error) = resources.compile() {
        println!("cargo:warning=the icon and manifest were left out: {error}");
    }
}
