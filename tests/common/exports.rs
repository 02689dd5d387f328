//! Exports in a temporary folder: photos, a target, and journals.
#![allow(dead_code, reason = "each test file uses a part")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use lumisift::engine::cancel::Cancel;
use lumisift::engine::media::photo::Taken;
use lumisift::engine::organize::export::{
    ExportItem, ExportOptions, ExportReport, FittingLabel, Transfer, plan, run,
};
use tempfile::TempDir;

/// All files below a folder by path, with their bytes; folders have none.
pub fn tree(dir: &Path) -> BTreeMap<PathBuf, Option<Vec<u8>>> {
    let mut found = BTreeMap::new();
    let mut left = vec![dir.to_path_buf()];
    while let Some(folder) = left.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if entry.file_type().expect("a type").is_dir() {
                found.insert(path.clone(), None);
                left.push(path);
            } else {
                let bytes = fs::read(&path).unwrap_or_default();
                found.insert(path, Some(bytes));
            }
        }
    }
    found
}

pub struct World {
    pub dir: TempDir,
}

impl World {
    pub fn new() -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        fs::create_dir_all(dir.path().join("photos")).expect("made");
        Self { dir }
    }

    pub fn photos(&self) -> PathBuf {
        self.dir.path().join("photos")
    }

    pub fn target(&self) -> PathBuf {
        self.dir.path().join("out/sorted")
    }

    pub fn journals(&self) -> PathBuf {
        self.dir.path().join("journals")
    }

    pub fn photo(&self, name: &str, bytes: &str) -> PathBuf {
        let path = self.photos().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(&path, bytes).expect("written");
        path
    }

    pub fn item(&self, name: &str, bytes: &str, labels: &[(&str, f32)]) -> ExportItem {
        let fitting = |(label, matched): &(&str, f32)| FittingLabel {
            label: (*label).into(),
            matched: *matched,
        };
        ExportItem {
            source: self.photo(name, bytes),
            labels: labels.iter().map(fitting).collect(),
            taken: Some(Taken::from_text("2024-05-01T10:00:00".into())),
            root: Some(self.photos()),
            place: None,
            is_duplicate: false,
        }
    }

    pub fn options(&self, transfer: Transfer) -> ExportOptions {
        ExportOptions {
            transfer,
            ..ExportOptions::new(self.target())
        }
    }

    pub fn export(&self, items: &[ExportItem], options: &ExportOptions) -> ExportReport {
        let plan = plan(items, options).expect("a plan");
        run(&plan, &self.journals(), &Cancel::default(), &|_| {}).expect("exports")
    }

    /// Names below the target, without folders.
    pub fn there(&self) -> Vec<String> {
        let files = tree(&self.target()).into_iter();
        files
            .filter(|(_, bytes)| bytes.is_some())
            .map(|(path, _)| {
                let below = path.strip_prefix(self.target()).expect("below");
                below.to_string_lossy().into_owned()
            })
            .collect()
    }
}
