//! One façade: takes any spec, runs the engine and remembers the run.
//!
//! Only this crate knows the project folder and the ledger; it knows no HTTP and prints nothing.
//! The command line and the server each hold a [`Workbench`], in one process or in two, and share the folder live:
//! what is running is told by a lock on its folder, what answers by the ledger.

mod accept;
mod ask;
mod assistant;
mod check;
mod compare;
mod data;
mod demo;
mod deployment;
mod draft;
mod encoders;
mod evaluate;
mod events;
mod failure;
mod feedback;
mod file;
mod folder;
mod forgotten;
mod groups;
mod import_events;
mod keys;
mod ledger;
mod look_up;
mod model;
mod moment;
mod monitor;
mod predict;
mod predictions;
mod project;
mod recipes;
mod run;
mod segments;
mod sql;
mod surveys;
mod tune;
mod unknown;

use std::sync::{Arc, Mutex, Weak};

use flywheel_spec::Problem;
use flywheel_spec::project::ProjectSpec;
use flywheel_tables::Warehouse;
use flywheel_tables::spool::Spool;

pub use ask::{AskOptions, answer_file, fold_maker, question_kinds};
pub use assistant::AssistantAccess;
pub use data::ImportRequest;
pub use demo::{DEMO_MODEL, DEMO_TABLE};
pub use deployment::{Deployed, Deployments, Trouble};
pub use encoders::{ENCODERS, KnownEncoder};
pub use evaluate::{EvaluateRequest, Part};
pub use events::{EventLog, EventsNow, TakeError, seen_event};
pub use failure::Failure;
pub use feedback::{BehaviourChoices, FeedbackRead, RankRequest, SPEAKING};
pub use flywheel_learn::monitor::InputSummary;
pub use flywheel_tables::query::Form as FileForm;
pub use folder::{Folder, PROJECT_FILE};
pub use import_events::{EventImportRequest, FeedbackChoices, MappingChoices};
pub use keys::{KeyRing, KeyVerdict};
pub use model::ModelExport;
pub use moment::Moment;
pub use predict::{Answers, PredictInput};
pub use predictions::{Answered, LoggedPrediction, LoggedTruth, PredictionLog, prediction_id};
pub use recipes::{RECIPES, Recipe};
pub use run::{EventStream, RunChoices, RunRequest};

/// An open project; cheap to clone.
#[derive(Debug, Clone)]
pub struct Workbench {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    folder: Folder,
    project: ProjectSpec,
    warnings: Vec<Problem>,
    ledger: ledger::Ledger,
    warehouse: Warehouse,
    events: events::Events,
    /// The encoder that reads texts, once it was opened.
    reader: Mutex<Option<Arc<feedback::Reader>>>,
    /// Who spoke, as far as this process has read the events.
    speakers: feedback::Speakers,
    /// The log of predictions, where this process writes it.
    predictions: Mutex<Weak<Spool<predictions::Entry>>>,
}

impl Workbench {
    /// `flywheel.toml`.
    pub fn project(&self) -> &ProjectSpec {
        &self.inner.project
    }

    /// Doubts about `flywheel.toml`.
    pub fn warnings(&self) -> &[Problem] {
        &self.inner.warnings
    }

    /// Where everything stands.
    pub fn folder(&self) -> &Folder {
        &self.inner.folder
    }

    fn ledger(&self) -> &ledger::Ledger {
        &self.inner.ledger
    }

    fn warehouse(&self) -> &Warehouse {
        &self.inner.warehouse
    }
}
