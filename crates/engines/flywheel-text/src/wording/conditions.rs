//! Which events and people are meant: conditions on numbers and values of properties.

use std::ops::Range;

use flywheel_spec::product::{Operator, PropertyFilter};
use serde_json::{Number, Value as Json};

use super::kinds;
use super::names::Names;
use super::sentence::Sentence;
use super::unit::{Unit, find_word, units};

/// Adds a condition; of several values of one property one is enough, as nothing has them all.
pub fn add(filters: &mut Vec<PropertyFilter>, new: PropertyFilter) {
    let Some(one) = filters.iter_mut().find(|one| same_property(one, &new)) else {
        filters.push(new);
        return;
    };
    let mut values = match one.value.take() {
        Json::Array(values) => values,
        value => vec![value],
    };
    if !values.contains(&new.value) {
        values.push(new.value);
    }
    one.value = if values.len() == 1 { values.remove(0) } else { Json::Array(values) };
}

/// Whether both ask that one property is a value.
pub fn same_property(one: &PropertyFilter, other: &PropertyFilter) -> bool {
    let is = [one, other].iter().all(|filter| filter.operator == Operator::Is);
    is && one.property == other.property && one.of == other.of
}

/// A property, in words, and the number that it is compared with.
pub struct NumberWords {
    words: Vec<Unit>,
    operator: Operator,
    value: Number,
}

impl NumberWords {
    /// The condition, where a property is known that they name.
    pub fn filter(self, names: &Names<'_>, event: Option<&str>) -> Option<PropertyFilter> {
        let found = names.property(&self.words, event).or_else(|| names.property(&self.words, None));
        let (property, _) = found?;
        Some(PropertyFilter {
            property: property.name,
            of: property.of,
            operator: self.operator,
            value: Json::Number(self.value),
        })
    }
}

/// Takes the numbers that properties are compared with.
pub fn numbers(sentence: &mut Sentence, names: &Names<'_>) -> Vec<NumberWords> {
    let open = sentence.open();
    let mut found = Vec::new();
    for captures in kinds::NUMBERS.captures_iter(&open) {
        let named = |one, other| captures.name(one).or(captures.name(other)).map(|found| found.as_str());
        let (Some(place), Some(operator), Some(number)) =
            (captures.get(0), named("op", "zop"), named("n", "zn"))
        else {
            continue;
        };
        let operator = match operator {
            "at least" | "大于等于" | "不少于" | "至少" | ">=" => Operator::Gte,
            "at most" | "小于等于" | "不超过" | "<=" => Operator::Lte,
            "under" | "below" | "less than" | "smaller than" | "小于" | "低于" | "少于" | "不到" | "<" => {
                Operator::Lt
            }
            _ => Operator::Gt,
        };
        let whole = number.parse::<i64>().ok().map(Number::from);
        let Some(value) = whole.or(number.parse().ok().and_then(Number::from_f64)) else { continue };
        let words = units(&open[..place.start()]);
        let last = &words[words.len().saturating_sub(2)..];
        let near = [last, &last[last.len().saturating_sub(1)..]].into_iter().find_map(|words| {
            let (_, places) = names.property(words, None)?;
            (places.last() == words.last().map(|word| &word.place)).then(|| (words.to_vec(), places))
        });
        let Some((words, places)) = near else { continue };
        sentence.take(&place.range());
        places.iter().for_each(|place| sentence.take(place));
        let words = words.into_iter().filter(|word| places.contains(&word.place)).collect();
        found.push(NumberWords { words, operator, value });
    }
    found
}

/// A word for a value, and which properties have it.
pub struct ValueWords {
    pub word: String,
    place: Range<usize>,
    not: bool,
    candidates: Vec<(usize, String)>,
}

impl ValueWords {
    fn is_of_the_property_of(&self, other: &Self) -> bool {
        self.candidates.iter().any(|(property, _)| other.candidates.iter().any(|(of, _)| of == property))
    }

    /// The condition, where events of that name have the property.
    pub fn filter(&self, names: &Names<'_>, event: Option<&str>) -> Option<PropertyFilter> {
        let (at, value) = self.candidates.iter().find(|(property, _)| names.has(event, *property))?;
        let property = names.vocabulary.properties[*at].property.clone();
        Some(PropertyFilter {
            property: property.name,
            of: property.of,
            operator: if self.not { Operator::IsNot } else { Operator::Is },
            value: Json::String(value.clone()),
        })
    }
}

/// Takes the values that stand in the open: those that no event's name holds, or those that one does.
pub fn values(
    sentence: &mut Sentence,
    original: &str,
    names: &Names<'_>,
    of_events: bool,
) -> Vec<ValueWords> {
    let mut found: Vec<ValueWords> = Vec::new();
    for value in &names.values {
        if let Some(last) = found.last_mut()
            && last.word == value.word
        {
            last.candidates.push((value.property, value.value.clone()));
            continue;
        }
        let open = sentence.open();
        let Some(place) = find_word(&open, &value.word) else { continue };
        let code = value.word.len() <= 2 && value.word.is_ascii();
        if names.in_an_event(&value.word) != of_events
            || code && find_word(original, &value.word.to_uppercase()).is_none()
        {
            continue;
        }
        let not = kinds::NOT.find(&open[..place.start]);
        if let Some(not) = not {
            sentence.take(&not.range());
        }
        sentence.take(&place);
        let candidates = vec![(value.property, value.value.clone())];
        found.push(ValueWords { word: value.word.clone(), place, not: not.is_some(), candidates });
    }
    deny_lists(&mut found, sentence);
    found
}

/// What is denied of the first value of a list is denied of those joined to it: `not in China or the US` is neither.
fn deny_lists(found: &mut [ValueWords], sentence: &mut Sentence) {
    let mut order: Vec<usize> = (0..found.len()).collect();
    order.sort_by_key(|at| found[*at].place.start);
    for pair in order.windows(2) {
        let [one, other] = [&found[pair[0]], &found[pair[1]]];
        let between = one.place.end..other.place.start;
        let joint = kinds::JOINTS.is_match(sentence.at(&between));
        if one.not && !other.not && joint && one.is_of_the_property_of(other) {
            found[pair[1]].not = true;
            sentence.take(&between);
        }
    }
}
