//! `flywheel question`: questions kept in the project's recipes.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use flywheel_workbench::{AskOptions, answer_file, question_kinds};

use super::ask::Output;
use crate::session::{Failed, Outcome, Session, read_text};
use crate::show;

/// Questions kept in the project.
#[derive(Debug, Subcommand)]
pub enum Question {
    /// Every kept question.
    List,
    /// What can be asked.
    Kinds,
    /// A kept question is asked.
    Run(Run),
}

/// A kept question is asked.
#[derive(Debug, Args)]
pub struct Run {
    question: PathBuf,
    #[command(flatten)]
    output: Output,
}

impl Question {
    pub async fn run(self, session: &Session) -> Outcome {
        let screen = session.screen;
        match self {
            Self::Kinds => {
                let kinds = question_kinds();
                screen.report(&kinds, || show::question_kinds(&screen, &kinds))?;
            }
            Self::List => {
                let questions = session.open().await?.questions()?;
                screen.report(&questions, || show::questions(&screen, &questions))?;
            }
            Self::Run(run) => return run.run(session).await,
        }
        Ok(())
    }
}

impl Run {
    /// The file, or the name of one in the project's recipes.
    async fn run(self, session: &Session) -> Outcome {
        let screen = session.screen;
        let workbench = session.open().await?;
        let named = workbench.folder().recipes().join(self.question.with_extension("toml"));
        let path = if !self.question.exists() && named.exists() { named } else { self.question.clone() };
        let (name, text) = (path.display().to_string(), read_text(&path)?);
        let asked = workbench.ask_text(&text, &name, AskOptions::default()).await;
        let answered = asked.map_err(|failure| Failed::from(failure).in_text(&name, &text))?;
        if let Some(form) = self.output.form() {
            let bytes = answer_file(&answered, form, self.output.table.as_deref())?;
            return self.output.write(session, &workbench, form, &bytes);
        }
        Ok(screen.report(&answered, || show::answered(&screen, &answered, self.output.table.as_deref()))?)
    }
}
