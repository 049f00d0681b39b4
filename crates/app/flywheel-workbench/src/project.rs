//! A project as a whole: made, opened, and what its first page shows.

use std::path::Path;
use std::sync::{Arc, Mutex};

use flywheel_spec::check::read_project;
use flywheel_spec::draft::project_text;
use flywheel_spec::project::{ProjectReport, ProjectSpec};
use flywheel_spec::{Phrase, Problem, phrase};
use flywheel_tables::Warehouse;

use crate::events::Events;
use crate::feedback::Speakers;
use crate::ledger::Ledger;
use crate::{Failure, Folder, Inner, PROJECT_FILE, Workbench, file};

/// What git should not keep of a project.
const IGNORED: &str = "# What Flywheel owns; recipes and flywheel.toml are yours to keep.\n/.flywheel/\n";

impl Workbench {
    /// Makes a project in a folder, or finishes one that was begun; what is there already stays as it is.
    ///
    /// # Errors
    /// When the folder cannot be written, or its `flywheel.toml` is wrong.
    pub async fn init(folder: &Path, spec: &ProjectSpec) -> Result<Self, Failure> {
        std::fs::create_dir_all(folder).map_err(|error| Failure::io(folder, &error))?;
        let root = folder.canonicalize().map_err(|error| Failure::io(folder, &error))?;
        let folder = Folder::at(root);
        if !folder.project_file().exists() {
            file::write(&folder.project_file(), project_text(spec).as_bytes())?;
        }
        let ignore = folder.root().join(".gitignore");
        if !ignore.exists() {
            file::write(&ignore, IGNORED.as_bytes())?;
        }
        std::fs::create_dir_all(folder.recipes()).map_err(|error| Failure::io(&folder.recipes(), &error))?;
        Self::open(folder.root()).await
    }

    /// Opens the project that a folder is in.
    ///
    /// # Errors
    /// When there is none in it or above it, or its `flywheel.toml` or ledger cannot be read.
    pub async fn open(folder: &Path) -> Result<Self, Failure> {
        let Some(found) = Folder::around(folder) else {
            let looked = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
            let problem = Problem::error(phrase!(
                "workbench.no_project",
                file = PROJECT_FILE,
                folder = looked.display()
            ));
            return Err(Failure::NotFound(problem.advise(Phrase::new("workbench.no_project_advice"))));
        };
        let path = found.project_file();
        let text = file::read_text(&path)?.unwrap_or_default();
        let (project, warnings) = read_project(&text, PROJECT_FILE)?;
        let ledger = Ledger::open(&found.ledger()).await?;
        let warehouse = Warehouse::new(found.tables());
        let inner = Inner {
            folder: found,
            project,
            warnings,
            ledger,
            warehouse,
            events: Events::default(),
            reader: Mutex::default(),
            speakers: Speakers::default(),
            predictions: Mutex::default(),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// What the first page shows.
    ///
    /// # Errors
    /// When the ledger or the tables cannot be read.
    pub async fn overview(&self) -> Result<ProjectReport, Failure> {
        // The page asks every few seconds: the names do, and no table is opened for them.
        let tables = self.warehouse().table_names()?;
        let runs = self.runs().await?;
        let deployed = self.ledger().deployed().await?;
        let models = self.ledger().model_names().await?;
        let next = match (tables.first(), runs.first(), models.first(), deployed.keys().next()) {
            (None, ..) => phrase!("workbench.next_data"),
            (Some(table), None, ..) => phrase!("workbench.next_recipe", table = table),
            (_, Some(run), None, _) => phrase!("workbench.next_look", run = run.id),
            (.., Some(model), None) => phrase!("workbench.next_deploy", model = model),
            (.., Some(model)) => phrase!("workbench.next_watch", model = model),
        };
        Ok(ProjectReport {
            project: self.project().clone(),
            flywheel: env!("CARGO_PKG_VERSION").to_owned(),
            tables: tables.len() as u64,
            runs: runs.len() as u64,
            deployed: deployed.len() as u64,
            next: vec![next],
        })
    }
}
