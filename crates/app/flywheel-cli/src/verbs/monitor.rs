//! `flywheel monitor`: how a deployed model fares.

use clap::Args;

use crate::session::{Outcome, Session};
use crate::show;

/// How a deployed model fares.
#[derive(Debug, Args)]
pub struct Monitor {
    model: String,
}

impl Monitor {
    pub async fn run(self, session: &Session) -> Outcome {
        let screen = session.screen;
        let report = session.open().await?.monitor(&self.model).await?;
        Ok(screen.report(&report, || show::monitor(&screen, &report))?)
    }
}
