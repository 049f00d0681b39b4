//! One call of the program: the user's screen, the project's folder, and how it fails.

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::str::FromStr;

use flywheel_spec::check::read_project;
use flywheel_spec::{Language, Phrase, Problem, Problems, phrase};
use flywheel_workbench::{AssistantAccess, Failure, Folder, Workbench};

use crate::screen::Screen;
use crate::show::{self, Sources};

/// One call of the program.
#[derive(Debug, Clone)]
pub struct Session {
    /// What the user sees.
    pub screen: Screen,
    folder: PathBuf,
}

/// Why a verb was not done, with the texts that its places point into.
#[derive(Debug)]
pub struct Failed {
    failure: Failure,
    sources: Sources,
    quiet: Quiet,
}

/// When a failure is told by its exit code alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Quiet {
    Never,
    InJson,
}

/// What a verb comes to.
pub type Outcome = Result<(), Failed>;

impl Session {
    /// A call that works on the project in or above a folder.
    pub fn new(screen: Screen, project: Option<PathBuf>) -> Self {
        Self { screen, folder: project.unwrap_or_else(|| PathBuf::from(".")) }
    }

    /// The folder that the call is about.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The project.
    pub async fn open(&self) -> Result<Workbench, Failed> {
        let workbench = Workbench::open(&self.folder).await?;
        self.screen.aside_problems(workbench.warnings());
        Ok(workbench)
    }

    /// What the assistant is asked with: the key is the environment's, the language the user's.
    pub fn assistant_access(&self, workbench: &Workbench) -> AssistantAccess {
        workbench.assistant_access(self.screen.language, |name| std::env::var(name).ok())
    }
}

impl Screen {
    /// Warnings beside the report; nothing when a program reads, since the report holds them too.
    pub fn aside_problems(&self, problems: &[Problem]) {
        if !problems.is_empty() {
            self.aside(show::problems(self, problems, &Sources::default()).trim_end_matches('\n'));
        }
    }
}

impl Failed {
    /// Adds the text that the mistakes point into.
    pub fn in_text(self, name: &str, text: &str) -> Self {
        Self { sources: Sources::one(name, text), ..self }
    }

    /// For a report that says it all: where a program reads, only the exit code is left to give.
    pub fn quiet_in_json(self) -> Self {
        Self { quiet: Quiet::InJson, ..self }
    }

    /// Says what was wrong and gives the exit code.
    pub fn tell(&self, screen: &Screen) -> ExitCode {
        let problems = self.failure.problems();
        if screen.json && self.quiet == Quiet::InJson {
            return ExitCode::from(self.failure.exit_code());
        }
        if screen.json {
            // The report of a failure is its problems; the exit code says that it is one.
            let _ = screen.report(&problems, String::new);
        } else {
            screen.complain(&show::problems(screen, &problems.problems, &self.sources));
        }
        ExitCode::from(self.failure.exit_code())
    }
}

impl From<Failure> for Failed {
    fn from(failure: Failure) -> Self {
        Self { failure, sources: Sources::default(), quiet: Quiet::Never }
    }
}

impl From<Problems> for Failed {
    fn from(problems: Problems) -> Self {
        Failure::from(problems).into()
    }
}

impl From<Problem> for Failed {
    fn from(problem: Problem) -> Self {
        Problems::one(problem).into()
    }
}

impl From<io::Error> for Failed {
    fn from(error: io::Error) -> Self {
        Problem::error(phrase!("cli.unwritten", reason = error)).into()
    }
}

/// Reads a text that the user named.
pub fn read_text(path: &Path) -> Result<String, Failed> {
    match std::fs::read(path) {
        Ok(bytes) => String::from_utf8(bytes).map_err(|error| {
            let valid = error.utf8_error().valid_up_to();
            let line = error.as_bytes()[..valid].iter().filter(|&&byte| byte == b'\n').count() as u64 + 1;
            let problem =
                Problem::error(Phrase::new("cli.not_utf8")).advise(Phrase::new("cli.not_utf8_advice"));
            problem.in_file(path.display().to_string()).at_line(line).into()
        }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let problem = Problem::error(phrase!("cli.no_file", path = path.display()));
            Err(Failure::NotFound(problem.advise(nearby(path))).into())
        }
        Err(error) => Err(Failure::io(path, &error).into()),
    }
}

/// The files of the same ending beside a path that leads nowhere.
fn nearby(path: &Path) -> Phrase {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|beside| beside.extension() == path.extension() && beside.is_file())
        .map(|beside| beside.display().to_string())
        .collect();
    names.sort();
    names.truncate(8);
    if names.is_empty() {
        Phrase::new("cli.no_file_advice")
    } else {
        phrase!("cli.beside_it", names = names.join(", "))
    }
}

/// The language asked for by `--lang`, else by the project, else by the locale; known before anything is parsed.
pub fn language() -> Language {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let asked = option(&words, "--lang").and_then(|text| Language::from_str(&text).ok());
    let project = option(&words, "--project").map_or_else(|| PathBuf::from("."), PathBuf::from);
    asked.or_else(|| of_project(&project)).unwrap_or_else(of_locale)
}

fn option(words: &[String], name: &str) -> Option<String> {
    let at = words.iter().position(|word| word == name || word.starts_with(&format!("{name}=")))?;
    match words[at].split_once('=') {
        Some((_, value)) => Some(value.to_owned()),
        None => words.get(at + 1).cloned(),
    }
}

fn of_project(folder: &Path) -> Option<Language> {
    let text = std::fs::read_to_string(Folder::around(folder)?.project_file()).ok()?;
    read_project(&text, "").ok()?.0.language
}

fn of_locale() -> Language {
    sys_locale::get_locale().map_or(Language::En, |locale| Language::of_locale(&locale))
}
