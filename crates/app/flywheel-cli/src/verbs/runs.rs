//! `flywheel runs`: what was run.

use clap::{Args, Subcommand};

use crate::session::{Outcome, Session};
use crate::show;

/// What was run.
#[derive(Debug, Subcommand)]
pub enum Runs {
    /// Every run.
    List,
    /// One run.
    Show(One),
    /// Runs side by side.
    Compare(Several),
    /// A run in any process is asked to stop.
    Stop(One),
}

/// One run.
#[derive(Debug, Args)]
pub struct One {
    run: String,
}

/// Several runs.
#[derive(Debug, Args)]
pub struct Several {
    #[arg(required = true, num_args = 2..)]
    runs: Vec<String>,
}

impl Runs {
    pub async fn run(self, session: &Session) -> Outcome {
        let screen = session.screen;
        let workbench = session.open().await?;
        match self {
            Self::List => {
                let runs = workbench.runs().await?;
                screen.report(&runs, || show::runs(&screen, &runs))?;
            }
            Self::Show(one) => {
                let run = workbench.run(&one.run).await?;
                screen.report(&run, || show::run(&screen, &run))?;
            }
            Self::Compare(several) => {
                let report = workbench.compare(&several.runs).await?;
                screen.report(&report, || show::comparison(&screen, &report))?;
            }
            Self::Stop(one) => {
                workbench.stop(&one.run).await?;
                let summary = workbench.run(&one.run).await?.summary;
                screen.report(&summary, || format!("{}\n", screen.word("stop_asked")))?;
            }
        }
        Ok(())
    }
}
