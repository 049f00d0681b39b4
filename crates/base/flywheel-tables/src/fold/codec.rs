//! How scans and folds travel: behind a mark of our own, everything else as Ballista carries it.

use std::fmt;
use std::sync::Arc;

use ballista_core::serde::{BallistaLogicalExtensionCodec, BallistaPhysicalExtensionCodec};
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::catalog::TableProvider;
use datafusion::common::{DataFusionError, Result, TableReference, internal_err};
use datafusion::datasource::file_format::FileFormatFactory;
use datafusion::execution::TaskContext;
use datafusion::logical_expr::{Extension, LogicalPlan};
use datafusion::physical_plan::ExecutionPlan;
use datafusion_proto::logical_plan::LogicalExtensionCodec;
use datafusion_proto::physical_plan::{PhysicalExtensionCodec, PhysicalProtoConverterExtension};
use serde::{Deserialize, Serialize};

use super::FoldMaker;
use super::carried::ScanSpec;
use super::exec::{EventsScanExec, FoldSpec, PersonFoldExec};
use super::node::{EventsNode, FoldNode, Work};

/// Begins what is ours; no protocol buffer begins so, as 0xFF is no field's key.
const MARK: &[u8] = b"\xff\xffflywheel\x01";

/// Carries logical scans and folds.
#[derive(Debug, Default)]
pub struct LogicalCodec {
    others: BallistaLogicalExtensionCodec,
}

/// Carries physical scans and folds.
pub struct PhysicalCodec {
    others: BallistaPhysicalExtensionCodec,
    maker: FoldMaker,
}

#[derive(Serialize, Deserialize)]
enum Logical {
    Events(Work),
    Fold(FoldSpec),
}

#[derive(Serialize, Deserialize)]
enum Physical {
    Events(ScanSpec),
    Fold(FoldSpec),
}

impl PhysicalCodec {
    /// A codec whose folds `maker` makes.
    pub fn new(maker: FoldMaker) -> Self {
        Self { others: BallistaPhysicalExtensionCodec::default(), maker }
    }
}

impl fmt::Debug for PhysicalCodec {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("PhysicalCodec")
    }
}

fn external(error: postcard::Error) -> DataFusionError {
    DataFusionError::External(Box::new(error))
}

fn write(what: &impl Serialize, buf: &mut Vec<u8>) -> Result<()> {
    buf.extend_from_slice(MARK);
    buf.extend(postcard::to_stdvec(what).map_err(external)?);
    Ok(())
}

impl LogicalExtensionCodec for LogicalCodec {
    fn try_decode(&self, buf: &[u8], inputs: &[LogicalPlan], ctx: &TaskContext) -> Result<Extension> {
        let Some(ours) = buf.strip_prefix(MARK) else { return self.others.try_decode(buf, inputs, ctx) };
        match (postcard::from_bytes(ours).map_err(external)?, inputs) {
            (Logical::Events(work), []) => Ok(Extension { node: Arc::new(EventsNode::new(Arc::new(work))?) }),
            (Logical::Fold(spec), [input]) => {
                Ok(Extension { node: Arc::new(FoldNode::new(input.clone(), Arc::new(spec))?) })
            }
            _ => internal_err!("a node of ours came with other inputs"),
        }
    }

    fn try_encode(&self, node: &Extension, buf: &mut Vec<u8>) -> Result<()> {
        let any = node.node.as_any();
        if let Some(events) = any.downcast_ref::<EventsNode>() {
            write(&Logical::Events(events.work.as_ref().clone()), buf)
        } else if let Some(fold) = any.downcast_ref::<FoldNode>() {
            write(&Logical::Fold(fold.spec.as_ref().clone()), buf)
        } else {
            self.others.try_encode(node, buf)
        }
    }

    fn try_decode_table_provider(
        &self,
        buf: &[u8],
        table: &TableReference,
        schema: SchemaRef,
        ctx: &TaskContext,
    ) -> Result<Arc<dyn TableProvider>> {
        self.others.try_decode_table_provider(buf, table, schema, ctx)
    }

    fn try_encode_table_provider(
        &self,
        table: &TableReference,
        node: Arc<dyn TableProvider>,
        buf: &mut Vec<u8>,
    ) -> Result<()> {
        self.others.try_encode_table_provider(table, node, buf)
    }

    fn try_decode_file_format(&self, buf: &[u8], ctx: &TaskContext) -> Result<Arc<dyn FileFormatFactory>> {
        self.others.try_decode_file_format(buf, ctx)
    }

    fn try_encode_file_format(&self, buf: &mut Vec<u8>, node: Arc<dyn FileFormatFactory>) -> Result<()> {
        self.others.try_encode_file_format(buf, node)
    }
}

impl PhysicalExtensionCodec for PhysicalCodec {
    fn try_decode(
        &self,
        buf: &[u8],
        inputs: &[Arc<dyn ExecutionPlan>],
        ctx: &TaskContext,
        converter: &dyn PhysicalProtoConverterExtension,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let Some(ours) = buf.strip_prefix(MARK) else {
            return self.others.try_decode(buf, inputs, ctx, converter);
        };
        let [input] = inputs else { return internal_err!("a node of ours came with other inputs") };
        match postcard::from_bytes(ours).map_err(external)? {
            Physical::Events(scan) => Ok(Arc::new(EventsScanExec::new(input.clone(), Arc::new(scan))?)),
            Physical::Fold(spec) => {
                Ok(Arc::new(PersonFoldExec::new(input.clone(), Arc::new(spec), self.maker.clone())?))
            }
        }
    }

    fn try_encode(
        &self,
        node: Arc<dyn ExecutionPlan>,
        buf: &mut Vec<u8>,
        converter: &dyn PhysicalProtoConverterExtension,
    ) -> Result<()> {
        if let Some(events) = node.downcast_ref::<EventsScanExec>() {
            write(&Physical::Events(events.scan.as_ref().clone()), buf)
        } else if let Some(fold) = node.downcast_ref::<PersonFoldExec>() {
            write(&Physical::Fold(fold.spec.as_ref().clone()), buf)
        } else {
            self.others.try_encode(node, buf, converter)
        }
    }
}
