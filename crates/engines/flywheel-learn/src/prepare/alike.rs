//! Whether the inputs of two preparations mean the same, so that weights learned for one say something about the other.
//!
//! What was fitted on the rows may differ, such as a mean or a count: weights learn on from there.

use super::{BooleanCode, Code, ColumnCode, Preparation};

impl Preparation {
    /// The first column whose inputs mean something else than those in the same place of another preparation; absent
    /// when all mean the same.
    pub(crate) fn first_read_otherwise(&self, other: &Self) -> Option<&str> {
        let differs = |(place, column): &(usize, &ColumnCode)| {
            other.columns.get(*place).is_none_or(|other| !column.is_like(other))
        };
        self.columns.iter().enumerate().find(differs).map(|(_, column)| column.name.as_str())
    }
}

impl ColumnCode {
    fn is_like(&self, other: &Self) -> bool {
        let meaning = match (&self.code, &other.code) {
            (Code::Number(code), Code::Number(other)) => code.indicator == other.indicator,
            (Code::Category(code), Code::Category(other)) => {
                code.encoding == other.encoding
                    && code.categories == other.categories
                    && (code.places(), code.indicator) == (other.places(), other.indicator)
            }
            (Code::Boolean(code), Code::Boolean(other)) => is_boolean_like(code, other),
            (Code::Time(code), Code::Time(other)) => {
                (&code.parts, code.indicator) == (&other.parts, other.indicator)
            }
            (Code::Text(code), Code::Text(other)) => {
                (code.word_runs, code.pieces, &code.terms) == (other.word_runs, other.pieces, &other.terms)
            }
            // A network reads one image, whatever its column is called.
            (Code::Image(code), Code::Image(other)) => return code.rule() == other.rule(),
            _ => false,
        };
        meaning && self.name == other.name
    }
}

/// Yes and no may be spelt otherwise.
fn is_boolean_like(code: &BooleanCode, other: &BooleanCode) -> bool {
    let means = |spelling: &str, said: bool| other.read(spelling) == Some(said);
    means(&code.yes, true) && means(&code.no, false) && code.indicator == other.indicator
}
