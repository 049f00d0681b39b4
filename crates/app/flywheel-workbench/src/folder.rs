//! Where everything of a project stands on disk.

use std::path::{Path, PathBuf};

/// The file that makes a folder a project.
pub const PROJECT_FILE: &str = "flywheel.toml";

/// A project's folder; every path of it is made here.
#[derive(Debug, Clone)]
pub struct Folder {
    root: PathBuf,
}

impl Folder {
    /// The project in this folder, there or not.
    pub fn at(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The project that this folder is in: itself or the nearest above with a [`PROJECT_FILE`].
    pub fn around(folder: &Path) -> Option<Self> {
        let folder = std::path::absolute(folder).ok()?;
        folder.ancestors().find(|above| above.join(PROJECT_FILE).is_file()).map(Self::at)
    }

    /// The folder itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// `flywheel.toml`.
    pub fn project_file(&self) -> PathBuf {
        self.root.join(PROJECT_FILE)
    }

    /// The recipes, kept in git by the user.
    pub fn recipes(&self) -> PathBuf {
        self.root.join("recipes")
    }

    /// What the program owns.
    pub fn hidden(&self) -> PathBuf {
        self.root.join(".flywheel")
    }

    /// The ledger.
    pub fn ledger(&self) -> PathBuf {
        self.hidden().join("ledger.db")
    }

    /// The tables.
    pub fn tables(&self) -> PathBuf {
        self.hidden().join("tables")
    }

    /// The arrivals' segments.
    pub fn spool(&self) -> PathBuf {
        self.hidden().join("spool")
    }

    /// Segments of arrivals of which something was damaged when they were read.
    pub fn damaged(&self) -> PathBuf {
        self.spool().join("damaged")
    }

    /// Requests of other processes to the one that takes arrivals.
    pub fn requests(&self) -> PathBuf {
        self.hidden().join("requests")
    }

    /// Which events ever came in.
    pub fn seen(&self) -> PathBuf {
        self.hidden().join("seen")
    }

    /// The table of events.
    pub fn events(&self) -> PathBuf {
        self.tables().join("events")
    }

    /// The prediction log's segments.
    pub fn predictions(&self) -> PathBuf {
        self.hidden().join("predictions")
    }

    /// What is made of what users say, and can be made again.
    pub fn feedback(&self) -> PathBuf {
        self.hidden().join("feedback")
    }

    /// Customers' conversations, and what was learned to answer them.
    pub fn support(&self) -> PathBuf {
        self.hidden().join("support")
    }

    /// How improvements went, kept in git by the user.
    pub fn cases(&self) -> PathBuf {
        self.root.join("cases")
    }

    /// Files fetched from elsewhere.
    pub fn downloads(&self) -> PathBuf {
        self.hidden().join("downloads")
    }

    /// Published text encoders.
    pub fn encoders(&self) -> PathBuf {
        self.hidden().join("encoders")
    }

    /// All runs.
    pub fn runs(&self) -> PathBuf {
        self.hidden().join("runs")
    }

    /// One run.
    pub fn run(&self, id: &str) -> PathBuf {
        self.runs().join(id)
    }

    /// One version of a model.
    pub fn bundle(&self, model: &str, version: u64) -> PathBuf {
        self.hidden().join("models").join(model).join(version.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_project_is_found_from_any_folder_inside_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let inside = folder.path().join("recipes/old");
        std::fs::create_dir_all(&inside).expect("made");
        assert!(Folder::around(&inside).is_none());
        std::fs::write(folder.path().join(PROJECT_FILE), "name = \"x\"\n").expect("written");
        assert_eq!(Folder::around(&inside).expect("found").root(), folder.path());
    }
}
