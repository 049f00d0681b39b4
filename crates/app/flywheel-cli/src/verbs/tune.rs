//! `flywheel tune`: better settings are searched for within a budget.

use std::path::PathBuf;

use clap::Args;
use clap::builder::RangedU64ValueParser;
use flywheel_spec::run::RunKind;
use flywheel_workbench::{RunChoices, RunRequest};

use super::train::{seed, threads, watch};
use crate::session::{Failed, Outcome, Session, read_text};

/// Better settings.
#[derive(Debug, Args)]
pub struct Tune {
    recipe: PathBuf,
    #[arg(long, value_parser = RangedU64ValueParser::<usize>::new().range(1..=100_000))]
    trials: Option<usize>,
    #[arg(long, value_parser = threads())]
    threads: Option<usize>,
    #[arg(long, value_parser = seed())]
    seed: Option<u64>,
}

impl Tune {
    pub async fn run(self, session: &Session) -> Outcome {
        let name = self.recipe.display().to_string();
        let text = read_text(&self.recipe)?;
        let workbench = session.open().await?;
        let choices = RunChoices {
            trials: self.trials,
            threads: self.threads,
            seed: self.seed,
            ..RunChoices::default()
        };
        let request =
            RunRequest { text: text.clone(), file_name: name.clone(), kind: RunKind::Tune, choices };
        let id = workbench
            .start_run(request)
            .await
            .map_err(|failure| Failed::from(failure).in_text(&name, &text))?;
        watch(&workbench, session, &id, 0).await
    }
}
