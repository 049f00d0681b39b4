//! Columns of one name and a number, such as `pixel_0_0 … pixel_7_7`, hold the same thing, and so are of one kind.

use std::collections::BTreeMap;

use flywheel_spec::table::ColumnKind;

use super::number::is_padded_code;
use crate::frame::{Frame, Values};

/// Fewer columns of a name may differ.
const FEWEST: usize = 8;

/// Makes numbers of the columns of codes that have many numbers among their siblings; `is_free` says which may change.
pub(crate) fn agree(frame: &mut Frame, kinds: &mut [ColumnKind], is_free: impl Fn(&str) -> bool) {
    let mut siblings: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (index, column) in frame.columns.iter().enumerate().filter(|(_, column)| is_free(&column.name)) {
        if let Some(stem) = stem(&column.name) {
            siblings.entry(stem.to_owned()).or_default().push(index);
        }
    }
    for indices in siblings.into_values().filter(|indices| indices.len() >= FEWEST) {
        let count = |kind: ColumnKind| indices.iter().filter(|&&index| kinds[index] == kind).count();
        let (numbers, codes) = (count(ColumnKind::Number), count(ColumnKind::Category));
        // A stray number among many codes is rather a code that thins out towards its end.
        if codes == 0 || numbers * 4 < numbers + codes {
            continue;
        }
        for index in indices {
            let is_code = kinds[index] == ColumnKind::Category;
            if let Some(values) = numbers_of(&frame.columns[index].values).filter(|_| is_code) {
                frame.columns[index].values = Values::Number(values);
                kinds[index] = ColumnKind::Number;
            }
        }
    }
}

/// The name before its number; absent where it ends in none.
fn stem(name: &str) -> Option<&str> {
    let ends_in_number = name.ends_with(|letter: char| letter.is_ascii_digit());
    let stem = name
        .trim_end_matches(|letter: char| letter.is_ascii_digit() || matches!(letter, '_' | '-' | '.' | ' '));
    (ends_in_number && !stem.is_empty()).then_some(stem)
}

/// Codes as the numbers that they are; absent where one is none, or would lose a leading zero.
fn numbers_of(values: &Values) -> Option<Vec<f64>> {
    let Values::Text(texts) = values else { return None };
    let read = |text: &str| if is_padded_code(text) { None } else { text.parse::<f64>().ok() };
    texts.iter().map(|text| text.as_deref().map_or(Some(f64::NAN), read)).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::frame::Column;

    fn frame(names: &[&str]) -> Frame {
        let codes = || Values::Text(vec![Some(Arc::from("0")), None, Some(Arc::from("2"))]);
        let columns = names.iter().map(|name| Column { name: (*name).to_owned(), values: codes() });
        Frame { columns: columns.collect() }
    }

    /// How many of eight columns of pixels are numbers afterwards, where so many of them were before.
    fn numbers_after(before: usize, is_free: impl Fn(&str) -> bool) -> usize {
        let names: Vec<String> = (0..8).map(|place| format!("pixel_{}_{}", place / 4, place % 4)).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).chain(["plan", "pixel"]).collect();
        let mut frame = frame(&names);
        let mut kinds = vec![ColumnKind::Category; names.len()];
        for index in 0..before {
            frame.columns[index].values = Values::Number(vec![0.5, f64::NAN, 3.0]);
            kinds[index] = ColumnKind::Number;
        }
        agree(&mut frame, &mut kinds, is_free);
        let numbers: Vec<bool> = kinds.iter().map(|kind| *kind == ColumnKind::Number).collect();
        let stored = frame.columns.iter().map(|column| matches!(column.values, Values::Number(_)));
        assert_eq!(numbers, stored.collect::<Vec<bool>>());
        numbers.into_iter().filter(|&number| number).count()
    }

    #[test]
    fn codes_with_numbers_for_siblings_are_numbers() {
        assert_eq!([0, 1, 2, 7].map(|before| numbers_after(before, |_| true)), [0, 1, 8, 8]);
    }

    #[test]
    fn a_code_keeps_its_leading_zeros() {
        let texts =
            |texts: [&str; 2]| Values::Text(texts.iter().map(|&text| Some(Arc::from(text))).collect());
        assert_eq!(numbers_of(&texts(["1", "20"])), Some(vec![1.0, 20.0]));
        assert_eq!(numbers_of(&texts(["1", "020"])), None);
    }

    #[test]
    fn a_kind_that_was_asked_for_stays() {
        // Seven are left, which are too few.
        assert_eq!(numbers_after(3, |name| name != "pixel_1_3"), 3);
    }
}
