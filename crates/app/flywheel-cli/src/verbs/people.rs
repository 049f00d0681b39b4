//! `flywheel people`: who is whom, and everything of one person, given out or erased.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use flywheel_spec::events::MergeRequest;

use crate::session::{Outcome, Session};
use crate::show;

/// People.
#[derive(Debug, Subcommand)]
pub enum People {
    /// The merge log.
    Merges,
    /// Two people are one.
    Merge(Merge),
    /// What merging two people would do.
    Preview(Pair),
    /// A merge is taken back.
    Undo(Undo),
    /// Everything of a person.
    Export(Export),
    /// A person is erased.
    Erase(Erase),
}

/// Two people are one.
#[derive(Debug, Args)]
pub struct Merge {
    from: String,
    into: String,
}

/// Two people.
#[derive(Debug, Args)]
pub struct Pair {
    from: String,
    into: String,
}

/// A merge is taken back.
#[derive(Debug, Args)]
pub struct Undo {
    merge: u64,
    #[arg(long)]
    preview: bool,
}

/// Everything of a person.
#[derive(Debug, Args)]
pub struct Export {
    distinct_id: String,
    #[arg(long, value_name = "FILE")]
    to: Option<PathBuf>,
}

/// A person is erased.
#[derive(Debug, Args)]
pub struct Erase {
    distinct_id: String,
}

impl People {
    pub async fn run(self, session: &Session) -> Outcome {
        let screen = session.screen;
        let workbench = session.open().await?;
        match self {
            Self::Merges => {
                let log = workbench.merge_log().await?;
                screen.report(&log, || show::merges(&screen, &log))?;
            }
            Self::Merge(Merge { from, into }) => {
                let report = workbench.merge_people(&MergeRequest { from, into, preview: false }).await?;
                screen.report(&report, || show::merge_preview(&screen, &report))?;
            }
            Self::Preview(Pair { from, into }) => {
                let report = workbench.merge_people(&MergeRequest { from, into, preview: true }).await?;
                screen.report(&report, || show::merge_preview(&screen, &report))?;
            }
            Self::Undo(undo) => {
                let report = workbench.undo_merge(undo.merge, undo.preview).await?;
                screen.report(&report, || show::merge_preview(&screen, &report))?;
            }
            Self::Export(export) => {
                let lines = workbench.export_person(&export.distinct_id).await?;
                match export.to {
                    Some(path) => {
                        workbench.write_output(&path, lines.as_bytes())?;
                        let said = flywheel_spec::phrase!("events.exported", path = path.display());
                        screen.say(screen.text(&said))?;
                    }
                    None => screen.lines(&lines)?,
                }
            }
            Self::Erase(erase) => {
                let report = workbench.erase_person(&erase.distinct_id).await?;
                screen.report(&report, || show::erased(&screen, &report))?;
            }
        }
        Ok(())
    }
}
