//! A user's mistake as data: what is wrong, where, what was found, and what to write instead.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Phrase;

/// Whether the work can go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The work goes on; the report keeps the warning.
    Warning,
    /// Nothing is done until this is mended; the exit code is 1.
    Error,
}

/// Where a mistake stands; what is unknown is absent.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct Place {
    /// The file, as the user named it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Line in the file, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// Character in the line, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub character: Option<u64>,
    /// Row of the data, from 1, the header not counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub row: Option<u64>,
    /// Column of the data, by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// Path of the setting in a spec, such as `network.2.units`; positions count from 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub setting: Option<String>,
}

/// One mistake or one warning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// A stable name for programs: the key of `message`.
    pub code: String,
    /// Whether the work can go on.
    pub severity: Severity,
    /// What is wrong.
    pub message: Phrase,
    /// What to write or do instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub advice: Option<Phrase>,
    /// Where it stands.
    #[serde(default)]
    pub place: Place,
}

impl Problem {
    /// A mistake that stops the work.
    pub fn error(message: Phrase) -> Self {
        Self {
            code: message.key.clone(),
            severity: Severity::Error,
            message,
            advice: None,
            place: Place::default(),
        }
    }

    /// A doubt that is said, kept in the report, and does not stop the work.
    pub fn warning(message: Phrase) -> Self {
        Self { severity: Severity::Warning, ..Self::error(message) }
    }

    /// Adds what to write or do instead.
    #[must_use]
    pub fn advise(mut self, advice: Phrase) -> Self {
        self.advice = Some(advice);
        self
    }

    /// Adds the file.
    #[must_use]
    pub fn in_file(mut self, file: impl Into<String>) -> Self {
        self.place.file = Some(file.into());
        self
    }

    /// Adds the line, from 1.
    #[must_use]
    pub fn at_line(mut self, line: u64) -> Self {
        self.place.line = Some(line);
        self
    }

    /// Adds the row of the data, from 1.
    #[must_use]
    pub fn at_row(mut self, row: u64) -> Self {
        self.place.row = Some(row);
        self
    }

    /// Adds the column of the data.
    #[must_use]
    pub fn in_column(mut self, column: impl Into<String>) -> Self {
        self.place.column = Some(column.into());
        self
    }

    /// Adds the path of the setting in the spec.
    #[must_use]
    pub fn at_setting(mut self, setting: impl Into<String>) -> Self {
        self.place.setting = Some(setting.into());
        self
    }
}

/// All the mistakes of one input, at once; an error when at least one of them stops the work.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct Problems {
    /// In the order of their places.
    pub problems: Vec<Problem>,
}

impl Problems {
    /// The mistake alone.
    pub fn one(problem: Problem) -> Self {
        Self { problems: vec![problem] }
    }

    /// Adds one.
    pub fn push(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    /// Adds all of another list.
    pub fn extend(&mut self, other: Self) {
        self.problems.extend(other.problems);
    }

    /// True when at least one stops the work.
    pub fn stop(&self) -> bool {
        self.problems.iter().any(|problem| problem.severity == Severity::Error)
    }

    /// The value with the warnings, or all the problems when one of them stops the work.
    pub fn settle<T>(self, value: T) -> Result<(T, Vec<Problem>), Self> {
        if self.stop() { Err(self) } else { Ok((value, self.problems)) }
    }
}

impl From<Problem> for Problems {
    fn from(problem: Problem) -> Self {
        Self::one(problem)
    }
}

impl std::fmt::Display for Problems {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (index, problem) in self.problems.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            write!(formatter, "{separator}{}", problem.message)?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}
