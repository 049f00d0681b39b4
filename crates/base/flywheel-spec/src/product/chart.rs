//! Charts as data: what the page draws and a program reads.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Language, Phrase};

/// One chart of a report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Chart {
    /// How it is drawn.
    pub kind: ChartKind,
    /// What it shows.
    pub title: Phrase,
    /// The marks of the axis: days, steps, names; for a Sankey the nodes.
    pub axis: Vec<String>,
    /// The marks as people read them, one for each, where the engine itself names them; empty where they are the user's
    /// own names, dates or numbers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub axis_titles: Vec<Phrase>,
    /// What is drawn; for a heat map one series a row, for a Sankey one series a link.
    pub series: Vec<Series>,
}

impl Chart {
    /// The marks of the axis as people read them.
    pub fn marks(&self, language: Language) -> impl Iterator<Item = &str> {
        let titles = &self.axis_titles;
        self.axis
            .iter()
            .enumerate()
            .map(move |(place, mark)| titles.get(place).map_or(mark.as_str(), |title| title.text(language)))
    }
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
    /// What it is called, the same in every language.
    pub name: String,
    /// The name as people read it, where the engine itself invents it; absent where it is the user's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<Phrase>,
    /// One value for each mark of the axis; absent where there is none.
    pub values: Vec<Option<f64>>,
}

impl Series {
    /// A series that is called by one of Flywheel's own words; `words/chart.toml` has it in both languages.
    pub fn word(name: &str, values: Vec<Option<f64>>) -> Self {
        let title = Phrase::new(&format!("chart.{}", name.replace(' ', "_")));
        Self { name: name.to_owned(), title: Some(title), values }
    }

    /// What it is called, as people read it.
    pub fn text(&self, language: Language) -> &str {
        self.title.as_ref().map_or(self.name.as_str(), |title| title.text(language))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::phrase;

    #[test]
    fn names_are_read_in_the_language_at_hand_where_the_engine_invents_them() {
        let own = Series { name: "pro".to_owned(), title: None, values: Vec::new() };
        let word = Series::word("error rate", vec![Some(0.5)]);
        assert_eq!(word.name, "error rate");
        for (language, expected) in [(Language::En, "error rate"), (Language::Zh, "错误率")] {
            assert_eq!((own.text(language), word.text(language)), ("pro", expected));
        }
        let mut chart = Chart {
            kind: ChartKind::Bar,
            title: phrase!("growth.chart_tasks"),
            axis: vec!["before".to_owned(), "after".to_owned()],
            axis_titles: Vec::new(),
            series: vec![own, word],
        };
        assert_eq!(chart.marks(Language::Zh).collect::<Vec<_>>(), ["before", "after"]);
        chart.axis_titles = vec![phrase!("chart.before"), phrase!("chart.after")];
        assert_eq!(chart.marks(Language::Zh).collect::<Vec<_>>(), ["之前", "之后"]);
        let told = serde_json::to_value(&chart).expect("JSON");
        assert_eq!(told["series"][0], json!({"name": "pro", "values": []}));
        assert_eq!(serde_json::from_value::<Chart>(told).expect("a chart"), chart);
    }

    #[test]
    fn charts_of_older_reports_are_read() {
        let old = json!({
            "kind": "line",
            "title": phrase!("growth.chart_score"),
            "axis": ["mon"],
            "series": [{"name": "score", "values": [1.0]}],
        });
        let chart: Chart = serde_json::from_value(old).expect("a chart");
        assert_eq!((chart.series[0].title.clone(), chart.axis_titles.len()), (None, 0));
    }
}
