//! What every endpoint may use.

use std::collections::BTreeMap;
use std::sync::Arc;

use flywheel_spec::{Language, Problem, phrase};
use flywheel_workbench::{
    AssistantAccess, Deployed, Deployments, EventLog, KeyRing, PredictionLog, Workbench,
};
use tokio::sync::watch;

use crate::failure::Failure;
use crate::guard::Guard;
use crate::metrics::Metrics;

/// One server's state, shared by all requests.
pub struct ServerState {
    /// The project.
    pub workbench: Workbench,
    /// The versions that answer, swapped as deployments happen in any process.
    pub deployments: Deployments,
    /// Where answers are kept, off the request's path.
    pub log: PredictionLog,
    /// Where events are taken; this process alone has it.
    pub events: EventLog,
    /// Who may send events.
    pub keys: KeyRing,
    /// What is counted.
    pub metrics: Metrics,
    /// Who may ask.
    pub guard: Guard,
    /// The methods of each endpoint, such as `GET, HEAD`, by its template.
    pub routes: BTreeMap<String, String>,
    /// The OpenAPI document.
    pub openapi: String,
    /// Becomes true when the server stops, so that streams end.
    pub stopping: watch::Receiver<bool>,
}

impl ServerState {
    /// What the assistant is asked with for a reader of this language; the key is the environment's.
    pub fn assistant_access(&self, language: Language) -> AssistantAccess {
        self.workbench.assistant_access(language, |name| std::env::var(name).ok())
    }

    /// The version of a model that answers now; the ledger is asked only to explain why there is none.
    ///
    /// # Errors
    /// 404 with the nearest name when there is no such model, 409 when none of its versions is deployed.
    pub async fn deployed(&self, model: &str) -> Result<Arc<Deployed>, Failure> {
        if let Some(deployed) = self.deployments.get(model) {
            return Ok(deployed);
        }
        self.workbench.model(model, None).await?;
        let problem = Problem::error(phrase!("server.not_deployed", model = model));
        Err(Failure::conflict(problem.advise(phrase!("server.not_deployed_advice", model = model))))
    }

    /// A version of a model, deployed or not; the deployed one costs nothing, another is loaded for this request.
    ///
    /// # Errors
    /// 404 when there is no such model or version.
    pub async fn version(&self, model: &str, version: u64) -> Result<Arc<Deployed>, Failure> {
        match self.deployments.get(model).filter(|deployed| deployed.version == version) {
            Some(deployed) => Ok(deployed),
            None => Ok(self.workbench.load(model, version).await?),
        }
    }
}
