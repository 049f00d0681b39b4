//! What was unusual about a row: a category never seen, a missing column, a number outside what training saw.

use flywheel_spec::{Phrase, phrase};
use serde_json::{Map, Value};

use super::rows::category_text;
use crate::figure;
use crate::prepare::{Code, ColumnCode, MissingCategory, Preparation, read_number_as};

/// The key of the note that no word was known.
pub(super) const UNREAD: &str = "models.note_unread";

/// A number outside the training part's range by more than this share of its width is worth a note.
const OUTSIDE: f64 = 0.1;

pub(super) fn of_row(preparation: &Preparation, values: &Map<String, Value>) -> Vec<Phrase> {
    let mut notes = Vec::new();
    let mut absent = false;
    for column in &preparation.columns {
        let value = values.get(&column.name);
        absent |= value.is_none();
        match value.filter(|value| !is_missing(column, value)) {
            None => notes.push(
                phrase!("models.note_missing", column = column.name)
                    .with_phrase("stand_in", &stand_in(column)),
            ),
            Some(value) => notes.extend(unusual(column, value)),
        }
    }
    if absent {
        // Perhaps a column's name is misspelt, so those that nobody reads are worth a word.
        let known = |name: &str| {
            name == preparation.target_column || preparation.columns.iter().any(|column| column.name == name)
        };
        let foreign = values.keys().filter(|name| !known(name));
        notes.extend(foreign.map(|name| phrase!("models.note_unknown_column", column = name)));
    }
    notes
}

fn unusual(column: &ColumnCode, value: &Value) -> Option<Phrase> {
    match &column.code {
        Code::Category(code) => {
            let category = category_text(value)?;
            code.place(&category)
                .is_none()
                .then(|| phrase!("models.note_unseen", value = category, column = column.name))
        }
        Code::Number(code) => {
            let read = |text: &str| read_number_as(text, code.writing);
            let number = value.as_f64().or_else(|| value.as_str().and_then(read))?;
            let [low, high] = code.range;
            let slack = OUTSIDE * (high - low);
            (number < low - slack || number > high + slack).then(|| {
                phrase!(
                    "models.note_outside",
                    column = column.name,
                    value = figure::plain(number),
                    low = figure::plain(low),
                    high = figure::plain(high)
                )
            })
        }
        Code::Text(code) => {
            let text = category_text(value)?;
            (!code.knows(&text)).then(|| phrase!("models.note_unread", column = column.name))
        }
        Code::Boolean(_) | Code::Time(_) | Code::Image(_) => None,
    }
}

fn stand_in(column: &ColumnCode) -> Phrase {
    let name = match &column.code {
        Code::Number(code) => Some(figure::plain(code.fill)),
        Code::Boolean(code) => Some(if code.fill { code.yes.clone() } else { code.no.clone() }),
        Code::Category(code) => match code.missing {
            MissingCategory::As { place } => {
                place.checked_sub(1).and_then(|index| code.categories.get(index as usize).cloned())
            }
            MissingCategory::Own {} => None,
        },
        Code::Time(_) | Code::Image(_) | Code::Text(_) => None,
    };
    name.map_or_else(|| phrase!("models.stand_in_nothing"), |name| Phrase::verbatim(format!("`{name}`")))
}

fn is_missing(column: &ColumnCode, value: &Value) -> bool {
    value.is_null() || value.as_str().is_some_and(|text| column.is_missing(text))
}
