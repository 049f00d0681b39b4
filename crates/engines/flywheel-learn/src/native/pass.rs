//! A batch's way through the network and back, with the memory that it needs.

use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use super::buffer::Buffer;
use super::cpu::Level;
use super::disjoint::Disjoint;
use super::extent::Field;
use super::layers::batch_norm::{BatchNorm, Statistics};
use super::layers::dense::Dense;
use super::layers::{Back, Context, Local, Mode};
use super::network::{Network, Operation};
use super::panels::Span;
use super::parameter::Parameter;
use super::pool::{OPERATIONS_A_NUMBER, Pool};
use super::product::{self, even_part};
use super::sparse::SparseBatch;

/// Tasks that rows of local stages are shared out in, on the way forward.
const TASKS: usize = 32;

/// Groups of rows whose gradients are summed one by one before the groups' sums are.
const GROUPS: usize = 16;

/// Numbers that all groups' gradients of one stage may take together.
const GROUPS_LEN: usize = 16 << 20;

/// Numbers of a tensor that a task sums over the groups.
const PART: usize = 4096;

/// What a pass computes with.
#[derive(Clone, Copy)]
pub struct Machine<'a> {
    /// Threads.
    pub pool: &'a Pool,
    /// Vector instructions.
    pub level: Level,
}

/// Which rows pass, and what for.
#[derive(Clone, Copy)]
pub struct Rows {
    /// How many.
    pub count: usize,
    /// Position of the first in the step's batch.
    pub first: usize,
    /// Whether they answer or learn.
    pub mode: Mode,
}

/// Memory for batches of up to so many rows.
pub struct Workspace {
    /// What arrived, where it is mostly zeros and the first stage multiplies it; the first field is not filled then.
    pub sparse: Option<SparseBatch>,
    /// What lies between the stages; the first has room once something was written to it.
    pub fields: Vec<Field>,
    /// The gradients by it; without room where nobody asks, and a row for each thread where they don't outlive their row.
    pub slopes: Vec<Field>,
    /// The embedded categories of each row.
    pub categories: Vec<u32>,
    kept: Vec<Buffer>,
    turned: Vec<Buffer>,
    groups: Vec<Buffer>,
    statistics: Vec<Statistics>,
    scratch: Vec<Mutex<Buffer>>,
    terms: Vec<(u32, f32)>,
    rows: usize,
}

/// Receives the gradients of a network's tensors on the way back.
pub trait Sink: Sync {
    /// Part of a tensor's gradient and the same part of its values, from `start` in memory's order.
    ///
    /// The gradient is spent afterwards. Parts don't overlap, and each comes once a pass, from any thread.
    fn take(&self, parameter: usize, start: usize, gradient: &mut [f32], values: &mut [f32]);
}

impl Workspace {
    /// Memory for batches of up to `rows`, to answer or also to learn.
    pub fn new(network: &Network, rows: usize, threads: usize, learns: bool) -> Self {
        let lowest = network.lowest_learning();
        let room = |wanted: bool| if wanted && learns { rows } else { 0 };
        let slopes = network.extents.iter().enumerate().map(|(field, extent)| {
            let wanted = field > lowest || field == 0 && !network.embeddings.is_empty();
            let rows = room(wanted);
            // Lanes count from 0 to the threads, however few rows there are.
            let passes = rows > 0 && is_passing(network, field);
            Field::new(*extent, if passes { threads } else { rows })
        });
        let kept = network.stages.iter().map(|stage| match &stage.operation {
            Operation::Local(local) => Buffer::zeros(room(true) * local.keeps()),
            _ => Buffer::default(),
        });
        let buffers = || network.stages.iter().map(|_| Buffer::default()).collect();
        Self {
            sparse: None,
            fields: network
                .extents
                .iter()
                .enumerate()
                .map(|(field, extent)| Field::new(*extent, if field == 0 { 0 } else { rows }))
                .collect(),
            slopes: slopes.collect(),
            categories: Vec::new(),
            kept: kept.collect(),
            turned: buffers(),
            groups: buffers(),
            statistics: network.stages.iter().map(|_| Statistics::default()).collect(),
            scratch: (0..threads).map(|_| Mutex::default()).collect(),
            terms: Vec::new(),
            rows,
        }
    }

    /// Rows that there is room for.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// From the first field to the last.
    pub fn forward(&mut self, machine: Machine, network: &Network, rows: Rows) {
        let Machine { pool, level } = machine;
        let mut index = 0;
        while let Some(stage) = network.stages.get(index) {
            let (before, after) = self.fields.split_at_mut(index + 1);
            let (input, output) = (before[index].rows(rows.count), after[0].rows_mut());
            match &stage.operation {
                Operation::Dense(dense) if index == 0 && self.sparse.is_some() => {
                    if let Some(batch) = &self.sparse {
                        dense.forward_sparse(pool, level, &network.parameters, batch, output);
                    }
                    index += 1;
                }
                Operation::Dense(dense) => {
                    dense.forward(pool, level, &network.parameters, input, output, &mut self.terms);
                    index += 1;
                }
                Operation::BatchNorm(norm) => {
                    let statistics = match rows.mode {
                        Mode::Answer => norm.running(&network.parameters),
                        Mode::Learn { .. } => norm.statistics(pool, level, &network.parameters, input),
                    };
                    norm.forward(pool, level, &network.parameters, &statistics, input, output);
                    self.statistics[index] = statistics;
                    index += 1;
                }
                Operation::Local(_) => {
                    let locals = locals_from(network, index);
                    self.forward_locals(machine, &network.parameters, rows, index, &locals);
                    index += locals.len();
                }
            }
        }
    }

    /// Moves running statistics towards those of the last pass.
    pub fn follow_statistics(&self, network: &mut Network) {
        for (stage, statistics) in network.stages.iter().zip(&self.statistics) {
            if let Operation::BatchNorm(norm) = &stage.operation {
                norm.follow(&mut network.parameters, statistics);
            }
        }
    }

    /// From the last field's slope to the lowest tensor that learns.
    pub fn backward(&mut self, machine: Machine, network: &mut Network, rows: Rows, sink: &impl Sink) {
        let lowest = network.lowest_learning();
        let mut end = network.stages.len();
        while end > lowest {
            let index = end - 1;
            let asked = index > lowest || !network.embeddings.is_empty();
            let learns = network.stages[index].learns;
            match &network.stages[index].operation {
                Operation::Dense(dense) => {
                    self.dense_back(
                        machine,
                        dense,
                        &mut network.parameters,
                        (index, asked, learns),
                        rows,
                        sink,
                    );
                    end = index;
                }
                Operation::BatchNorm(norm) => {
                    self.batch_norm_back(
                        machine,
                        norm,
                        &mut network.parameters,
                        (index, asked, learns),
                        rows,
                        sink,
                    );
                    end = index;
                }
                Operation::Local(_) => {
                    let is_local = |i: &usize| matches!(network.stages[*i].operation, Operation::Local(_));
                    let start = (lowest..end).rev().take_while(is_local).last().unwrap_or(index);
                    let asked = start > lowest || !network.embeddings.is_empty();
                    self.locals_back(machine, network, start..end, asked, rows);
                    self.add_groups(machine, network, start..end, rows, sink);
                    end = start;
                }
            }
        }
        self.embeddings_back(network, rows, sink);
    }

    fn forward_locals(
        &mut self,
        machine: Machine,
        parameters: &[Parameter],
        rows: Rows,
        start: usize,
        locals: &[&dyn Local],
    ) {
        let Self { fields, kept, scratch, .. } = self;
        let fields: Vec<View> = fields[start..=start + locals.len()].iter_mut().map(View::of_field).collect();
        let kept = kept[start..].iter_mut().zip(locals);
        let kept: Vec<View> = kept.map(|(kept, local)| View::new(kept, local.keeps())).collect();
        let tasks = rows.count.min(TASKS);
        machine.pool.run(
            tasks,
            rows.count * fields.iter().map(|field| field.len).sum::<usize>() * OPERATIONS_A_NUMBER,
            |lane, task| {
                let mut scratch = scratch[lane].lock().unwrap_or_else(PoisonError::into_inner);
                for row in even_part(rows.count, tasks, task) {
                    let context =
                        Context { level: machine.level, mode: rows.mode, parameters, row: rows.first + row };
                    for (i, local) in locals.iter().enumerate() {
                        // SAFETY: a row is one task's, and input, output and what is kept are different buffers.
                        let (input, output, kept) =
                            unsafe { (fields[i].row(row), fields[i + 1].row(row), kept[i].row(row)) };
                        local.forward(&context, input, output, kept, &mut scratch);
                    }
                }
            },
        );
    }

    fn dense_back(
        &mut self,
        machine: Machine,
        dense: &Dense,
        parameters: &mut [Parameter],
        (index, asked, learns): (usize, bool, bool),
        rows: Rows,
        sink: &impl Sink,
    ) {
        let Machine { pool, level } = machine;
        let (below, above) = self.slopes.split_at_mut(index + 1);
        dense.pass_function(pool, level, self.fields[index + 1].rows(rows.count), above[0].rows_mut());
        let slope = above[0].rows(rows.count);
        if asked {
            let turned = &mut self.turned[index];
            turned.reserve(dense.turned.len());
            dense.turn(pool, parameters, turned);
            dense.pass_back(pool, level, slope, turned, below[index].rows_mut());
        }
        if !learns {
            return;
        }
        let mut tensors =
            parameters[dense.weight..].iter_mut().map(|tensor| Disjoint::new(&mut tensor.values));
        let weight = tensors.next().expect("a dense layer has weights");
        let bias = dense.bias.and_then(|_| tensors.next());
        let take = |span: Span, weight_rows: Range<usize>, tile: &mut [f32]| {
            let start = dense.shape.offset(span, weight_rows.start);
            // SAFETY: tiles don't overlap, and nobody reads the weights in this phase.
            sink.take(dense.weight, start, tile, unsafe { weight.part(start..start + tile.len()) });
        };
        let take_sums = |span: Span, sums: &mut [f32]| {
            if let (Some(parameter), Some(bias)) = (dense.bias, bias) {
                // SAFETY: as above.
                sink.take(parameter, span.start, sums, unsafe {
                    bias.part(span.start..span.start + span.width())
                });
            }
        };
        match &mut self.sparse {
            Some(batch) if index == 0 => batch.gradient(pool, slope, &dense.shape, take, take_sums),
            _ => {
                let input = self.fields[index].rows(rows.count);
                product::gradient(pool, level, input, slope, &dense.shape, take, take_sums);
            }
        }
    }

    fn batch_norm_back(
        &mut self,
        machine: Machine,
        norm: &BatchNorm,
        parameters: &mut [Parameter],
        (index, asked, learns): (usize, bool, bool),
        rows: Rows,
        sink: &impl Sink,
    ) {
        let (below, above) = self.slopes.split_at_mut(index + 1);
        let input_slope = asked.then(|| below[index].rows_mut());
        let (input, output) = (self.fields[index].rows(rows.count), self.fields[index + 1].rows(rows.count));
        let statistics = &self.statistics[index];
        let slope = above[0].rows_mut();
        let gradients = norm.backward(machine, parameters, statistics, (input, output), slope, input_slope);
        if learns {
            for (offset, mut gradient) in gradients.into_iter().enumerate() {
                sink.take(
                    norm.weight + offset,
                    0,
                    &mut gradient,
                    &mut parameters[norm.weight + offset].values,
                );
            }
        }
    }

    /// The way back through stages that see one row at a time; each group of rows sums its own gradients.
    fn locals_back(
        &mut self,
        machine: Machine,
        network: &Network,
        stages: Range<usize>,
        asked: bool,
        rows: Rows,
    ) {
        let parameters = &network.parameters;
        let locals = &locals_from(network, stages.start)[..stages.len()];
        let groups = group_count(network, stages.clone(), rows.count);
        let Self { fields, slopes, kept, turned, groups: sums, scratch, .. } = self;
        for (index, local) in stages.clone().zip(locals) {
            if index > stages.start || asked {
                turned[index].reserve(local.turned_len());
                local.turn(parameters, &mut turned[index]);
            }
            sums[index].reserve(groups * gradient_len(network, index));
        }
        let fields: Vec<View> = fields[stages.start..=stages.end].iter_mut().map(View::of_field).collect();
        let slopes: Vec<View> = slopes[stages.start..=stages.end].iter_mut().map(View::of_field).collect();
        let kept: Vec<View> = kept[stages.clone()]
            .iter_mut()
            .zip(locals)
            .map(|(kept, local)| View::new(kept, local.keeps()))
            .collect();
        let sums: Vec<View> = stages
            .clone()
            .zip(&mut sums[stages.clone()])
            .map(|(index, sums)| View::new(sums, gradient_len(network, index)))
            .collect();
        machine.pool.run(
            groups,
            rows.count * fields.iter().map(|field| field.len).sum::<usize>() * OPERATIONS_A_NUMBER,
            |lane, group| {
                let mut scratch = scratch[lane].lock().unwrap_or_else(PoisonError::into_inner);
                // SAFETY: a group is one task's.
                sums.iter().for_each(|sums| unsafe { sums.row(group) }.fill(0.0));
                for row in even_part(rows.count, groups, group) {
                    let context =
                        Context { level: machine.level, mode: rows.mode, parameters, row: rows.first + row };
                    for (i, local) in locals.iter().enumerate().rev() {
                        let slope = |field: usize| {
                            let passing = is_passing(network, stages.start + field);
                            // SAFETY: a row is one task's, and a lane one thread's.
                            unsafe { slopes[field].row(if passing { lane } else { row }) }
                        };
                        let learns = network.stages[stages.start + i].learns;
                        // SAFETY: rows and groups are one task's, and all these are different buffers.
                        let back = unsafe {
                            Back {
                                input: fields[i].row(row),
                                output: fields[i + 1].row(row),
                                slope: slope(i + 1),
                                input_slope: (i > 0 || asked).then(|| slope(i)),
                                kept: kept[i].row(row),
                                turned: &turned[stages.start + i],
                                gradient: learns.then(|| sums[i].row(group)),
                            }
                        };
                        local.backward(&context, back, &mut scratch);
                    }
                }
            },
        );
    }

    /// Adds up the groups' gradients in order and hands them on.
    fn add_groups(
        &mut self,
        machine: Machine,
        network: &mut Network,
        stages: Range<usize>,
        rows: Rows,
        sink: &impl Sink,
    ) {
        let groups = group_count(network, stages.clone(), rows.count);
        for index in stages.filter(|index| network.stages[*index].learns) {
            let stride = gradient_len(network, index);
            let mut offset = 0;
            for parameter in network.stages[index].parameters.clone() {
                let sums = &self.groups[index][offset..];
                let values = &mut network.parameters[parameter].values;
                let len = values.len();
                machine.pool.split(len.div_ceil(PART), [(&mut *values, PART)], |_, task, [values]| {
                    let start = task * PART;
                    let mut total = [0.0; PART];
                    let total = &mut total[..values.len()];
                    for group in 0..groups {
                        let part = &sums[group * stride + start..][..total.len()];
                        total.iter_mut().zip(part).for_each(|(total, sum)| *total += sum);
                    }
                    sink.take(parameter, start, total, values);
                });
                offset += len;
            }
        }
    }

    fn embeddings_back(&mut self, network: &mut Network, rows: Rows, sink: &impl Sink) {
        let count = network.embeddings.len();
        for (nth, embedding) in network.embeddings.iter().enumerate() {
            let values = &mut network.parameters[embedding.parameter].values;
            let mut gradient = Buffer::zeros(values.len());
            let slopes = self.slopes[0].rows(rows.count);
            for (row, categories) in self.categories.chunks_exact(count).enumerate().take(rows.count) {
                let slope = &slopes.row(row, embedding.start + embedding.width)[embedding.start..];
                let at = categories[nth] as usize * embedding.width;
                gradient[at..at + embedding.width].iter_mut().zip(slope).for_each(|(sum, d)| *sum += d);
            }
            sink.take(embedding.parameter, 0, &mut gradient, values);
        }
    }
}

/// Rows of one buffer, for tasks that each have their own.
struct View<'a> {
    data: Disjoint<'a>,
    spacing: usize,
    len: usize,
}

impl<'a> View<'a> {
    fn of_field(field: &'a mut Field) -> Self {
        let (spacing, len) = (field.spacing, field.extent.span());
        Self { data: Disjoint::new(&mut field.data), spacing, len }
    }

    fn new(buffer: &'a mut Buffer, len: usize) -> Self {
        Self { data: Disjoint::new(buffer), spacing: len, len }
    }

    /// # Safety
    /// No other task has this row.
    unsafe fn row(&self, row: usize) -> &'a mut [f32] {
        if self.data.len() == 0 {
            return &mut [];
        }
        let start = row * self.spacing;
        // SAFETY: the caller's promise.
        unsafe { self.data.part(start..start + self.len) }
    }
}

/// The local stages from here to the next that isn't.
fn locals_from(network: &Network, start: usize) -> Vec<&dyn Local> {
    let stages = network.stages[start..].iter();
    let locals = stages.map_while(|stage| match &stage.operation {
        Operation::Local(local) => Some(&**local),
        _ => None,
    });
    locals.collect()
}

/// Whether a field lies between two local stages: its slope is written and read while one row is on its way back.
fn is_passing(network: &Network, field: usize) -> bool {
    let is_local = |stage: usize| {
        network.stages.get(stage).is_some_and(|stage| matches!(stage.operation, Operation::Local(_)))
    };
    field > 0 && is_local(field - 1) && is_local(field)
}

/// Numbers in the gradients of a stage's tensors.
fn gradient_len(network: &Network, stage: usize) -> usize {
    network.parameters[network.stages[stage].parameters.clone()]
        .iter()
        .map(|tensor| tensor.values.len())
        .sum()
}

/// How many groups rows are summed in; the same at any number of threads.
fn group_count(network: &Network, stages: Range<usize>, rows: usize) -> usize {
    let largest = stages.map(|index| gradient_len(network, index)).max().unwrap_or(0);
    GROUPS.min(GROUPS_LEN / largest.max(1)).clamp(1, rows.max(1))
}
