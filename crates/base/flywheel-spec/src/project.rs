//! A project: `flywheel.toml`, and what the first page shows.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Language, Phrase};

/// `flywheel.toml`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProjectSpec {
    /// The project's id, which keys carry: lower-case letters, digits, `-` and `_`.
    pub name: String,
    /// The language of reports; that of the locale when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    /// IANA time zone, such as `Asia/Shanghai`.
    #[serde(default = "utc")]
    pub time_zone: String,
    /// First day of the week.
    #[serde(default)]
    pub first_day_of_week: Weekday,
}

fn utc() -> String {
    "UTC".to_owned()
}

/// A day that a week may begin with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Weekday {
    /// As in most of the world and in ISO 8601.
    #[default]
    Monday,
    /// As in North America.
    Sunday,
    /// As in the Middle East.
    Saturday,
}

/// What the first page shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ProjectReport {
    /// `flywheel.toml`.
    pub project: ProjectSpec,
    /// The program's version.
    pub flywheel: String,
    /// Tables.
    pub tables: u64,
    /// Runs.
    pub runs: u64,
    /// Models that answer now.
    pub deployed: u64,
    /// What to do next, most useful first.
    pub next: Vec<Phrase>,
}

/// A recipe in the project's folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RecipeSummary {
    /// The file's name without `.toml`.
    pub name: String,
    /// The file, from the project's folder.
    pub path: String,
    /// The recipe, TOML.
    pub recipe: String,
}
