//! Why something asked of the workbench was not done.

use std::io;
use std::path::Path;

use flywheel_spec::{Phrase, Problem, Problems, phrase};

/// Why something asked of the workbench was not done; nothing half-done is left behind.
#[derive(Debug, Clone, PartialEq)]
pub enum Failure {
    /// What was named is not there.
    NotFound(Problem),
    /// It is there, and stands in the way.
    Conflict(Problem),
    /// What the user gave is wrong: all of it, at once.
    Wrong(Problems),
    /// The program or what it keeps is at fault.
    Broken(Problem),
}

impl Failure {
    /// The mistakes, whichever kind of failure it is.
    pub fn problems(&self) -> Problems {
        match self {
            Self::NotFound(problem) | Self::Conflict(problem) | Self::Broken(problem) => {
                problem.clone().into()
            }
            Self::Wrong(problems) => problems.clone(),
        }
    }

    /// The mistakes as one sentence, in both languages.
    pub(crate) fn said(&self) -> Phrase {
        let messages: Vec<Phrase> =
            self.problems().problems.into_iter().map(|problem| problem.message).collect();
        let joined = |texts: Vec<&str>, comma: &str| texts.join(comma);
        Phrase {
            en: joined(messages.iter().map(|message| message.en.as_str()).collect(), "; "),
            zh: joined(messages.iter().map(|message| message.zh.as_str()).collect(), "；"),
            ..messages.into_iter().next().unwrap_or_default()
        }
    }

    /// 1 when what the user gave is wrong, 2 when the program is.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Broken(_) => 2,
            _ => 1,
        }
    }

    /// A file that could not be read or written; a full disk or a missing right is the user's to mend.
    pub fn io(path: &Path, error: &io::Error) -> Self {
        let advice = match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
                phrase!("workbench.disk_full_advice")
            }
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                phrase!("workbench.permission_advice")
            }
            _ => phrase!("workbench.io_advice"),
        };
        let problem = Problem::error(phrase!("workbench.io", path = path.display(), reason = error))
            .advise(advice)
            .in_file(path.display().to_string());
        Self::Wrong(problem.into())
    }

    /// Something of the program's own that should have been whole.
    pub(crate) fn broken(what: &str, reason: impl std::fmt::Display) -> Self {
        Self::Broken(Problem::error(phrase!("workbench.broken", what = what, reason = reason)))
    }

    /// Work that ended in the middle, which is the program's own mistake.
    pub(crate) fn stopped(reason: &tokio::task::JoinError) -> Self {
        let problem = Problem::error(phrase!("workbench.work_ended", reason = reason));
        Self::Broken(problem.advise(phrase!("workbench.work_ended_advice")))
    }

    /// A name that leads nowhere, with the names that would.
    pub(crate) fn not_found(message: Phrase, known: &[String], found: &str) -> Self {
        let likeness = |name: &&String| (strsim::jaro_winkler(name, found) * 1e6) as u64;
        let advice = match known.iter().max_by_key(likeness) {
            None => phrase!("workbench.none_yet"),
            Some(nearest) if strsim::jaro_winkler(nearest, found) > 0.75 => {
                phrase!("workbench.did_you_mean", nearest = nearest)
            }
            Some(_) => phrase!("workbench.known_are", names = listed(known)),
        };
        Self::NotFound(Problem::error(message).advise(advice))
    }
}

fn listed(names: &[String]) -> String {
    const SHOWN: usize = 12;
    let mut text = names.iter().take(SHOWN).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    if names.len() > SHOWN {
        text.push_str(", …");
    }
    text
}

impl std::fmt::Display for Failure {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.problems().fmt(formatter)
    }
}

impl std::error::Error for Failure {}

impl From<Problems> for Failure {
    fn from(problems: Problems) -> Self {
        Self::Wrong(problems)
    }
}

impl From<sqlx::Error> for Failure {
    fn from(error: sqlx::Error) -> Self {
        let full = error.as_database_error().and_then(|error| error.code()).is_some_and(|code| code == "13");
        if full {
            let problem = Problem::error(phrase!("workbench.ledger", reason = error));
            return Self::Wrong(problem.advise(phrase!("workbench.disk_full_advice")).into());
        }
        Self::Broken(Problem::error(phrase!("workbench.ledger", reason = error)))
    }
}
