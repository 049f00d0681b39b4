//! Yes or no: one input, 1 or 0.

use flywheel_spec::recipe::MissingRule;
use flywheel_spec::{Phrase, phrase};
use flywheel_tables::frame::Values;
use serde::{Deserialize, Serialize};

use super::Slots;
use super::category::{category_at, spellings};

/// How a column of two values becomes inputs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BooleanCode {
    /// The spelling that is 0.
    pub no: String,
    /// The spelling that is 1.
    pub yes: String,
    /// Rows of `no` and of `yes` in the training part.
    pub counts: [u64; 2],
    /// What a missing value counts as.
    pub fill: bool,
    /// Whether a second input says that the value was missing.
    pub indicator: bool,
}

impl BooleanCode {
    /// Fits on the training rows; absent unless exactly two values occur there.
    pub(super) fn fit(
        values: &Values,
        train: &[usize],
        missing: MissingRule,
        fill: Option<&str>,
        indicator: bool,
    ) -> Option<(Self, Vec<Phrase>)> {
        let mut seen: Vec<(String, u64)> = Vec::new();
        let mut missing_rows = 0;
        for &row in train {
            match category_at(values, row) {
                None => missing_rows += 1,
                Some(value) => match seen.iter().position(|(known, _)| *known == value) {
                    Some(known) => seen[known].1 += 1,
                    None if seen.len() == 2 => return None,
                    None => seen.push((value.into_owned(), 1)),
                },
            }
        }
        seen.sort();
        if seen.first().is_some_and(|(value, _)| said(value) == Some(true)) {
            seen.reverse();
        }
        let [(no, nos), (yes, yeses)] = <[_; 2]>::try_from(seen).ok()?;
        let fill = match (missing, fill) {
            (MissingRule::Constant, Some(fill)) => fill == yes || (fill != no && said(fill) == Some(true)),
            _ => yeses > nos,
        };
        let mut steps = vec![phrase!("prepare.step_boolean", yes = yes, no = no)];
        if missing_rows > 0 {
            let stand_in = if fill { &yes } else { &no };
            steps.insert(0, phrase!("prepare.step_category_filled", fill = stand_in, count = missing_rows));
        }
        let indicator = indicator && missing_rows > 0;
        if indicator {
            steps.push(phrase!("prepare.step_indicator"));
        }
        Some((Self { no, yes, counts: [nos, yeses], fill, indicator }, steps))
    }

    /// Inputs that come of it.
    pub fn width(&self) -> usize {
        1 + usize::from(self.indicator)
    }

    /// What a value says, however it is spelt; absent when it is neither.
    pub fn read(&self, value: &str) -> Option<bool> {
        let read = |spelling: &str| match spelling {
            spelling if spelling == self.yes => Some(true),
            spelling if spelling == self.no => Some(false),
            spelling => said(spelling),
        };
        read(value).or_else(|| spellings(value).into_iter().flatten().find_map(|other| read(&other)))
    }

    /// Writes the inputs of the rows asked for.
    pub(super) fn encode(&self, values: Option<&Values>, rows: &[usize], slots: &mut Slots<'_>) {
        for (example, &row) in rows.iter().enumerate() {
            let value =
                values.and_then(|values| category_at(values, row)).and_then(|value| self.read(&value));
            slots.put(example, 0, f32::from(u8::from(value.unwrap_or(self.fill))));
            if self.indicator {
                slots.put(example, 1, f32::from(u8::from(value.is_none())));
            }
        }
    }
}

/// The usual spellings of yes and no.
pub(crate) fn said(value: &str) -> Option<bool> {
    match value.to_lowercase().as_str() {
        "true" | "yes" | "y" | "t" | "1" | "on" | "是" | "真" => Some(true),
        "false" | "no" | "n" | "f" | "0" | "off" | "否" | "假" => Some(false),
        _ => None,
    }
}
