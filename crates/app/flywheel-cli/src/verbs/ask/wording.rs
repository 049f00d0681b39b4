//! `flywheel ask`: a question in one's own words.

use clap::Args;
use flywheel_spec::feedback::wording::{Asked, AskedInWords, WordingSpec};
use flywheel_spec::{Problem, phrase};
use flywheel_workbench::{AskOptions, Workbench};

use crate::screen::Screen;
use crate::session::{Failed, Outcome, Session};
use crate::show;

/// A question in one's own words.
#[derive(Debug, Args)]
pub struct Ask {
    #[arg(id = "asked_words", value_name = "WORDS", required = true)]
    words: Vec<String>,
    #[arg(long = "show", id = "asked_show")]
    show: bool,
    #[arg(long = "save", id = "asked_save", value_name = "NAME")]
    save: Option<String>,
    #[arg(long = "assistant", id = "asked_assistant")]
    assistant: bool,
}

impl Ask {
    pub async fn run(self, session: &Session) -> Outcome {
        let screen = session.screen;
        let workbench = session.open().await?;
        let spec = WordingSpec { text: self.words.join(" "), only_understand: self.show };
        let options = AskOptions::default();
        let asked = if self.assistant {
            let access = session.assistant_access(&workbench);
            workbench.assisted_ask_in_words(&spec, options, &access).await?
        } else {
            workbench.ask_in_words(&spec, options).await?
        };
        if let Some(name) = &self.save {
            save(&screen, &workbench, name, &asked)?;
        }
        screen.report(&asked, || show::asked_in_words(&screen, &asked))?;
        let said = if asked.parts.is_empty() {
            phrase!("wording.nothing")
        } else if asked.parts.iter().all(|part| !part.problems.is_empty()) {
            phrase!("wording.none_answered")
        } else {
            return Ok(());
        };
        Err(Failed::from(Problem::error(said)).quiet_in_json())
    }
}

/// Keeps the questions among the parts: the first under the name, the next as `name-2` and so on.
fn save(screen: &Screen, workbench: &Workbench, name: &str, asked: &AskedInWords) -> Outcome {
    let mut kept = 0;
    for part in &asked.parts {
        let Asked::Question { question } = &part.understood.asked else {
            screen.aside(screen.text(&phrase!("cli.asked_not_kept", command = part.command)));
            continue;
        };
        kept += 1;
        let name = if kept == 1 { name.to_owned() } else { format!("{name}-{kept}") };
        let saved = workbench.save_question(&name, question)?;
        screen.aside(screen.text(&phrase!("cli.question_saved", path = saved.path, name = saved.name)));
    }
    Ok(())
}
