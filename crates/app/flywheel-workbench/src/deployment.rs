//! What answers now: deployed bundles in memory, swapped whole when the ledger says so.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use flywheel_learn::bundle::{Bundle, read};
use flywheel_learn::predict::{Answer, Predictor};
use flywheel_spec::Problems;
use flywheel_spec::model::ModelSignature;
use flywheel_spec::predict::PredictRequest;

use crate::data::blocking;
use crate::{Failure, Workbench};

/// How often the ledger is asked whether something was deployed.
const PAUSE: Duration = Duration::from_millis(200);

/// A version in memory, ready to answer any number of threads.
pub struct Deployed {
    /// The model.
    pub name: Arc<str>,
    /// The version.
    pub version: u64,
    predictor: Predictor,
}

impl std::fmt::Debug for Deployed {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Deployed({}@{})", self.name, self.version)
    }
}

impl Deployed {
    /// What it reads and answers.
    pub fn signature(&self) -> &ModelSignature {
        self.predictor.signature()
    }

    /// Answers rows or images.
    ///
    /// # Errors
    /// Every mistake of the request at once.
    pub fn answer(&self, request: &PredictRequest) -> Result<Vec<Answer>, Problems> {
        self.predictor.answer(request)
    }

    /// Answers images that are bytes already, one after the other, row by row, a pixel's channels beside each other.
    ///
    /// # Errors
    /// When the model reads no images, or none of that length.
    pub fn answer_pixels(&self, pixels: Arc<[u8]>) -> Result<Vec<Answer>, Problems> {
        self.predictor.answer_pixels(pixels)
    }

    /// The way from raw input to answer.
    pub fn predictor(&self) -> &Predictor {
        &self.predictor
    }
}

/// A deployment that could not be followed.
#[derive(Debug, Clone)]
pub struct Trouble {
    /// The version that should answer.
    pub version: u64,
    /// Why it does not.
    pub failure: Failure,
}

/// The versions that answer now, kept up to date with deployments of any process; cheap to clone.
#[derive(Debug, Clone)]
pub struct Deployments {
    workbench: Workbench,
    state: Arc<RwLock<State>>,
    /// Two loads at once would be work twice over.
    loading: Arc<tokio::sync::Mutex<()>>,
    _watcher: Arc<Watcher>,
}

#[derive(Debug, Default)]
struct State {
    answering: HashMap<String, Arc<Deployed>>,
    troubles: BTreeMap<String, Trouble>,
    seen: i64,
}

/// Ends the watching when the last clone of [`Deployments`] is gone.
#[derive(Debug, Default)]
struct Watcher {
    task: std::sync::Mutex<Option<tokio::task::AbortHandle>>,
}

impl Drop for Watcher {
    fn drop(&mut self) {
        if let Some(task) = self.task.lock().unwrap_or_else(PoisonError::into_inner).take() {
            task.abort();
        }
    }
}

impl Deployments {
    /// The version of a model that answers now; who holds it finishes with it, whatever is deployed meanwhile.
    pub fn get(&self, model: &str) -> Option<Arc<Deployed>> {
        self.read().answering.get(model).cloned()
    }

    /// The version that answers, of each model.
    pub fn versions(&self) -> BTreeMap<String, u64> {
        self.read().answering.iter().map(|(name, deployed)| (name.clone(), deployed.version)).collect()
    }

    /// Deployments that could not be followed, such as a bundle damaged since; the version before still answers.
    pub fn troubles(&self) -> BTreeMap<String, Trouble> {
        self.read().troubles.clone()
    }

    /// Looks at the ledger at once.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn refresh(&self) -> Result<(), Failure> {
        follow(&self.workbench, &self.state, &self.loading).await
    }

    fn read(&self) -> std::sync::RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Workbench {
    /// Loads every deployed version and watches for deployments from then on; ends with the last clone.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn deployments(&self) -> Result<Deployments, Failure> {
        let state = Arc::new(RwLock::new(State { seen: -1, ..State::default() }));
        let loading = Arc::new(tokio::sync::Mutex::new(()));
        follow(self, &state, &loading).await?;
        let watched = (self.clone(), state.clone(), loading.clone());
        let task = tokio::spawn(async move {
            loop {
                tokio::time::sleep(PAUSE).await;
                // A ledger that is busy now is asked again in a moment.
                let _ = follow(&watched.0, &watched.1, &watched.2).await;
            }
        });
        let watcher = Watcher { task: std::sync::Mutex::new(Some(task.abort_handle())) };
        Ok(Deployments { workbench: self.clone(), state, loading, _watcher: Arc::new(watcher) })
    }

    /// A version in memory, deployed or not.
    ///
    /// # Errors
    /// When there is no such version, or its bundle is damaged.
    pub async fn load(&self, model: &str, version: u64) -> Result<Arc<Deployed>, Failure> {
        self.version(model, Some(version)).await?;
        let bundle = self.bundle(model, version).await?;
        let name = model.into();
        let predictor = blocking(move || Predictor::new(bundle)).await??;
        Ok(Arc::new(Deployed { name, version, predictor }))
    }

    /// A version's bundle, whole.
    pub(crate) async fn bundle(&self, model: &str, version: u64) -> Result<Bundle, Failure> {
        let folder = self.bundle_folder(model, version);
        Ok(blocking(move || read(&folder)).await??)
    }
}

/// Brings what answers to what the ledger says.
async fn follow(
    workbench: &Workbench,
    state: &RwLock<State>,
    loading: &tokio::sync::Mutex<()>,
) -> Result<(), Failure> {
    let _alone = loading.lock().await;
    let count = workbench.ledger().deployment_count().await?;
    let (seen, answering) = {
        let state = state.read().unwrap_or_else(PoisonError::into_inner);
        (state.seen, state.answering.clone())
    };
    if seen == count {
        return Ok(());
    }
    let wanted = workbench.ledger().deployed().await?;
    let mut next = HashMap::new();
    let mut troubles = BTreeMap::new();
    for (model, version) in wanted {
        let current = answering.get(&model);
        let deployed = match current.filter(|current| current.version == version) {
            Some(current) => Some(current.clone()),
            None => match workbench.load(&model, version).await {
                Ok(loaded) => Some(loaded),
                Err(failure) => {
                    troubles.insert(model.clone(), Trouble { version, failure });
                    current.cloned()
                }
            },
        };
        if let Some(deployed) = deployed {
            next.insert(model, deployed);
        }
    }
    let mut state = state.write().unwrap_or_else(PoisonError::into_inner);
    *state = State { answering: next, troubles, seen: count };
    Ok(())
}
