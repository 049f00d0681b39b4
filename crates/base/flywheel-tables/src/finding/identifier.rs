//! A column looks like an id: a different value in (almost) every row.

use flywheel_spec::table::{Finding, FindingKind};
use flywheel_spec::{Phrase, phrase};

use super::Evidence;
use crate::frame::Values;

/// Different values for each filled row.
const SHARE: f64 = 0.98;

/// Fewer rows may differ by chance.
const FEWEST_ROWS: u64 = 20;

/// Letters of a text on average beyond which it is prose and not a name or a key.
const PROSE: usize = 60;

/// Words of a text on average from which it is a message, however short its words.
const SEVERAL_WORDS: f64 = 5.0;

/// Columns of short texts that hardly repeat, and of whole numbers that count the rows or are named as keys.
pub(super) fn find(evidence: &Evidence<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, column) in evidence.columns.iter().enumerate() {
        let filled = evidence.rows() - column.missing;
        let differs = column.distinct as f64 >= SHARE * filled as f64;
        if filled < FEWEST_ROWS || !differs || evidence.target == Some(index) {
            continue;
        }
        let looks_like_id = match &evidence.table.frame.columns[index].values {
            Values::Text(texts) => {
                let letters: usize = texts.iter().flatten().map(|text| text.chars().count()).sum();
                let words: f64 = texts.iter().flatten().map(|text| words_in(text)).sum();
                letters <= PROSE * filled as usize && words < SEVERAL_WORDS * filled as f64
            }
            Values::Number(values) => {
                let whole = values.iter().all(|value| value.is_nan() || value.fract() == 0.0);
                whole && (counts_up(values) || is_key(&column.name))
            }
            Values::Time(_) | Values::Image(_) => false,
        };
        if looks_like_id {
            let message = phrase!(
                "tables.finding_identifier",
                column = column.name,
                distinct = column.distinct,
                rows = filled
            );
            let advice = Some(Phrase::new("tables.finding_identifier_advice"));
            findings.push(Finding {
                kind: FindingKind::Identifier,
                column: Some(column.name.clone()),
                message,
                advice,
            });
        }
    }
    findings
}

fn counts_up(values: &[f64]) -> bool {
    values.windows(2).all(|pair| pair[1] - pair[0] == 1.0)
}

/// Words of a text, roughly: what stands between spaces; six Chinese characters say as much as five words.
fn words_in(text: &str) -> f64 {
    let is_han = |character: char| matches!(character, '\u{3400}'..='\u{9fff}');
    let han = text.chars().filter(|character| is_han(*character)).count();
    let other = text
        .split(|character: char| character.is_whitespace() || is_han(character))
        .filter(|word| word.chars().any(char::is_alphanumeric))
        .count();
    other as f64 + han as f64 * 5.0 / 6.0
}

fn is_key(name: &str) -> bool {
    let name = name.to_lowercase();
    let named = name
        .split(['_', ' ', '-', '.'])
        .any(|part| matches!(part, "id" | "key" | "uid" | "uuid" | "udi" | "no"));
    named || name.ends_with("id") || name.contains("编号")
}
