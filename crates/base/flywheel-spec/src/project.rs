//! A project: `flywheel.toml`, and what the first page shows.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::assistant::AssistantSpec;
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
    /// What answers questions: `embedded`, this program itself, or the scheduler of a cluster, `df://host:50050`.
    #[serde(default = "embedded")]
    pub engine: String,
    /// Where the table of events lies when it is not in the project's folder: a folder that all machines see,
    /// or storage that speaks S3, such as `s3://bucket/events`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub events_at: Option<String>,
    /// The encoder that reads texts by meaning, one of those that `flywheel models get` brought, or `none`; when absent,
    /// the one that is there, those of many languages before others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encoder: Option<String>,
    /// What of a person is never kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub privacy: Option<PrivacySpec>,
    /// How long events are kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retention: Option<RetentionSpec>,
    /// A language model that helps where it is asked to; everything works without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assistant: Option<AssistantSpec>,
}

impl ProjectSpec {
    /// A project with what is usual.
    pub fn named(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            language: None,
            time_zone: utc(),
            first_day_of_week: Weekday::default(),
            engine: embedded(),
            events_at: None,
            encoder: None,
            privacy: None,
            retention: None,
            assistant: None,
        }
    }

    /// The address of the cluster's scheduler, when one answers.
    pub fn cluster(&self) -> Option<&str> {
        (self.engine != "embedded").then_some(self.engine.as_str())
    }
}

fn embedded() -> String {
    "embedded".to_owned()
}

fn utc() -> String {
    "UTC".to_owned()
}

/// Personal data that is masked as it arrives, before anything of it reaches the disk.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PrivacySpec {
    /// Names of properties whose values become `***`, such as `email` or `*phone*`; `*` stands for any letters.
    /// The event's own properties are meant, and those of `$set`, `$set_once` and of objects inside.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mask: Vec<String>,
    /// What becomes `***` wherever it stands in a property's text.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mask_values: Vec<PersonalData>,
}

/// Personal data that is known by its form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PersonalData {
    /// An e-mail address.
    Email,
    /// A telephone number: international with `+`, or a Chinese mobile number.
    Phone,
    /// A payment card's number, its check digit right.
    Card,
    /// A Chinese resident identity number, its check digit right.
    IdentityNumber,
    /// An IPv4 address.
    Ip,
}

/// How long events are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RetentionSpec {
    /// Events older than so many days are removed for good.
    #[schema(minimum = 1)]
    pub days: u32,
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
