//! `person_properties(properties, time)`: what `$set` and `$set_once` made of a person.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray};
use datafusion::arrow::datatypes::{DataType, TimeUnit, TimestampMicrosecondType};
use datafusion::common::{DataFusionError, Result, ScalarValue};
use datafusion::logical_expr::{Accumulator, AggregateUDF, Volatility, create_udaf};
use flywheel_people::event::by_text;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The aggregate.
pub(super) fn properties() -> AggregateUDF {
    create_udaf(
        "person_properties",
        vec![DataType::Utf8, DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))],
        Arc::new(DataType::Utf8),
        Volatility::Immutable,
        Arc::new(|_| Ok(Box::new(Properties::default()))),
        Arc::new(vec![DataType::Utf8]),
    )
}

/// The newest value of `$set`, else the oldest of `$set_once`, of each property.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Properties {
    set: BTreeMap<String, (i64, Value)>,
    once: BTreeMap<String, (i64, Value)>,
}

impl Properties {
    fn set(&mut self, name: String, time: i64, value: Value) {
        let newer = |(old_time, old): &(i64, Value)| order((*old_time, old), (time, &value)).is_lt();
        if self.set.get(&name).is_none_or(newer) {
            self.set.insert(name, (time, value));
        }
    }

    fn set_once(&mut self, name: String, time: i64, value: Value) {
        let older = |(old_time, old): &(i64, Value)| order((*old_time, old), (time, &value)).is_gt();
        if self.once.get(&name).is_none_or(older) {
            self.once.insert(name, (time, value));
        }
    }
}

/// By time, and at one moment as questions tell values apart, so that no order of reading matters.
fn order(one: (i64, &Value), other: (i64, &Value)) -> Ordering {
    one.0.cmp(&other.0).then_with(|| by_text(one.1, other.1))
}

impl Accumulator for Properties {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let (objects, times) =
            (values[0].as_string::<i32>(), values[1].as_primitive::<TimestampMicrosecondType>());
        for row in (0..objects.len()).filter(|row| !objects.is_null(*row) && !times.is_null(*row)) {
            let object = objects.value(row);
            if !object.contains("\"$set") {
                continue;
            }
            let Ok(Value::Object(mut object)) = serde_json::from_str(object) else { continue };
            let time = times.value(row);
            if let Some(Value::Object(set)) = object.remove("$set") {
                set.into_iter().for_each(|(name, value)| self.set(name, time, value));
            }
            if let Some(Value::Object(once)) = object.remove("$set_once") {
                once.into_iter().for_each(|(name, value)| self.set_once(name, time, value));
            }
        }
        Ok(())
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        let mut all: BTreeMap<String, Value> =
            std::mem::take(&mut self.once).into_iter().map(|(name, (_, value))| (name, value)).collect();
        all.extend(std::mem::take(&mut self.set).into_iter().map(|(name, (_, value))| (name, value)));
        let all: Map<String, Value> = all.into_iter().collect();
        Ok(ScalarValue::Utf8(Some(Value::Object(all).to_string())))
    }

    fn size(&self) -> usize {
        let of = |values: &BTreeMap<String, (i64, Value)>| values.len() * 128;
        size_of::<Self>() + of(&self.set) + of(&self.once)
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        let text = serde_json::to_string(self).map_err(|error| DataFusionError::External(error.into()))?;
        Ok(vec![ScalarValue::Utf8(Some(text))])
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        for state in states[0].as_string::<i32>().iter().flatten() {
            let other: Self =
                serde_json::from_str(state).map_err(|error| DataFusionError::External(error.into()))?;
            other.set.into_iter().for_each(|(name, (time, value))| self.set(name, time, value));
            other.once.into_iter().for_each(|(name, (time, value))| self.set_once(name, time, value));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn of_one_moment_the_value_counts_that_questions_take() {
        for values in [[json!(5), json!("Bern")], [json!("Bern"), json!(5)]] {
            let mut properties = Properties::default();
            for value in values {
                properties.set("city".to_owned(), 7, value.clone());
                properties.set_once("first".to_owned(), 7, value);
            }
            let ScalarValue::Utf8(Some(text)) = properties.evaluate().expect("a text") else { panic!() };
            let found: Value = serde_json::from_str(&text).expect("JSON");
            assert_eq!(found, json!({"city": "Bern", "first": 5}));
        }
    }
}
