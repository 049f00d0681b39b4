//! Questions folded over the events, in this process or on a cluster.
//!
//! [`run`] shows every person of a table of events to the folds of a [`FoldRequest`], as [`flywheel_events::read`] does it, here or
//! on the machines of a cluster, where the reading is part of a DataFusion plan.

pub(crate) mod carried;
pub(crate) mod codec;
pub(crate) mod exec;
pub(crate) mod node;

use std::sync::Arc;

use flywheel_events::read;
pub use flywheel_events::read::{Embedded, EventsView, PersonRange, ReadError};
use flywheel_people::{Event, Fold, Identity, Partial};
use flywheel_spec::Problems;

use crate::cluster::{self, Cluster};

/// Where questions are folded.
#[derive(Debug, Clone)]
pub enum Engine {
    /// In this process.
    Embedded(Embedded),
    /// On the machines of a cluster.
    Cluster(Cluster),
}

impl Default for Engine {
    fn default() -> Self {
        Self::Embedded(Embedded::default())
    }
}

/// What is asked: folds, and what another machine makes them of.
#[derive(Clone, Default)]
pub struct FoldRequest {
    /// The folds; one pass serves them all.
    pub folds: Vec<Arc<dyn Fold>>,
    /// What a [`FoldMaker`] makes the same folds of.
    pub encoded: Vec<u8>,
}

/// Makes the folds of a request anew, on a machine of a cluster.
pub type FoldMaker = Arc<dyn Fn(&[u8]) -> Result<Vec<Arc<dyn Fold>>, String> + Send + Sync>;

/// Shows everybody to the folds, and returns one state for each.
///
/// `tail` holds events that no file has yet. Dropping the future stops the work.
///
/// # Errors
/// A wrong condition, a file that cannot be read, more rows to set aside than there is room for.
pub async fn run(
    engine: &Engine,
    events: &EventsView,
    tail: &[Event],
    identity: &Identity,
    request: &FoldRequest,
) -> Result<Vec<Box<dyn Partial>>, Problems> {
    match engine {
        Engine::Embedded(embedded) => Ok(read::run(*embedded, events, tail, identity, &request.folds).await?),
        Engine::Cluster(cluster) => cluster::fold(cluster, events, tail, identity, request).await,
    }
}
