//! `flywheel init`: a project begins, with the reference recipes, or with a recipe for the user's own table.

use std::path::{Path, PathBuf};

use clap::Args;
use flywheel_spec::check::name_from;
use flywheel_spec::project::ProjectSpec;
use flywheel_spec::table::ImportReport;
use flywheel_spec::{Phrase, phrase};
use flywheel_tables::ImportOptions;
use flywheel_workbench::{ImportRequest, Workbench};
use serde::Serialize;

use crate::session::{Outcome, Session};
use crate::show;

/// A project begins.
#[derive(Debug, Args)]
pub struct Init {
    folder: Option<PathBuf>,
    #[arg(long)]
    name: Option<String>,
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,
    #[arg(long, requires = "from", value_name = "COLUMN")]
    target: Option<String>,
    #[arg(long)]
    recipes: bool,
}

#[derive(Debug, Serialize)]
struct InitReport {
    folder: PathBuf,
    recipes: Vec<PathBuf>,
    import: Option<ImportReport>,
}

impl Init {
    pub async fn run(self, session: &Session) -> Outcome {
        let screen = session.screen;
        let folder = self.folder.clone().unwrap_or_else(|| session.folder().to_owned());
        let known = folder.join(flywheel_workbench::PROJECT_FILE).exists();
        let workbench = Workbench::init(&folder, &self.project(&folder)?).await?;
        let mut report =
            InitReport { folder: workbench.folder().root().to_owned(), recipes: Vec::new(), import: None };
        if let Some(source) = &self.from {
            // Who calls again with a target has the table already.
            let options = ImportOptions { target: self.target.clone(), ..ImportOptions::default() };
            let request = ImportRequest { options, unless_same: true, ..ImportRequest::default() };
            let imported = workbench.import_path(source, request).await?;
            if let Some(target) = self.target.as_ref().or(imported.profile.likely_target.as_ref()) {
                let recipe = workbench.write_draft(&imported.table.name, target, screen.language).await?;
                report.recipes.push(recipe);
            }
            report.import = Some(imported);
        }
        let drafted = !report.recipes.is_empty();
        if self.recipes || self.from.is_none() {
            report.recipes.extend(workbench.write_recipes()?);
        }
        let shown = || {
            let mut text = String::new();
            if let Some(imported) = &report.import {
                text.push_str(&show::imported(&screen, imported));
                text.push('\n');
            }
            let key = if known { "cli.init_again" } else { "cli.init_done" };
            text.push_str(&format!("{}\n", screen.text(&phrase!(key, folder = report.folder.display()))));
            for recipe in &report.recipes {
                text.push_str(&format!("  {}\n", recipe.display()));
            }
            let next = match (&report.import, report.recipes.first(), &self.from) {
                (Some(imported), _, Some(source)) if !drafted => next_with_target(&folder, source, imported),
                (Some(_), Some(recipe), _) => {
                    let project = project_option(&folder);
                    phrase!("cli.init_next_train", project = project, recipe = recipe.display())
                }
                _ => phrase!("cli.init_next_data"),
            };
            text.push_str(&format!("{}\n", screen.text(&next)));
            text
        };
        Ok(screen.report(&report, shown)?)
    }

    fn project(&self, folder: &Path) -> Result<ProjectSpec, std::io::Error> {
        let folder = std::path::absolute(folder)?;
        let last = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        Ok(ProjectSpec {
            time_zone: jiff::tz::TimeZone::system().iana_name().unwrap_or("UTC").to_owned(),
            ..ProjectSpec::named(name_from(self.name.as_deref().unwrap_or(&last)))
        })
    }
}

/// The call that goes on where no column stood out.
fn next_with_target(folder: &Path, source: &Path, imported: &ImportReport) -> Phrase {
    let columns = imported.profile.columns.iter().map(|column| column.name.as_str());
    let columns = columns.collect::<Vec<_>>().join(", ");
    let here = folder == Path::new(".");
    let folder = if here { String::new() } else { format!("{} ", folder.display()) };
    phrase!("cli.init_next_target", columns = columns, folder = folder, source = source.display())
}

/// What a call from here needs to find the project: nothing when it is around the current folder.
fn project_option(folder: &Path) -> String {
    let here = std::env::current_dir().and_then(|here| here.canonicalize());
    let around = here.is_ok_and(|here| folder.canonicalize().is_ok_and(|folder| here.starts_with(folder)));
    if around { String::new() } else { format!("--project {} ", folder.display()) }
}
