//! `flywheel surveys`: what people are asked, by link and by script.

use clap::Subcommand;

use crate::session::{Outcome, Session};
use crate::show;

/// What people are asked.
#[derive(Debug, Subcommand)]
pub enum Surveys {
    /// Every survey.
    List,
}

impl Surveys {
    pub async fn run(self, session: &Session) -> Outcome {
        let screen = session.screen;
        let surveys = session.open().await?.surveys()?;
        Ok(screen.report(&surveys, || show::surveys(&screen, &surveys))?)
    }
}
