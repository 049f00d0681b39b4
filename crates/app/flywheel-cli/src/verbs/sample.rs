//! `flywheel sample`: a make-believe startup's events and feedback as files, with the truth of them.

use std::path::PathBuf;

use clap::Args;
use flywheel_sample::startup::{Startup, write_all};
use flywheel_spec::{Problem, phrase};

use crate::session::{Outcome, Session};
use crate::show;

/// A make-believe startup.
#[derive(Debug, Args)]
pub struct Sample {
    #[arg(id = "sample_folder", value_name = "FOLDER")]
    folder: PathBuf,
    #[arg(long = "people", id = "sample_people", value_name = "NUMBER", default_value_t = 2_000)]
    people: u64,
    #[arg(long = "days", id = "sample_days", value_name = "DAYS", default_value_t = 120)]
    days: u32,
    #[arg(long = "seed", id = "sample_seed", value_name = "NUMBER", default_value_t = 7)]
    seed: u64,
}

impl Sample {
    pub async fn run(self, session: &Session) -> Outcome {
        let screen = session.screen;
        if self.folder.read_dir().is_ok_and(|mut entries| entries.next().is_some()) {
            let problem = Problem::error(phrase!("cli.sample_not_empty", folder = self.folder.display()));
            return Err(problem.advise(phrase!("cli.sample_not_empty_advice")).into());
        }
        std::fs::create_dir_all(&self.folder)?;
        let startup = Startup { people: self.people, days: self.days, seed: self.seed, ..Startup::default() };
        let written = write_all(&startup, |name| std::fs::File::create(self.folder.join(name)))?;
        let said = phrase!(
            "cli.sample_written",
            people = show::count(written.people),
            events = show::count(written.events),
            messages = show::count(written.messages),
            folder = self.folder.display()
        );
        let report = serde_json::json!({
            "folder": self.folder, "people": written.people, "events": written.events, "messages": written.messages,
        });
        Ok(screen.report(&report, || format!("{}\n", screen.text(&said)))?)
    }
}
