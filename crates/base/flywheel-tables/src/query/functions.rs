//! Functions for properties: `property(properties, 'plan')`, `number(properties, 'amount')`, and the operators `->>` and `->`.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, Float64Array, Int64Array, StringArray};
use datafusion::arrow::datatypes::{DataType, Int64Type};
use datafusion::common::{DFSchema, Result};
use datafusion::logical_expr::expr::ScalarFunction;
use datafusion::logical_expr::planner::{ExprPlanner, PlannerResult, RawBinaryExpr};
use datafusion::logical_expr::sqlparser::ast::BinaryOperator;
use datafusion::logical_expr::{ColumnarValue, Expr, ScalarUDF, Volatility, create_udf};
use flywheel_people::Identity;
use flywheel_people::event::{number_of, text_of};
use serde_json::Value;

/// A property as text; absent when it is not there or null.
pub(super) fn property() -> ScalarUDF {
    over_properties("property", DataType::Utf8, |values| {
        Arc::new(values.map(|value| value.as_ref().and_then(text_of)).collect::<StringArray>())
    })
}

/// A property as a number; text that reads as one counts.
pub(super) fn number() -> ScalarUDF {
    over_properties("number", DataType::Float64, |values| {
        Arc::new(values.map(|value| value.as_ref().and_then(number_of)).collect::<Float64Array>())
    })
}

/// A property as JSON.
pub(super) fn json_get() -> ScalarUDF {
    over_properties("json_get", DataType::Utf8, |values| {
        Arc::new(values.map(|value| value.map(|value| value.to_string())).collect::<StringArray>())
    })
}

/// The person of a row after every merge.
pub(super) fn person_now(identity: Arc<Identity>) -> ScalarUDF {
    let types = vec![DataType::Int64, DataType::Utf8];
    let of = move |arguments: &[ColumnarValue]| {
        let arrays = ColumnarValue::values_to_arrays(arguments)?;
        let (people, ids) = (arrays[0].as_primitive::<Int64Type>(), arrays[1].as_string::<i32>());
        let now =
            people.values().iter().zip(ids).map(|(person, id)| identity.person(*person, id.unwrap_or("")));
        Ok(ColumnarValue::Array(Arc::new(Int64Array::from_iter_values(now))))
    };
    create_udf("person_now", types, DataType::Int64, Volatility::Immutable, Arc::new(of))
}

type Values<'v> = &'v mut dyn Iterator<Item = Option<Value>>;

fn over_properties(
    name: &'static str,
    answer: DataType,
    of: impl Fn(Values<'_>) -> ArrayRef + Send + Sync + 'static,
) -> ScalarUDF {
    let types = vec![DataType::Utf8, DataType::Utf8];
    let of = move |arguments: &[ColumnarValue]| {
        let arrays = ColumnarValue::values_to_arrays(arguments)?;
        let (objects, names) = (arrays[0].as_string::<i32>(), arrays[1].as_string::<i32>());
        let mut values = (0..objects.len()).map(|row| {
            if objects.is_null(row) || names.is_null(row) {
                return None;
            }
            inside(objects.value(row), names.value(row))
        });
        Ok(ColumnarValue::Array(of(&mut values)))
    };
    create_udf(name, types, answer, Volatility::Immutable, Arc::new(of))
}

/// A value of a JSON object; what does not hold the name is not parsed.
fn inside(object: &str, name: &str) -> Option<Value> {
    // A name with a letter that JSON escapes may be written in several ways.
    let plain = name.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"\\/".contains(&byte));
    if plain && !object.contains(name) {
        return None;
    }
    match serde_json::from_str(object).ok()? {
        Value::Object(mut object) => object.remove(name).filter(|value| !value.is_null()),
        Value::Array(mut items) => {
            let index: usize = name.parse().ok()?;
            (index < items.len()).then(|| items.swap_remove(index))
        }
        _ => None,
    }
}

/// `->>` and `->` as PostgreSQL has them.
#[derive(Debug)]
pub(super) struct Arrows;

impl ExprPlanner for Arrows {
    fn plan_binary_op(&self, expr: RawBinaryExpr, _: &DFSchema) -> Result<PlannerResult<RawBinaryExpr>> {
        let function = match expr.op {
            BinaryOperator::LongArrow => property(),
            BinaryOperator::Arrow => json_get(),
            _ => return Ok(PlannerResult::Original(expr)),
        };
        let arguments = vec![expr.left, expr.right];
        Ok(PlannerResult::Planned(Expr::ScalarFunction(ScalarFunction::new_udf(
            Arc::new(function),
            arguments,
        ))))
    }
}
