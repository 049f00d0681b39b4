//! Texts as drift sees them: how long they are and in which language.

use flywheel_language::language;
use flywheel_spec::feedback::TextLanguage;
use flywheel_tables::frame::Values;

use super::reference::{Binning, ReferenceColumn};

/// Languages told apart, in the order of their bins.
const LANGUAGES: [(TextLanguage, &str); 3] =
    [(TextLanguage::En, "en"), (TextLanguage::Zh, "zh"), (TextLanguage::Other, "other")];

/// The two traits of a column of texts, with the training part's rows in each bin.
pub(super) fn of_texts(name: &str, values: &Values, rows: &[usize]) -> Vec<ReferenceColumn> {
    let texts: Vec<Option<String>> = rows.iter().map(|&row| values.text(row)).collect();
    let present = || texts.iter().flatten().map(String::as_str).filter(|text| !is_blank(text));
    let edges = super::reference::deciles(present().map(length));
    let of = name.to_owned();
    let mut columns = vec![
        ReferenceColumn {
            column: format!("{name}.length"),
            counts: vec![0; edges.len() + 2],
            binning: Binning::TextLengths { of: of.clone(), edges },
        },
        ReferenceColumn {
            column: format!("{name}.language"),
            counts: vec![0; LANGUAGES.len() + 1],
            binning: Binning::TextLanguages { of },
        },
    ];
    for column in &mut columns {
        for text in &texts {
            let bin = column.bin_of_text(text.as_deref());
            column.counts[bin] += 1;
        }
    }
    columns
}

/// The names of the languages' bins.
pub(super) fn language_names() -> Vec<String> {
    LANGUAGES.iter().map(|(_, name)| (*name).to_owned()).collect()
}

impl ReferenceColumn {
    /// The bin of a text; the last for a missing one.
    pub(super) fn bin_of_text(&self, text: Option<&str>) -> usize {
        let missing = self.counts.len().saturating_sub(1);
        let Some(text) = text.filter(|text| !is_blank(text)) else { return missing };
        match &self.binning {
            Binning::TextLengths { edges, .. } => edges.partition_point(|edge| *edge < length(text)),
            Binning::TextLanguages { .. } => {
                let found = language(text);
                LANGUAGES.iter().position(|(language, _)| *language == found).unwrap_or(missing)
            }
            Binning::Numbers { .. } | Binning::Categories { .. } => missing,
        }
    }
}

fn is_blank(text: &str) -> bool {
    text.trim().is_empty()
}

fn length(text: &str) -> f64 {
    text.chars().count() as f64
}
