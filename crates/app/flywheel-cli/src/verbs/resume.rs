//! `flywheel resume`: an interrupted run goes on where its checkpoint stands, with the same bits.

use clap::Args;

use super::train::watch;
use crate::session::{Outcome, Session};

/// An interrupted run goes on.
#[derive(Debug, Args)]
pub struct Resume {
    run: String,
}

impl Resume {
    pub async fn run(self, session: &Session) -> Outcome {
        let workbench = session.open().await?;
        let before = workbench.resume(&self.run).await?;
        watch(&workbench, session, &self.run, before).await
    }
}
