//! `flywheel completions`: what a shell needs to complete the command line.

use clap::Args;
use clap_complete::Shell;

use crate::help;
use crate::session::{Outcome, Session};

/// Shell completions.
#[derive(Debug, Args)]
pub struct Completions {
    shell: Shell,
}

impl Completions {
    pub fn run(self, session: &Session) -> Outcome {
        let mut script = Vec::new();
        let mut command = help::command(session.screen.language);
        clap_complete::generate(self.shell, &mut command, "flywheel", &mut script);
        let script = String::from_utf8_lossy(&script).into_owned();
        Ok(session.screen.report(&script, || script.clone())?)
    }
}
