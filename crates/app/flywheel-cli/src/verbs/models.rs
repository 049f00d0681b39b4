//! `flywheel models`: what came out of training.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use flywheel_spec::{Problem, phrase};
use flywheel_workbench::ModelExport;
use serde::Serialize;

use super::ModelName;
use crate::session::{Outcome, Session};
use crate::show;

/// What came out.
#[derive(Debug, Subcommand)]
pub enum Models {
    /// Every model.
    List,
    /// One version with its card.
    Show(Show),
    /// A bundle to take away.
    Export(Export),
    /// A published text encoder.
    Get(Get),
}

/// One version with its card.
#[derive(Debug, Args)]
pub struct Show {
    model: ModelName,
}

/// A bundle to take away.
#[derive(Debug, Args)]
pub struct Export {
    model: ModelName,
    #[arg(long, value_name = "FOLDER|FILE.zip")]
    to: PathBuf,
}

/// A published text encoder.
#[derive(Debug, Args)]
pub struct Get {
    encoder: String,
    #[arg(long = "as", value_name = "NAME", id = "as")]
    name: Option<String>,
    #[arg(long, value_name = "URL")]
    mirror: Option<String>,
}

#[derive(Debug, Serialize)]
struct ExportReport {
    model: String,
    version: u64,
    to: PathBuf,
    findings: Vec<Problem>,
}

impl Models {
    pub async fn run(self, session: &Session) -> Outcome {
        let screen = session.screen;
        let workbench = session.open().await?;
        match self {
            Self::List => {
                let models = workbench.models().await?;
                screen.report(&models, || show::models(&screen, &models))?;
            }
            Self::Show(show) => {
                let detail = workbench.model(&show.model.name, show.model.version).await?;
                screen.report(&detail, || show::model(&screen, &detail))?;
            }
            Self::Export(export) => {
                let (model, to) = (export.model.name, export.to);
                let ModelExport { version, findings } =
                    workbench.export(&model, export.model.version, &to).await?;
                screen.aside_problems(&findings);
                let report = ExportReport { model, version, to, findings };
                let said = phrase!(
                    "cli.exported",
                    model = format!("{}@{version}", report.model),
                    to = report.to.display()
                );
                screen.report(&report, || format!("{}\n", screen.text(&said)))?;
            }
            Self::Get(get) => {
                let bars = show::progress::Downloads::new(screen);
                let (name, mirror) = (get.name.as_deref(), get.mirror.as_deref());
                let told = move |file: &str, done, total| bars.take(file, done, total);
                let report = workbench.get_encoder(&get.encoder, name, mirror, told).await?;
                let said = |found| format!("{}\n", screen.text(found));
                screen.report(&report, || report.findings.iter().map(said).collect())?;
            }
        }
        Ok(())
    }
}
