//! Charts as data: what the page draws and a program reads.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Phrase;

/// One chart of a report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Chart {
    /// How it is drawn.
    pub kind: ChartKind,
    /// What it shows.
    pub title: Phrase,
    /// The marks of the axis: days, steps, names; for a Sankey the nodes.
    pub axis: Vec<String>,
    /// What is drawn; for a heat map one series a row, for a Sankey one series a link.
    pub series: Vec<Series>,
}

/// How a chart is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChartKind {
    /// Values over the axis, joined.
    Line,
    /// Values over the axis, as columns.
    Bar,
    /// Values over the axis, one on top of the other.
    StackedBar,
    /// Steps that lose people.
    Funnel,
    /// A grid of values.
    Heatmap,
    /// Flows between nodes: each series is a link whose `name` is `from>to` as positions in the axis, with one value.
    Sankey,
}

/// One line, set of columns, row or link.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Series {
    /// What it is called.
    pub name: String,
    /// One value for each mark of the axis; absent where there is none.
    pub values: Vec<Option<f64>>,
}
