//! How the numbers or dates of a column are written, where the cells alone could be read two ways.

use serde::{Deserialize, Serialize};

use super::{number, time};

/// How a column is written; kept with a table, so that later rows are read as the first ones were.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Writing {
    /// `1,234.5` and `7/31/2015`.
    #[default]
    Usual,
    /// `1.234,5`.
    DecimalComma,
    /// `31/7/2015`.
    DayFirst,
}

impl Writing {
    /// Reads a number as [`number()`](super::number()) does, with the decimal sign of this writing.
    pub fn number(self, text: &str) -> Option<f64> {
        number::read(text, self.decimal()).map(|read| read.value)
    }

    /// Reads a moment as [`moment`](super::moment) does, with day and month in the order of this writing.
    pub fn moment(self, text: &str) -> Option<f64> {
        time::read(text, self.order())
    }

    /// True for what needs no word.
    pub fn is_usual(&self) -> bool {
        *self == Self::Usual
    }

    /// Its name in a table's metadata.
    pub fn name(self) -> &'static str {
        match self {
            Self::Usual => "usual",
            Self::DecimalComma => "decimal_comma",
            Self::DayFirst => "day_first",
        }
    }

    /// The writing of that name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Usual, Self::DecimalComma, Self::DayFirst].into_iter().find(|writing| writing.name() == name)
    }

    pub(super) fn decimal(self) -> number::Decimal {
        if self == Self::DecimalComma { number::Decimal::Comma } else { number::Decimal::Point }
    }

    pub(super) fn order(self) -> time::Order {
        if self == Self::DayFirst { time::Order::DayFirst } else { time::Order::MonthFirst }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_cell_is_read_as_its_column_is_written() {
        let numbers = [
            ("3,25", Writing::Usual, None),
            ("3,25", Writing::DecimalComma, Some(3.25)),
            ("1,234", Writing::Usual, Some(1234.0)),
            ("1,234", Writing::DecimalComma, Some(1.234)),
            ("2.5", Writing::DecimalComma, Some(2.5)),
        ];
        for (text, writing, value) in numbers {
            assert_eq!(writing.number(text), value, "{text} {writing:?}");
        }
        let days = [("3/1/1970", Writing::Usual, 59.0), ("3/1/1970", Writing::DayFirst, 2.0)];
        for (text, writing, day) in days {
            assert_eq!(writing.moment(text), Some(day * 86_400.0), "{text} {writing:?}");
        }
    }

    #[test]
    fn a_writing_is_found_by_its_name() {
        for writing in [Writing::Usual, Writing::DecimalComma, Writing::DayFirst] {
            assert_eq!(Writing::named(writing.name()), Some(writing));
        }
    }
}
