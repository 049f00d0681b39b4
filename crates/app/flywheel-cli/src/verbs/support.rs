//! `flywheel support`: customers answered from a file of questions and answers.

use std::io::{BufRead, IsTerminal};

use clap::Subcommand;
use flywheel_spec::feedback::draft::DraftRequest;
use flywheel_spec::feedback::support::SupportRequest;
use flywheel_workbench::Workbench;

use crate::session::{Outcome, Session};
use crate::show;

/// Customers answered.
#[derive(Debug, Subcommand)]
pub enum Support {
    /// A message, or a conversation line by line.
    Answer {
        #[arg(id = "customer_text", value_name = "MESSAGE")]
        text: Option<String>,
        #[arg(long, value_name = "ID")]
        conversation: Option<String>,
        #[arg(long = "person", id = "customer", value_name = "ID")]
        person: Option<String>,
    },
    /// How well `faq.toml` is told apart.
    Check,
    /// Who waits for a person.
    Inbox,
    /// An answer for a colleague to read and send.
    Draft {
        #[arg(id = "drafted", value_name = "CONVERSATION")]
        conversation: String,
    },
    /// A person took over.
    Settle {
        #[arg(id = "settled", value_name = "CONVERSATION")]
        conversation: String,
        #[arg(long = "answer", id = "settled_answer", value_name = "TEXT")]
        answer: Option<String>,
    },
    /// What the file does not answer.
    Gaps,
}

impl Support {
    pub async fn run(self, session: &Session) -> Outcome {
        let screen = session.screen;
        let workbench = session.open().await?;
        match self {
            Self::Answer { text: Some(text), conversation, person } => {
                let request = SupportRequest { text, conversation, person };
                let answer = workbench.answer_customer(request).await?;
                Ok(screen.report(&answer, || show::support_answer(&screen, &answer))?)
            }
            Self::Answer { text: None, conversation, person } => {
                converse(session, &workbench, conversation, person).await
            }
            Self::Check => {
                let report = workbench.faq_report().await?;
                Ok(screen.report(&report, || show::faq_report(&screen, &report))?)
            }
            Self::Inbox => {
                let inbox = workbench.support_inbox()?;
                Ok(screen.report(&inbox, || show::inbox(&screen, &inbox))?)
            }
            Self::Draft { conversation } => {
                let access = session.assistant_access(&workbench);
                let report = workbench.draft_answer(&DraftRequest { conversation }, &access).await?;
                Ok(screen.report(&report, || show::draft(&screen, &report))?)
            }
            Self::Settle { conversation, answer } => {
                workbench.settle_conversation(&conversation, answer.as_deref())?;
                Ok(())
            }
            Self::Gaps => {
                let gaps = workbench.support_gaps().await?;
                Ok(screen.report(&gaps, || show::gaps(&screen, &gaps))?)
            }
        }
    }
}

/// Reads message after message from standard input.
async fn converse(
    session: &Session,
    workbench: &Workbench,
    mut conversation: Option<String>,
    person: Option<String>,
) -> Outcome {
    let screen = session.screen;
    if std::io::stdin().is_terminal() {
        screen.aside(&screen.word("support_begin"));
    }
    for line in std::io::stdin().lock().lines() {
        let text = line?;
        if text.trim().is_empty() {
            continue;
        }
        let request = SupportRequest { text, conversation: conversation.clone(), person: person.clone() };
        let answer = workbench.answer_customer(request).await?;
        conversation = Some(answer.conversation.clone());
        screen.report(&answer, || show::support_answer(&screen, &answer))?;
    }
    Ok(())
}
