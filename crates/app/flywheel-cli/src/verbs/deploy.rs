//! `flywheel deploy`: a version answers from now on, in every server of the project.

use clap::Args;

use super::ModelName;
use crate::session::{Outcome, Session};
use crate::show;

/// A version answers.
#[derive(Debug, Args)]
pub struct Deploy {
    model: ModelName,
}

impl Deploy {
    pub async fn run(self, session: &Session) -> Outcome {
        let screen = session.screen;
        let report = session.open().await?.deploy(&self.model.name, self.model.version).await?;
        Ok(screen.report(&report, || show::deployment(&screen, &report))?)
    }
}
