//! Which ways people take from event to event.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Chart, EventFilter, Period, Property};
use crate::{Phrase, Problem};

/// Which ways people take from event to event, from page to page, or from step to step of a process.
///
/// ```toml
/// kind = "paths"
/// by = { kind = "page" }
/// from = "/pricing"
/// period = { from = "-30d" }
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PathsSpec {
    /// What a step is called by.
    #[serde(default)]
    pub by: StepName,
    /// Which events are steps; those that `by` needs when empty: all, `$pageview`, or `$screen`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<EventFilter>,
    /// Steps of these names are passed over.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub without: Vec<String>,
    /// Only from the first step of this name in a session on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Only up to the first step of this name (after `from`, where both are given); the last steps before it are shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// Which stretch of time is looked at; everything when absent.
    #[serde(default)]
    pub period: Period,
    /// How one person's events are cut into sessions.
    #[serde(default)]
    pub sessions: SessionCut,
    /// At most so many steps of a session are shown, from 2 to 20. With `from` and `to` both, the middle is left out.
    #[serde(default = "five")]
    pub most_steps: u32,
    /// Takes the same step several times in a row as one.
    #[serde(default = "yes")]
    pub collapse_repeats: bool,
    /// How many names are shown at each step, those with most sessions; the rest become one.
    #[serde(default = "eight")]
    pub most_names: u32,
    /// Counts the variants too: whole sessions, step for step, however long.
    #[serde(default)]
    pub variants: bool,
    /// How many variants are listed, the most frequent.
    #[serde(default = "twenty")]
    pub most_variants: u32,
    /// A number that tells in which order events of the very same moment happened, such as a row number of a log;
    /// those without come first, and where it does not decide, names in alphabetical order do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub then_by: Option<Property>,
    /// Follows groups of this type, such as `company`, instead of people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
}

impl Default for PathsSpec {
    fn default() -> Self {
        Self {
            by: StepName::default(),
            events: Vec::new(),
            without: Vec::new(),
            from: None,
            to: None,
            period: Period::default(),
            sessions: SessionCut::default(),
            most_steps: five(),
            collapse_repeats: yes(),
            most_names: eight(),
            variants: false,
            most_variants: twenty(),
            then_by: None,
            group: None,
        }
    }
}

fn five() -> u32 {
    5
}

fn yes() -> bool {
    true
}

fn eight() -> u32 {
    8
}

fn twenty() -> u32 {
    20
}

/// What a step is called by.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum StepName {
    /// The event's name.
    #[default]
    Event,
    /// The page's path (`$pathname`, else the path of `$current_url`), a slash at its end set aside.
    Page,
    /// The app's screen (`$screen_name`).
    Screen,
    /// A property; events without it are no steps.
    Property {
        /// Which.
        property: Property,
    },
}

/// How one person's events are cut into sessions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum SessionCut {
    /// A pause between two steps so long or longer begins another.
    Pause {
        /// How long.
        #[serde(default = "half_an_hour")]
        minutes: u32,
    },
    /// By the client's own `$session_id`; events without one are left out.
    SessionId,
    /// None: all of a person's steps are one path, as with the cases of a process.
    Whole,
}

impl Default for SessionCut {
    fn default() -> Self {
        Self::Pause { minutes: half_an_hour() }
    }
}

fn half_an_hour() -> u32 {
    30
}

/// Which ways people took.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct PathsReport {
    /// What it means, most important first.
    pub findings: Vec<Phrase>,
    /// People with at least one path that is shown.
    pub people: u64,
    /// Paths: sessions, from `from` and up to `to` where given.
    pub sessions: u64,
    /// Sessions without `from` or `to`, which are not shown.
    pub left_out: u64,
    /// Sessions of one step, which have no link.
    pub single: u64,
    /// The names of each step, most sessions first, step for step.
    pub nodes: Vec<PathNode>,
    /// The ways between them, most sessions first, step for step.
    pub links: Vec<PathLink>,
    /// How many different variants there are; absent where they were not asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variants_found: Option<u64>,
    /// The most frequent variants.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub variants: Vec<PathVariant>,
    /// What is drawn.
    pub charts: Vec<Chart>,
    /// Doubts.
    pub warnings: Vec<Problem>,
}

/// A name at a step. What comes in goes out or ends: `begin + arrive = leave + end`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct PathNode {
    /// Which step, from 1.
    pub step: u32,
    /// The name; absent for what is left of the names, and for a middle that is left out.
    pub name: Option<String>,
    /// True for the middle that is left out between `from` and `to`.
    #[serde(default)]
    pub middle: bool,
    /// Paths that begin here.
    pub begin: u64,
    /// Paths that come here from the step before.
    pub arrive: u64,
    /// Paths that go on to the step after.
    pub leave: u64,
    /// Paths that end here, or are not shown further.
    pub end: u64,
    /// Of those that end, how many went on beyond the last step that is shown.
    pub beyond: u64,
}

/// A way from one name to another.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct PathLink {
    /// The step that it leaves, from 1.
    pub step: u32,
    /// Where it begins, as a position in the nodes.
    pub from: u32,
    /// Where it leads, as a position in the nodes.
    pub to: u32,
    /// How many paths take it.
    pub sessions: u64,
    /// Their share of the paths that are at its beginning.
    pub share: f64,
    /// How long it takes on average, in seconds.
    pub mean_seconds: f64,
}

/// A whole session, step for step.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct PathVariant {
    /// The names of its steps.
    pub steps: Vec<String>,
    /// How many sessions are exactly so.
    pub sessions: u64,
    /// Their share of all.
    pub share: f64,
}
