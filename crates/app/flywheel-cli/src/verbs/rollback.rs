//! `flywheel rollback`: the version that answered before answers again.

use clap::Args;

use crate::session::{Outcome, Session};
use crate::show;

/// The version before answers again.
#[derive(Debug, Args)]
pub struct Rollback {
    model: String,
}

impl Rollback {
    pub async fn run(self, session: &Session) -> Outcome {
        let screen = session.screen;
        let report = session.open().await?.rollback(&self.model).await?;
        Ok(screen.report(&report, || show::deployment(&screen, &report))?)
    }
}
