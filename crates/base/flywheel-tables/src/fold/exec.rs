//! Folding as DataFusion's physical plan: each partition reads its share of the people, whole and in order of time.

use std::fmt;
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray};
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::common::{DataFusionError, Result, internal_datafusion_err, internal_err};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::expressions::col;
use datafusion::physical_expr::{
    Distribution, EquivalenceProperties, LexOrdering, OrderingRequirements, Partitioning, PhysicalExpr,
    PhysicalSortExpr,
};
use datafusion::physical_plan::execution_plan::{Boundedness, EmissionType};
use datafusion::physical_plan::stream::{RecordBatchReceiverStream, RecordBatchStreamAdapter};
use datafusion::physical_plan::{
    DisplayAs, DisplayFormatType, ExecutionPlan, ExecutionPlanProperties, InputDistributionRequirements,
    PlanProperties,
};
use flywheel_events::read::{Gathered, Reader, Shared, StopOnDrop};
use flywheel_people::{Column, Fold, FoldError, Partial, PersonEvents, Reading};
use flywheel_spec::product::EventFilter;
use futures::TryStreamExt;
use serde::{Deserialize, Serialize};
use tokio::runtime::Handle;
use tokio::sync::mpsc::Sender;

use super::carried::{ScanSpec, Share, found_batches, found_schema, shares_of};
use super::{Embedded, EventsView, FoldMaker, PersonRange, ReadError};
use crate::cluster::stores;

/// Rows that a scan gives out at once.
const SCAN_ROWS: usize = 8192;

/// What folds are made of, and what they may take.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct FoldSpec {
    /// What a [`FoldMaker`] makes the folds of.
    pub encoded: Vec<u8>,
    /// Bytes that rows set aside may take in one partition.
    pub aside_bytes: u64,
}

/// Scans events: partition by partition other people, in each by person and time.
#[derive(Debug, Clone)]
pub struct EventsScanExec {
    input: Arc<dyn ExecutionPlan>,
    /// The files.
    pub scan: Arc<ScanSpec>,
    properties: Arc<PlanProperties>,
}

/// Shows the people of a scan to folds; one answer a partition, in pieces.
#[derive(Clone)]
pub struct PersonFoldExec {
    input: Arc<dyn ExecutionPlan>,
    /// What the folds are made of.
    pub spec: Arc<FoldSpec>,
    maker: FoldMaker,
    properties: Arc<PlanProperties>,
}

/// The columns that a scan gives out.
pub fn events_schema() -> SchemaRef {
    Arc::new(Schema::new(vec![
        Field::new("person", DataType::Int64, false),
        Field::new("time", DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())), false),
        Field::new("event", DataType::Utf8, true),
        Field::new("distinct_id", DataType::Utf8, true),
        Field::new("uuid", DataType::Utf8, true),
    ]))
}

fn by_person_and_time() -> Result<LexOrdering> {
    let schema = events_schema();
    let sort = [col("person", &schema)?, col("time", &schema)?].map(PhysicalSortExpr::new_default);
    LexOrdering::new(sort).ok_or_else(|| internal_datafusion_err!("an order of two columns"))
}

impl EventsScanExec {
    /// A scan of the shares that `input` gives out, partition by partition.
    ///
    /// # Errors
    /// When DataFusion refuses the columns.
    pub fn new(input: Arc<dyn ExecutionPlan>, scan: Arc<ScanSpec>) -> Result<Self> {
        let schema = events_schema();
        let partitions = input.output_partitioning().partition_count();
        let order = EquivalenceProperties::new_with_orderings(schema.clone(), [by_person_and_time()?]);
        let properties = PlanProperties::new(
            order,
            Partitioning::Hash(vec![col("person", &schema)?], partitions),
            EmissionType::Incremental,
            Boundedness::Bounded,
        );
        Ok(Self { input, scan, properties: Arc::new(properties) })
    }

    /// The shares of a partition.
    async fn shares(&self, partition: usize, context: Arc<TaskContext>) -> Result<Vec<Share>> {
        let batches: Vec<RecordBatch> = self.input.execute(partition, context)?.try_collect().await?;
        let shares = batches.iter().map(|batch| {
            shares_of(batch).ok_or_else(|| internal_datafusion_err!("a scan's shares have other columns"))
        });
        Ok(shares.collect::<Result<Vec<_>>>()?.concat())
    }

    fn view(&self) -> Result<EventsView> {
        let store = stores::open(&self.scan.root).map_err(|error| DataFusionError::External(error.into()))?;
        Ok(EventsView { store, root: self.scan.root.clone(), files: self.scan.files.clone() })
    }
}

impl PersonFoldExec {
    /// Folds over a scan.
    ///
    /// # Errors
    /// When DataFusion refuses the columns.
    pub fn new(input: Arc<dyn ExecutionPlan>, spec: Arc<FoldSpec>, maker: FoldMaker) -> Result<Self> {
        let properties = PlanProperties::new(
            EquivalenceProperties::new(found_schema()),
            Partitioning::UnknownPartitioning(input.output_partitioning().partition_count()),
            EmissionType::Final,
            Boundedness::Bounded,
        );
        Ok(Self { input, spec, maker, properties: Arc::new(properties) })
    }
}

impl fmt::Debug for PersonFoldExec {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("PersonFoldExec").field("input", &self.input).finish_non_exhaustive()
    }
}

impl DisplayAs for EventsScanExec {
    fn fmt_as(&self, _: DisplayFormatType, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "EventsScanExec: {}, {} files", self.scan.root, self.scan.files.len())
    }
}

impl DisplayAs for PersonFoldExec {
    fn fmt_as(&self, _: DisplayFormatType, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "PersonFoldExec")
    }
}

impl ExecutionPlan for EventsScanExec {
    fn name(&self) -> &str {
        "EventsScanExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![&self.input]
    }

    fn benefits_from_input_partitioning(&self) -> Vec<bool> {
        vec![false]
    }

    fn apply_expressions(
        &self,
        _: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn with_new_children(
        self: Arc<Self>,
        mut children: Vec<Arc<dyn ExecutionPlan>>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        match (children.pop(), children.is_empty()) {
            (Some(input), true) => Ok(Arc::new(Self::new(input, self.scan.clone())?)),
            _ => internal_err!("a scan of events has one input"),
        }
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let scan = self.clone();
        let mut stream = RecordBatchReceiverStream::builder(events_schema(), 2);
        let sender = stream.tx();
        stream.spawn(async move {
            let filters = vec![EventFilter::default()];
            let columns = vec![Column::Event, Column::DistinctId, Column::Uuid];
            let reading = Reading { filters, columns, ..Reading::default() };
            let folds: Vec<Arc<dyn Fold>> = vec![Arc::new(Listing { reading, sender })];
            for share in scan.shares(partition, context).await? {
                let shared = shared(&scan.view()?, &folds, Vec::new(), false, u64::MAX)?;
                let states = read(shared, folds.clone(), share.range).await?.states;
                // Sending waits for whoever listens, which no task may do.
                let rest = tokio::task::spawn_blocking(move || {
                    for state in states {
                        if let Ok(mut listed) = state.into_any().downcast::<Listed>() {
                            listed.send();
                        }
                    }
                });
                rest.await.map_err(external)?;
            }
            Ok(())
        });
        Ok(stream.build())
    }
}

impl ExecutionPlan for PersonFoldExec {
    fn name(&self) -> &str {
        "PersonFoldExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![&self.input]
    }

    fn input_distribution_requirements(&self) -> InputDistributionRequirements {
        let person = col("person", &self.input.schema());
        let needed =
            person.map_or(Distribution::SinglePartition, |person| Distribution::KeyPartitioned(vec![person]));
        InputDistributionRequirements::new(vec![needed])
    }

    fn required_input_ordering(&self) -> Vec<Option<OrderingRequirements>> {
        vec![by_person_and_time().ok().map(OrderingRequirements::from)]
    }

    fn benefits_from_input_partitioning(&self) -> Vec<bool> {
        vec![false]
    }

    fn apply_expressions(
        &self,
        _: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn with_new_children(
        self: Arc<Self>,
        mut children: Vec<Arc<dyn ExecutionPlan>>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        match (children.pop(), children.is_empty()) {
            (Some(input), true) => Ok(Arc::new(Self::new(input, self.spec.clone(), self.maker.clone())?)),
            _ => internal_err!("a fold has one input"),
        }
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        // The folds' readings go down into the scan, which decodes what they want and nothing else.
        let Some(scan) = self.input.downcast_ref::<EventsScanExec>().cloned() else {
            return internal_err!("a fold reads a scan of events, not {}", self.input.name());
        };
        let (spec, maker) = (self.spec.clone(), self.maker.clone());
        let found = async move {
            let folds = maker(&spec.encoded).map_err(DataFusionError::Execution)?;
            let mut batches = Vec::new();
            for share in scan.shares(partition, context).await? {
                let from = share.range.from;
                let shared = shared(&scan.view()?, &folds, share.aside, scan.scan.by_id, spec.aside_bytes)?;
                let gathered = read(shared, folds.clone(), share.range).await?;
                batches.extend(found_batches(from, gathered).map_err(external)?);
            }
            Ok::<_, DataFusionError>(futures::stream::iter(batches.into_iter().map(Ok)))
        };
        let stream = futures::stream::once(found).try_flatten();
        Ok(Box::pin(RecordBatchStreamAdapter::new(found_schema(), stream)))
    }
}

fn external(error: impl std::error::Error + Send + Sync + 'static) -> DataFusionError {
    DataFusionError::External(Box::new(error))
}

fn shared(
    view: &EventsView,
    folds: &[Arc<dyn Fold>],
    aside: Vec<i64>,
    by_id: bool,
    aside_bytes: u64,
) -> Result<Arc<Shared>> {
    let aside_bytes = usize::try_from(aside_bytes).unwrap_or(usize::MAX);
    let engine = Embedded { aside_bytes, ..Embedded::default() };
    Ok(Arc::new(Shared::of(engine, view, folds, aside.into(), by_id).map_err(external)?))
}

/// Reads a range on a thread of its own; dropping the future stops it.
async fn read(shared: Arc<Shared>, folds: Vec<Arc<dyn Fold>>, range: PersonRange) -> Result<Gathered> {
    let _stop = StopOnDrop(shared.clone());
    let read = tokio::task::spawn_blocking(move || {
        let mut reader = Reader::new(shared, &folds);
        reader.read(&Handle::current(), range)?;
        Ok::<_, ReadError>(reader.finish())
    });
    read.await.map_err(external)?.map_err(external)
}

/// A fold that only gives the rows on, in order.
struct Listing {
    reading: Reading,
    sender: Sender<Result<RecordBatch>>,
}

/// Rows that wait to be given on.
struct Listed {
    sender: Sender<Result<RecordBatch>>,
    persons: Vec<i64>,
    times: Vec<i64>,
    texts: [Vec<Option<String>>; 3],
}

impl Fold for Listing {
    fn reading(&self) -> &Reading {
        &self.reading
    }

    fn start(&self) -> Box<dyn Partial> {
        let sender = self.sender.clone();
        Box::new(Listed { sender, persons: Vec::new(), times: Vec::new(), texts: Default::default() })
    }

    fn read(&self, _: &[u8]) -> Result<Box<dyn Partial>, FoldError> {
        Err(FoldError::Foreign)
    }
}

impl Partial for Listed {
    fn person(&mut self, events: &PersonEvents<'_>) {
        for row in 0..events.len() {
            self.persons.push(events.person);
            self.times.push(events.times[row]);
            for (column, texts) in self.texts.iter_mut().enumerate() {
                texts.push(events.text(column, row).map(str::to_owned));
            }
            if self.persons.len() >= SCAN_ROWS {
                self.send();
            }
        }
    }

    fn merge(&mut self, _: Box<dyn Partial>) -> Result<(), FoldError> {
        Err(FoldError::Foreign)
    }

    fn bytes(&self) -> Result<Vec<u8>, FoldError> {
        Err(FoldError::Foreign)
    }

    fn into_any(self: Box<Self>) -> Box<dyn std::any::Any> {
        self
    }
}

impl Listed {
    fn send(&mut self) {
        if self.persons.is_empty() {
            return;
        }
        let mut columns: Vec<ArrayRef> = vec![
            Arc::new(Int64Array::from(std::mem::take(&mut self.persons))),
            Arc::new(TimestampMicrosecondArray::from(std::mem::take(&mut self.times)).with_timezone("UTC")),
        ];
        let texts =
            self.texts.iter_mut().map(|texts| Arc::new(StringArray::from(std::mem::take(texts))) as ArrayRef);
        columns.extend(texts);
        let batch = RecordBatch::try_new(events_schema(), columns).map_err(DataFusionError::from);
        // Whoever listened is gone when this fails, and stops the reading.
        let _ = self.sender.blocking_send(batch);
    }
}
