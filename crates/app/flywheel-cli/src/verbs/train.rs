//! `flywheel train`: a recipe becomes a model, or is adjusted and trained again until it is good enough.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use clap::builder::RangedU64ValueParser;
use flywheel_spec::run::{RunDetail, RunKind, RunState};
use flywheel_spec::{Problem, phrase};
use flywheel_workbench::{RunChoices, RunRequest, Workbench};
use futures::StreamExt;

use super::duration;
use crate::interrupt;
use crate::session::{Failed, Outcome, Session, read_text};
use crate::show::{self, progress::Progress};

/// A model learns.
#[derive(Debug, Args)]
pub struct Train {
    recipe: PathBuf,
    #[arg(long)]
    until_accepted: bool,
    #[arg(long, requires = "until_accepted", value_parser = duration, value_name = "TIME")]
    budget: Option<Duration>,
    #[arg(long)]
    test: bool,
    #[arg(long, value_parser = threads())]
    threads: Option<usize>,
    #[arg(long, value_parser = seed())]
    seed: Option<u64>,
}

impl Train {
    pub async fn run(self, session: &Session) -> Outcome {
        let name = self.recipe.display().to_string();
        let text = read_text(&self.recipe)?;
        let workbench = session.open().await?;
        let request = RunRequest {
            text: text.clone(),
            file_name: name.clone(),
            kind: if self.until_accepted { RunKind::UntilAccepted } else { RunKind::Train },
            choices: RunChoices {
                budget_secs: self.budget.map(|budget| budget.as_secs_f64()),
                test: self.test,
                threads: self.threads,
                seed: self.seed,
                trials: None,
            },
        };
        let id = workbench
            .start_run(request)
            .await
            .map_err(|failure| Failed::from(failure).in_text(&name, &text))?;
        watch(&workbench, session, &id, 0).await
    }
}

/// As many threads as a recipe may say.
pub fn threads() -> RangedU64ValueParser<usize> {
    RangedU64ValueParser::new().range(1..=1024)
}

/// A seed that a recipe can hold: TOML's whole numbers end here.
pub fn seed() -> RangedU64ValueParser<u64> {
    RangedU64ValueParser::new().range(..=i64::MAX.unsigned_abs())
}

/// Shows a run from an event on while it works, then its report; Ctrl-C stops it at the best so far.
pub async fn watch(workbench: &Workbench, session: &Session, id: &str, after: u64) -> Outcome {
    let detail = follow(workbench, session, id, after).await?;
    let screen = session.screen;
    screen.report(&detail, || show::run(&screen, &detail))?;
    if detail.summary.state == RunState::Failed {
        let problem = Problem::error(phrase!("cli.run_failed", run = id));
        return Err(Failed::from(problem.advise(phrase!("cli.run_failed_advice", run = id))).quiet_in_json());
    }
    Ok(())
}

/// Shows a run from an event on while it works.
pub async fn follow(
    workbench: &Workbench,
    session: &Session,
    id: &str,
    after: u64,
) -> Result<RunDetail, Failed> {
    let _guard = interrupt::stops_run(workbench, session.screen, id);
    let mut progress = Progress::new(session.screen);
    let mut events = workbench.run_events(id, after).await?;
    while let Some((_, event)) = events.next().await {
        progress.take(&event);
    }
    Ok(workbench.run(id).await?)
}
