//! `flywheel evaluate`: how good a model is, on a part of its table or on another table.

use clap::Args;
use flywheel_workbench::{EvaluateRequest, Part};

use super::ModelName;
use crate::session::{Outcome, Session};
use crate::show;

/// How good a model is.
#[derive(Debug, Args)]
pub struct Evaluate {
    model: ModelName,
    #[arg(long, value_parser = ["train", "validation", "test"], default_value = "validation", conflicts_with_all = ["test", "on"])]
    part: String,
    #[arg(long, conflicts_with = "on")]
    test: bool,
    #[arg(long, value_name = "TABLE")]
    on: Option<String>,
}

impl Evaluate {
    pub async fn run(self, session: &Session) -> Outcome {
        let screen = session.screen;
        let workbench = session.open().await?;
        let part = match (self.on, self.test, self.part.as_str()) {
            (Some(table), ..) => Part::Table(table),
            (None, true, _) | (None, _, "test") => Part::Test,
            (None, false, "train") => Part::Train,
            (None, false, _) => Part::Validation,
        };
        let request = EvaluateRequest { model: self.model.name, version: self.model.version, part };
        let report = workbench.evaluate(&request).await?;
        Ok(screen.report(&report, || show::evaluation(&screen, &report))?)
    }
}
