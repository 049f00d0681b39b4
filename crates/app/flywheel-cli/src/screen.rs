//! What the user sees: language, colours, terminal or pipe, people or programs. The only file that prints.

use std::io::{self, IsTerminal, Write};

use flywheel_spec::{Language, Phrase};
use serde::Serialize;

/// The user's side of the program.
#[derive(Debug, Clone, Copy)]
pub struct Screen {
    /// The language of everything that people read.
    pub language: Language,
    /// True when a program reads: the report as JSON on standard output and nothing else there.
    pub json: bool,
    /// True when colours may be used on standard output.
    pub color: bool,
    /// True when progress may be drawn over itself.
    pub live: bool,
    /// Characters in a line of the terminal; absent in a pipe.
    pub width: Option<u16>,
}

/// How a word stands out.
#[derive(Debug, Clone, Copy)]
pub enum Style {
    /// A heading.
    Bold,
    /// Beside the point.
    Dim,
    /// As it should be.
    Good,
    /// To be looked at.
    Warn,
    /// Wrong.
    Bad,
}

impl Screen {
    /// What standard output and the environment allow; `NO_COLOR` is honoured.
    pub fn new(language: Language, json: bool) -> Self {
        let colourless = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let color = io::stdout().is_terminal() && !colourless && !dumb;
        let width = io::stdout().is_terminal().then(terminal_width).flatten();
        Self { language, json, color, live: io::stderr().is_terminal() && !dumb && !json, width }
    }

    /// A fixed word or sentence from `words/cli.toml`.
    pub fn word(&self, key: &str) -> String {
        Phrase::new(&format!("cli.{key}")).text(self.language).to_owned()
    }

    /// A phrase in the user's language.
    pub fn text<'p>(&self, phrase: &'p Phrase) -> &'p str {
        phrase.text(self.language)
    }

    /// A word that stands out where colours are allowed.
    pub fn paint(&self, style: Style, text: &str) -> String {
        let code = match style {
            Style::Bold => "1",
            Style::Dim => "2",
            Style::Good => "32",
            Style::Warn => "33",
            Style::Bad => "31",
        };
        if self.color { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }

    /// Writes the report: as JSON for programs, else as `shown` puts it.
    pub fn report<T: Serialize>(&self, report: &T, shown: impl FnOnce() -> String) -> io::Result<()> {
        if self.json {
            let mut text = serde_json::to_string_pretty(report)?;
            text.push('\n');
            return put(io::stdout().lock(), &text);
        }
        put(io::stdout().lock(), &shown())
    }

    /// Writes a text for people on standard output; nothing when a program reads.
    pub fn say(&self, text: &str) -> io::Result<()> {
        if self.json { Ok(()) } else { put(io::stdout().lock(), &format!("{text}\n")) }
    }

    /// Writes lines that are the report itself, such as an export, whoever reads.
    pub fn lines(&self, text: &str) -> io::Result<()> {
        put(io::stdout().lock(), text)
    }

    /// Writes what accompanies the work on standard error; nothing when a program reads.
    pub fn aside(&self, text: &str) {
        if !self.json {
            // Who closed standard error doesn't want to hear.
            let _ = put(io::stderr().lock(), &format!("{text}\n"));
        }
    }

    /// Writes mistakes on standard error, whoever reads.
    pub fn complain(&self, text: &str) {
        let _ = put(io::stderr().lock(), text);
    }
}

fn terminal_width() -> Option<u16> {
    comfy_table::Table::new().width()
}

/// A reader that went away (`flywheel runs list | head`) has seen enough.
fn put(mut to: impl Write, text: &str) -> io::Result<()> {
    match to.write_all(text.as_bytes()).and_then(|()| to.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        done => done,
    }
}
