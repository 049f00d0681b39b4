//! What is wrong with a network whatever the preparation comes to, so that one mistake does not hide the other.

use flywheel_spec::Problems;
use flywheel_spec::recipe::{Task, TrainSpec};
use flywheel_tables::frame::Values;

use crate::network::{Demand, InputPlan, infer};
use crate::plan::default_loss;
use crate::table::Table;

/// Mistakes that hold for any width of a row and any number of classes.
const CERTAIN: [&str; 7] = [
    "network.output_not_last",
    "network.dropout_rate",
    "network.nothing_out",
    "network.wants_row",
    "network.wants_image",
    "network.window_too_large",
    "network.ends_in_image",
];

/// The mistakes of a network over a table that could not be prepared; images keep their shape, a row may have any width.
pub(super) fn network(spec: &TrainSpec, table: &Table) -> Problems {
    if spec.network.is_empty() {
        return Problems::default();
    }
    let columns = table.frame.columns.iter().filter(|column| column.name != spec.data.target);
    let image = columns.clone().find_map(|column| match &column.values {
        Values::Image(images) => Some(images.shape),
        _ => None,
    });
    let input = match image {
        Some(shape) => InputPlan::Images(shape),
        None => InputPlan::Rows { numbers: columns.count().max(1), embeddings: Vec::new() },
    };
    let task = Task::Classification;
    let loss = spec.train.loss.unwrap_or(default_loss(task));
    let demand = Demand { task, classes: 2, loss, batch_size: spec.train.batch_size.max(1) };
    let (_, mut found) = infer(&spec.network, &input, &demand);
    found.problems.retain(|problem| CERTAIN.contains(&problem.code.as_str()));
    found
}
