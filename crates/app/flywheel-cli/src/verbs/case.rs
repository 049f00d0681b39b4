//! `flywheel case`: how an improvement went.

use clap::Subcommand;

use super::paying::Paying;
use crate::session::{Outcome, Session};
use crate::show;

/// How improvements went.
#[derive(Debug, Subcommand)]
pub enum Case {
    /// Before and after one release.
    Write {
        #[arg(id = "opportunity", value_name = "OPPORTUNITY")]
        which: String,
        #[arg(long = "days", id = "case_days", value_name = "DAYS", default_value_t = 28)]
        days: u32,
        #[command(flatten)]
        paying: Paying,
    },
    /// All that were written.
    List,
}

impl Case {
    pub async fn run(self, session: &Session) -> Outcome {
        let screen = session.screen;
        let workbench = session.open().await?;
        match self {
            Self::Write { which, days, paying } => {
                let case = workbench.write_case(&which, days, &paying.choices()?, screen.language).await?;
                Ok(screen.report(&case, || show::case(&screen, &case))?)
            }
            Self::List => {
                let cases = workbench.cases()?;
                Ok(screen.report(&cases, || show::cases(&screen, &cases))?)
            }
        }
    }
}
