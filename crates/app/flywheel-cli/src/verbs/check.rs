//! `flywheel check`: a recipe against its data; nothing is trained.

use std::path::PathBuf;

use clap::Args;
use flywheel_spec::{Problems, Severity};

use crate::session::{Failed, Outcome, Session, read_text};
use crate::show::{self, Sources};

/// A recipe against its data.
#[derive(Debug, Args)]
pub struct Check {
    recipe: PathBuf,
}

impl Check {
    pub async fn run(self, session: &Session) -> Outcome {
        let screen = session.screen;
        let name = self.recipe.display().to_string();
        let text = read_text(&self.recipe)?;
        let report = session.open().await?.check(&text, &name).await?;
        if !report.runnable {
            if screen.json {
                screen.report(&report, String::new)?;
            }
            let mut problems = report.problems.clone();
            problems.sort_by_key(|problem| (problem.severity != Severity::Error, problem.place.line));
            return Err(Failed::from(Problems { problems }).in_text(&name, &text).quiet_in_json());
        }
        let sources = Sources::one(&name, &text);
        Ok(screen.report(&report, || show::check(&screen, &report, &sources))?)
    }
}
