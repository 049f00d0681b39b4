//! Folding as DataFusion's logical plan: a scan of events by person, a fold over it, and how both become physical.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use async_trait::async_trait;
use datafusion::catalog::Session;
use datafusion::catalog::memory::MemorySourceConfig;
use datafusion::common::{DFSchema, DFSchemaRef, Result, internal_err};
use datafusion::datasource::source::DataSourceExec;
use datafusion::logical_expr::physical_planning_context::PhysicalPlanningContext;
use datafusion::logical_expr::{
    Expr, Extension, LogicalPlan, UserDefinedLogicalNode, UserDefinedLogicalNodeCore,
};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_planner::{ExtensionPlanner, PhysicalPlanner};
use serde::{Deserialize, Serialize};

use super::FoldMaker;
use super::carried::{ScanSpec, Share, found_schema, share_batch, shares_schema};
use super::exec::{EventsScanExec, FoldSpec, PersonFoldExec, events_schema};

/// Scans events, each person in one partition, in order of time.
#[derive(Debug, Clone)]
pub struct EventsNode {
    /// The files and who reads what of them.
    pub work: Arc<Work>,
    schema: DFSchemaRef,
}

/// The files and who reads what of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Work {
    /// The files.
    pub scan: ScanSpec,
    /// One share a partition.
    pub shares: Vec<Share>,
}

/// Shows every person of a scan to folds.
#[derive(Debug, Clone)]
pub struct FoldNode {
    /// The scan.
    pub input: LogicalPlan,
    /// What the folds are made of.
    pub spec: Arc<FoldSpec>,
    schema: DFSchemaRef,
}

impl EventsNode {
    /// A scan.
    ///
    /// # Errors
    /// When DataFusion refuses the columns.
    pub fn new(work: Arc<Work>) -> Result<Self> {
        let schema = Arc::new(DFSchema::try_from(events_schema().as_ref().clone())?);
        Ok(Self { work, schema })
    }
}

impl FoldNode {
    /// Folds over a scan.
    ///
    /// # Errors
    /// When DataFusion refuses the columns.
    pub fn new(input: LogicalPlan, spec: Arc<FoldSpec>) -> Result<Self> {
        let schema = Arc::new(DFSchema::try_from(found_schema().as_ref().clone())?);
        Ok(Self { input, spec, schema })
    }
}

/// The logical plan of a request.
///
/// # Errors
/// When DataFusion refuses the columns.
pub fn plan(work: Work, spec: FoldSpec) -> Result<LogicalPlan> {
    let scan = LogicalPlan::Extension(Extension { node: Arc::new(EventsNode::new(Arc::new(work))?) });
    Ok(LogicalPlan::Extension(Extension { node: Arc::new(FoldNode::new(scan, Arc::new(spec))?) }))
}

impl UserDefinedLogicalNodeCore for EventsNode {
    fn name(&self) -> &str {
        "Events"
    }

    fn inputs(&self) -> Vec<&LogicalPlan> {
        Vec::new()
    }

    fn schema(&self) -> &DFSchemaRef {
        &self.schema
    }

    fn expressions(&self) -> Vec<Expr> {
        Vec::new()
    }

    fn fmt_for_explain(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Events: {}, {} files", self.work.scan.root, self.work.scan.files.len())
    }

    fn with_exprs_and_inputs(&self, _: Vec<Expr>, _: Vec<LogicalPlan>) -> Result<Self> {
        Ok(self.clone())
    }
}

impl UserDefinedLogicalNodeCore for FoldNode {
    fn name(&self) -> &str {
        "PersonFold"
    }

    fn inputs(&self) -> Vec<&LogicalPlan> {
        vec![&self.input]
    }

    fn schema(&self) -> &DFSchemaRef {
        &self.schema
    }

    fn expressions(&self) -> Vec<Expr> {
        Vec::new()
    }

    fn fmt_for_explain(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "PersonFold")
    }

    fn with_exprs_and_inputs(&self, _: Vec<Expr>, mut inputs: Vec<LogicalPlan>) -> Result<Self> {
        match (inputs.pop(), inputs.is_empty()) {
            (Some(input), true) => Ok(Self { input, ..self.clone() }),
            _ => internal_err!("a fold has one input"),
        }
    }
}

impl PartialEq for EventsNode {
    fn eq(&self, other: &Self) -> bool {
        self.work == other.work
    }
}

impl Eq for EventsNode {}

impl Hash for EventsNode {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.work.scan.root.hash(state);
        self.work.shares.len().hash(state);
    }
}

impl PartialOrd for EventsNode {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        (self == other).then_some(Ordering::Equal)
    }
}

impl PartialEq for FoldNode {
    fn eq(&self, other: &Self) -> bool {
        self.spec == other.spec && self.input == other.input
    }
}

impl Eq for FoldNode {}

impl Hash for FoldNode {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.spec.hash(state);
        self.input.hash(state);
    }
}

impl PartialOrd for FoldNode {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        (self == other).then_some(Ordering::Equal)
    }
}

/// Makes scans and folds physical.
#[derive(Clone)]
pub struct FoldPlanner {
    /// Makes the folds where they run.
    pub maker: FoldMaker,
}

impl fmt::Debug for FoldPlanner {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("FoldPlanner")
    }
}

#[async_trait]
impl ExtensionPlanner for FoldPlanner {
    async fn plan_extension(
        &self,
        _planner: &dyn PhysicalPlanner,
        node: &dyn UserDefinedLogicalNode,
        _logical_inputs: &[&LogicalPlan],
        physical_inputs: &[Arc<dyn ExecutionPlan>],
        _session: &dyn Session,
        _context: &PhysicalPlanningContext,
    ) -> Result<Option<Arc<dyn ExecutionPlan>>> {
        if let Some(events) = node.as_any().downcast_ref::<EventsNode>() {
            let shares = events.work.shares.iter().map(|share| Ok(vec![share_batch(share)?]));
            let shares = shares.collect::<Result<Vec<_>>>()?;
            // A scheduler gives each task its partitions of such a source; of a leaf that it doesn't know it would give all to each.
            let source = MemorySourceConfig::try_new(&shares, shares_schema(), None)?;
            let source = DataSourceExec::from_data_source(source);
            return Ok(Some(Arc::new(EventsScanExec::new(source, Arc::new(events.work.scan.clone()))?)));
        }
        if let Some(fold) = node.as_any().downcast_ref::<FoldNode>() {
            let [input] = physical_inputs else { return internal_err!("a fold has one input") };
            let fold = PersonFoldExec::new(input.clone(), fold.spec.clone(), self.maker.clone())?;
            return Ok(Some(Arc::new(fold)));
        }
        Ok(None)
    }
}
